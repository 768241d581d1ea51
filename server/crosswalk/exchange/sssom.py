"""Reads SSSOM TSV, versions 1.0 and 1.1: what the graph has no place for is counted."""

from __future__ import annotations

from crosswalk.exchange.parsing import decode
from crosswalk.exchange.records import MappingSet, Record
from crosswalk.exchange.sssom_slots import KEPT_COLUMNS, REQUIRED
from crosswalk.exchange.sssom_table import Table, check_columns, read_header, rows_of, sources_of
from crosswalk.exchange.sssom_values import date, fraction, rationale_of, relation_of, split, strength
from crosswalk.namespaces import SSSOM, XW


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
        mapping_date=date(table, table.slot("mapping_date"), 1),
        publication_date=date(table, table.slot("publication_date"), 1),
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
    predicate, candidates = relation_of(table, cells, extended, line)
    identifier = cells.get("record_id")
    return Record(
        subject=subject,
        object=None if target == str(SSSOM.NoTermFound) else target,
        predicate=predicate,
        justification=table.iri(cells["mapping_justification"], "mapping_justification", line),
        identifier=table.iri(identifier, "record_id", line) if identifier else None,
        candidates=candidates,
        rationale_kind=rationale_of(table, extended, line),
        confidence=fraction(table, cells.get("confidence"), line),
        comment=cells.get("comment"),
        as_cited=next(iter(extended.get(str(XW.asCited), ())), None),
        authors=tuple(table.iri(each, "author_id", line) for each in split(cells.get("author_id", ""))),
        date=date(table, cells.get("mapping_date"), line),
        comparison=next(iter(extended.get(str(XW.inComparison), ())), None),
        alignment=next(iter(extended.get(str(XW.alignment), ())), None),
        quotations=extended.get(str(XW.text), ()),
        strength=strength(table, next(iter(extended.get(str(XW.strength), ())), None), line),
        reviewers=tuple(table.iri(each, "reviewer_id", line) for each in split(cells.get("reviewer_id", ""))),
        reviewer_names=split(cells.get("reviewer_label", "")),
        review_date=date(table, cells.get("review_date"), line),
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
