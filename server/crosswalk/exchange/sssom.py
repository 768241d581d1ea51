"""Reads SSSOM TSV, versions 1.0 and 1.1: what the graph has no place for is counted."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from rdflib.namespace import SKOS

from crosswalk.exchange.parsing import decode
from crosswalk.exchange.records import MappingSet, Record
from crosswalk.exchange.sssom_slots import (
    KEPT_COLUMNS,
    REQUIRED,
)
from crosswalk.exchange.sssom_table import Table, check_columns, read_header, rows_of, sources_of
from crosswalk.exchange.words import MAPPING_PROPERTIES, NAMES, PREDICATES, RATIONALES, without
from crosswalk.namespaces import SSSOM, XW
from crosswalk.relations.algebra import DISJOINT, EQUAL, SUBSET, SUPERSET, Candidates

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_RECORD_IRI = re.compile(r"""[^\s<>"{}|\\^`]+""")
_NEGATABLE = {PREDICATES[relation]: relation for relation in (EQUAL, SUBSET, SUPERSET)}


def read(data: bytes, name: str) -> MappingSet:
    """The mapping set of an SSSOM TSV file; an InputError names the line that is wrong."""
    text = decode(data, name)
    lines = text.splitlines(keepends=True)
    length = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    table = read_header(lines[:length], name)
    rows = [(line + length, cells) for line, cells in rows_of(lines[length:], name)]
    if not rows:
        hint = "The first line without # names the columns."
        raise table.fault("there is no table below the header", length + 1, hint)
    columns = rows[0][1]
    check_columns(table, columns, rows[0][0])
    records = []
    for line, cells in rows[1:]:
        if len(cells) != len(columns):
            what = f"the row has {len(cells)} cells and the table {len(columns)} columns"
            raise table.fault(what, line, "Put a tab between each two cells, beside empty ones as well.")
        filled = {column: cell.strip() for column, cell in zip(columns, cells, strict=True) if cell.strip()}
        records.append(_record(table, filled, line))
    return MappingSet(
        identifier=table.header["mapping_set_id"],
        title=table.slot("mapping_set_title"),
        description=table.slot("mapping_set_description"),
        licence=table.header["license"],
        version=table.slot("mapping_set_version"),
        creators=tuple(table.iri(each, "creator_id", 1) for each in table.slots("creator_id")),
        sources=sources_of(table),
        provider=table.slot("mapping_provider"),
        subject_source=table.entity("subject_source"),
        subject_version=table.slot("subject_source_version"),
        object_source=table.entity("object_source"),
        object_version=table.slot("object_source_version"),
        mapping_date=_date(table, table.slot("mapping_date"), 1),
        publication_date=_date(table, table.slot("publication_date"), 1),
        records=tuple(records),
        losses=table.losses,
    )


def _record(table: Table, cells: dict[str, str], line: int) -> Record:
    for column in REQUIRED:
        if column not in cells:
            raise table.fault(f"the record gives no {column}", line, "Fill the cell.")
    if "review_date" in cells and not ("reviewer_id" in cells or "reviewer_label" in cells):
        hint = "Name one in reviewer_id or reviewer_label, or leave the date out."
        raise table.fault("a review_date is given without a reviewer", line, hint)
    for column in cells:
        same = cells[column] == table.slot(column)
        if column not in KEPT_COLUMNS and column not in table.extensions and not same:
            table.losses[f"slot {column}"] += 1
    extended = _extended(table, cells, line)
    subject = table.iri(cells["subject_id"], "subject_id", line)
    target = table.iri(cells["object_id"], "object_id", line)
    if subject == str(SSSOM.NoTermFound):
        raise table.fault("a record without a subject has no place in the graph", line, "Take the row out.")
    predicate, candidates = _relation(table, cells, extended, line)
    identifier = cells.get("record_id")
    return Record(
        subject=subject,
        object=None if target == str(SSSOM.NoTermFound) else target,
        predicate=predicate,
        justification=table.iri(cells["mapping_justification"], "mapping_justification", line),
        identifier=table.iri(identifier, "record_id", line) if identifier else None,
        candidates=candidates,
        rationale_kind=_rationale(table, extended, line),
        confidence=_fraction(table, cells.get("confidence"), line),
        comment=cells.get("comment"),
        as_cited=next(iter(extended.get(str(XW.asCited), ())), None),
        authors=tuple(table.iri(each, "author_id", line) for each in split(cells.get("author_id", ""))),
        date=_date(table, cells.get("mapping_date"), line),
        comparison=next(iter(extended.get(str(XW.inComparison), ())), None),
        alignment=next(iter(extended.get(str(XW.alignment), ())), None),
        quotations=extended.get(str(XW.text), ()),
        strength=_strength(table, next(iter(extended.get(str(XW.strength), ())), None), line),
        reviewers=tuple(table.iri(each, "reviewer_id", line) for each in split(cells.get("reviewer_id", ""))),
        reviewer_names=split(cells.get("reviewer_label", "")),
        review_date=_date(table, cells.get("review_date"), line),
        place=line,
    )


