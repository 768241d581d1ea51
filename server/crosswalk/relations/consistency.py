"""Path consistency: every pair of elements narrowed by every third one, until nothing changes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crosswalk.relations.algebra import (
    ANY,
    COMPOSITION,
    EQUAL,
    INVERSE,
    NONE,
    Candidates,
    inverse,
    is_tractable,
)
from crosswalk.relations.model import MappingRecord, Part
from crosswalk.relations.network import INSIDE, PartHierarchy

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


def nested(records: Iterable[MappingRecord], hierarchy: PartHierarchy) -> Iterator[tuple[str, str]]:
    """The pairs of part and whole among what the records are about; others say nothing between these."""
    named = {end for record in records for end in record.ends}
    return ((part, whole) for part in named for whole in hierarchy.wholes(part) if whole in named)


def groups(records: Sequence[MappingRecord], hierarchy: PartHierarchy) -> Iterator[list[MappingRecord]]:
    """The records in groups that share no element."""
    touching = _touching(records, hierarchy)
    left = dict.fromkeys(record.iri for record in records)
    by_iri = {record.iri: record for record in records}
    while left:
        first = by_iri[next(iter(left))]
        reached = _reach(touching, [first.subject], None)
        group = [by_iri[iri] for iri in left if by_iri[iri].subject in reached]
        for record in group:
            del left[record.iri]
        yield group


def balls(group: Sequence[MappingRecord], hierarchy: PartHierarchy) -> Iterator[list[MappingRecord]]:
    """The records among the elements near each element, of widening radius."""
    touching = _touching(group, hierarchy)
    for radius in (1, 2):
        for element in sorted(touching):
            near = _reach(touching, [element], radius)
            yield [record for record in group if record.ends <= near]


def _touching(records: Sequence[MappingRecord], hierarchy: PartHierarchy) -> dict[str, set[str]]:
    """The neighbours of every element, by records and as part and whole."""
    touching: dict[str, set[str]] = {}
    for one, other in ((record.subject, record.object) for record in records):
        touching.setdefault(one, set()).add(other)
        touching.setdefault(other, set()).add(one)
    for one, other in nested(records, hierarchy):
        touching[one].add(other)
        touching[other].add(one)
    return touching


def _reach(touching: dict[str, set[str]], starts: Iterable[str], radius: int | None) -> set[str]:
    reached, edge = set(starts), set(starts)
    while edge and radius != 0:
        edge = {other for element in edge for other in touching[element]} - reached
        reached |= edge
        radius = None if radius is None else radius - 1
    return reached


MOST = 50
"""How many conflicts are looked for in one respect."""


@dataclass(frozen=True)
class Conflict:
    """Records judged in one respect that contradict each other; without any one of them they do not."""

    rationale: str
    records: tuple[MappingRecord, ...]

    @property
    def elements(self) -> tuple[str, ...]:
        """The elements that the records are about."""
        return tuple(sorted({end for record in self.records for end in record.ends}))


@dataclass(frozen=True)
class ConflictReport:
    """What was found; ``undecided`` are records whose candidates path consistency does not decide for.

    Where there are such records, sets that conflict may be missing; ``more`` says that the search stopped.
    """

    conflicts: tuple[Conflict, ...]
    undecided: tuple[MappingRecord, ...]
    more: bool


def find_conflicts(
    records: Iterable[MappingRecord], parts: Iterable[Part] = (), *, most: int = MOST
) -> ConflictReport:
    """The minimal conflicts among assessed records, each rationale for itself.

    Records without a rationale may be about different respects, and derived ones add nothing. That a whole
    demands all that its parts do is taken for granted in each: records can contradict each other by it.
    """
    hierarchy = PartHierarchy(parts)
    by_rationale: dict[str, list[MappingRecord]] = {}
    for record in sorted(records, key=lambda one: one.iri):
        if record.assessed and record.rationale and not record.derived:
            by_rationale.setdefault(record.rationale, []).append(record)
    found: list[Conflict] = []
    more = False
    for rationale, same in sorted(by_rationale.items()):
        sets = list(_minimal_sets(same, hierarchy, most + 1))
        more |= len(sets) > most
        found += [Conflict(rationale, one) for one in sets[:most]]
    undecided = [one for same in by_rationale.values() for one in same if not is_tractable(one.candidates)]
    return ConflictReport(tuple(found), tuple(undecided), more)


def is_consistent(records: Iterable[MappingRecord], hierarchy: PartHierarchy | None = None) -> bool:
    """Whether path consistency leaves every pair a relation."""
    known: dict[tuple[str, str], Candidates] = {}
    records = list(records)
    for part, whole in nested(records, hierarchy or PartHierarchy()):
        forward = part < whole
        known[min(part, whole), max(part, whole)] = INSIDE if forward else inverse(INSIDE)
    for record in records:
        if record.subject == record.object:
            if not record.candidates & EQUAL:
                return False
            continue
        pair = (min(record.ends), max(record.ends))
        known[pair] = known.get(pair, ANY) & record.seen_from(pair[0])
        if known[pair] == NONE:
            return False
    return not close(known).contradictory


def _minimal_sets(
    records: Sequence[MappingRecord], hierarchy: PartHierarchy, most: int
) -> Iterator[tuple[MappingRecord, ...]]:
    """Every minimal conflict, by Reiter's tree: each next one must do without a record of those before."""
    found: list[tuple[MappingRecord, ...]] = []
    seen: set[frozenset[str]] = set()
    queue: deque[frozenset[str]] = deque([frozenset()])
    while queue and len(found) < most:
        removed = queue.popleft()
        conflict = next((one for one in found if not removed & {r.iri for r in one}), None)
        if conflict is None:
            conflict = _one_minimal([one for one in records if one.iri not in removed], hierarchy)
            if conflict is None:
                continue
            found.append(conflict)
            yield conflict
        for record in conflict:
            branch = removed | {record.iri}
            if branch not in seen:
                seen.add(branch)
                queue.append(branch)


def _one_minimal(
    records: Sequence[MappingRecord], hierarchy: PartHierarchy
) -> tuple[MappingRecord, ...] | None:
    """One minimal conflict, sought in ever wider neighbourhoods, or None where there is none."""

    def consistent(some: Iterable[MappingRecord]) -> bool:
        return is_consistent(some, hierarchy)

    for group in groups(records, hierarchy):
        if consistent(group):
            continue
        near = next((ball for ball in balls(group, hierarchy) if not consistent(ball)), group)
        return tuple(sorted(_explain([], False, list(near), consistent), key=lambda one: one.iri))
    return None


def _explain(
    kept: list[MappingRecord],
    grew: bool,
    rest: list[MappingRecord],
    consistent: Callable[[Iterable[MappingRecord]], bool],
) -> list[MappingRecord]:
    """A minimal conflict within records that conflict, by QuickXplain: halves are tried whole first."""
    if grew and not consistent(kept):
        return []
    if len(rest) == 1:
        return rest
    half = len(rest) // 2
    left, right = rest[:half], rest[half:]
    of_right = _explain([*kept, *left], bool(left), right, consistent)
    of_left = _explain([*kept, *of_right], bool(of_right), left, consistent)
    return [*of_left, *of_right]
