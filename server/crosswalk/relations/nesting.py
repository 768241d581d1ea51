"""Parts and wholes: what a claim about the one says of the other, and what it does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crosswalk.relations.algebra import ANY, DISJOINT, NONE, Candidates, compose, intersect, inverse
from crosswalk.relations.network import INSIDE
from crosswalk.relations.records import Part, Record


class Nesting:
    """Which elements lie within which, at any depth."""

    def __init__(self, parts: Iterable[Part] = ()) -> None:
        up: dict[str, set[str]] = {}
        for one in parts:
            up.setdefault(one.part, set()).add(one.whole)
        self._wholes = {element: _reached(up, element) for element in up}
        self._parts: dict[str, list[str]] = {}
        for element, wholes in sorted(self._wholes.items()):
            for whole in wholes:
                self._parts.setdefault(whole, []).append(element)

    def wholes(self, element: str) -> list[str]:
        """What an element lies within, the nearest first."""
        return self._wholes.get(element, [])

    def parts(self, element: str) -> list[str]:
        """What lies within an element, in the order of names."""
        return self._parts.get(element, [])


@dataclass(frozen=True)
class Bearing:
    """What records between two elements, judged in one respect, say of an element near one of them.

    ``via`` is the end in its edition: the element itself, a part of it, or a whole that it is part of.
    """

    records: tuple[Record, ...]
    via: str
    other: str
    rationale: str | None
    candidates: Candidates
    links: bool


def bearings(element: str, records: Mapping[str, list[Record]], nesting: Nesting) -> list[Bearing]:
    """What the records by their ends say of an element: its own, those of its parts, those of its wholes.

    What shares something with a part shares it with the whole, linked or assessed. What shares something
    with a whole need not touch a given part: only what holds or excludes all of the whole does so too.
    """
    found = [_bearing(element, same, ANY) for same in _by_pair(element, records)]
    for part in nesting.parts(element):
        found += [_bearing(part, same, inverse(INSIDE)) for same in _by_pair(part, records)]
    for whole in nesting.wholes(element):
        found += [_bearing(whole, same, INSIDE) for same in _by_pair(whole, records)]
    return found


def _by_pair(via: str, records: Mapping[str, list[Record]]) -> Iterable[tuple[Record, ...]]:
    """The records of an element by their other ends and rationales: they narrow each other, and no others."""
    pairs: dict[tuple[str, str | None], list[Record]] = {}
    for record in records.get(via, ()):
        pairs.setdefault((record.other_end(via), record.rationale), []).append(record)
    return map(tuple, pairs.values())


def _bearing(via: str, same: tuple[Record, ...], step: Candidates) -> Bearing:
    """What records that join one pair say; ``step`` is from the element to ``via``, or `ANY` for itself."""
    said = intersect(record.seen_from(via) for record in same)
    linked = any(record.links for record in same)
    candidates = said if step == ANY else compose(step, said)
    if step == INSIDE:
        linked = candidates != NONE and not candidates & DISJOINT
    return Bearing(same, via, same[0].other_end(via), same[0].rationale, candidates, linked)


def _reached(up: Mapping[str, set[str]], start: str) -> list[str]:
    """All that lies around an element, level by level; a circle ends where it began."""
    reached: dict[str, None] = {}
    edge = [start]
    while edge:
        edge = sorted({whole for element in edge for whole in up.get(element, ())} - {start, *reached})
        reached |= dict.fromkeys(edge)
    return list(reached)
