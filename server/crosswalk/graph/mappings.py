"""Turn the table of a mapping set into triples: its graph, its set and comparison, its records and rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from pyoxigraph import Literal, NamedNode, Triple
from rdflib.namespace import DCTERMS, RDF, SKOS, VOID, XSD

from crosswalk.graph.line_index import Locations
from crosswalk.graph.sssom import Extension, Row, Table, read_table
from crosswalk.namespaces import ID, SEMAPV, SSSOM, XW

NO_TERM_FOUND = str(SSSOM.NoTermFound)
"""The object of a record that says: there is no counterpart."""

PREDICATES = frozenset(
    str(SKOS[name])
    for name in ("mappingRelation", "exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
)
JUSTIFICATIONS = frozenset(
    str(SEMAPV[name])
    for name in (
        *("LexicalMatching", "LogicalReasoning", "CompositeMatching", "UnspecifiedMatching"),
        *("SemanticSimilarityThresholdMatching", "LexicalSimilarityThresholdMatching", "StructuralMatching"),
        *("InstanceBasedMatching", "BackgroundKnowledgeBasedMatching", "ManualMappingCuration"),
        *("MappingChaining", "MappingInversion", "MappingReview"),
    )
)

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DECIMAL = re.compile(r"\d+(\.\d+)?|\.\d+")
_KINDS = {"guideline", "provision", "section"}


def read_mappings(text: str, name: str, graph: str) -> list[Triple]:
    """Return the triples of an SSSOM table: of its graph, the mapping set, its records and its rows.

    Raises InputError, with file and line, where the table is wrong or a record repeats another.
    """
    table = read_table(text, name)
    triples = [*_describe_graph(table, graph), *_describe_set(table)]
    first_rows: dict[str, Row] = {}
    lines: dict[str, int] = {}
    for row in table.rows:
        iri = _record_iri(table, row)
        if iri in lines:
            raise table.fault(f"the record repeats that of line {lines[iri]}", row.line)
        lines[iri] = row.line
        _check_record(table, row)
        triples += _comparison(table, row, first_rows)
        if _object(table, row) != NO_TERM_FOUND:
            triples += _record(table, row, iri)
    return triples


def locate_mappings(text: str, name: str) -> Locations:
    """Return the lines of a table: of each record and row, and of the set and its comparison (the first)."""
    table = read_table(text, name)
    locations = Locations()
    for row in table.rows:
        locations.note(row.line, _record_iri(table, row))
        if comparison := _comparison_iri(table, row):
            locations.note(row.line, comparison)
    for iri in (*table.of_set("mapping_set_id"), *_comparison_sets(table)):
        locations.note(1, iri)
    return locations


def _triple(subject: str, predicate: str, value: NamedNode | Literal) -> Triple:
    return Triple(NamedNode(str(subject)), NamedNode(str(predicate)), value)


def _node(iri: str) -> NamedNode:
    return NamedNode(str(iri))


def _english(text: str) -> Literal:
    return Literal(text, language="en")


def _typed(text: str, datatype: str) -> Literal:
    return Literal(text, datatype=NamedNode(str(datatype)))


def _date(text: str) -> Literal:
    return _typed(text, XSD.date)


Slots = tuple[tuple[str, str, Callable[[str], NamedNode | Literal]], ...]
"""Slots of the header, each with the property of its values and what makes a term of a value."""

_CURIES = {"mapping_set_source", "creator_id", "subject_source", "object_source"}
"""The slots whose values are CURIEs."""
_SOURCE: Slots = (("mapping_set_source", DCTERMS.source, _node),)
_NAMES: Slots = (
    ("mapping_set_title", SKOS.prefLabel, _english),
    ("mapping_set_description", DCTERMS.description, _english),
    ("creator_id", DCTERMS.creator, _node),
)
_GRAPH: Slots = (
    *_SOURCE,
    ("mapping_set_title", DCTERMS.title, _english),
    ("mapping_set_description", DCTERMS.description, _english),
)
_SET: Slots = (
    *_SOURCE,
    *_NAMES,
    ("license", DCTERMS.license, _node),
    ("mapping_set_version", SSSOM.mapping_set_version, Literal),
    ("subject_source_version", SSSOM.subject_source_version, Literal),
    ("object_source_version", SSSOM.object_source_version, Literal),
    ("mapping_date", SSSOM.mapping_date, _date),
    ("publication_date", SSSOM.publication_date, _date),
    ("subject_source", SSSOM.subject_source, _node),
    ("object_source", SSSOM.object_source, _node),
    ("mapping_provider", SSSOM.mapping_provider, _node),
)
_COMPARISON_SET: Slots = (
    *_SOURCE,
    *_NAMES,
    ("mapping_date", DCTERMS.created, _date),
    ("publication_date", DCTERMS.issued, _date),
)
_GRAPH_EXTENSIONS = {
    str(term)
    for term in (DCTERMS.rights, DCTERMS.rightsHolder, DCTERMS.modified, DCTERMS.creator, DCTERMS.license)
}
_COMPARISON_EXTENSIONS = {str(XW.inComparisonSet), str(XW.declaresComplete)}


def _describe_graph(table: Table, graph: str) -> Iterator[Triple]:
    yield _triple(graph, RDF.type, _node(VOID.Dataset))
    yield from _of_slots(table, _GRAPH, graph)
    # Who published a set may offer it on other terms, or on none that he names, than the file is offered on.
    if not any(extension.property == str(DCTERMS.license) for extension in table.extensions.values()):
        yield _triple(graph, DCTERMS.license, _node(table.header["license"]))
    yield from _of_header_extensions(table, graph, lambda about: about in _GRAPH_EXTENSIONS)


def _describe_set(table: Table) -> Iterator[Triple]:
    """Yield the mapping set itself, and the comparison that it makes if it makes one."""
    mapping_set = table.header["mapping_set_id"]
    yield _triple(mapping_set, RDF.type, _node(XW.MappingSet))
    yield _triple(mapping_set, SSSOM.mapping_set_id, _typed(mapping_set, XSD.anyURI))
    yield from _of_slots(table, _SET, mapping_set)
    others = _GRAPH_EXTENSIONS | _COMPARISON_EXTENSIONS
    yield from _of_header_extensions(table, mapping_set, lambda about: about not in others)
    for comparison_set in _comparison_sets(table):
        yield _triple(comparison_set, RDF.type, _node(XW.ComparisonSet))
        yield from _of_slots(table, _COMPARISON_SET, comparison_set)
        for edition in _header_iris(table, XW.declaresComplete):
            yield _triple(comparison_set, XW.declaresComplete, _node(edition))


def _of_slots(table: Table, slots: Slots, subject: str) -> Iterator[Triple]:
    for slot, predicate, term in slots:
        values = table.iris_of_set(slot) if slot in _CURIES else table.of_set(slot)
        yield from (_triple(subject, predicate, term(value)) for value in values)


def _of_header_extensions(table: Table, subject: str, chosen: Callable[[str], bool]) -> Iterator[Triple]:
    for slot, extension in table.extensions.items():
        if chosen(extension.property):
            line = table.key_lines.get(slot, 1)
            yield from _of_extension(table, subject, slot, extension, table.of_set(slot), line)


def _of_extension(
    table: Table, subject: str, slot: str, extension: Extension, values: list[str], line: int
) -> Iterator[Triple]:
    """Yield the values of an extension slot, of the datatype that its definition gives."""
    for value in values:
        if extension.datatype is None:
            term = _node(table.iri(value, f"slot {slot}", line))
        elif extension.datatype == str(XSD.string):
            term = _english(value)
        else:
            term = _typed(value, extension.datatype)
        yield _triple(subject, extension.property, term)


def _header_iris(table: Table, about: str) -> list[str]:
    """Return the values in the header of the extension slots for one property."""
    slots = [slot for slot, extension in table.extensions.items() if extension.property == str(about)]
    return [iri for slot in slots for iri in table.iris_of_set(slot)]


def _comparison_sets(table: Table) -> list[str]:
    """Return the comparison that the table makes, if any."""
    return _header_iris(table, XW.inComparisonSet)


def _record(table: Table, row: Row, iri: str) -> Iterator[Triple]:
    yield _triple(iri, RDF.type, _node(XW.Mapping))
    yield _triple(iri, XW.inMappingSet, _node(table.header["mapping_set_id"]))
    yield _triple(iri, XW.subject, _node(_cell(table, row, "subject_id")))
    yield _triple(iri, XW.predicate, _node(_cell(table, row, "predicate_id")))
    yield _triple(iri, XW.object, _node(_object(table, row)))
    yield _triple(iri, SSSOM.mapping_justification, _node(_cell(table, row, "mapping_justification")))
    yield from _of_slots(table, _SOURCE, iri)
    if comparison := _comparison_iri(table, row):
        yield _triple(iri, XW.inComparison, _node(comparison))
    if "confidence" in row.cells:
        yield _triple(iri, SSSOM.confidence, _confidence(table, row))
    for curie in filter(None, row.cells.get("author_id", "").split("|")):
        yield _triple(iri, DCTERMS.creator, _node(table.iri(curie, "column author_id", row.line)))
    yield from _review(table, row, iri)
    if "comment" in row.cells:
        yield _triple(iri, SKOS.note, _english(row.cells["comment"]))
    for slot, extension in table.extensions.items():
        values = [value for value in row.cells.get(slot, "").split("|") if value]
        yield from _of_extension(table, iri, slot, extension, values, row.line)


def _comparison(table: Table, row: Row, first_rows: dict[str, Row]) -> Iterator[Triple]:
    """Yield the row of the comparison that a record belongs to, where the table makes one.

    ``first_rows`` holds the first record of each subject so far.
    """
    no_counterpart = _object(table, row) == NO_TERM_FOUND
    iri = _comparison_iri(table, row)
    if iri is None:
        if no_counterpart:
            hint = "Name in the header, with the slot for xw:inComparisonSet, the comparison that says so."
            raise table.fault("“no counterpart” is said outside of a comparison", row.line, hint)
        return
    first = first_rows.setdefault(iri, row)
    if first is not row:
        if no_counterpart or _object(table, first) == NO_TERM_FOUND:
            hint = "Either there is no counterpart, once, or there are counterparts."
            raise table.fault(f"line {first.line} has answered for this subject", row.line, hint)
        return
    yield _triple(iri, RDF.type, _node(XW.Comparison))
    yield from (_triple(iri, XW.inComparisonSet, _node(name)) for name in _comparison_sets(table))
    yield _triple(iri, XW.focus, _node(_cell(table, row, "subject_id")))
    if against := row.cells.get("object_source"):
        editions = [table.iri(against, "column object_source", row.line)]
    else:
        editions = table.iris_of_set("object_source")
    yield from (_triple(iri, XW.against, _node(edition)) for edition in editions)
    yield _triple(iri, XW.outcome, _node(XW.AssertedNone if no_counterpart else XW.Mapped))
    yield from _of_slots(table, _SOURCE, iri)
    if no_counterpart:
        yield from _review(table, row, iri)
        if "comment" in row.cells:
            yield _triple(iri, SKOS.note, _english(row.cells["comment"]))


def _review(table: Table, row: Row, iri: str) -> Iterator[Triple]:
    """Yield who reviewed a record, by IRI or by name, and when."""
    columns = [column for column in ("reviewer_id", "reviewer_label") if column in row.cells]
    for column in columns:
        # Several values are divided by bars; a bar in a value stands after a backslash.
        for part in filter(str.strip, re.split(r"(?<!\\)\|", row.cells[column])):
            text = part.replace(r"\|", "|").strip()
            is_curie = column == "reviewer_id"
            value = _node(table.iri(text, f"column {column}", row.line)) if is_curie else Literal(text)
            yield _triple(iri, SSSOM[column], value)
    if day := row.cells.get("review_date"):
        if not columns:
            raise table.fault("a review_date is given without a reviewer", row.line)
        if not _DAY.fullmatch(day):
            raise table.fault(f"“{day}” in column review_date is no date such as 2026-01-31", row.line)
        yield _triple(iri, SSSOM.review_date, _date(day))


def _record_iri(table: Table, row: Row) -> str:
    """Return the record's own IRI, which follows from its subject and object alone."""
    subject = _short(table, _cell(table, row, "subject_id"), "subject_source")
    target = _object(table, row)
    end = "none" if target == NO_TERM_FOUND else _short(table, target, "object_source")
    return f"{table.header['mapping_set_id']}/{subject}--{end}"


