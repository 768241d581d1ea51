"""Lay out how much is mapped between editions: the matrix of all of them, and the heat map of one pair."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crosswalk.stores.results import Row
from crosswalk.web.tables import first_by, group_by, text
from crosswalk.web.urls import last_part

DARKEST = 5
_MAPPED = "Mapped"


@dataclass
class Cell:
    """What is known of one pair of editions: outcome → how many elements of the first.

    ``named`` counts the elements that records of the other edition name. A cell without any number stands
    for a pair that was only looked at from the other side.
    """

    outcomes: dict[str, int] = field(default_factory=dict)
    parts: int = 0
    named: int = 0

    @property
    def mapped(self) -> int:
        """Return how many elements have a mapping of their own, or a row that counts them as mapped."""
        return self.outcomes.get(_MAPPED, 0)

    @property
    def tint(self) -> int:
        """Return the depth of the tint, from 0 to `DARKEST`."""
        most = max(self.mapped, self.named)
        return 1 + min(DARKEST - 1, (DARKEST - 1) * most // max(self.parts, 1)) if most else 0


def lay_matrix(
    editions: Iterable[Row], pairs: Iterable[Row], ranks: Mapping[str, int], every: bool = False
) -> tuple[list[Row], dict[tuple[str, str], Cell]]:
    """Lay out the editions that are in some pair, or ``every`` one, and a cell for each pair (IRIs).

    Those with mappings come first, at their head those with a rank.
    """
    by_iri = {text(row, "edition"): row for row in editions}
    cells: dict[tuple[str, str], Cell] = defaultdict(Cell)
    mapped: Counter[str] = Counter()
    for row in pairs:
        left, right, outcome = text(row, "left"), text(row, "right"), last_part(text(row, "outcome"))
        cell, count = cells[left, right], int(text(row, "elements"))
        cells.setdefault((right, left), Cell())  # who looked from one side has looked at the pair
        if text(row, "way") == "named":
            cell.named = count
        else:
            cell.outcomes[outcome] = count
        mapped[left] += count if outcome == _MAPPED else 0
    for (left, _), cell in cells.items():
        cell.parts = int(text(by_iri[left], "parts") or 0) if left in by_iri else 0
    in_pairs = {iri for pair in cells for iri in pair}
    shown = [iri for iri in by_iri if every or iri in in_pairs]
    last = max(ranks.values(), default=0) + 1
    shown.sort(
        key=lambda iri: (ranks.get(iri, last) if mapped[iri] else last, -mapped[iri], iri not in in_pairs)
    )
    return [by_iri[iri] for iri in shown], dict(cells)


@dataclass(frozen=True)
class HeatMap:
    """One pair of editions: groups of elements on both sides, and the mappings of each pair (IRIs)."""

    rows: list[list[Row]]
    columns: list[list[Row]]
    cells: dict[tuple[str, str], list[Row]]
    hidden: int


def lay_heatmap(left: Iterable[Row], right: Iterable[Row], mappings: Iterable[Row], whole: bool) -> HeatMap:
    """Lay out a pair; columns without any mapping are left out unless the ``whole`` is asked for."""
    cells: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in mappings:
        cells[text(row, "from"), text(row, "to")].append(row)
    rows, columns = first_by(left, "element").values(), first_by(right, "element").values()
    mapped = {to for _, to in cells}
    shown = [row for row in columns if whole or text(row, "element") in mapped]
    groups = [list(group_by(side, "group").values()) for side in (rows, shown)]
    return HeatMap(*groups, dict(cells), len(columns) - len(shown))
