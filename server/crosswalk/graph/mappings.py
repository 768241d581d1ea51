"""Describe mapping sets, records and comparisons as triples, and read SSSOM tables into them.

The tables of properties are keyed by SSSOM slots: who has values for slots, be it from a table or from a
file of another format, gets the same triples.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import Literal, NamedNode, Triple
from rdflib import URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS, VOID, XSD

from crosswalk.graph.line_index import Locations
from crosswalk.graph.sssom import Table, TableRow, read_table, split
from crosswalk.namespaces import ID, SEMAPV, SSSOM, XW

Properties = dict[str, tuple[URIRef, str]]
Values = Mapping[str, Iterable[str]]

CURIE, IRI, TEXT, PLAIN = "curie", "iri", "text", "plain"
"""How a value is written: as a CURIE or a full IRI, in English, as a string; anything else is a datatype."""

DATE, DECIMAL, ADDRESS = str(XSD.date), str(XSD.decimal), str(XSD.anyURI)

# How the values of a slot are written, and the property it stands for of the graph that holds a mapping set,
# of the set, and of the comparison that the set makes.
_OF_SET = (
    ("mapping_set_id", ADDRESS, None, SSSOM.mapping_set_id, None),
    ("mapping_set_title", TEXT, DCTERMS.title, SKOS.prefLabel, SKOS.prefLabel),
    ("mapping_set_description", TEXT, DCTERMS.description, DCTERMS.description, DCTERMS.description),
    ("mapping_set_source", CURIE, DCTERMS.source, DCTERMS.source, DCTERMS.source),
    ("mapping_set_version", PLAIN, None, SSSOM.mapping_set_version, None),
    ("license", IRI, DCTERMS.license, DCTERMS.license, None),
    ("creator_id", CURIE, None, DCTERMS.creator, DCTERMS.creator),
    ("mapping_provider", IRI, None, SSSOM.mapping_provider, None),
    ("subject_source", CURIE, None, SSSOM.subject_source, None),
    ("subject_source_version", PLAIN, None, SSSOM.subject_source_version, None),
    ("object_source", CURIE, None, SSSOM.object_source, None),
    ("object_source_version", PLAIN, None, SSSOM.object_source_version, None),
    ("mapping_date", DATE, None, SSSOM.mapping_date, DCTERMS.created),
    ("publication_date", DATE, None, SSSOM.publication_date, DCTERMS.issued),
)
# The same of a record, of a row of the comparison, and of a row that asserts that there is no counterpart.
_OF_RECORD = (
    ("mapping_set_id", IRI, XW.inMappingSet, None, None),
    ("mapping_set_source", CURIE, DCTERMS.source, DCTERMS.source, DCTERMS.source),
    ("comparison_set", IRI, None, XW.inComparisonSet, XW.inComparisonSet),
    ("comparison", IRI, XW.inComparison, None, None),
    ("subject_id", CURIE, XW.subject, XW.focus, XW.focus),
    ("predicate_id", CURIE, XW.predicate, None, None),
    ("object_id", CURIE, XW.object, None, None),
    ("object_source", CURIE, None, XW.against, XW.against),
    ("outcome", IRI, None, XW.outcome, XW.outcome),
    ("mapping_justification", CURIE, SSSOM.mapping_justification, None, None),
    ("author_id", CURIE, DCTERMS.creator, None, None),
    ("mapping_date", DATE, SSSOM.mapping_date, None, None),
    ("confidence", DECIMAL, SSSOM.confidence, None, None),
    ("comment", TEXT, SKOS.note, None, SKOS.note),
    ("reviewer_id", CURIE, SSSOM.reviewer_id, None, SSSOM.reviewer_id),
    ("reviewer_label", PLAIN, SSSOM.reviewer_label, None, SSSOM.reviewer_label),
    ("review_date", DATE, SSSOM.review_date, None, SSSOM.review_date),
)


def _columns(table: tuple[tuple[str, str, *tuple[URIRef | None, ...]], ...]) -> Iterator[Properties]:
    """Yield for each of the things that a table is about its slots with their properties."""
    for column in (2, 3, 4):
        yield {row[0]: (row[column], row[1]) for row in table if row[column] is not None}


OF_GRAPH, OF_SET, OF_COMPARISON_SET = _columns(_OF_SET)
OF_RECORD, OF_COMPARISON, OF_NONE = _columns(_OF_RECORD)

_WRITTEN = {slot: kind for slot, kind, *_ in _OF_RECORD}
_SEVERAL = ("author_id", "reviewer_id", "reviewer_label")
_IN_GRAPH = (DCTERMS.rights, DCTERMS.rightsHolder, DCTERMS.modified, DCTERMS.creator, DCTERMS.license)
"""The properties of extension slots that describe the graph that holds the table."""

NO_TERM_FOUND = str(SSSOM.NoTermFound)
"""The object of a record that says: there is no counterpart."""

_PREDICATES = ("broadMatch", "closeMatch", "exactMatch", "mappingRelation", "narrowMatch", "relatedMatch")
MAPPING_PROPERTIES = frozenset(str(SKOS[name]) for name in _PREDICATES)
_JUSTIFICATIONS = (
    *("BackgroundKnowledgeBasedMatching", "CompositeMatching", "InstanceBasedMatching", "LexicalMatching"),
    *("LexicalSimilarityThresholdMatching", "LogicalReasoning", "ManualMappingCuration", "MappingChaining"),
    *("MappingInversion", "MappingReview", "SemanticSimilarityThresholdMatching", "StructuralMatching"),
    "UnspecifiedMatching",
)
_ALLOWED = {
    "predicate_id": MAPPING_PROPERTIES,
    "mapping_justification": frozenset(str(SEMAPV[name]) for name in _JUSTIFICATIONS),
}
_KINDS = {"guideline", "provision", "section"}


def state(subject: str, about: str, kind: str, values: Iterable[str]) -> Iterator[Triple]:
    """Yield a triple for each value of a property; ``kind`` is how the values are written."""
    for value in values:
        if kind in (CURIE, IRI):
            term = NamedNode(value)
        elif kind in (TEXT, PLAIN):
            term = Literal(value, language="en" if kind == TEXT else None)
        else:
            term = Literal(value, datatype=NamedNode(kind))
        yield Triple(NamedNode(str(subject)), NamedNode(str(about)), term)


def describe(subject: str, type_: str, properties: Properties, values: Values) -> Iterator[Triple]:
    """Yield the type of a subject, and what the values of slots say of it by one of the tables above."""
    yield from state(subject, RDF.type, IRI, [type_])
    for slot, (about, kind) in properties.items():
        yield from state(subject, about, kind, values.get(slot, ()))


def record_iri(
    mapping_set: str, subject: str, target: str | None, editions: tuple[Iterable[str], ...]
) -> str:
    """Return a record's own IRI, which follows from its subject and object (None: no counterpart) alone.

    ``editions`` are those that the subjects, and those that the objects of the set are from.
    """
    end = short_path(target, editions[1]) if target else "none"
    return f"{mapping_set}/{short_path(subject, editions[0])}--{end}"


def short_path(iri: str, editions: Iterable[str]) -> str:
    """Return the path of an element within its edition, without the words for its kind.

    >>> short_path(ID + "gsma/2.0/CLP.12/section/5.7", [ID + "gsma/2.0"])
    'CLP.12-5.7'
    """
    within = [edition + "/" for edition in editions if iri.startswith(edition + "/")]
    path = iri.removeprefix(within[0] if within else ID)
    return "-".join(part for part in re.split("[/:#]+", path) if part not in _KINDS)


def read_mappings(text: str, name: str, graph: str) -> list[Triple]:
    """Return the triples of an SSSOM table: its graph's description, the mapping set, its records and rows.

    Raises InputError, with the line, for whatever is wrong in the table.
    """
    table = read_table(text, name)
    header = {
        slot: table.iris(slot) if kind == CURIE else table.values(slot) for slot, (_, kind) in OF_SET.items()
    }
    triples = list(_describe_header(table, header, graph))
    shared = {slot: header[slot] for slot in ("mapping_set_id", "mapping_set_source", "object_source")}
    shared["comparison_set"] = _comparison_sets(table)
    lines: dict[str, int] = {}
    answers: dict[str, tuple[int, bool]] = {}
    for row in table.rows:
        record, comparison = _names(table, row)
        if record in lines:
            hint = "Say once what holds of a pair."
            raise table.fault(f"the record repeats that of line {lines[record]}", row.line, hint)
        lines[record] = row.line
        values = shared | _row_values(table, row)
        is_none = values["object_id"] == [NO_TERM_FOUND]
        if comparison and _is_first_answer(table, row, comparison, is_none, answers):
            values["outcome"] = [XW.AssertedNone if is_none else XW.Mapped]
            triples += describe(comparison, XW.Comparison, OF_NONE if is_none else OF_COMPARISON, values)
        elif is_none and not comparison:
            hint = "Name in the header, with the slot for xw:inComparisonSet, the comparison that says so."
            raise table.fault("“no counterpart” is said outside of a comparison", row.line, hint)
        if not is_none:
            values["comparison"] = [comparison] if comparison else []
            triples += describe(record, XW.Mapping, OF_RECORD, values)
            for slot in table.extensions:
                triples += _extended(table, record, slot, split(row.cells.get(slot, "")), row.line)
    return triples


def locate_mappings(text: str, name: str) -> Locations:
    """Return the lines of a table: of each record and row, and of the set and its graph (the first line)."""
    table = read_table(text, name)
    locations = Locations()
    for row in table.rows:
        for iri in filter(None, _names(table, row)):
            locations.note(row.line, iri)
    for iri in (*table.values("mapping_set_id"), *_comparison_sets(table)):
        locations.note(1, iri)
    return locations


def _describe_header(table: Table, header: Values, graph: str) -> Iterator[Triple]:
    """Yield what the header says of the graph, of the mapping set and of the comparison that it makes."""
    (mapping_set,) = header["mapping_set_id"]
    comparison_sets = _comparison_sets(table)
    properties = {extension.property for extension in table.extensions.values()}
    # Who published a set may offer it on other terms, or on none that he names, than the file is offered on.
    hidden = {"license": ()} if str(DCTERMS.license) in properties else {}
    yield from describe(graph, VOID.Dataset, OF_GRAPH, {**header, **hidden})
    yield from describe(mapping_set, XW.MappingSet, OF_SET, header)
    for comparison_set in comparison_sets:
        yield from describe(comparison_set, XW.ComparisonSet, OF_COMPARISON_SET, header)
    elsewhere = {str(about): [graph] for about in _IN_GRAPH}
    elsewhere |= {str(XW.inComparisonSet): [], str(XW.declaresComplete): comparison_sets}
    for slot, extension in table.extensions.items():
        for subject in elsewhere.get(extension.property, [mapping_set]):
            yield from _extended(table, subject, slot, table.values(slot), table.line(slot))


def _extended(table: Table, subject: str, slot: str, values: Iterable[str], line: int) -> Iterator[Triple]:
    """Yield the values of an extension slot, as its definition has them."""
    extension = table.extensions[slot]
    if extension.datatype is None:
        values = [table.iri(curie, f"slot {slot}", line) for curie in values]
    kind = {None: IRI, str(XSD.string): TEXT}.get(extension.datatype, extension.datatype)
    return state(subject, extension.property, kind, values)


def _row_values(table: Table, row: TableRow) -> dict[str, list[str]]:
    """Return the values of a row's cells, CURIEs in full; raises InputError for what is not allowed there."""
    values: dict[str, list[str]] = {}
    for column, cell in row.cells.items():
        kind, place = _WRITTEN.get(column, PLAIN), f"column {column}"
        texts = split(cell) if column in _SEVERAL else (cell,)
        if kind == CURIE:
            values[column] = [table.iri(text, place, row.line) for text in texts]
        elif kind == DATE:
            values[column] = [table.day(text, row.line, place) for text in texts]
        else:
            values[column] = list(texts)
    if "confidence" in values:
        values["confidence"] = [table.confidence(row.cells["confidence"], row.line)]
    for column, allowed in _ALLOWED.items():
        if values[column][0] not in allowed:
            hint = f"Known are {', '.join(sorted(re.split('[/#]', iri)[-1] for iri in allowed))}."
            raise table.fault(f"“{row.cells[column]}” is not allowed in column {column}", row.line, hint)
    return values


