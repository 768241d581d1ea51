"""The five set relations of NIST IR 8477 as an algebra (RCC-5) over sets of candidates.

What is known of a pair of elements is the set of relations still possible between them, held as a bit
mask: one bit is certainty, `ANY` is no knowledge, `NONE` is a contradiction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntFlag
from functools import reduce


class Candidates(IntFlag):
    """A set of the five relations that may hold from A to B."""

    NONE = 0
    EQUAL = 1
    SUBSET = 2
    SUPERSET = 4
    INTERSECTS = 8
    DISJOINT = 16
    ANY = 31


NONE, EQUAL, SUBSET, SUPERSET, INTERSECTS, DISJOINT, ANY = (
    Candidates.NONE,
    Candidates.EQUAL,
    Candidates.SUBSET,
    Candidates.SUPERSET,
    Candidates.INTERSECTS,
    Candidates.DISJOINT,
    Candidates.ANY,
)
RELATIONS = (EQUAL, SUBSET, SUPERSET, INTERSECTS, DISJOINT)
SHARING = EQUAL | SUBSET | SUPERSET | INTERSECTS

# Row: A to B; column: B to C, in the order of RELATIONS; cell: what may hold from A to C.
# A test derives the same table by brute force over the non-empty subsets of a set of four.
_BASE: tuple[tuple[Candidates, ...], ...] = (
    (EQUAL, SUBSET, SUPERSET, INTERSECTS, DISJOINT),
    (SUBSET, SUBSET, ANY, SUBSET | INTERSECTS | DISJOINT, DISJOINT),
    (SUPERSET, SHARING, SUPERSET, SUPERSET | INTERSECTS, SUPERSET | INTERSECTS | DISJOINT),
    (
        INTERSECTS,
        SUBSET | INTERSECTS,
        SUPERSET | INTERSECTS | DISJOINT,
        ANY,
        SUPERSET | INTERSECTS | DISJOINT,
    ),
    (DISJOINT, SUBSET | INTERSECTS | DISJOINT, DISJOINT, SUBSET | INTERSECTS | DISJOINT, ANY),
)


def _union(masks: Iterable[Candidates]) -> Candidates:
    return reduce(lambda left, right: left | right, masks, NONE)


def members(candidates: Candidates) -> Iterator[Candidates]:
    """Yields the single relations in a set of candidates."""
    return (relation for relation in RELATIONS if relation & candidates)


_SETS = tuple(Candidates(mask) for mask in range(32))


def _row(cells: tuple[Candidates, ...]) -> list[int]:
    """The compositions of one relation with all 32 sets: each set's from those of a smaller one."""
    row = [0] * 32  # plain integers: to join flags takes fifty times as long
    for mask in range(1, 32):
        row[mask] = row[mask & (mask - 1)] | int(cells[(mask & -mask).bit_length() - 1])
    return row


def _table() -> tuple[tuple[Candidates, ...], ...]:
    single = [_row(cells) for cells in _BASE]
    table = [[0] * 32]
    for mask in range(1, 32):
        last = single[(mask & -mask).bit_length() - 1]
        table.append([one | other for one, other in zip(table[mask & (mask - 1)], last, strict=True)])
    return tuple(tuple(_SETS[cell] for cell in row) for row in table)


# All 32 × 32 compositions, worked out once: the closure looks them up.
COMPOSITION = _table()

_INVERSES = {EQUAL: EQUAL, SUBSET: SUPERSET, SUPERSET: SUBSET, INTERSECTS: INTERSECTS, DISJOINT: DISJOINT}
INVERSE: tuple[Candidates, ...] = tuple(
    _union(_INVERSES[relation] for relation in members(Candidates(mask))) for mask in range(32)
)


def compose(left: Candidates, right: Candidates) -> Candidates:
    """Returns what may hold from A to C, given the candidates from A to B and from B to C."""
    return COMPOSITION[left][right]


def inverse(candidates: Candidates) -> Candidates:
    """Returns the candidates from B to A, given those from A to B."""
    return INVERSE[candidates]


def chain(hops: Iterable[Candidates]) -> Candidates:
    """Composes the candidates along a path; a path of no hops leaves an element equal to itself."""
    return reduce(compose, hops, EQUAL)


def intersect(paths: Iterable[Candidates]) -> Candidates:
    """Returns what several paths between one pair leave possible; `NONE` is a contradiction."""
    return reduce(lambda left, right: left & right, paths, ANY)


def excluding(*excluded: Candidates) -> Candidates:
    """Returns the candidates left when a record excludes some of the five."""
    return ANY & ~_union(excluded)


def is_certain(candidates: Candidates) -> bool:
    """Says whether exactly one relation is left."""
    return candidates in RELATIONS


def is_tractable(candidates: Candidates) -> bool:
    """Says whether path consistency decides networks with this set.

    A set that allows both inside and outside but no overlap in between is not convex: path consistency
    may then call a network consistent that is not (Renz and Nebel's maximal tractable subset H5 excludes it).
    """
    both = SUBSET | SUPERSET
    return candidates & both != both or bool(candidates & INTERSECTS)
