"""Describe mapping sets, records and comparisons as triples, and read SSSOM tables into them.

The tables of properties are keyed by SSSOM slots: who has values for slots, be it from a table or from a
file of another format, gets the same triples.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import Literal, NamedNode, Triple
from rdflib import URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS, VOID, XSD

from crosswalk.graph.line_index import Locations
from crosswalk.graph.sssom import Table, TableRow, read_table, split
from crosswalk.namespaces import ID, SEMAPV, SSSOM, XW
from crosswalk.relations.algebra import DISJOINT, EQUAL, INTERSECTS, SUBSET, SUPERSET

Properties = dict[str, tuple[URIRef, str]]
Values = Mapping[str, Iterable[str]]

CURIE, IRI, TEXT, PLAIN = "curie", "iri", "text", "plain"
"""How a value is written: as a CURIE or a full IRI, as words, as a string; anything else is a datatype."""

CURATED_LANGUAGE = "en"
"""The language of the words in curated tables, where no slot for dcterms:language names another."""

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

PREDICATES = {
    EQUAL: str(SKOS.exactMatch),
    SUBSET: str(SKOS.broadMatch),
    SUPERSET: str(SKOS.narrowMatch),
    INTERSECTS: str(SKOS.relatedMatch),
    DISJOINT: str(SKOS.mappingRelation),
}
"""The mapping property of each set relation; SKOS has no narrower one for disjointness."""

UNTYPED = PREDICATES[DISJOINT]
MAPPING_PROPERTIES = frozenset((*PREDICATES.values(), str(SKOS.closeMatch)))
JUSTIFICATIONS = frozenset(
    str(SEMAPV[name])
    for name in (
        *("BackgroundKnowledgeBasedMatching", "CompositeMatching", "InstanceBasedMatching"),
        *("LexicalMatching", "LexicalSimilarityThresholdMatching", "LogicalReasoning"),
        *("ManualMappingCuration", "MappingChaining", "MappingInversion", "MappingReview"),
        *("SemanticSimilarityThresholdMatching", "StructuralMatching", "UnspecifiedMatching"),
    )
)
_KINDS = {"guideline", "provision", "section"}


def state(
    subject: str, about: str, kind: str, values: Iterable[str], language: str = CURATED_LANGUAGE
) -> Iterator[Triple]:
    """Yield a triple for each value of a property; ``kind`` is how the values are written.

    ``language`` is that of words, by its tag.
    """
    for value in values:
        if kind in (CURIE, IRI):
            term = NamedNode(value)
        elif kind in (TEXT, PLAIN):
            term = Literal(value, language=language if kind == TEXT else None)
        else:
            term = Literal(value, datatype=NamedNode(kind))
        yield Triple(NamedNode(str(subject)), NamedNode(str(about)), term)


def describe(
    subject: str, type_: str, properties: Properties, values: Values, language: str = CURATED_LANGUAGE
) -> Iterator[Triple]:
    """Yield the type of a subject, and what the values of slots say of it by one of the tables above."""
    yield from state(subject, RDF.type, IRI, [type_])
    for slot, (about, kind) in properties.items():
        yield from state(subject, about, kind, values.get(slot, ()), language)


class RecordNames:
    """Give the records of a set IRIs of their own: only a further record on a pair gets a suffix."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._further: Counter[str] = Counter()

    def claim(self, iri: str) -> str:
        """Return the IRI, or where another record bears it, the IRI with the next number that is free.

        >>> names = RecordNames()
        >>> names.claim("urn:s/9--5.7"), names.claim("urn:s/9--5.7"), names.claim("urn:s/9--5.7")
        ('urn:s/9--5.7', 'urn:s/9--5.7--2', 'urn:s/9--5.7--3')
        """
        name = iri
        while name in self._taken:
            self._further[iri] += 1
            name = f"{iri}--{self._further[iri] + 1}"
        self._taken.add(name)
        return name


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
    mapping_set = _CuratedSet(read_table(text, name))
    triples = list(mapping_set.describe_header(graph))
    for row in mapping_set.table.rows:
        triples += mapping_set.describe_row(row)
    return triples


def locate_mappings(text: str, name: str) -> Locations:
    """Return the lines of a table: of each record and row, and of the set and its graph (the first line)."""
    mapping_set = _CuratedSet(read_table(text, name))
    locations = Locations()
    for row in mapping_set.table.rows:
        for iri in filter(None, mapping_set.names(mapping_set.values(row))):
            locations.note(row.line, iri)
    for iri in (mapping_set.iri, *mapping_set.comparison_sets):
        locations.note(1, iri)
    return locations


