"""What the analyses work on: mapping records, rows, changes and editions, as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from crosswalk.iris import term
from crosswalk.relations.algebra import (
    ANY,
    DISJOINT,
    EQUAL,
    INTERSECTS,
    NONE,
    RELATIONS,
    SUBSET,
    SUPERSET,
    Candidates,
    excluding,
    inverse,
)

CONCEPTS: dict[str, Candidates] = {
    term("Equal"): EQUAL,
    term("Subset"): SUBSET,
    term("Superset"): SUPERSET,
    term("Intersects"): INTERSECTS,
    term("Disjoint"): DISJOINT,
}
"""The set relation that each concept of the vocabulary stands for."""

IRIS = {relation: iri for iri, relation in CONCEPTS.items()}
SIGNS = {EQUAL: "=", SUBSET: "⊂", SUPERSET: "⊃", INTERSECTS: "∩", DISJOINT: "∅"}
_WORDS = {
    EQUAL: "is equal to",
    SUBSET: "is a subset of",
    SUPERSET: "is a superset of",
    INTERSECTS: "intersects with",
    DISJOINT: "is disjoint from",
}
UNASSESSED = "is linked to, relation not assessed,"


@dataclass(frozen=True)
class MappingRecord:
    """One mapping record; ``excluded`` are the relations from subject to object that it rules out.

    ``confidence`` is what its source states, or None; ``dated`` the day it was made or published, or None.
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

    @property
    def candidates(self) -> Candidates:
        """What may hold from subject to object."""
        return excluding(self.excluded)

    @property
    def assessed(self) -> bool:
        """Whether the record says anything of the set relation; an untyped link does not."""
        return self.excluded != NONE

    @property
    def links(self) -> bool:
        """Whether by this record the two share something: it excludes disjointness, or nothing at all."""
        return not self.assessed or bool(self.excluded & DISJOINT)

    @property
    def ends(self) -> frozenset[str]:
        """Both elements."""
        return frozenset((self.subject, self.object))

    def seen_from(self, element: str) -> Candidates:
        """What may hold from one of the two ends to the other."""
        return self.candidates if element == self.subject else inverse(self.candidates)

    def other_end(self, element: str) -> str:
        """The element at the other end."""
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


def excluded_by(concepts: Iterable[str]) -> Candidates:
    """The relations that a set of concept IRIs stands for; an IRI that is no set relation is a KeyError."""
    mask = NONE
    for concept in concepts:
        mask |= CONCEPTS[concept]
    return mask


def in_signs(candidates: Candidates) -> str:
    """The candidates in signs, as in ``{⊂ ∩}``; the bare sign where one is left.

    >>> in_signs(SUBSET | INTERSECTS), in_signs(SUBSET), in_signs(NONE)
    ('{⊂ ∩}', '⊂', '{}')
    """
    signs = [SIGNS[one] for one in RELATIONS if one & candidates]
    return signs[0] if len(signs) == 1 else "{" + " ".join(signs) + "}"


def in_words(candidates: Candidates) -> str:
    """The candidates as a phrase to stand between two names.

    >>> in_words(SUBSET | INTERSECTS)
    'is a subset of or intersects with'
    """
    if candidates == ANY:
        return UNASSESSED
    if candidates == NONE:
        return "is in contradiction with"
    return " or ".join(_WORDS[one] for one in RELATIONS if one & candidates)
