"""Elements joined by records, by lineage and as part and whole: what paths and chains run over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from math import inf

from crosswalk.relations.algebra import ANY, EQUAL, SUBSET, SUPERSET
from crosswalk.relations.model import Change, Claim, MappingRecord, Part

INSIDE, AROUND = EQUAL | SUBSET, EQUAL | SUPERSET
"""What may hold from a part to its whole, which demands all that the part does, and back."""


class Network:
    """The neighbours of every element, with the claims that join each pair, in a fixed order.

    Neighbours are joined by ``records`` and lineage. Beside them stand claims that lead to no neighbour and
    still say something: that one element is part of another, and that two are ``apart``. ``editions`` maps
    elements to editions, for those that no record names.
    """

    def __init__(
        self,
        records: Iterable[MappingRecord],
        changes: Iterable[Change] = (),
        editions: Mapping[str, str] | None = None,
        parts: Iterable[Part] = (),
        apart: Iterable[MappingRecord] = (),
    ) -> None:
        self.editions = dict(editions or {})
        self._joining: dict[str, dict[str, list[Claim]]] = {}
        self._beside: dict[str, dict[str, list[Claim]]] = {}
        for claim in self._record_claims(records):
            _add(self._joining, claim)
        for change in sorted(changes, key=lambda change: change.iri):
            known = EQUAL if change.keeps_all else ANY
            for earlier in change.earlier:
                for later in change.later:
                    claim = Claim(change.iri, earlier, later, False, known, change=change)
                    _add(self._joining, claim)
        self._neighbours = {element: sorted(joined) for element, joined in self._joining.items()}
        for part in sorted(parts, key=lambda part: (part.part, part.whole)):
            for element in (part.part, part.whole):
                self.editions.setdefault(element, part.edition)
            _add(self._beside, Claim(part.part, part.part, part.whole, False, INSIDE, part=part))
        for claim in self._record_claims(apart):
            _add(self._beside, claim)

    def _record_claims(self, records: Iterable[MappingRecord]) -> Iterator[Claim]:
        for record in sorted(records, key=lambda record: record.iri):
            self.editions |= {record.subject: record.subject_edition, record.object: record.object_edition}
            yield Claim(record.iri, record.subject, record.object, False, record.candidates, record)

    def claims_from(self, element: str) -> Iterator[Claim]:
        """Yield everything that says something of an element and another, read from the element."""
        for table in (self._joining, self._beside):
            yield from chain.from_iterable(table.get(element, {}).values())

    def neighbours(self, element: str) -> list[str]:
        """Return the elements that some claim joins to this one, by name."""
        return self._neighbours.get(element, [])

    def claims(self, start: str, end: str) -> tuple[Claim, ...]:
        """Return what joins two neighbours, read from the first to the second."""
        return tuple(self._joining.get(start, {}).get(end, ()))

    def edition(self, element: str) -> str:
        """Return the edition of an element, or the element itself where no record and no list tells it."""
        return self.editions.get(element, element)

    def elements(self) -> Iterable[str]:
        """Return every element that a claim joins to another, and every part and whole."""
        return {**self._joining, **self._beside}.keys()


def _add(table: dict[str, dict[str, list[Claim]]], claim: Claim) -> None:
    for reading in (claim, claim.reversed()):
        table.setdefault(reading.start, {}).setdefault(reading.end, []).append(reading)


class PartHierarchy:
    """Which elements are part of which, at any depth."""

    def __init__(self, parts: Iterable[Part] = ()) -> None:
        direct: dict[str, set[str]] = {}
        for part in parts:
            direct.setdefault(part.part, set()).add(part.whole)
        self._wholes = {
            element: [*distances(element, lambda part: direct.get(part, ()))][1:] for element in direct
        }
        self._parts: dict[str, list[str]] = {}
        for element, wholes in sorted(self._wholes.items()):
            for whole in wholes:
                self._parts.setdefault(whole, []).append(element)

    def wholes(self, element: str) -> list[str]:
        """Return what an element is part of, the nearest first."""
        return self._wholes.get(element, [])

    def parts(self, element: str) -> list[str]:
        """Return the parts of an element, by name."""
        return self._parts.get(element, [])


def distances(start: str, neighbours: Callable[[str], Iterable[str]], radius: float = inf) -> dict[str, int]:
    """Return how many steps at least lead to each element no further than ``radius``, the nearest first."""
    steps = {start: 0}
    level = [start]
    while level and steps[level[0]] < radius:
        further = steps[level[0]] + 1
        reached = {neighbour for element in level for neighbour in neighbours(element)}
        level = sorted(reached - steps.keys())
        steps |= dict.fromkeys(level, further)
    return steps
