"""How much of an edition another touches and covers: shares that say no more than is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from crosswalk.relations.outcomes import ASSERTED_NONE, CONTRADICTORY, MAPPED, OUTCOMES, Answer


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
