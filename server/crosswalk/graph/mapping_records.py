"""Makes the records of a mapping set, and the rows of an assessment, out of the rows of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyoxigraph import Literal, Triple
from rdflib.namespace import DCTERMS, RDF, SKOS, XSD

from ..namespaces import ID, SEMAPV, SSSOM, XW
from .mapping_reviews import review
from .mapping_sets import comparison_sets, english, extended, node, sources, triple, typed
from .sssom import Row, Table

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
