"""How much is mapped between editions: the matrix of all of them, and the map of one pair, cell by cell."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from crosswalk.stores.results import Row
from crosswalk.web.urls import last_part


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
        """How many elements have a mapping of their own, or a row that counts them as mapped."""
        return self.outcomes.get("Mapped", 0)

    @property
    def step(self) -> int:
        """The depth of the tint, 0 to 5."""
        most = max(self.mapped, self.named)
        return 0 if not most else 1 + min(4, 4 * most // max(self.parts, 1))


@dataclass
class Matrix:
    """Editions by editions; a pair nobody compared has no cell."""

    editions: list[Row]
    cells: dict[tuple[str, str], Cell]

    def cell(self, left: Row, right: Row) -> Cell | None:
        """What is known of a pair."""
        return self.cells.get((left["edition"].value, right["edition"].value))


def lay_matrix(
    editions: Iterable[Row], pairs: Iterable[Row], compared: Mapping[str, int], every: bool = False
) -> Matrix:
    """The matrix of the editions that take part in some pair, or of ``every`` edition.

    Those with mappings come first, at their head the ``compared`` ones (edition → rank).
    """
    listed = {row["edition"].value: row for row in editions}
    cells: dict[tuple[str, str], Cell] = defaultdict(Cell)
    weight: Counter[str] = Counter()
    for row in pairs:
        left, right = row["left"].value, row["right"].value
        cell, count = cells[left, right], int(row["elements"].value)
        cells.setdefault((right, left), Cell())  # who looked from one side has looked at the pair
        if row["way"].value == "named":
            cell.named = count
        else:
            cell.outcomes[last_part(row["outcome"].value)] = count
        weight[left] += count if last_part(row["outcome"].value) == "Mapped" else 0
    for (left, _), cell in cells.items():
        parts = listed.get(left, {}).get("parts")
        cell.parts = int(parts.value) if parts else 0
    joined = {iri for pair in cells for iri in pair}
    shown = [iri for iri in listed if every or iri in joined]
    rank = {iri: place if weight[iri] else 2 for iri, place in compared.items()}
    shown.sort(key=lambda iri: (rank.get(iri, 2), -weight[iri], iri not in joined))
    return Matrix([listed[iri] for iri in shown], dict(cells))


@dataclass
class HeatMap:
    """One pair of editions: groups of elements on both sides, and the cells where mappings stand."""

    rows: list[tuple[Row, list[Row]]]
    columns: list[tuple[Row, list[Row]]]
    cells: dict[tuple[str, str], list[Row]]
    hidden: int

    def cell(self, left: Row, right: Row) -> list[Row]:
        """The mappings between two elements."""
        return self.cells.get((left["element"].value, right["element"].value), [])


def lay_heat(left: Iterable[Row], right: Iterable[Row], mappings: Iterable[Row], whole: bool) -> HeatMap:
    """The map of a pair; columns without any mapping are left out unless the ``whole`` is asked for."""
    cells: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in mappings:
        cells[row["from"].value, row["to"].value].append(row)
    rows, columns = _single(left), _single(right)
    wanted = {to for _, to in cells}
    shown = [row for row in columns if whole or row["element"].value in wanted]
    return HeatMap(_grouped(rows), _grouped(shown), dict(cells), len(columns) - len(shown))


def _single(rows: Iterable[Row]) -> list[Row]:
    return list({row["element"].value: row for row in rows}.values())


def _grouped(rows: list[Row]) -> list[tuple[Row, list[Row]]]:
    groups = (list(group) for _, group in groupby(rows, lambda row: row["group"] and row["group"].value))
    return [(group[0], group) for group in groups]