def _comparison_iri(table: Table, row: Row) -> str | None:
    """Return the comparison's row for the subject of a record, where the table makes a comparison."""
    sets = _comparison_sets(table)
    return f"{sets[0]}/{_short(table, _cell(table, row, 'subject_id'), 'subject_source')}" if sets else None


def _short(table: Table, iri: str, source: str) -> str:
    """Return the path of an element within its edition, without the words for its kind: CLP.12-5.7."""
    editions = [edition + "/" for edition in table.iris_of_set(source) if iri.startswith(edition + "/")]
    path = iri.removeprefix(editions[0] if editions else ID)
    return "-".join(part for part in re.split("[/:#]", path) if part not in _KINDS)


def _object(table: Table, row: Row) -> str:
    return _cell(table, row, "object_id")


def _cell(table: Table, row: Row, column: str) -> str:
    return table.iri(row.cells[column], f"column {column}", row.line)


def _check_record(table: Table, row: Row) -> None:
    """Raise InputError where predicate, justification or confidence of a record is none."""
    for column, allowed in (("predicate_id", PREDICATES), ("mapping_justification", JUSTIFICATIONS)):
        if _cell(table, row, column) not in allowed:
            hint = f"Known are {', '.join(sorted(re.split('[/#]', iri)[-1] for iri in allowed))}."
            raise table.fault(f"“{row.cells[column]}” is not allowed in column {column}", row.line, hint)
    if "confidence" in row.cells:
        _confidence(table, row)


def _confidence(table: Table, row: Row) -> Literal:
    text = row.cells["confidence"]
    if not _DECIMAL.fullmatch(text) or float(text) > 1:
        raise table.fault(f"the confidence “{text}” is no number from 0 to 1", row.line)
    return _typed(text, XSD.decimal)
