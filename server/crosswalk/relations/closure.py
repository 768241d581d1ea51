"""Path consistency: every pair of elements narrowed by every third one, until nothing changes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from crosswalk.relations.algebra import ANY, COMPOSITION, EQUAL, INVERSE, NONE, Candidates, is_tractable

_COMPOSITION = np.array(COMPOSITION, dtype=np.uint8)


@dataclass(frozen=True)
class Closure:
    """What is known of every pair once all paths are taken into account.

    `matrix` holds one bit mask (uint8) per ordered pair, in the order of `elements`; `contradictory` are the
    pairs with nothing left; `decides` is false where a given set is outside those that path consistency is
    complete for.
    """

    elements: tuple[Hashable, ...]
    matrix: np.ndarray
    contradictory: tuple[tuple[Hashable, Hashable], ...]
    decides: bool

    def candidates(self, left: Hashable, right: Hashable) -> Candidates:
        """Returns the candidates between two elements; those nobody named are unknown to each other."""
        index = {element: place for place, element in enumerate(self.elements)}
        if left not in index or right not in index:
            return EQUAL if left == right else ANY
        return Candidates(int(self.matrix[index[left], index[right]]))


def close(known: Mapping[tuple[Hashable, Hashable], Candidates]) -> Closure:
    """Computes the path-consistent closure of what is known of some pairs.

    `known` maps ordered pairs to candidates; the inverse of each is implied. Pairs absent are `ANY`.
    """
    elements = tuple(dict.fromkeys(element for pair in known for element in pair))
    matrix = _network(elements, known.items())
    _narrow(matrix)
    rows, columns = np.nonzero(matrix == NONE)
    contradictory = tuple(
        (elements[row], elements[column]) for row, column in zip(rows, columns, strict=True)
    )
    return Closure(elements, matrix, contradictory, all(is_tractable(mask) for mask in known.values()))


def _network(elements: tuple[Hashable, ...], known: Iterable) -> np.ndarray:
    index = {element: place for place, element in enumerate(elements)}
    matrix = np.full((len(elements), len(elements)), int(ANY), dtype=np.uint8)
    np.fill_diagonal(matrix, int(EQUAL))
    for (left, right), mask in known:
        matrix[index[left], index[right]] &= int(mask)
        matrix[index[right], index[left]] &= int(INVERSE[mask])
    return matrix


def _narrow(matrix: np.ndarray) -> None:
    """Narrows in place; composition with `ANY` is `ANY`, so only what is known of each middle is touched."""
    changed = np.ones(len(matrix), dtype=bool)
    while changed.any():
        before = changed
        changed = np.zeros(len(matrix), dtype=bool)
        for middle in range(len(matrix)):
            known = np.flatnonzero(matrix[middle] != ANY)
            if not before[known].any() and not changed[known].any():
                continue
            block = np.ix_(known, known)
            paths = _COMPOSITION[matrix[known, middle][:, None], matrix[middle, known][None, :]]
            old = matrix[block]
            new = old & paths
            if (moved := new != old).any():
                matrix[block] = new
                changed[known[moved.any(axis=1)]] = True
