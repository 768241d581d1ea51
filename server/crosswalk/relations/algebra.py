"""The five set relations of NIST IR 8477 as an algebra (RCC-5) over sets of candidates.

What is known of a pair of elements is the set of relations still possible between them, held as a bit
mask: one bit is certainty, `ANY` is no knowledge, `NONE` is a contradiction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntFlag
from functools import reduce
from itertools import product
from operator import and_, or_

from crosswalk.iris import term


class Candidates(IntFlag):
    """A set of the five relations that may hold from A to B."""

    NONE = 0
    EQUAL = 1
    SUBSET = 2
    SUPERSET = 4
    INTERSECTS = 8
    DISJOINT = 16
    ANY = 31


NONE, EQUAL, SUBSET, SUPERSET, INTERSECTS, DISJOINT, ANY = Candidates.__members__.values()
RELATIONS = (EQUAL, SUBSET, SUPERSET, INTERSECTS, DISJOINT)
SHARING = EQUAL | SUBSET | SUPERSET | INTERSECTS

_NAMES = {
    EQUAL: ("Equal", "=", "is equal to"),
    SUBSET: ("Subset", "⊂", "is a subset of"),
    SUPERSET: ("Superset", "⊃", "is a superset of"),
    INTERSECTS: ("Intersects", "∩", "intersects with"),
    DISJOINT: ("Disjoint", "∅", "is disjoint from"),
}
"""The concept of the vocabulary for each set relation, its sign, and the words for it between two names."""

IRIS = {relation: term(concept) for relation, (concept, _, _) in _NAMES.items()}
CONCEPTS: dict[str, Candidates] = {iri: relation for relation, iri in IRIS.items()}
UNASSESSED = "is linked to, relation not assessed,"

# Row: A to B; column: B to C, in the order of RELATIONS; cell: what may hold from A to C.
# A test derives the same table by brute force over the non-empty subsets of a set of five.
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
_INVERSES = {EQUAL: EQUAL, SUBSET: SUPERSET, SUPERSET: SUBSET, INTERSECTS: INTERSECTS, DISJOINT: DISJOINT}


def members(candidates: Candidates) -> Iterator[Candidates]:
    """Yield the single relations in a set of candidates."""
    return (relation for relation in RELATIONS if relation & candidates)


def _compose_all() -> tuple[bytes, ...]:
    """Compose all 32 × 32 sets of candidates, each pair as the union over its single relations."""
    places = [[place for place in range(5) if mask >> place & 1] for mask in range(32)]
    base = [[int(cell) for cell in row] for row in _BASE]  # to join plain integers is fifty times as fast
    table = [bytearray(32) for _ in range(32)]
    for left, right in product(range(32), repeat=2):
        for row, column in product(places[left], places[right]):
            table[left][right] |= base[row][column]
    return tuple(map(bytes, table))


COMPOSITION = _compose_all()
"""What may hold from A to C, by the candidates from A to B and from B to C, as plain integers."""

_SETS = tuple(map(Candidates, range(32)))
INVERSE = tuple(reduce(or_, (_INVERSES[relation] for relation in members(mask)), NONE) for mask in _SETS)


def compose(left: Candidates, right: Candidates) -> Candidates:
    """Return what may hold from A to C, given the candidates from A to B and from B to C."""
    return _SETS[COMPOSITION[left][right]]


def inverse(candidates: Candidates) -> Candidates:
    """Return the candidates from B to A, given those from A to B."""
    return INVERSE[candidates]


def chain(hops: Iterable[Candidates]) -> Candidates:
    """Compose the candidates along a path; a path of no hops leaves an element equal to itself."""
    return reduce(compose, hops, EQUAL)


def intersect(paths: Iterable[Candidates]) -> Candidates:
    """Return what several paths between one pair leave possible; `NONE` is a contradiction."""
    return reduce(and_, paths, ANY)


def excluding(*excluded: Candidates) -> Candidates:
    """Return the candidates left when a record excludes some of the five."""
    return ANY & ~reduce(or_, excluded, NONE)


def is_tractable(candidates: Candidates) -> bool:
    """Return whether path consistency decides networks with this set of candidates.

    A set that allows both inside and outside but no overlap in between is not convex: path consistency may
    then call a network consistent that is not. The maximal tractable subset H5 excludes such sets (Renz and
    Nebel, Artificial Intelligence 108, 1999).
    """
    both = SUBSET | SUPERSET
    return candidates & both != both or bool(candidates & INTERSECTS)


def excluded_by(concepts: Iterable[str]) -> Candidates:
    """Return the set of the relations that concept IRIs stand for.

    Raises KeyError for an IRI that is no set relation.
    """
    return reduce(or_, (CONCEPTS[concept] for concept in concepts), NONE)


def in_signs(candidates: Candidates) -> str:
    """Write candidates in signs, as in ``{⊂ ∩}``; as the bare sign where one is left.

    >>> in_signs(SUBSET | INTERSECTS), in_signs(SUBSET), in_signs(NONE)
    ('{⊂ ∩}', '⊂', '{}')
    """
    signs = [_NAMES[relation][1] for relation in members(candidates)]
    return signs[0] if len(signs) == 1 else "{" + " ".join(signs) + "}"


def in_words(candidates: Candidates) -> str:
    """Write candidates as a phrase to stand between two names.

    >>> in_words(SUBSET | INTERSECTS)
    'is a subset of or intersects with'
    """
    if candidates == ANY:
        return UNASSESSED
    if candidates == NONE:
        return "is in contradiction with"
    return " or ".join(_NAMES[relation][2] for relation in members(candidates))
