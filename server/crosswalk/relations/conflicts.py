"""Finds the minimal sets of records that cannot all be true."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from crosswalk.relations.algebra import ANY, EQUAL, NONE, Candidates, inverse, is_tractable
from crosswalk.relations.closure import close
from crosswalk.relations.nearness import balls, groups, nested
from crosswalk.relations.nesting import Nesting
from crosswalk.relations.network import INSIDE
from crosswalk.relations.records import Part, Record

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


def find_conflicts(records: Iterable[Record], parts: Iterable[Part] = (), *, most: int = MOST) -> Conflicts:
    """The minimal conflicts among assessed records, each rationale for itself.

    Records without a rationale may be about different respects, and derived ones add nothing. That a whole
    demands all that its parts do is taken for granted in each: records can contradict each other by it.
    """
    nesting = Nesting(parts)
    by_rationale: dict[str, list[Record]] = {}
    for record in sorted(records, key=lambda one: one.iri):
        if record.assessed and record.rationale and not record.derived:
            by_rationale.setdefault(record.rationale, []).append(record)
    found: list[Conflict] = []
    more = False
    for rationale, same in sorted(by_rationale.items()):
        sets = list(_minimal_sets(same, nesting, most + 1))
        more |= len(sets) > most
        found += [Conflict(rationale, one) for one in sets[:most]]
    undecided = [one for same in by_rationale.values() for one in same if not is_tractable(one.candidates)]
    return Conflicts(tuple(found), tuple(undecided), more)


def is_consistent(records: Iterable[Record], nesting: Nesting | None = None) -> bool:
    """Whether path consistency leaves every pair a relation."""
    known: dict[tuple[str, str], Candidates] = {}
    records = list(records)
    for part, whole in nested(records, nesting or Nesting()):
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


def _minimal_sets(records: Sequence[Record], nesting: Nesting, most: int) -> Iterator[tuple[Record, ...]]:
    """Every minimal conflict, by Reiter's tree: each next one must do without a record of those before."""
    found: list[tuple[Record, ...]] = []
    seen: set[frozenset[str]] = set()
    queue: deque[frozenset[str]] = deque([frozenset()])
    while queue and len(found) < most:
        removed = queue.popleft()
        conflict = next((one for one in found if not removed & {r.iri for r in one}), None)
        if conflict is None:
            conflict = _one_minimal([one for one in records if one.iri not in removed], nesting)
            if conflict is None:
                continue
            found.append(conflict)
            yield conflict
        for record in conflict:
            branch = removed | {record.iri}
            if branch not in seen:
                seen.add(branch)
                queue.append(branch)


def _one_minimal(records: Sequence[Record], nesting: Nesting) -> tuple[Record, ...] | None:
    """One minimal conflict, sought in ever wider neighbourhoods, or None where there is none."""

    def consistent(some: Iterable[Record]) -> bool:
        return is_consistent(some, nesting)

    for group in groups(records, nesting):
        if consistent(group):
            continue
        near = next((ball for ball in balls(group, nesting) if not consistent(ball)), group)
        return tuple(sorted(_explain([], False, list(near), consistent), key=lambda one: one.iri))
    return None


def _explain(
    kept: list[Record], grew: bool, rest: list[Record], consistent: Callable[[Iterable[Record]], bool]
) -> list[Record]:
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
