"""Elements joined by records, by lineage and as part and whole: what paths and chains run over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from crosswalk.relations.algebra import (
    ANY,
    DISJOINT,
    EQUAL,
    NONE,
    SUBSET,
    Candidates,
    compose,
    intersect,
    inverse,
)
from crosswalk.relations.model import Change, MappingRecord, Part

INSIDE = EQUAL | SUBSET
"""What may hold from a part to its whole: it demands all that the part does, and perhaps nothing more."""


@dataclass(frozen=True)
class Claim:
    """What joins two elements, read from one to the other; ``backwards`` against its own direction.

    It is a record, a change, or that the one is part of the other; its address is then that of the part.
    """

    iri: str
    start: str
    end: str
    backwards: bool
    candidates: Candidates = ANY
    record: MappingRecord | None = None
    change: Change | None = None
    part: Part | None = None

    @property
    def assessed(self) -> bool:
        """Whether it says anything of the set relation between the two."""
        return self.candidates != ANY

    @property
    def rationale(self) -> str | None:
        """In which respect a record was judged; lineage and parts have none."""
        return self.record.rationale if self.record else None

    @property
    def confidence(self) -> Decimal | None:
        """What the record's source states."""
        return self.record.confidence if self.record else None

    @property
    def sources(self) -> tuple[str, ...]:
        """The source documents."""
        one = self.record or self.change or self.part
        return one.sources if one else ()


class Network:
    """The neighbours of every element, with the claims that join each pair, in a fixed order.

    Neighbours are joined by records and lineage. Beside them stand what leads nowhere and still says
    something: that one element is part of another, and that two are ``apart``.
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
        self._joins: dict[str, dict[str, list[Claim]]] = {}
        for record in sorted(records, key=lambda one: one.iri):
            self.editions |= {record.subject: record.subject_edition, record.object: record.object_edition}
            self._join(record.iri, record.subject, record.object, record.candidates, record=record)
        for change in sorted(changes, key=lambda one: one.iri):
            known = EQUAL if change.keeps_all else ANY
            for earlier in change.earlier:
                for later in change.later:
                    self._join(change.iri, earlier, later, known, change=change)
        self._neighbours = {element: sorted(joined) for element, joined in self._joins.items()}
        self._beside: dict[str, list[Claim]] = {}
        for one in sorted(parts, key=lambda each: (each.part, each.whole)):
            for element in (one.part, one.whole):
                self.editions.setdefault(element, one.edition)
            self._beside_each_other(Claim(one.part, one.part, one.whole, False, INSIDE, part=one))
        for record in sorted(apart, key=lambda each: each.iri):
            self.editions |= {record.subject: record.subject_edition, record.object: record.object_edition}
            claim = Claim(record.iri, record.subject, record.object, False, record.candidates, record)
            self._beside_each_other(claim)

    def _join(self, iri: str, start: str, end: str, candidates: Candidates, **origin: object) -> None:
        forward = Claim(iri, start, end, False, candidates, **origin)  # type: ignore[arg-type]
        back = Claim(iri, end, start, True, inverse(candidates), **origin)  # type: ignore[arg-type]
        for claim in (forward, back):
            self._joins.setdefault(claim.start, {}).setdefault(claim.end, []).append(claim)

    def _beside_each_other(self, claim: Claim) -> None:
        back = replace(claim, start=claim.end, end=claim.start, backwards=True,
                       candidates=inverse(claim.candidates))  # fmt: skip
        for one in (claim, back):
            self._beside.setdefault(one.start, []).append(one)

    def claims_from(self, element: str) -> Iterator[Claim]:
        """Everything that says something of an element and another, read from the element."""
        for claims in self._joins.get(element, {}).values():
            yield from claims
        yield from self._beside.get(element, ())

    def neighbours(self, element: str) -> list[str]:
        """The elements that some claim joins to this one, by name."""
        return self._neighbours.get(element, [])

    def claims(self, start: str, end: str) -> tuple[Claim, ...]:
        """What joins two neighbours, read from the first to the second."""
        return tuple(self._joins.get(start, {}).get(end, ()))

    def edition(self, element: str) -> str:
        """The edition of an element, or the element itself where no record and no list tells it."""
        return self.editions.get(element, element)

    def elements(self) -> Iterable[str]:
        """Every element that a record or lineage joins to another, and every part and whole."""
        return {**self._joins, **self._beside}.keys()


class PartHierarchy:
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
class Implication:
    """What records between two elements, judged in one respect, say of an element near one of them.

    ``via`` is the end in its edition: the element itself, a part of it, or a whole that it is part of.
    """

    records: tuple[MappingRecord, ...]
    via: str
    other: str
    rationale: str | None
    candidates: Candidates
    links: bool


def implications(
    element: str, records: Mapping[str, list[MappingRecord]], hierarchy: PartHierarchy
) -> list[Implication]:
    """What the records by their ends say of an element: its own, those of its parts, those of its wholes.

    What shares something with a part shares it with the whole, linked or assessed. What shares something
    with a whole need not touch a given part: only what holds or excludes all of the whole does so too.
    """
    found = [_implication(element, same, ANY) for same in _by_pair(element, records)]
    for part in hierarchy.parts(element):
        found += [_implication(part, same, inverse(INSIDE)) for same in _by_pair(part, records)]
    for whole in hierarchy.wholes(element):
        found += [_implication(whole, same, INSIDE) for same in _by_pair(whole, records)]
    return found


def _by_pair(via: str, records: Mapping[str, list[MappingRecord]]) -> Iterable[tuple[MappingRecord, ...]]:
    """The records of an element by their other ends and rationales: they narrow each other, and no others."""
    pairs: dict[tuple[str, str | None], list[MappingRecord]] = {}
    for record in records.get(via, ()):
        pairs.setdefault((record.other_end(via), record.rationale), []).append(record)
    return map(tuple, pairs.values())


def _implication(via: str, same: tuple[MappingRecord, ...], step: Candidates) -> Implication:
    """What records that join one pair say; ``step`` is from the element to ``via``, or `ANY` for itself."""
    said = intersect(record.seen_from(via) for record in same)
    linked = any(record.links for record in same)
    candidates = said if step == ANY else compose(step, said)
    if step == INSIDE:
        linked = candidates != NONE and not candidates & DISJOINT
    return Implication(same, via, same[0].other_end(via), same[0].rationale, candidates, linked)


def _reached(up: Mapping[str, set[str]], start: str) -> list[str]:
    """All that lies around an element, level by level; a circle ends where it began."""
    reached: dict[str, None] = {}
    edge = [start]
    while edge:
        edge = sorted({whole for element in edge for whole in up.get(element, ())} - {start, *reached})
        reached |= dict.fromkeys(edge)
    return list(reached)
