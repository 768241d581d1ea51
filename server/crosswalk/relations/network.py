"""Elements joined by records, by lineage and as part and whole: what paths and chains run over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from crosswalk.relations.algebra import ANY, EQUAL, SUBSET, Candidates, inverse
from crosswalk.relations.records import Change, Part, Record

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
    record: Record | None = None
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

    Neighbours are joined by records and lineage; an element and its parts are joined beside them.
    """

    def __init__(
        self,
        records: Iterable[Record],
        changes: Iterable[Change] = (),
        editions: Mapping[str, str] | None = None,
        parts: Iterable[Part] = (),
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
        self._nested: dict[str, list[Claim]] = {}
        for one in sorted(parts, key=lambda each: (each.part, each.whole)):
            self._nest(one)

    def _join(self, iri: str, start: str, end: str, candidates: Candidates, **origin: object) -> None:
        forward = Claim(iri, start, end, False, candidates, **origin)  # type: ignore[arg-type]
        back = Claim(iri, end, start, True, inverse(candidates), **origin)  # type: ignore[arg-type]
        for claim in (forward, back):
            self._joins.setdefault(claim.start, {}).setdefault(claim.end, []).append(claim)

    def _nest(self, one: Part) -> None:
        for element in (one.part, one.whole):
            self.editions.setdefault(element, one.edition)
        up = Claim(one.part, one.part, one.whole, False, INSIDE, part=one)
        down = Claim(one.part, one.whole, one.part, True, inverse(INSIDE), part=one)
        for claim in (up, down):
            self._nested.setdefault(claim.start, []).append(claim)

    def nested(self, element: str) -> Iterable[Claim]:
        """From an element to its wholes and its parts."""
        return self._nested.get(element, ())

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
        return {**self._joins, **self._nested}.keys()
