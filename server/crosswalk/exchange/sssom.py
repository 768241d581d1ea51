"""Read SSSOM tables of strangers (SSSOM/TSV 1.1, https://mapping-commons.github.io/sssom/) as records."""

from __future__ import annotations

from typing import Any

from crosswalk.exchange.records import (
    RATIONALES,
    RELATION_NAMES,
    SET_FIELDS,
    Losses,
    MappingSet,
    Record,
    rationale_kind,
    read_strength,
)
from crosswalk.graph.mappings import MAPPING_PROPERTIES, NO_TERM_FOUND, PREDICATES, UNTYPED
from crosswalk.graph.sssom import Table, TableRow, read_table, split
from crosswalk.namespaces import XW
from crosswalk.relations.algebra import (
    CONCEPTS,
    DISJOINT,
    EQUAL,
    SUBSET,
    SUPERSET,
    Candidates,
    excluded_by,
    excluding,
)
from crosswalk.structured_text import decode

_IRI_EXTENSIONS = frozenset(
    str(term)
    for term in (XW.excludesRelation, XW.setRelation, XW.rationaleKind, XW.alignment, XW.inComparison)
)
_TEXT_EXTENSIONS = frozenset(str(term) for term in (XW.asCited, XW.text, XW.strength))
_NEGATABLE = {PREDICATES[relation]: relation for relation in (EQUAL, SUBSET, SUPERSET)}

Extended = dict[str, tuple[str, ...]]


def read(data: bytes, name: str) -> MappingSet:
    """Return the mapping set of a table; raises InputError with the line that is wrong."""
    table = read_table(decode(data, name), name, strict=False)
    records = tuple(_record(table, row) for row in table.rows)
    fields: dict[str, Any] = {name: table.value(slot) for name, slot in SET_FIELDS.items()}
    for name in ("subject_source", "object_source"):
        fields[name] = next(iter(table.iris(name)), None)
    for name in ("mapping_date", "publication_date"):
        fields[name] = fields[name] and table.day(fields[name], table.line(name))
    fields["creators"] = tuple(table.iris("creator_id"))
    fields["sources"] = tuple(_source(table, text) for text in table.values("mapping_set_source"))
    identifier = str(table.value("mapping_set_id"))
    return MappingSet(identifier, **fields, records=records, losses=Losses(table.losses))


def _source(table: Table, text: str) -> str:
    """Return the IRI of a source: the slot is made for URIs, and tables of this project give CURIEs."""
    is_curie = text.partition(":")[0] in table.prefixes
    return table.iri(text, "mapping_set_source", table.line("mapping_set_source")) if is_curie else text


def _record(table: Table, row: TableRow) -> Record:
    def iris(column: str) -> tuple[str, ...]:
        return tuple(table.iri(curie, column, row.line) for curie in split(row.cells.get(column, "")))

    def iri(column: str) -> str | None:
        return table.iri(row.cells[column], column, row.line) if column in row.cells else None

    def day(column: str) -> str | None:
        return table.day(row.cells[column], row.line) if column in row.cells else None

    extended = _extended(table, row)

    def first(about: str) -> str | None:
        return next(iter(extended.get(str(about), ())), None)

    subject, target = iri("subject_id"), iri("object_id")
    if subject == NO_TERM_FOUND:
        what = "a record without a subject has no place in the graph"
        raise table.fault(what, row.line, "Take the row out.")
    predicate, candidates = _relation(table, row, extended)
    confidence = row.cells.get("confidence")
    return Record(
        subject=subject,
        object=None if target == NO_TERM_FOUND else target,
        predicate=predicate,
        justification=iri("mapping_justification"),
        identifier=iri("record_id"),
        candidates=candidates,
        rationale_kind=_rationale(table, row, first(XW.rationaleKind)),
        confidence=confidence and table.confidence(confidence, row.line),
        comment=row.cells.get("comment"),
        as_cited=first(XW.asCited),
        authors=iris("author_id"),
        date=day("mapping_date"),
        comparison=first(XW.inComparison),
        alignment=first(XW.alignment),
        quotations=extended.get(str(XW.text), ()),
        strength=read_strength(first(XW.strength), lambda what, hint: table.fault(what, row.line, hint)),
        reviewers=iris("reviewer_id"),
        reviewer_names=split(row.cells.get("reviewer_label", "")),
        review_date=day("review_date"),
        place=row.line,
    )


def _extended(table: Table, row: TableRow) -> Extended:
    """Return the values of the extension slots of a row, by property; count those without a place here."""
    extended: Extended = {}
    for slot, extension in table.extensions.items():
        values = split(row.cells.get(slot, ""))
        if values and extension.property in _IRI_EXTENSIONS:
            extended[extension.property] = tuple(table.iri(value, slot, row.line) for value in values)
        elif values and extension.property in _TEXT_EXTENSIONS:
            extended[extension.property] = values
        elif values:
            table.losses[f"extension slot {slot}"] += 1
    return extended


def _relation(table: Table, row: TableRow, extended: Extended) -> tuple[str, Candidates]:
    """Return the predicate, and the set relations left; nothing is read out of a predicate alone."""
    curie = row.cells["predicate_id"]
    predicate = table.iri(curie, "predicate_id", row.line)
    if predicate not in MAPPING_PROPERTIES:
        names = ", ".join(sorted(iri.rpartition("#")[2] for iri in MAPPING_PROPERTIES))
        raise table.fault(f"“{curie}” is no mapping property of SKOS", row.line, f"Known are {names}.")
    excluded, stated = (extended.get(str(about), ()) for about in (XW.excludesRelation, XW.setRelation))
    for iri in (*excluded, *stated):
        if iri not in CONCEPTS:
            hint = f"Known are {', '.join(RELATION_NAMES)}."
            raise table.fault(f"“{iri}” is none of the five set relations", row.line, hint)
    candidates = excluding(excluded_by(excluded))
    if stated:
        candidates &= CONCEPTS[stated[0]]
    if not candidates:
        what = "the record excludes all five set relations, though one must hold"
        raise table.fault(what, row.line, "Leave out at least the one that may hold.")
    modifier = row.cells.get("predicate_modifier")
    if modifier is None:
        return predicate, candidates
    if modifier != "Not":
        what = f"the predicate_modifier “{modifier}” is unknown"
        raise table.fault(what, row.line, "The only one is Not.")
    if candidates == DISJOINT:
        return PREDICATES[DISJOINT], candidates
    if predicate not in _NEGATABLE:
        hint = "Say what does not hold in a slot for xw:setRelation or xw:excludesRelation."
        raise table.fault(f"Not {curie} says of no set relation that it is out", row.line, hint)
    return UNTYPED, candidates & ~_NEGATABLE[predicate]


def _rationale(table: Table, row: TableRow, iri: str | None) -> str | None:
    kind = rationale_kind(iri) if iri else None
    if iri and kind is None:
        hint = f"Known are {', '.join(RATIONALES)}."
        raise table.fault(f"“{iri}” is no kind of rationale", row.line, hint)
    return kind
