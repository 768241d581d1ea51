"""Says in six answers whether an element has a counterpart, and how much of an edition is touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from crosswalk.namespaces import XW
from crosswalk.relations.algebra import EQUAL, NONE, SUBSET, intersect
from crosswalk.relations.records import Judgement, Record

MAPPED, ASSERTED_NONE, NOT_NAMED, NOT_ASSESSED, SILENT, CONTRADICTORY = map(
    str,
    (XW.Mapped, XW.AssertedNone, XW.CounterpartNotNamed, XW.NotAssessed, XW.SourceSilent, XW.Contradictory),
)
OUTCOMES = (MAPPED, ASSERTED_NONE, NOT_NAMED, SILENT, CONTRADICTORY, NOT_ASSESSED)
_POSITIVE = {MAPPED, NOT_NAMED}


@dataclass(frozen=True)
class Answer:
    """The answer for one element against one edition, with what it rests on.

    ``covered`` is whether some counterpart is known to hold all of it; ``derived`` whether only derived
    records answer.
    """

    element: str
    outcome: str
    records: tuple[Record, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    covered: bool = False
    derived: bool = False


@dataclass(frozen=True)
class Interval:
    """A share of an edition as exact bounds; None where the number of all elements is not known."""

    low: Fraction
    high: Fraction

    def __contains__(self, other: Interval) -> bool:
        return self.low <= other.low and other.high <= self.high


@dataclass(frozen=True)
class Coverage:
    """How much of an edition is touched and covered by another, and why that cannot be said where it cannot.

    Elements with a contradictory answer are left out of the shares, and counted.
    """

    counts: Mapping[str, int]
    total: int | None
    touched: Interval | None
    covered: Interval | None
    reason: str = ""


def answer(element: str, records: Iterable[Record], judgements: Iterable[Judgement]) -> Answer:
    """The answer for an element, from the records that join it to an edition and the rows that judge it.

    A link or an overlap makes it mapped; whoever asserts none beside it makes it contradictory.
    """
    records, judgements = tuple(records), tuple(judgements)
    linking = tuple(record for record in records if record.links)
    said = {judgement.outcome for judgement in judgements}
    positive = bool(linking) or bool(said & _POSITIVE)
    if positive and ASSERTED_NONE in said:
        outcome = CONTRADICTORY
    elif linking or MAPPED in said:
        outcome = MAPPED
    else:
        order = (ASSERTED_NONE, NOT_NAMED, SILENT)
        outcome = next((each for each in order if each in said), NOT_ASSESSED)
    derived = bool(linking) and MAPPED not in said and all(record.derived for record in linking)
    return Answer(element, outcome, records, judgements, _is_covered(element, records), derived)


def answers(
    elements: Iterable[str], against: str, records: Iterable[Record], judgements: Iterable[Judgement]
) -> list[Answer]:
    """The answer for each element against an edition; records of other editions are passed over."""
    joined: dict[str, list[Record]] = {element: [] for element in elements}
    judged: dict[str, list[Judgement]] = {element: [] for element in joined}
    for record in records:
        if record.subject in joined and record.object_edition == against:
            joined[record.subject].append(record)
        elif record.object in joined and record.subject_edition == against:
            joined[record.object].append(record)
    for judgement in judgements:
        if judgement.focus in judged and judgement.against == against:
            judged[judgement.focus].append(judgement)
    return [answer(element, joined[element], judged[element]) for element in joined]


def coverage(given: Sequence[Answer], declared: int | None, counted: str = "elements") -> Coverage:
    """The shares of an edition from the answers for its elements.

    ``declared`` is how many elements its source says there are: the shares need it, and need them all here.
    """
    counts = {outcome: 0 for outcome in OUTCOMES}
    for one in given:
        counts[one.outcome] += 1
    if declared is None:
        return Coverage(counts, None, None, None, f"no source says how many {counted} there are")
    if declared != len(given):
        reason = f"its source says that there are {declared} {counted}, and {len(given)} are here"
        return Coverage(counts, None, None, None, reason)
    total = declared - counts[CONTRADICTORY]
    if not total:
        return Coverage(counts, declared, None, None, f"there are no {counted} without contradiction")
    covered = sum(one.covered and one.outcome != CONTRADICTORY for one in given)
    high = Fraction(total - counts[ASSERTED_NONE], total)
    return Coverage(
        counts,
        declared,
        Interval(Fraction(counts[MAPPED], total), high),
        Interval(Fraction(covered, total), high),
    )


def _is_covered(element: str, records: Sequence[Record]) -> bool:
    """Whether a counterpart holds all of the element: read from the counterpart, equal or superset.

    Records on one pair narrow each other within one rationale, and never across two.
    """
    pairs: dict[tuple[str, str | None], list[Record]] = {}
    for record in records:
        pairs.setdefault((record.other_end(element), record.rationale), []).append(record)
    left = (intersect(record.seen_from(element) for record in same) for same in pairs.values())
    return any(candidates != NONE and not candidates & ~(EQUAL | SUBSET) for candidates in left)
