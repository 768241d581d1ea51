"""Describes a mapping set, the graph that holds it and the comparison it makes, out of its table's header."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple
from rdflib.namespace import DCTERMS, RDF, SKOS, VOID, XSD

from crosswalk.graph.line_index import Locations
from crosswalk.graph.sssom import Extension, Row, Table, read_table
from crosswalk.namespaces import ID, SEMAPV, SSSOM, XW

_OF_GRAPH = {
    str(term)
    for term in (DCTERMS.rights, DCTERMS.rightsHolder, DCTERMS.modified, DCTERMS.creator, DCTERMS.license)
}
_OF_COMPARISON = {str(XW.inComparisonSet), str(XW.declaresComplete)}


def describe_graph(table: Table, graph: str) -> Iterator[Triple]:
    """The description of the named graph that holds the table."""
    yield triple(graph, RDF.type, node(VOID.Dataset))
    for key, about in (
        ("mapping_set_title", DCTERMS.title),
        ("mapping_set_description", DCTERMS.description),
    ):
        yield from (triple(graph, about, english(text)) for text in table.of_set(key))
    yield from sources(table, graph)
    # Who published a set may offer it on other terms, or on none that he names, than the file is offered on.
    if not any(extension.property == str(DCTERMS.license) for extension in table.extensions.values()):
        yield triple(graph, DCTERMS.license, node(table.header["license"]))
    for slot, extension in table.extensions.items():
        if extension.property in _OF_GRAPH:
            yield from extended(
                table, graph, slot, extension, table.of_set(slot), table.key_lines.get(slot, 1)
            )


def describe_set(table: Table) -> Iterator[Triple]:
    """The mapping set itself, and the comparison that it makes if it makes one."""
    mapping_set = table.header["mapping_set_id"]
    yield triple(mapping_set, RDF.type, node(XW.MappingSet))
    yield triple(mapping_set, SSSOM.mapping_set_id, typed(mapping_set, XSD.anyURI))
    yield triple(mapping_set, DCTERMS.license, node(table.header["license"]))
    yield from sources(table, mapping_set)
    yield from _named(table, mapping_set)
    for key in ("mapping_set_version", "subject_source_version", "object_source_version"):
        yield from (triple(mapping_set, SSSOM[key], Literal(text)) for text in table.of_set(key))
    for key in ("mapping_date", "publication_date"):
        yield from (triple(mapping_set, SSSOM[key], typed(text, XSD.date)) for text in table.of_set(key))
    for key in ("subject_source", "object_source"):
        yield from (triple(mapping_set, SSSOM[key], node(iri)) for iri in table.iris_of_set(key))
    yield from (
        triple(mapping_set, SSSOM.mapping_provider, node(u)) for u in table.of_set("mapping_provider")
    )
    for slot, extension in table.extensions.items():
        if extension.property not in _OF_GRAPH | _OF_COMPARISON:
            line = table.key_lines.get(slot, 1)
            yield from extended(table, mapping_set, slot, extension, table.of_set(slot), line)
    for comparison_set in comparison_sets(table):
        yield triple(comparison_set, RDF.type, node(XW.ComparisonSet))
        yield from (*sources(table, comparison_set), *_named(table, comparison_set))
        for slot, dated in (("mapping_date", DCTERMS.created), ("publication_date", DCTERMS.issued)):
            days = table.of_set(slot)
            yield from (triple(comparison_set, dated, typed(day, str(XSD.date))) for day in days)
        complete = [slot for slot, e in table.extensions.items() if e.property == str(XW.declaresComplete)]
        for slot in complete:
            editions = table.iris_of_set(slot)
            yield from (triple(comparison_set, XW.declaresComplete, node(edition)) for edition in editions)


def _named(table: Table, thing: str) -> Iterator[Triple]:
    yield from (triple(thing, SKOS.prefLabel, english(text)) for text in table.of_set("mapping_set_title"))
    yield from (
        triple(thing, DCTERMS.description, english(text)) for text in table.of_set("mapping_set_description")
    )
    yield from (triple(thing, DCTERMS.creator, node(iri)) for iri in table.iris_of_set("creator_id"))


def sources(table: Table, thing: str) -> Iterator[Triple]:
    """What the whole table was made from, as the source of one thing."""
    yield from (triple(thing, DCTERMS.source, node(iri)) for iri in table.iris_of_set("mapping_set_source"))


def extended(
    table: Table, thing: str, slot: str, extension: Extension, values: list[str], line: int
) -> Iterator[Triple]:
    """The values of an extension slot, as its definition has them."""
    for value in values:
        if extension.datatype is None:
            term = node(table.iri(value, f"slot {slot}", line))
        elif extension.datatype == str(XSD.string):
            term = english(value)
        else:
            term = typed(value, extension.datatype)
        yield triple(thing, extension.property, term)


def comparison_sets(table: Table) -> list[str]:
    """The comparison that the table makes, if any."""
    slots = [slot for slot, each in table.extensions.items() if each.property == str(XW.inComparisonSet)]
    return [iri for slot in slots for iri in table.iris_of_set(slot)]


def triple(subject: str, predicate: str, value: NamedNode | Literal) -> Triple:
    """A triple whose subject and predicate are given as texts."""
    return Triple(NamedNode(str(subject)), NamedNode(str(predicate)), value)


def node(iri: str) -> NamedNode:
    """An IRI as a value."""
    return NamedNode(str(iri))


def english(text: str) -> Literal:
    """A text as a value."""
    return Literal(text, language="en")


def typed(text: str, datatype: str) -> Literal:
    """A number, date or the like as a value."""
    return Literal(text, datatype=NamedNode(str(datatype)))


_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def review(table: Table, row: Row, name: str) -> Iterator[Triple]:
    """Who looked a record over, by IRI or by name, and when."""
    given = [column for column in ("reviewer_id", "reviewer_label") if column in row.cells]
    for column in given:
        for text in _listed(row.cells[column]):
            value = (
                node(table.iri(text, f"column {column}", row.line)) if column[-2:] == "id" else Literal(text)
            )
            yield triple(name, SSSOM[column], value)
    if day := row.cells.get("review_date"):
        if not given:
            raise table.fault("a review_date is given without a reviewer", row.line)
        if not _DAY.fullmatch(day):
            raise table.fault(f"“{day}” in column review_date is no date such as 2026-01-31", row.line)
        yield triple(name, SSSOM.review_date, typed(day, XSD.date))


def _listed(cell: str) -> list[str]:
    """The values of a cell that holds several, divided by bars; a bar in a value stands after a backslash."""
    return [text.replace(r"\|", "|").strip() for text in re.split(r"(?<!\\)\|", cell) if text.strip()]


NO_TERM_FOUND = str(SSSOM.NoTermFound)
"""The object of a record that says: there is no counterpart."""

PREDICATES = frozenset(
    str(SKOS[name])
    for name in ("mappingRelation", "exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
)
JUSTIFICATIONS = frozenset(
    str(SEMAPV[name])
    for name in [
        "BackgroundKnowledgeBasedMatching",
        "CompositeMatching",
        "InstanceBasedMatching",
        "LexicalMatching",
        "LexicalSimilarityThresholdMatching",
        "LogicalReasoning",
        "ManualMappingCuration",
        "MappingChaining",
        "MappingInversion",
        "MappingReview",
        "SemanticSimilarityThresholdMatching",
        "StructuralMatching",
        "UnspecifiedMatching",
    ]
)

_DECIMAL = re.compile(r"\d+(\.\d+)?|\.\d+")
_KINDS = {"guideline", "provision", "section"}


def check(table: Table, row: Row) -> None:
    """Refuses a record whose predicate, justification or confidence is none."""
    _one_of(table, row, "predicate_id", PREDICATES)
    _one_of(table, row, "mapping_justification", JUSTIFICATIONS)
    if "confidence" in row.cells:
        _confidence(table, row)


def record(table: Table, row: Row, name: str) -> Iterator[Triple]:
    """The triples of one record."""
    yield triple(name, RDF.type, node(XW.Mapping))
    yield triple(name, XW.inMappingSet, node(table.header["mapping_set_id"]))
    yield triple(name, XW.subject, node(_cell(table, row, "subject_id")))
    yield triple(name, XW.predicate, node(_cell(table, row, "predicate_id")))
    yield triple(name, XW.object, node(object_iri(table, row)))
    yield triple(name, SSSOM.mapping_justification, node(_cell(table, row, "mapping_justification")))
    yield from sources(table, name)
    if judged := row_iri(table, row):
        yield triple(name, XW.inComparison, node(judged))
    if "confidence" in row.cells:
        yield triple(name, SSSOM.confidence, _confidence(table, row))
    for curie in filter(None, row.cells.get("author_id", "").split("|")):
        yield triple(name, DCTERMS.creator, node(table.iri(curie, "column author_id", row.line)))
    yield from review(table, row, name)
    if "comment" in row.cells:
        yield triple(name, SKOS.note, english(row.cells["comment"]))
    for slot, extension in table.extensions.items():
        values = [each for each in row.cells.get(slot, "").split("|") if each]
        yield from extended(table, name, slot, extension, values, row.line)


def comparison(table: Table, row: Row, earlier: dict[str, Row]) -> Iterator[Triple]:
    """The row of the comparison that a record belongs to, where the table says that it makes one."""
    none = object_iri(table, row) == NO_TERM_FOUND
    name = row_iri(table, row)
    if name is None:
        if none:
            hint = "Name in the header, with the slot for xw:inComparisonSet, the comparison that says so."
            raise table.fault("“no counterpart” is said outside of a comparison", row.line, hint)
        return
    first = earlier.setdefault(name, row)
    if first is not row:
        if none or object_iri(table, first) == NO_TERM_FOUND:
            hint = "Either there is no counterpart, once, or there are counterparts."
            raise table.fault(f"line {first.line} has answered for this subject", row.line, hint)
        return
    yield triple(name, RDF.type, node(XW.Comparison))
    yield from (triple(name, XW.inComparisonSet, node(each)) for each in comparison_sets(table))
    yield triple(name, XW.focus, node(_cell(table, row, "subject_id")))
    yield from (triple(name, XW.against, node(edition)) for edition in _against(table, row))
    yield triple(name, XW.outcome, node(XW.AssertedNone if none else XW.Mapped))
    yield from sources(table, name)
    if none:
        yield from review(table, row, name)
    if none and "comment" in row.cells:
        yield triple(name, SKOS.note, english(row.cells["comment"]))


def _against(table: Table, row: Row) -> list[str]:
    if curie := row.cells.get("object_source"):
        return [table.iri(curie, "column object_source", row.line)]
    return table.iris_of_set("object_source")


def record_iri(table: Table, row: Row) -> str:
    """The record's own IRI, which follows from its subject and object alone."""
    subject = _short(table, _cell(table, row, "subject_id"), "subject_source")
    target = object_iri(table, row)
    end = "none" if target == NO_TERM_FOUND else _short(table, target, "object_source")
    return f"{table.header['mapping_set_id']}/{subject}--{end}"


