"""Lay out a lineage: editions as columns, their elements as boxes, changes as curves between them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crosswalk.stores.results import Row
from crosswalk.web.tables import first_by, text
from crosswalk.web.urls import last_part

ELEMENT_WIDTH, COLUMN_GAP, ROW_HEIGHT, TOP, STUB = 330, 240, 34, 56, 46
"""Measures of the diagram in pixels; a stub is the line of an element that is added or removed."""


@dataclass
class PlacedElement:
    """One element in its edition's column."""

    iri: str
    number: str
    title: str
    x: int
    y: int = 0


@dataclass
class Column:
    """One edition and the elements of it that some change names."""

    iri: str
    version: str
    x: int
    elements: dict[str, PlacedElement] = field(default_factory=dict)


@dataclass(frozen=True)
class ChangeLine:
    """One change between two elements, or a stub with its outer end where an element is added or removed."""

    path: str
    kind: str
    approximate: bool
    row: Row
    end: tuple[int, int] | None = None


@dataclass(frozen=True)
class LineageDiagram:
    """The whole drawing."""

    width: int
    height: int
    columns: list[Column]
    changes: list[ChangeLine]


def draw_lineage(rows: Sequence[Row]) -> LineageDiagram | None:
    """Draw the rows of the query for lineage steps, each change once; None where there are none."""
    if not rows:
        return None
    columns = _columns(rows)
    changes = [_change_line(columns, row) for row in distinct_changes(rows)]
    height = TOP + ROW_HEIGHT * max(len(column.elements) for column in columns.values()) + 12
    width = len(columns) * (ELEMENT_WIDTH + COLUMN_GAP) - COLUMN_GAP
    return LineageDiagram(width, height, list(columns.values()), changes)


def distinct_changes(rows: Iterable[Row]) -> list[Row]:
    """Leave out rows that differ in their source alone, and sort by the numbers of the newer edition."""
    changes: dict[tuple[str, ...], Row] = {}
    for row in rows:
        changes.setdefault(tuple(text(row, name) for name in ("change", "from", "to")), row)
    numbers = ("toNotation", "fromNotation")
    return sorted(changes.values(), key=lambda row: (
        text(row, "old"), text(row, "new"), *(_reading_order(text(row, number)) for number in numbers)
    ))  # fmt: skip


def _columns(rows: Sequence[Row]) -> dict[str, Column]:
    """Place the editions, and in each its elements in reading order."""
    columns: dict[str, Column] = {}
    for row in rows:
        for edition in ("old", "new"):
            iri, x = text(row, edition), len(columns) * (ELEMENT_WIDTH + COLUMN_GAP)
            columns.setdefault(iri, Column(iri, text(row, f"{edition}Version") or last_part(iri), x))
    for side, edition in (("from", "old"), ("to", "new")):
        named = first_by((row for row in rows if row[side]), side)
        for iri, row in sorted(
            named.items(), key=lambda item: _reading_order(text(item[1], f"{side}Notation"))
        ):
            column = columns[text(row, edition)]
            title = textwrap.shorten(text(row, f"{side}Title"), 46, placeholder=" …")
            y = TOP + len(column.elements) * ROW_HEIGHT
            element = PlacedElement(iri, text(row, f"{side}Notation"), title, column.x, y)
            column.elements.setdefault(iri, element)
    return columns


def _change_line(columns: dict[str, Column], row: Row) -> ChangeLine:
    """Draw a change as a curve from element to element, or as a stub where it has one of them only."""
    kind, approximate = last_part(text(row, "kind")), text(row, "approximate") == "true"
    start = columns[text(row, "old")].elements.get(text(row, "from"))
    stop = columns[text(row, "new")].elements.get(text(row, "to"))
    middle = ROW_HEIGHT // 2 - 3
    if start and stop:
        (x, y), (u, v) = (start.x + ELEMENT_WIDTH, start.y + middle), (stop.x, stop.y + middle)
        bend = (x + u) // 2
        return ChangeLine(f"M {x} {y} C {bend} {y} {bend} {v} {u} {v}", kind, approximate, row)
    element = start or stop
    x, y = element.x + ELEMENT_WIDTH if start else element.x - STUB, element.y + middle
    return ChangeLine(f"M {x} {y} h {STUB}", kind, approximate, row, (x + STUB if start else x, y))


def _reading_order(number: str) -> tuple[tuple[int, str], ...]:
    """Return a key that sorts 5.2-10 after 5.2-9, and puts no number last."""
    parts = re.findall(r"\d+|[^\d.\s-]+", number)
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in parts) or ((10**9, ""),)
