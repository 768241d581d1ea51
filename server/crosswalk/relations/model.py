"""The values that the analyses work on: mapping records, judgements, changes, parts and elements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from crosswalk.relations.algebra import ANY, DISJOINT, NONE, Candidates, excluding, inverse


@dataclass(frozen=True)
class MappingRecord:
    """One mapping record; ``excluded`` are the relations from subject to object that it rules out.

    ``confidence`` is what its source states, or None; ``dated`` the day it was made or published, or None;
    ``premises`` are the claims that a ``derived`` one follows from, in order, where it was derived just now.
    """

    iri: str
    subject: str
    object: str
    subject_edition: str = ""
    object_edition: str = ""
    excluded: Candidates = NONE
    rationale: str | None = None
    confidence: Decimal | None = None
    mapping_set: str = ""
    sources: tuple[str, ...] = ()
    words: str | None = None
    dated: date | None = None
    derived: bool = False
    premises: tuple[Claim, ...] = ()

    @property
    def candidates(self) -> Candidates:
        """What may hold from subject to object."""
        return excluding(self.excluded)

    @property
    def assessed(self) -> bool:
        """Whether the record says anything of the set relation; an untyped link does not."""
        return self.excluded != NONE

    @property
    def is_premise(self) -> bool:
        """Whether conclusions may rest on it: somebody assessed the relation, and said in which respect."""
        return self.assessed and bool(self.rationale) and not self.derived

    @property
    def links(self) -> bool:
        """Whether by this record the two share something: it excludes disjointness, or nothing at all."""
        return not self.assessed or bool(self.excluded & DISJOINT)

    @property
    def ends(self) -> frozenset[str]:
        """Both elements."""
        return frozenset((self.subject, self.object))

    def seen_from(self, element: str) -> Candidates:
        """Return what may hold from one of the two ends to the other."""
        return self.candidates if element == self.subject else inverse(self.candidates)

    def other_end(self, element: str) -> str:
        """Return the element at the other end."""
        return self.object if element == self.subject else self.subject


@dataclass(frozen=True)
class Change:
    """One step of lineage; ``unchanged`` is whether the wording is known to be kept, None where unknown."""

    iri: str
    kind: str
    earlier: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    unchanged: bool | None = None
    approximate: bool = False
    sources: tuple[str, ...] = ()

    @property
    def keeps_all(self) -> bool:
        """Whether one element became one other, with its wording known to be kept."""
        one_to_one = len(self.earlier) == len(self.later) == 1
        return one_to_one and self.unchanged is True and not self.approximate


@dataclass(frozen=True)
class Part:
    """One element directly within another of its edition: all that the part demands, the whole demands."""

    part: str
    whole: str
    edition: str = ""
    sources: tuple[str, ...] = ()


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
        origin = self.record or self.change or self.part
        return origin.sources if origin else ()

    def reversed(self) -> Claim:
        """Return the claim read in the other direction."""
        return replace(self, start=self.end, end=self.start, backwards=not self.backwards,
                       candidates=inverse(self.candidates))  # fmt: skip


@dataclass(frozen=True)
class Judgement:
    """One row of a comparison set: the outcome that its author asserts for an element against an edition."""

    iri: str
    focus: str
    against: str
    outcome: str
    comparison_set: str = ""
    shares_cell: bool = False
    alignment: str | None = None
    dated: date | None = None


@dataclass(frozen=True)
class Element:
    """One element of an edition, as lists show it."""

    iri: str
    edition: str
    number: str = ""
    title: str | None = None


def held_on(claim: MappingRecord | Judgement, day: date | None) -> bool:
    """Return whether a record or row is known to stand on a day, or gives no date by which to tell."""
    return day is None or claim.dated is None or claim.dated <= day


def undated(claims: Iterable[MappingRecord | Judgement]) -> int:
    """Count those that somebody entered and that give no date."""
    return sum(claim.dated is None and not getattr(claim, "derived", False) for claim in claims)


def by_rationale(records: Iterable[MappingRecord]) -> dict[str, list[MappingRecord]]:
    """Group records by the respect they were judged in, an empty string where none is stated."""
    groups: defaultdict[str, list[MappingRecord]] = defaultdict(list)
    for record in records:
        groups[record.rationale or ""].append(record)
    return groups


def narrow(records: Iterable[MappingRecord]) -> dict[tuple[str, str], Candidates]:
    """Return what records of one respect together leave possible, from the lesser end of each pair."""
    known: dict[tuple[str, str], Candidates] = {}
    for record in records:
        pair = (min(record.ends), max(record.ends))
        known[pair] = known.get(pair, ANY) & record.seen_from(pair[0])
    return known


def local_name(concept: str) -> str:
    """Return the last part of a concept's IRI in lower case, as in ``semantic``."""
    return concept.rpartition("#")[2].lower()
