"""Judge in six outcomes whether an element has a counterpart in an edition, and count shares of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from crosswalk.iris import term
from crosswalk.relations.algebra import ANY, DISJOINT, EQUAL, NONE, SUBSET, Candidates, compose, intersect
from crosswalk.relations.model import Judgement, MappingRecord, Part
from crosswalk.relations.network import AROUND, INSIDE, PartHierarchy

MAPPED, ASSERTED_NONE, NOT_NAMED = term("Mapped"), term("AssertedNone"), term("CounterpartNotNamed")
NOT_ASSESSED, SILENT, CONTRADICTORY = term("NotAssessed"), term("SourceSilent"), term("Contradictory")
OUTCOMES = (MAPPED, ASSERTED_NONE, NOT_NAMED, SILENT, CONTRADICTORY, NOT_ASSESSED)
_POSITIVE = {MAPPED, NOT_NAMED}


@dataclass(frozen=True)
class Implication:
    """What records of one pair, judged in one respect, imply for an element.

    ``via`` is the end of the records in the element's edition: the element itself, a part of it, or a whole
    that it is part of. ``candidates`` hold from the element to ``other``; ``links`` is whether by these
    records the two share something.
    """

    records: tuple[MappingRecord, ...]
    via: str
    other: str
    rationale: str | None
    candidates: Candidates
    links: bool

    @property
    def derived(self) -> bool:
        """Whether nobody made a record of the pair."""
        return all(record.derived for record in self.records)


@dataclass(frozen=True)
class ElementVerdict:
    """The outcome for one element against one edition, with what it rests on.

    ``covered`` is whether some counterpart is known to hold all of it; ``derived`` whether no record or row
    about the element itself says so. It then follows from derived records, or ``through`` parts and wholes.
    ``beside`` are wholes that were assessed, which decides nothing for the element.
    """

    element: str
    outcome: str
    records: tuple[MappingRecord, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    covered: bool = False
    derived: bool = False
    through: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def judge_elements(
    elements: Iterable[str],
    against: str,
    records: Iterable[MappingRecord],
    judgements: Iterable[Judgement],
    parts: Iterable[Part] = (),
) -> list[ElementVerdict]:
    """Return the verdict on each element against an edition; records of other editions are passed over."""
    hierarchy = PartHierarchy(parts)
    records_of: defaultdict[str, list[MappingRecord]] = defaultdict(list)
    for record in records:
        if record.object_edition == against:
            records_of[record.subject].append(record)
        if record.subject_edition == against:
            records_of[record.object].append(record)
    rows_of: defaultdict[str, list[Judgement]] = defaultdict(list)
    for row in judgements:
        if row.against == against:
            rows_of[row.focus].append(row)
    verdicts = []
    for element in elements:
        near = (element, *hierarchy.parts(element), *hierarchy.wholes(element))
        rows = [row for name in near for row in rows_of.get(name, ())]
        implications = list(_implications(element, records_of, hierarchy))
        verdicts.append(_judge(element, implications, rows, hierarchy.wholes(element)))
    return verdicts


def _judge(
    element: str, implications: Sequence[Implication], near_rows: Sequence[Judgement], wholes: Sequence[str]
) -> ElementVerdict:
    """Judge an element by what records and rows say of it, of its parts and of its wholes.

    A link or an overlap makes it mapped; whoever asserts none beside it makes it contradictory. A row that
    asserts none for a whole does so for its parts, and one that names a counterpart of a part, for the whole.
    """
    rows = [row for row in near_rows if _applies(row, element, wholes)]
    outcomes = {row.outcome for row in rows}
    linking = [implied for implied in implications if implied.links]
    if ASSERTED_NONE in outcomes and (linking or outcomes & _POSITIVE):
        outcome = CONTRADICTORY
    elif linking or MAPPED in outcomes:
        outcome = MAPPED
    else:
        asserted = (name for name in (ASSERTED_NONE, NOT_NAMED, SILENT) if name in outcomes)
        outcome = next(asserted, NOT_ASSESSED)
    direct = [implied for implied in linking if implied.via == element and not implied.derived]
    own = {row.outcome for row in rows if row.focus == element}
    derived = outcome != NOT_ASSESSED and not direct and outcome not in own
    grounds = {row.focus for row in rows if row.outcome == outcome} | {implied.via for implied in linking}
    linked = {implied.via for implied in implications if any(record.links for record in implied.records)}
    return ElementVerdict(
        element,
        outcome,
        tuple(record for implied in direct or linking for record in implied.records),
        tuple(rows),
        _is_covered(implications),
        derived,
        tuple(sorted(grounds - {element})) if derived else (),
        tuple(whole for whole in wholes if whole in linked) if outcome == NOT_ASSESSED else (),
    )


def _applies(row: Judgement, element: str, wholes: Sequence[str]) -> bool:
    """Return whether a row about an element, a part or a whole of it says something of the element."""
    if row.focus == element:
        return True
    return row.outcome == ASSERTED_NONE if row.focus in wholes else row.outcome in _POSITIVE


def _implications(
    element: str, records_of: Mapping[str, list[MappingRecord]], hierarchy: PartHierarchy
) -> Iterator[Implication]:
    """Yield what the records of an element, of its parts and of its wholes imply for it.

    What shares something with a part shares it with the whole, linked or assessed. What shares something
    with a whole need not touch a given part: only what holds or excludes all of the whole does so too.
    """
    steps = {element: EQUAL} | dict.fromkeys(hierarchy.parts(element), AROUND)
    steps |= dict.fromkeys(hierarchy.wholes(element), INSIDE)
    for via, step in steps.items():
        pairs: defaultdict[tuple[str, str | None], list[MappingRecord]] = defaultdict(list)
        for record in records_of.get(via, ()):
            pairs[record.other_end(via), record.rationale].append(record)
        for (other, rationale), records in pairs.items():
            candidates = compose(step, intersect(record.seen_from(via) for record in records))
            links = any(record.links for record in records)
            if step == INSIDE:
                links = candidates != NONE and not candidates & DISJOINT
            yield Implication(tuple(records), via, other, rationale, candidates, links)


def _is_covered(implications: Iterable[Implication]) -> bool:
    """Return whether a counterpart holds all of the element: read from the element, it is equal or a subset.

    What is implied for one pair narrows each other within one rationale, and never across two.
    """
    pairs: defaultdict[tuple[str, str | None], Candidates] = defaultdict(lambda: ANY)
    for implied in implications:
        pairs[implied.other, implied.rationale] &= implied.candidates
    return any(mask != NONE and not mask & ~(EQUAL | SUBSET) for mask in pairs.values())


@dataclass(frozen=True)
class Interval:
    """A share of an edition as exact bounds."""

    low: Fraction
    high: Fraction

    def __contains__(self, other: Interval) -> bool:
        return self.low <= other.low and other.high <= self.high


@dataclass(frozen=True)
class Coverage:
    """How much of an edition is touched and covered by another, and why that cannot be said where it cannot.

    The shares are None where the number of all elements is not known. Elements with a contradictory verdict
    are left out of them, and counted.
    """

    counts: Mapping[str, int]
    total: int | None
    touched: Interval | None
    covered: Interval | None
    reason: str = ""


def coverage(verdicts: Sequence[ElementVerdict], declared: int | None, counted: str = "elements") -> Coverage:
    """Return the shares of an edition by the verdicts on its elements.

    ``declared`` is how many elements its source says there are: the shares need it, and need them all here.
    """
    numbers = Counter(verdict.outcome for verdict in verdicts)
    counts = {outcome: numbers[outcome] for outcome in OUTCOMES}
    if declared is None:
        return Coverage(counts, None, None, None, f"no source says how many {counted} there are")
    if declared != len(verdicts):
        reason = f"its source says that there are {declared} {counted}, and {len(verdicts)} are here"
        return Coverage(counts, None, None, None, reason)
    total = declared - counts[CONTRADICTORY]
    if not total:
        return Coverage(counts, declared, None, None, f"there are no {counted} without contradiction")
    covered = sum(verdict.covered and verdict.outcome != CONTRADICTORY for verdict in verdicts)
    high = Fraction(total - counts[ASSERTED_NONE], total)
    return Coverage(
        counts,
        declared,
        Interval(Fraction(counts[MAPPED], total), high),
        Interval(Fraction(covered, total), high),
    )
