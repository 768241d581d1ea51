"""Elements joined by records and by lineage: what paths, chains and contradictions run over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from crosswalk.relations.algebra import ANY, EQUAL, Candidates, inverse
from crosswalk.relations.records import Change, Record


@dataclass(frozen=True)
class Claim:
    """One record or change, read from one element to another; ``backwards`` against its own direction."""

    iri: str
    start: str
    end: str
    backwards: bool
    candidates: Candidates = ANY
    record: Record | None = None
    change: Change | None = None

    @property
    def assessed(self) -> bool:
        """Whether it says anything of the set relation between the two."""
        return self.candidates != ANY

    @property
    def rationale(self) -> str | None:
        """In which respect a record was judged; lineage has none."""
        return self.record.rationale if self.record else None

    @property
    def confidence(self) -> Decimal | None:
        """What the record's source states."""
        return self.record.confidence if self.record else None

    @property
    def sources(self) -> tuple[str, ...]:
        """The source documents."""
        one = self.record or self.change
        return one.sources if one else ()


class Network:
    """The neighbours of every element, with the claims that join each pair, in a fixed order."""

    def __init__(
        self,
        records: Iterable[Record],
        changes: Iterable[Change] = (),
        editions: Mapping[str, str] | None = None,
    ) -> None:
        self.editions = dict(editions or {})
        self._joins: dict[str, dict[str, list[Claim]]] = {}
        for record in sorted(records, key=lambda one: one.iri):
            self.editions |= {record.subject: record.subject_edition, record.object: record.object_edition}
            self._join(record.iri, record.subject, record.object, record.candidates, record=record)
        for change in sorted(changes, key=lambda one: one.iri):
            known = EQUAL if change.unchanged and len(change.earlier) == len(change.later) == 1 else ANY
            for earlier in change.earlier:
                for later in change.later:
                    self._join(change.iri, earlier, later, known, change=change)
        self._neighbours = {element: sorted(joined) for element, joined in self._joins.items()}

    def _join(self, iri: str, start: str, end: str, candidates: Candidates, **origin: object) -> None:
        forward = Claim(iri, start, end, False, candidates, **origin)  # type: ignore[arg-type]
        back = Claim(iri, end, start, True, inverse(candidates), **origin)  # type: ignore[arg-type]
        for claim in (forward, back):
            self._joins.setdefault(claim.start, {}).setdefault(claim.end, []).append(claim)

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
        """Every element that some claim joins to another."""
        return self._joins.keys()
