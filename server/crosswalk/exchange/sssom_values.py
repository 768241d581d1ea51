"""What the cells of an SSSOM table may say: relations, numbers, dates, lists; each fault names its line."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from rdflib.namespace import SKOS

from crosswalk.exchange.sssom_table import Table
from crosswalk.exchange.words import MAPPING_PROPERTIES, NAMES, PREDICATES, RATIONALES, without
from crosswalk.namespaces import XW
from crosswalk.relations.algebra import DISJOINT, EQUAL, SUBSET, SUPERSET, Candidates

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
