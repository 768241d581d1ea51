"""The frame of an SSSOM file: its YAML header, its prefixes, its columns."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from rdflib.namespace import SKOS

from crosswalk.errors import InputError
from crosswalk.exchange.records import (
    MAPPING_PROPERTIES,
    NAMES,
    PREDICATES,
    RATIONALES,
    MappingSet,
    Record,
    without,
)
from crosswalk.exchange.sssom_writing import BUILT_IN, COLUMNS, KEPT_COLUMNS, KEPT_SLOTS, REQUIRED, SET_SLOTS
from crosswalk.located import Lined, decode, read_csv, read_yaml
from crosswalk.namespaces import PREFIXES, SSSOM, XW
from crosswalk.relations.algebra import DISJOINT, EQUAL, SUBSET, SUPERSET, Candidates

_RECORD_IRI = re.compile(r"""[^\s<>"{}|\\^`]+""")


@dataclass
class Table:
    name: str
    header: dict[str, Any]
    prefixes: dict[str, str]
    extensions: dict[str, str] = field(default_factory=dict)
    losses: Counter[str] = field(default_factory=Counter)

    def fault(self, what: str, line: int, hint: str | None = None) -> InputError:
        return InputError(what, file=self.name, line=line, hint=hint)

    def iri(self, curie: str, slot: str, line: int) -> str:
        if not _RECORD_IRI.fullmatch(curie):
            what = f"“{curie}” in {slot} holds a space or another character that no IRI has"
            raise self.fault(what, line, "Write prefix:name; several stand with a bar between them.")
        prefix, colon, local = curie.partition(":")
        if not colon or prefix not in self.prefixes or local.startswith("//"):
            hint = "Write prefix:name, and the prefix into the curie_map of the header."
            raise self.fault(f"“{curie}” in {slot} is no CURIE with a known prefix", line, hint)
        return self.prefixes[prefix] + local

    def slot(self, key: str) -> str | None:
        value = self.header.get(key)
        return None if value is None else str(value)

    def slots(self, key: str) -> tuple[str, ...]:
        value = self.header.get(key) or []
        return tuple(str(each) for each in (value if isinstance(value, list) else [value]))

    def entity(self, key: str) -> str | None:
        value = self.slot(key)
        return None if value is None else self.iri(value, key, 1)


def rows_of(lines: list[str], name: str) -> list[tuple[int, list[str]]]:
    return read_csv("".join(lines).encode(), name, "\t") if "".join(lines).strip() else []


def sources_of(table: Table) -> tuple[str, ...]:
    values = table.slots("mapping_set_source")
    return tuple(
        table.iri(each, "mapping_set_source", 1) if each.partition(":")[0] in table.prefixes else each
        for each in values
    )


def read_header(lines: list[str], name: str) -> Table:
    body = [line.removeprefix("#") for line in lines]
    header = read_yaml("".join(body).encode(), name) if "".join(body).strip() else Lined()
    if not isinstance(header, dict):
        raise InputError(
            "the header is no list of slots and values",
            file=name,
            line=1,
            hint="Write “#slot: value” on each line.",
        )
    declared = header.get("curie_map") or {}
    if not isinstance(declared, dict):
        raise InputError(
            "the curie_map is no list of prefixes",
            file=name,
            line=1,
            hint="Write “#  prefix: address” below it.",
        )
    prefixes = {each: PREFIXES[each] for each in BUILT_IN} | {
        key: str(value) for key, value in declared.items()
    }
    table = Table(name, header, prefixes)
    for definition in header.get("extension_definitions") or []:
        if not isinstance(definition, dict) or "slot_name" not in definition:
            raise table.fault("an extension definition has no slot_name", 1, "Add “#- slot_name: …”.")
        about = definition.get("property")
        table.extensions[definition["slot_name"]] = (
            table.iri(about, "an extension's property", 1) if about else ""
        )
    for key in ("mapping_set_id", "license"):
        if not header.get(key):
            raise table.fault(f"the header gives no {key}", 1, f"Add a line “#{key}: …”.")
    for key in header:
        if key not in SET_SLOTS and key not in table.extensions:
            hint = "Give it under extension_definitions, or leave it out."
            raise table.fault(f"the header has an unknown slot {key}", 1, hint)
        if key not in KEPT_SLOTS:
            table.losses[f"slot {key} of the set"] += 1
    return table


def check_columns(table: Table, columns: list[str], line: int) -> None:
    known = set(COLUMNS) | set(table.extensions)
    for column in columns:
        if column not in known:
            hint = "An extension slot is declared under extension_definitions in the header."
            raise table.fault(f"the table has an unknown column {column}", line, hint)
        if columns.count(column) > 1:
            raise table.fault(f"the table has the column {column} twice", line, "Leave one out.")
    for column in REQUIRED:
        if column not in columns:
            raise table.fault(f"the table has no column {column}", line, "Add it; every record must fill it.")


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NEGATABLE = {PREDICATES[relation]: relation for relation in (EQUAL, SUBSET, SUPERSET)}


def relation_of(
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


def rationale_of(table: Table, extended: dict[str, tuple[str, ...]], line: int) -> str | None:
    """The kind of rationale that an extension slot names."""
    value = next(iter(extended.get(str(XW.rationaleKind), ())), None)
    if value is None:
        return None
    kind = re.split("[/#]", value)[-1].casefold()
    if kind not in RATIONALES:
        raise table.fault(f"“{value}” is no kind of rationale", line, f"Known are {', '.join(RATIONALES)}.")
    return kind


def fraction(table: Table, text: str | None, line: int) -> str | None:
    """A number from 0 to 1, as it is written."""
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


def strength(table: Table, text: str | None, line: int) -> int | None:
    """A whole number from 0 to 10."""
    if text is not None and not re.fullmatch("10|[0-9]", text):
        raise table.fault(
            f"the strength “{text}” is no whole number from 0 to 10", line, "Mend it or leave it out."
        )
    return int(text) if text else None


def date(table: Table, text: str | None, line: int) -> str | None:
    """A day, as it is written."""
    if text is not None and not _DATE.fullmatch(text):
        raise table.fault(
            f"“{text}” is no date such as 2026-01-31", line, "Write year, month and day so, or leave it out."
        )
    return text


def split(cell: str) -> tuple[str, ...]:
    r"""The values of a cell that holds several, divided by bars; ``\|`` is a bar in a value."""
    values = re.split(r"(?<!\\)\|", cell)
    return tuple(value.replace(r"\|", "|").strip() for value in values if value.strip())


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