class _CuratedSet:
    """The mapping set of a curated table, with what holds for all its records and which were read so far."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.header = {
            slot: table.iris(slot) if kind == CURIE else table.values(slot)
            for slot, (_, kind) in OF_SET.items()
        }
        (self.iri,) = self.header["mapping_set_id"]
        self.comparison_sets = [
            iri
            for slot, extension in table.extensions.items()
            if extension.property == str(XW.inComparisonSet)
            for iri in table.iris(slot)
        ]
        shared = ("mapping_set_id", "mapping_set_source", "object_source")
        self._shared = {slot: self.header[slot] for slot in shared} | {"comparison_set": self.comparison_sets}
        self._names = RecordNames()
        self._lines: dict[frozenset[tuple[str, str]], int] = {}
        self._answers: dict[str, tuple[int, bool]] = {}

    def names(self, values: dict[str, list[str]]) -> tuple[str, str | None]:
        """Return the IRI of the next record, and that of the comparison's row for its subject, if any."""
        (subject,), (target,) = values["subject_id"], values["object_id"]
        editions = self.header["subject_source"], self.header["object_source"]
        pair = record_iri(self.iri, subject, None if target == NO_TERM_FOUND else target, editions)
        record = self._names.claim(pair)
        within = next(iter(self.comparison_sets), None)
        return record, f"{within}/{short_path(subject, editions[0])}" if within else None

    def describe_header(self, graph: str) -> Iterator[Triple]:
        """Yield what the header says of the graph, of the set and of the comparison that it makes."""
        # Who published a set may offer it on other terms than the file is offered on, or name none.
        extended = {extension.property for extension in self.table.extensions.values()}
        hidden = {"license": ()} if str(DCTERMS.license) in extended else {}
        yield from describe(graph, VOID.Dataset, OF_GRAPH, {**self.header, **hidden})
        yield from describe(self.iri, XW.MappingSet, OF_SET, self.header)
        for comparison_set in self.comparison_sets:
            yield from describe(comparison_set, XW.ComparisonSet, OF_COMPARISON_SET, self.header)
        elsewhere = {str(about): [graph] for about in _IN_GRAPH}
        elsewhere |= {str(XW.inComparisonSet): [], str(XW.declaresComplete): self.comparison_sets}
        for slot, extension in self.table.extensions.items():
            for subject in elsewhere.get(extension.property, [self.iri]):
                yield from self._extended(subject, slot, self.table.values(slot), self.table.line(slot))

    def describe_row(self, row: TableRow) -> Iterator[Triple]:
        """Yield the record of a row, and the row of the comparison that it is the first to speak of."""
        values = self._shared | self.values(row)
        record, comparison = self.names(values)
        line = self._lines.setdefault(frozenset(row.cells.items()), row.line)
        if line != row.line:
            what = f"the record repeats that of line {line}"
            raise self.table.fault(
                what, row.line, "Take it out; a further record on a pair says something else."
            )
        is_none = values["object_id"] == [NO_TERM_FOUND]
        if comparison is not None:
            line, was_none = self._answers.setdefault(comparison, (row.line, is_none))
            if line == row.line:
                values["outcome"] = [XW.AssertedNone if is_none else XW.Mapped]
                yield from describe(comparison, XW.Comparison, OF_NONE if is_none else OF_COMPARISON, values)
            elif is_none or was_none:
                hint = "Either there is no counterpart, once, or there are counterparts."
                raise self.table.fault(f"line {line} has answered for this subject", row.line, hint)
        elif is_none:
            hint = "Name in the header, with the slot for xw:inComparisonSet, the comparison that says so."
            raise self.table.fault("“no counterpart” is said outside of a comparison", row.line, hint)
        if not is_none:
            values["comparison"] = [comparison] if comparison else []
            yield from describe(record, XW.Mapping, OF_RECORD, values)
            for slot in self.table.extensions:
                yield from self._extended(record, slot, split(row.cells.get(slot, "")), row.line)

    def values(self, row: TableRow) -> dict[str, list[str]]:
        """Return the values of a row's cells, CURIEs in full; raises InputError for what is not allowed."""
        values: dict[str, list[str]] = {}
        for column, cell in row.cells.items():
            kind, place = _WRITTEN.get(column, PLAIN), f"column {column}"
            texts = split(cell) if column in _SEVERAL else (cell,)
            if kind == CURIE:
                values[column] = [self.table.iri(text, place, row.line) for text in texts]
            elif kind == DATE:
                values[column] = [self.table.day(text, row.line, place) for text in texts]
            elif kind == DECIMAL:
                values[column] = [self.table.confidence(text, row.line) for text in texts]
            else:
                values[column] = list(texts)
        for column, allowed in (
            ("predicate_id", MAPPING_PROPERTIES),
            ("mapping_justification", JUSTIFICATIONS),
        ):
            if values[column][0] not in allowed:
                what = f"“{row.cells[column]}” is not allowed in column {column}"
                hint = f"Known are {', '.join(sorted(re.split('[/#]', iri)[-1] for iri in allowed))}."
                raise self.table.fault(what, row.line, hint)
        return values

    def _extended(self, subject: str, slot: str, values: Iterable[str], line: int) -> Iterator[Triple]:
        """Yield the values of an extension slot, as its definition has them."""
        extension = self.table.extensions[slot]
        if extension.datatype is None:
            values = [self.table.iri(curie, f"slot {slot}", line) for curie in values]
        kind = {None: IRI, str(XSD.string): TEXT}.get(extension.datatype, extension.datatype)
        return state(subject, extension.property, kind, values)
