"""Lay out the editions in time: one lane for each standard, one ring for each edition at its date."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass

from crosswalk.stores.results import Row
from crosswalk.web.tables import first_by, text
from crosswalk.web.urls import last_part

LEFT, RIGHT, TOP, LANE_HEIGHT, WIDTH = 262, 50, 40, 72, 960
"""Measures of the diagram in pixels."""
UNDATED_WIDTH = 110
"""How wide the column of editions without a date is."""
CROWDED = 64
"""How near two editions of a lane stand so that their labels would cover each other."""


@dataclass(frozen=True)
class PlacedEdition:
    """One edition: its place, the share of its parts that is mapped, and whether its label stands above."""

    x: float
    y: float
    row: Row
    share: float | None
    above: bool


@dataclass(frozen=True)
class Lane:
    """One standard: its title in lines, and its editions by date."""

    y: float
    title: list[str]
    row: Row
    editions: list[PlacedEdition]


@dataclass(frozen=True)
class Timeline:
    """Lanes of standards along one axis of years; ``undated`` is the place of editions without a date."""

    width: int
    height: int
    years: list[tuple[float, int]]
    lanes: list[Lane]
    undated: float | None
    left: int = LEFT


def draw_timeline(rows: Sequence[Row], preferred: Container[str] = ()) -> Timeline | None:
    """Draw editions by date, those without a date in a column of their own; None where there are none.

    The lanes of editions named in ``preferred`` come before the others.
    """
    editions = sorted(first_by(rows, "edition").values(), key=_rank(rows, preferred))
    if not editions:
        return None
    times = [_year(row) for row in editions if row["issuedFrom"]]
    first, last = (int(min(times)), int(max(times)) + 1) if times else (0, 1)
    undated = WIDTH - RIGHT - 20 if len(times) < len(editions) else None
    end = WIDTH - RIGHT - (UNDATED_WIDTH if undated else 0)

    def place(time: float) -> float:
        return round(LEFT + (time - first) / (last - first) * (end - LEFT), 1)

    lanes: dict[str, Lane] = {}
    for row in editions:
        y = TOP + LANE_HEIGHT * len(lanes) + LANE_HEIGHT / 2
        lane = lanes.setdefault(text(row, "standard"), Lane(y, _title_lines(row), row, []))
        x = place(_year(row)) if row["issuedFrom"] else undated or end
        crowded = any(abs(edition.x - x) < CROWDED and not edition.above for edition in lane.editions)
        parts, mapped = (int(text(row, column) or 0) for column in ("parts", "mapped"))
        lane.editions.append(PlacedEdition(x, lane.y, row, mapped / parts if parts else None, crowded))
    years = [(place(year), year) for year in range(first, last + 1, max(1, (last - first) // 8))]
    return Timeline(WIDTH, int(TOP + LANE_HEIGHT * len(lanes) + 14), years, list(lanes.values()), undated)


def _rank(rows: Iterable[Row], preferred: Container[str]) -> Callable[[Row], tuple[int, str, str]]:
    """Return the order of the lanes: preferred, then most mapped parts first; within one, by date."""
    mapped: Counter[str] = Counter()
    for row in rows:
        standard = text(row, "standard")
        mapped[standard] += int(text(row, "mapped") or 0) + 10**6 * (text(row, "edition") in preferred)
    return lambda row: (
        -mapped[text(row, "standard")],
        text(row, "standard"),
        text(row, "issuedFrom") or "9999",
    )


def _title_lines(row: Row) -> list[str]:
    """Return a standard's title in at most two lines that fit beside its lane."""
    title = text(row, "standardTitle") or last_part(text(row, "standard"))
    return textwrap.wrap(title, 31, max_lines=2, placeholder=" …")


def _year(row: Row) -> float:
    """Return a date as a fraction of years; only the year and the month count in the diagram."""
    year, month, *_ = [*text(row, "issuedFrom").split("-"), "1"]
    return int(year) + (int(month) - 1) / 12
