"""Find records that contradict each other: path consistency, and the smallest sets that break it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from crosswalk.relations.algebra import ANY, COMPOSITION, EQUAL, INVERSE, NONE, Candidates, is_tractable
from crosswalk.relations.model import MappingRecord, Part, by_rationale, narrow
from crosswalk.relations.network import AROUND, INSIDE, PartHierarchy, distances

if TYPE_CHECKING:
    import numpy as np

MOST = 50
"""How many conflicts are looked for in one respect."""


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
        """Return the candidates between two elements; those nobody named are unknown to each other."""
        index = {element: place for place, element in enumerate(self.elements)}
        if left not in index or right not in index:
            return EQUAL if left == right else ANY
        return Candidates(int(self.matrix[index[left], index[right]]))


def close(known: Mapping[tuple[Hashable, Hashable], Candidates]) -> Closure:
    """Narrow every pair of elements by every third one, until nothing changes.

    `known` maps ordered pairs to candidates; the inverse of each is implied. Pairs absent are `ANY`.
    """
    import numpy as np  # slow to import, and seldom needed

    elements = tuple(dict.fromkeys(element for pair in known for element in pair))
    index = {element: place for place, element in enumerate(elements)}
    matrix = np.full((len(elements), len(elements)), int(ANY), dtype=np.uint8)
    np.fill_diagonal(matrix, int(EQUAL))
    for (left, right), mask in known.items():
        matrix[index[left], index[right]] &= int(mask)
        matrix[index[right], index[left]] &= int(INVERSE[mask])
    _narrow_by_paths(matrix)
    contradictory = tuple((elements[row], elements[column]) for row, column in np.argwhere(matrix == NONE))
    return Closure(elements, matrix, contradictory, all(map(is_tractable, known.values())))


def _narrow_by_paths(matrix: np.ndarray) -> None:
    """Narrow a matrix in place, by each element in turn as the middle of a path.

    Composition with `ANY` is `ANY`, so that only elements of whose relation to the middle something is known
    are looked at.
    """
    import numpy as np

    composition = np.frombuffer(b"".join(COMPOSITION), np.uint8).reshape(32, 32)
    changed = np.ones(len(matrix), dtype=bool)
    while changed.any():
        before = changed
        changed = np.zeros(len(matrix), dtype=bool)
        for middle in range(len(matrix)):
            known = np.flatnonzero(matrix[middle] != ANY)
            if not before[known].any() and not changed[known].any():
                continue
            block = np.ix_(known, known)
            old = matrix[block]
            new = old & composition[matrix[known, middle][:, None], matrix[middle, known][None, :]]
            if (moved := new != old).any():
                matrix[block] = new
                changed[known[moved.any(axis=1)]] = True


@dataclass(frozen=True)
class Conflict:
    """Records judged in one respect that contradict each other; without any one of them they do not."""

    rationale: str
    records: tuple[MappingRecord, ...]


@dataclass(frozen=True)
class ConflictReport:
    """The conflicts; ``undecided`` are records whose candidates path consistency does not decide for.

    Where there are such records, sets that conflict may be missing; ``more`` says that the search stopped.
    """

    conflicts: tuple[Conflict, ...]
    undecided: tuple[MappingRecord, ...]
    more: bool


def find_conflicts(
    records: Iterable[MappingRecord], parts: Iterable[Part] = (), *, most: int = MOST
) -> ConflictReport:
    """Find the minimal conflicts among assessed records, each rationale for itself.

    Records without a rationale may be about different respects, and derived ones add nothing; both are left
    out. For every rationale a whole is taken to demand all that its parts do, so that records about a part
    and its whole can conflict. No more than ``most`` conflicts are returned for one rationale.
    """
    hierarchy = PartHierarchy(parts)
    premises = sorted((record for record in records if record.is_premise), key=lambda record: record.iri)
    groups = by_rationale(premises)
    conflicts: list[Conflict] = []
    more = False
    for rationale, group in sorted(groups.items()):
        minimal = list(_minimal_sets(group, hierarchy, most + 1))
        more |= len(minimal) > most
        conflicts += [Conflict(rationale, conflicting) for conflicting in minimal[:most]]
    undecided = tuple(
        record for group in groups.values() for record in group if not is_tractable(record.candidates)
    )
    return ConflictReport(tuple(conflicts), undecided, more)


def is_consistent(records: Sequence[MappingRecord], hierarchy: PartHierarchy | None = None) -> bool:
    """Return whether path consistency leaves every pair of elements a relation."""
    given = narrow(records)
    if any(not mask or (left == right and not mask & EQUAL) for (left, right), mask in given.items()):
        return False
    known = {(left, right): mask for (left, right), mask in given.items() if left != right}
    for part, whole in _nested_pairs(records, hierarchy or PartHierarchy()):
        pair = (min(part, whole), max(part, whole))
        inside = INSIDE if pair[0] == part else AROUND
        known[pair] = known.get(pair, ANY) & inside
    return NONE not in known.values() and not close(known).contradictory


def _minimal_sets(
    records: Sequence[MappingRecord], hierarchy: PartHierarchy, most: int
) -> Iterator[tuple[MappingRecord, ...]]:
    """Yield up to ``most`` minimal conflicts by Reiter's hitting-set tree, breadth first.

    A branch removes one record of a conflict; the next conflict is looked for among the records left.
    """
    conflicts: list[tuple[MappingRecord, ...]] = []
    seen: set[frozenset[str]] = set()
    queue: deque[frozenset[str]] = deque([frozenset()])
    while queue and len(conflicts) < most:
        removed = queue.popleft()
        untouched = (known for known in conflicts if not removed & {record.iri for record in known})
        conflict = next(untouched, None)
        if conflict is None:
            conflict = _minimal_set([record for record in records if record.iri not in removed], hierarchy)
            if conflict is None:
                continue
            conflicts.append(conflict)
            yield conflict
        for record in conflict:
            branch = removed | {record.iri}
            if branch not in seen:
                seen.add(branch)
                queue.append(branch)


def _minimal_set(
    records: Sequence[MappingRecord], hierarchy: PartHierarchy
) -> tuple[MappingRecord, ...] | None:
    """Return one minimal conflict, or None where there is none."""
    consistent = partial(is_consistent, hierarchy=hierarchy)
    for component in _components(records, hierarchy):
        if consistent(component):
            continue
        conflict = _explain([], False, component, consistent)
        return tuple(sorted(conflict, key=lambda record: record.iri))
    return None


def _explain(
    kept: list[MappingRecord],
    grew: bool,
    rest: list[MappingRecord],
    consistent: Callable[[Sequence[MappingRecord]], bool],
) -> list[MappingRecord]:
    """Return a minimal conflict within records that conflict, by QuickXplain: halves are tried whole first.

    ``kept`` are records that stay in whatever happens; ``grew`` is whether some came to them just now.
    """
    if grew and not consistent(kept):
        return []
    if len(rest) == 1:
        return rest
    half = len(rest) // 2
    left, right = rest[:half], rest[half:]
    of_right = _explain([*kept, *left], bool(left), right, consistent)
    of_left = _explain([*kept, *of_right], bool(of_right), left, consistent)
    return [*of_left, *of_right]


def _components(records: Sequence[MappingRecord], hierarchy: PartHierarchy) -> Iterable[list[MappingRecord]]:
    """Divide the records into groups that share no element."""
    adjacent = _adjacency(records, hierarchy)
    component_of: dict[str, str] = {}
    components: dict[str, list[MappingRecord]] = {}
    for record in records:
        if record.subject not in component_of:
            reached = distances(record.subject, adjacent.__getitem__)
            component_of |= dict.fromkeys(reached, record.subject)
        components.setdefault(component_of[record.subject], []).append(record)
    return components.values()


def _adjacency(records: Sequence[MappingRecord], hierarchy: PartHierarchy) -> dict[str, set[str]]:
    """Map every element to those that a record, or part and whole, joins it to."""
    adjacent: dict[str, set[str]] = {}
    ends = ((record.subject, record.object) for record in records)
    for left, right in (*ends, *_nested_pairs(records, hierarchy)):
        adjacent.setdefault(left, set()).add(right)
        adjacent.setdefault(right, set()).add(left)
    return adjacent


def _nested_pairs(records: Sequence[MappingRecord], hierarchy: PartHierarchy) -> Iterator[tuple[str, str]]:
    """Yield the pairs of part and whole among what the records are about; no others can contradict them."""
    named = {end for record in records for end in record.ends}
    return ((part, whole) for part in named for whole in hierarchy.wholes(part) if whole in named)
