"""Finds the minimal sets of records that cannot all be true."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from crosswalk.relations.algebra import ANY, EQUAL, NONE, Candidates, is_tractable
from crosswalk.relations.closure import close
from crosswalk.relations.records import Record

MOST = 50
"""How many conflicts are looked for in one respect."""


@dataclass(frozen=True)
class Conflict:
    """Records judged in one respect that contradict each other; without any one of them they do not."""

    rationale: str
    records: tuple[Record, ...]

    @property
    def elements(self) -> tuple[str, ...]:
        """The elements that the records are about."""
        return tuple(sorted({end for record in self.records for end in record.ends}))


@dataclass(frozen=True)
class Conflicts:
    """What was found; ``undecided`` are records whose candidates path consistency does not decide for.

    Where there are such records, sets that conflict may be missing; ``more`` says that the search stopped.
    """

    found: tuple[Conflict, ...]
    undecided: tuple[Record, ...]
    more: bool


def find_conflicts(records: Iterable[Record], *, most: int = MOST) -> Conflicts:
    """The minimal conflicts among assessed records, each rationale for itself.

    Records without a rationale may be about different respects, and derived ones add nothing.
    """
    by_rationale: dict[str, list[Record]] = {}
    for record in sorted(records, key=lambda one: one.iri):
        if record.assessed and record.rationale and not record.derived:
            by_rationale.setdefault(record.rationale, []).append(record)
    found: list[Conflict] = []
    more = False
    for rationale, same in sorted(by_rationale.items()):
        sets = list(_minimal_sets(same, most + 1))
        more |= len(sets) > most
        found += [Conflict(rationale, one) for one in sets[:most]]
    undecided = [one for same in by_rationale.values() for one in same if not is_tractable(one.candidates)]
    return Conflicts(tuple(found), tuple(undecided), more)


def is_consistent(records: Iterable[Record]) -> bool:
    """Whether path consistency leaves every pair a relation."""
    known: dict[tuple[str, str], Candidates] = {}
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


def _minimal_sets(records: Sequence[Record], most: int) -> Iterator[tuple[Record, ...]]:
    """Every minimal conflict, by Reiter's tree: each next one must do without a record of those before."""
    found: list[tuple[Record, ...]] = []
    seen: set[frozenset[str]] = set()
    queue: deque[frozenset[str]] = deque([frozenset()])
    while queue and len(found) < most:
        removed = queue.popleft()
        conflict = next((one for one in found if not removed & {r.iri for r in one}), None)
        if conflict is None:
            conflict = _one_minimal([one for one in records if one.iri not in removed])
            if conflict is None:
                continue
            found.append(conflict)
            yield conflict
        for record in conflict:
            branch = removed | {record.iri}
            if branch not in seen:
                seen.add(branch)
                queue.append(branch)


def _one_minimal(records: Sequence[Record]) -> tuple[Record, ...] | None:
    """One minimal conflict, sought in ever wider neighbourhoods, or None where there is none."""
    for group in _groups(records):
        if is_consistent(group):
            continue
        near = next((ball for ball in _balls(group) if not is_consistent(ball)), group)
        return tuple(sorted(_shrink(near), key=lambda one: one.iri))
    return None


def _groups(records: Sequence[Record]) -> Iterator[list[Record]]:
    """The records in groups that share no element."""
    touching = _touching(records)
    left = dict.fromkeys(record.iri for record in records)
    by_iri = {record.iri: record for record in records}
    while left:
        first = by_iri[next(iter(left))]
        reached = _reach(touching, [first.subject], None)
        group = [by_iri[iri] for iri in left if by_iri[iri].subject in reached]
        for record in group:
            del left[record.iri]
        yield group


def _balls(group: Sequence[Record]) -> Iterator[list[Record]]:
    """The records among the elements near each element, of widening radius."""
    touching = _touching(group)
    for radius in (1, 2):
        for element in sorted(touching):
            near = _reach(touching, [element], radius)
            yield [record for record in group if record.ends <= near]


def _touching(records: Iterable[Record]) -> dict[str, set[str]]:
    """The neighbours of every element."""
    touching: dict[str, set[str]] = {}
    for record in records:
        touching.setdefault(record.subject, set()).add(record.object)
        touching.setdefault(record.object, set()).add(record.subject)
    return touching


def _reach(touching: dict[str, set[str]], starts: Iterable[str], radius: int | None) -> set[str]:
    reached, edge = set(starts), set(starts)
    while edge and radius != 0:
        edge = {other for element in edge for other in touching[element]} - reached
        reached |= edge
        radius = None if radius is None else radius - 1
    return reached


def _shrink(records: Sequence[Record]) -> list[Record]:
    """A minimal conflict within records that conflict, by QuickXplain: halves are tried whole first."""
    return _explain([], False, list(records), is_consistent)


def _explain(
    kept: list[Record], grew: bool, rest: list[Record], consistent: Callable[[Iterable[Record]], bool]
) -> list[Record]:
    if grew and not consistent(kept):
        return []
    if len(rest) == 1:
        return rest
    half = len(rest) // 2
    left, right = rest[:half], rest[half:]
    of_right = _explain([*kept, *left], bool(left), right, consistent)
    of_left = _explain([*kept, *of_right], bool(of_right), left, consistent)
    return [*of_left, *of_right]