_NODES = {
    str(term)
    for term in (XW.excludesRelation, XW.setRelation, XW.rationaleKind, XW.alignment, XW.inComparison)
}
_KEPT_EXTENSIONS = _NODES | {str(XW.asCited), str(XW.text), str(XW.strength)}


def _extended(table: Table, cells: dict[str, str], line: int) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for slot, about in table.extensions.items():
        if slot not in cells:
            continue
        if about not in _KEPT_EXTENSIONS:
            table.losses[f"extension slot {slot}"] += 1
            continue
        values = split(cells[slot])
        found[about] = tuple(table.iri(each, slot, line) for each in values) if about in _NODES else values
    return found


def _relation(
    table: Table, cells: dict[str, str], extended: dict[str, tuple[str, ...]], line: int
) -> tuple[str, Candidates]:
    """The predicate, and what is left of the set relations; nothing is read out of a predicate alone."""
    predicate = table.iri(cells["predicate_id"], "predicate_id", line)
    if predicate not in MAPPING_PROPERTIES:
        names = ", ".join(sorted(each.rpartition("#")[2] for each in MAPPING_PROPERTIES))
        raise table.fault(
            f"“{cells['predicate_id']}” is no mapping property of SKOS", line, f"Known are {names}."
        )
    names = {str(XW[name]): name for name in NAMES.values()}
    out = list(extended.get(str(XW.excludesRelation), ()))
    stated = list(extended.get(str(XW.setRelation), ()))
    for each in (*out, *stated):
        if each not in names:
            raise table.fault(
                f"“{each}” is none of the five set relations", line, f"Known are {', '.join(NAMES.values())}."
            )
    candidates = without([names[each] for each in out])
    if stated:
        candidates &= next(relation for relation, name in NAMES.items() if name == names[stated[0]])
    if not candidates:
        hint = "Leave out at least the one that may hold."
        raise table.fault("the record excludes all five set relations, though one must hold", line, hint)
    modifier = cells.get("predicate_modifier")
    if modifier is None:
        return predicate, candidates
    if modifier != "Not":
        raise table.fault(f"the predicate_modifier “{modifier}” is unknown", line, "The only one is Not.")
    if candidates == DISJOINT:
        return PREDICATES[DISJOINT], candidates
    if predicate not in _NEGATABLE:
        hint = "Say what does not hold in a slot for xw:setRelation or xw:excludesRelation."
        raise table.fault(f"Not {cells['predicate_id']} says of no set relation that it is out", line, hint)
    return str(SKOS.mappingRelation), candidates & ~_NEGATABLE[predicate]


def _rationale(table: Table, extended: dict[str, tuple[str, ...]], line: int) -> str | None:
    value = next(iter(extended.get(str(XW.rationaleKind), ())), None)
    if value is None:
        return None
    kind = re.split("[/#]", value)[-1].casefold()
    if kind not in RATIONALES:
        raise table.fault(f"“{value}” is no kind of rationale", line, f"Known are {', '.join(RATIONALES)}.")
    return kind


def _fraction(table: Table, text: str | None, line: int) -> str | None:
    if text is None:
        return None
    try:
        is_fraction = 0 <= Decimal(text) <= 1
    except InvalidOperation:
        is_fraction = False
    if not is_fraction:
        raise table.fault(
            f"the confidence “{text}” is no number from 0 to 1", line, "Write 80 per cent as 0.8."
        )
    return text


def _strength(table: Table, text: str | None, line: int) -> int | None:
    if text is not None and not re.fullmatch("10|[0-9]", text):
        raise table.fault(
            f"the strength “{text}” is no whole number from 0 to 10", line, "Mend it or leave it out."
        )
    return int(text) if text else None


def _date(table: Table, text: str | None, line: int) -> str | None:
    if text is not None and not _DATE.fullmatch(text):
        raise table.fault(
            f"“{text}” is no date such as 2026-01-31", line, "Write year, month and day so, or leave it out."
        )
    return text


def split(cell: str) -> tuple[str, ...]:
    r"""The values of a cell that holds several, divided by bars; ``\|`` is a bar in a value."""
    values = re.split(r"(?<!\\)\|", cell)
    return tuple(value.replace(r"\|", "|").strip() for value in values if value.strip())
