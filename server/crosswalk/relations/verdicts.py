"""Says in six answers whether an element has a counterpart in an edition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from crosswalk.iris import term
from crosswalk.relations.algebra import EQUAL, NONE, SUBSET, Candidates, intersect
from crosswalk.relations.model import Judgement, MappingRecord, Part
from crosswalk.relations.network import Implication, PartHierarchy, implications

MAPPED, ASSERTED_NONE, NOT_NAMED = term("Mapped"), term("AssertedNone"), term("CounterpartNotNamed")
NOT_ASSESSED, SILENT, CONTRADICTORY = term("NotAssessed"), term("SourceSilent"), term("Contradictory")
OUTCOMES = (MAPPED, ASSERTED_NONE, NOT_NAMED, SILENT, CONTRADICTORY, NOT_ASSESSED)
_POSITIVE = {MAPPED, NOT_NAMED}


@dataclass(frozen=True)
class ElementVerdict:
    """The answer for one element against one edition, with what it rests on.

    ``covered`` is whether some counterpart is known to hold all of it; ``derived`` whether no record or row
    about the element itself says so. It then follows from derived records, or ``through`` parts and wholes.
    ``beside`` are wholes that were assessed, which answers nothing for the element.
    """

    element: str
    outcome: str
    records: tuple[MappingRecord, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    covered: bool = False
    derived: bool = False
    through: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def judge_element(
    element: str, found: Sequence[Implication], judgements: Iterable[Judgement], hierarchy: PartHierarchy
) -> ElementVerdict:
    """The answer for an element, from what records and rows say of it, of its parts and of its wholes.

    A link or an overlap makes it mapped; whoever asserts none beside it makes it contradictory. A row that
    asserts none for a whole does so for its parts, and one that names a counterpart of a part, for the whole.
    """
    wholes = hierarchy.wholes(element)
    telling = [row for row in judgements if _tells(row, element, wholes)]
    linking = [one for one in found if one.links]
    said = {row.outcome for row in telling}
    own = {row.outcome for row in telling if row.focus == element}
    positive = bool(linking) or bool(said & _POSITIVE)
    if positive and ASSERTED_NONE in said:
        outcome = CONTRADICTORY
    elif linking or MAPPED in said:
        outcome = MAPPED
    else:
        order = (ASSERTED_NONE, NOT_NAMED, SILENT)
        outcome = next((each for each in order if each in said), NOT_ASSESSED)
    asserted = [one for one in linking if one.via == element and not all(r.derived for r in one.records)]
    derived = outcome != NOT_ASSESSED and not asserted and outcome not in own
    told = {one.via for one in linking} | {row.focus for row in telling if row.outcome == outcome}
    beside = {one.via for one in found if one.via in wholes and any(r.links for r in one.records)}
    return ElementVerdict(
        element,
        outcome,
        tuple(record for one in asserted or linking for record in one.records),
        tuple(telling),
        _is_covered(found),
        derived,
        tuple(sorted(told - {element})) if derived else (),
        tuple(whole for whole in wholes if whole in beside) if outcome == NOT_ASSESSED else (),
    )


def judge_elements(
    elements: Iterable[str],
    against: str,
    records: Iterable[MappingRecord],
    judgements: Iterable[Judgement],
    parts: Iterable[Part] = (),
) -> list[ElementVerdict]:
    """The answer for each element against an edition; records of other editions are passed over."""
    hierarchy = PartHierarchy(parts)
    joined: dict[str, list[MappingRecord]] = {}
    for record in records:
        if record.object_edition == against:
            joined.setdefault(record.subject, []).append(record)
        if record.subject_edition == against:
            joined.setdefault(record.object, []).append(record)
    judged: dict[str, list[Judgement]] = {}
    for row in judgements:
        if row.against == against:
            judged.setdefault(row.focus, []).append(row)
    found = []
    for element in elements:
        near = (element, *hierarchy.parts(element), *hierarchy.wholes(element))
        rows = [row for each in near for row in judged.get(each, ())]
        found.append(judge_element(element, implications(element, joined, hierarchy), rows, hierarchy))
    return found


def _tells(row: Judgement, element: str, wholes: Sequence[str]) -> bool:
    """Whether a row about an element, a part or a whole of it says something of the element."""
    if row.focus == element:
        return True
    return row.outcome == ASSERTED_NONE if row.focus in wholes else row.outcome in _POSITIVE


def _is_covered(found: Iterable[Implication]) -> bool:
    """Whether a counterpart holds all of the element: read from the counterpart, equal or superset.

    What bears on one pair narrows each other within one rationale, and never across two.
    """
    pairs: dict[tuple[str, str | None], list[Candidates]] = {}
    for one in found:
        pairs.setdefault((one.other, one.rationale), []).append(one.candidates)
    left = map(intersect, pairs.values())
    return any(candidates != NONE and not candidates & ~(EQUAL | SUBSET) for candidates in left)


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


def coverage(given: Sequence[ElementVerdict], declared: int | None, counted: str = "elements") -> Coverage:
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
