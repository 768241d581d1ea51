"""The geometry of the pictures: numbers for the templates, which draw."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from crosswalk.stores.results import Row
from crosswalk.web.urls import last_part

LEFT, RIGHT, TOP, LANE = 262, 50, 40, 72
WIDTH = 960
RADIUS = 15


@dataclass(frozen=True)
class Mark:
    """One edition in the picture: its place, and the arc that shows how much of it is mapped."""

    x: float
    y: float
    row: Row
    share: float | None
    arc: str
    dated: bool
    above: bool = False


@dataclass(frozen=True)
class Drawing:
    """Lanes of standards along one axis of years."""

    width: int
    height: int
    years: list[tuple[float, int]]
    lanes: list[tuple[float, Row, list[Mark]]]
    names: dict[str, list[str]]
    undated: float | None
    left: int = LEFT


def draw_editions(rows: Sequence[Row], preferred: Container[str] = ()) -> Drawing | None:
    """Editions by date, one lane for each standard; those without a date stand in a column of their own.

    The lanes of editions named in ``preferred`` come before the others.
    """
    editions = sorted({row["edition"].value: row for row in rows}.values(), key=_rank(rows, preferred))
    if not editions:
        return None
    times = [_year(row) for row in editions if row["issuedFrom"]]
    first, last = (int(min(times)), int(max(times)) + 1) if times else (0, 1)
    undated = WIDTH - RIGHT - 20 if len(times) < len(editions) else None
    end = WIDTH - RIGHT - (110 if undated else 0)

    def place(time: float) -> float:
        return round(LEFT + (time - first) / (last - first) * (end - LEFT), 1)

    step = max(1, (last - first) // 8)
    lanes: dict[str, tuple[float, Row, list[Mark]]] = {}
    for row in editions:
        y = TOP + LANE * len(lanes) + LANE / 2
        lane = lanes.setdefault(row["standard"].value, (y, row, []))
        x = place(_year(row)) if row["issuedFrom"] else undated or end
        crowded = any(abs(mark.x - x) < 64 and not mark.above for mark in lane[2])
        lane[2].append(_mark(x, lane[0], row, above=crowded))
    years = [(place(year), year) for year in range(first, last + 1, step)]
    names = {iri: _wrapped(lane[1]) for iri, lane in lanes.items()}
    return Drawing(WIDTH, int(TOP + LANE * len(lanes) + 14), years, list(lanes.values()), names, undated)


def _rank(rows: Iterable[Row], preferred: Container[str]) -> Callable[[Row], tuple[int, str, str]]:
    """The order of the lanes: the preferred first, then those with most mapped parts; within one, by date."""
    mapped: Counter[str] = Counter()
    for row in rows:
        mapped[row["standard"].value] += int(row["mapped"].value) if row["mapped"] else 0
        mapped[row["standard"].value] += 10**6 * (row["edition"].value in preferred)
    return lambda row: (
        -mapped[row["standard"].value],
        row["standard"].value,
        row["issuedFrom"].value if row["issuedFrom"] else "9999",
    )


def _wrapped(row: Row) -> list[str]:
    """A standard's title in at most two lines that fit beside its lane."""
    title = row["standardTitle"].value if row["standardTitle"] else last_part(row["standard"].value)
    return textwrap.wrap(title, 31, max_lines=2, placeholder=" …")


def _year(row: Row) -> float:
    """A date as a fraction of years; only the year and the month count in the picture."""
    year, month, *_ = [*row["issuedFrom"].value.split("-"), "1"]
    return int(year) + (int(month) - 1) / 12


def _mark(x: float, y: float, row: Row, *, above: bool) -> Mark:
    parts = int(row["parts"].value) if row["parts"] else 0
    share = (int(row["mapped"].value) if row["mapped"] else 0) / parts if parts else None
    return Mark(x, y, row, share, _arc(x, y, share or 0), row["issuedFrom"] is not None, above)


def _arc(x: float, y: float, share: float) -> str:
    """The path of a ring's filled part, clockwise from the top; a full ring is two halves."""
    if share <= 0:
        return ""
    top, bottom = f"{x:.1f} {y - RADIUS:.1f}", f"{x:.1f} {y + RADIUS:.1f}"
    if share >= 0.999:
        return f"M {top} A {RADIUS} {RADIUS} 0 1 1 {bottom} A {RADIUS} {RADIUS} 0 1 1 {top}"
    angle = 2 * pi * share
    end = f"{x + RADIUS * sin(angle):.1f} {y - RADIUS * cos(angle):.1f}"
    return f"M {top} A {RADIUS} {RADIUS} 0 {int(share > 0.5)} 1 {end}"