def _is_first_answer(
    table: Table, row: TableRow, comparison: str, is_none: bool, answers: dict[str, tuple[int, bool]]
) -> bool:
    """Say whether no row above answers for the same subject; several may, unless one found no counterpart."""
    line, was_none = answers.setdefault(comparison, (row.line, is_none))
    if line != row.line and (is_none or was_none):
        hint = "Either there is no counterpart, once, or there are counterparts."
        raise table.fault(f"line {line} has answered for this subject", row.line, hint)
    return line == row.line


def _comparison_sets(table: Table) -> list[str]:
    """Return the comparison that the table makes, if any."""
    about = str(XW.inComparisonSet)
    slots = [slot for slot, extension in table.extensions.items() if extension.property == about]
    return [iri for slot in slots for iri in table.iris(slot)]


def _names(table: Table, row: TableRow) -> tuple[str, str | None]:
    """Return the IRI of a record, and that of the row for its subject where the table makes a comparison."""
    subject, target = (
        table.iri(row.cells[column], f"column {column}", row.line) for column in ("subject_id", "object_id")
    )
    editions = table.iris("subject_source"), table.iris("object_source")
    found = None if target == NO_TERM_FOUND else target
    record = record_iri(table.values("mapping_set_id")[0], subject, found, editions)
    sets = _comparison_sets(table)
    return record, f"{sets[0]}/{short_path(subject, editions[0])}" if sets else None