def row_iri(table: Table, row: Row) -> str | None:
    """The comparison's row for the subject of a record, where the table makes a comparison."""
    sets = comparison_sets(table)
    return f"{sets[0]}/{_short(table, _cell(table, row, 'subject_id'), 'subject_source')}" if sets else None


def _short(table: Table, iri: str, source: str) -> str:
    """The path of an element within its edition, without the words for its kind: CLP.12-5.7."""
    editions = [each + "/" for each in table.iris_of_set(source) if iri.startswith(each + "/")]
    path = iri.removeprefix(editions[0] if editions else ID)
    return "-".join(part for part in re.split("[/:#]", path) if part not in _KINDS)


def object_iri(table: Table, row: Row) -> str:
    """What a record leads to."""
    return _cell(table, row, "object_id")


def _cell(table: Table, row: Row, column: str) -> str:
    return table.iri(row.cells[column], f"column {column}", row.line)


def _one_of(table: Table, row: Row, column: str, allowed: frozenset[str]) -> None:
    if _cell(table, row, column) not in allowed:
        hint = f"Known are {', '.join(sorted(re.split('[/#]', each)[-1] for each in allowed))}."
        raise table.fault(f"“{row.cells[column]}” is not allowed in column {column}", row.line, hint)


def _confidence(table: Table, row: Row) -> Literal:
    text = row.cells["confidence"]
    if not _DECIMAL.fullmatch(text) or float(text) > 1:
        raise table.fault(f"the confidence “{text}” is no number from 0 to 1", row.line)
    return typed(text, XSD.decimal)


def read_mappings(text: str, name: str, graph: str) -> list[Triple]:
    """The triples of an SSSOM table: its graph's description, the mapping set, its records and rows."""
    table = read_table(text, name)
    triples = [*describe_graph(table, graph), *describe_set(table)]
    judged: dict[str, Row] = {}
    lines: dict[str, int] = {}
    for row in table.rows:
        iri = record_iri(table, row)
        if iri in lines:
            raise table.fault(f"the record repeats that of line {lines[iri]}", row.line)
        lines[iri] = row.line
        check(table, row)
        triples += comparison(table, row, judged)
        if object_iri(table, row) != NO_TERM_FOUND:
            triples += record(table, row, iri)
    return triples


def locate_mappings(text: str, name: str) -> Locations:
    """The lines of a table: of each record and row, and of the set and its graph (the first line)."""
    table = read_table(text, name)
    found = Locations()
    for row in table.rows:
        found.note(row.line, record_iri(table, row))
        if judged := row_iri(table, row):
            found.note(row.line, judged)
    for each in (*table.of_set("mapping_set_id"), *comparison_sets(table)):
        found.note(1, each)
    return found
