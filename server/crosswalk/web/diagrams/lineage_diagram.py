"""The geometry of a lineage: editions as columns, their elements as boxes, changes as bands between them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crosswalk.stores.results import Row
from crosswalk.web.urls import last_part

BOX, GAP, LINE, TOP, STUB = 330, 240, 34, 56, 46


@dataclass
class Box:
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
    boxes: dict[str, Box] = field(default_factory=dict)


@dataclass(frozen=True)
class Band:
    """One change between two boxes, or a stub where an element ends or begins."""

    path: str
    kind: str
    approximate: bool
    row: Row
    end: tuple[int, int] | None = None


@dataclass(frozen=True)
class Lineage:
    """The whole drawing."""

    width: int
    height: int
    columns: list[Column]
    bands: list[Band]


def draw_lineage(rows: Sequence[Row]) -> Lineage | None:
    """The drawing of the rows of the steps query, each change once; None where there are none."""
    if not rows:
        return None
    columns = _columns(rows)
    for column in columns.values():
        for place, box in enumerate(column.boxes.values()):
            box.y = TOP + place * LINE
    bands = [_band(columns, row) for row in once(rows)]
    height = TOP + LINE * max(len(column.boxes) for column in columns.values()) + 12
    width = len(columns) * (BOX + GAP) - GAP
    return Lineage(width, height, list(columns.values()), bands)


def once(rows: Iterable[Row]) -> list[Row]:
    """The rows without those that differ in their source alone, in reading order of the later edition."""
    kept = {
        tuple(_value(row, name) for name in ("change", "from", "to")): row for row in reversed(list(rows))
    }
    return sorted(
        reversed(kept.values()),
        key=lambda row: (
            row["old"].value,
            row["new"].value,
            _reading_order(_value(row, "toNotation")),
            _reading_order(_value(row, "fromNotation")),
        ),
    )


def _columns(rows: Sequence[Row]) -> dict[str, Column]:
    order: dict[str, str] = {}
    for row in rows:
        order.setdefault(row["old"].value, _value(row, "oldVersion"))
        order.setdefault(row["new"].value, _value(row, "newVersion"))
    columns = {
        iri: Column(iri, version or last_part(iri), place * (BOX + GAP))
        for place, (iri, version) in enumerate(order.items())
    }
    for side, edition in (("from", "old"), ("to", "new")):
        for row in sorted(
            (one for one in rows if one[side]), key=lambda one: _reading_order(_value(one, f"{side}Notation"))
        ):
            column = columns[row[edition].value]
            title = textwrap.shorten(_value(row, f"{side}Title"), 46, placeholder=" …")
            box = Box(row[side].value, _value(row, f"{side}Notation"), title, column.x)
            column.boxes.setdefault(row[side].value, box)
    return columns


def _band(columns: dict[str, Column], row: Row) -> Band:
    kind = last_part(row["kind"].value)
    old, new = columns[row["old"].value], columns[row["new"].value]
    approximate = _value(row, "approximate") == "true"
    start = old.boxes[row["from"].value] if row["from"] else None
    stop = new.boxes[row["to"].value] if row["to"] else None
    middle = LINE // 2 - 3
    if start and stop:
        (x, y), (u, v) = (start.x + BOX, start.y + middle), (stop.x, stop.y + middle)
        bend = (x + u) // 2
        return Band(f"M {x} {y} C {bend} {y} {bend} {v} {u} {v}", kind, approximate, row)
    box = start or stop
    x, y = (box.x + BOX, box.y + middle) if start else (box.x - STUB, box.y + middle)
    end = (x + STUB, y) if start else (x, y)
    return Band(f"M {x} {y} h {STUB}", kind, approximate, row, end)


def _reading_order(number: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts 5.2-10 after 5.2-9, and puts no number last."""
    parts = re.findall(r"\d+|[^\d.\s-]+", number)
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in parts) or ((10**9, ""),)


def _value(row: Row, name: str) -> str:
    term = row[name]
    return term.value if term else ""
