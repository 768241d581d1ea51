"""What stood on a day: records and rows known to be no younger, and those that give no date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from crosswalk.errors import InputError
from crosswalk.names import compact
from crosswalk.relations.evidence import Ask, read_judgements
from crosswalk.relations.records import Judgement, Record


def held_on(one: Record | Judgement, day: date | None) -> bool:
    """Whether a record or row is known to stand on a day, or gives no date by which to tell."""
    return day is None or one.dated is None or one.dated <= day


def undated(claims: Iterable[Record | Judgement]) -> int:
    """How many of those that somebody entered give no date."""
    return sum(one.dated is None and not getattr(one, "derived", False) for one in claims)


def rows_held_on(ask: Ask, left: str, right: str, day: date) -> tuple[set[str], int]:
    """The rows that compare two editions and stood on a day, and how many of them give no date.

    InputError where there are rows, and all of them are known to be younger.
    """
    rows = read_judgements(ask, left=left, right=right)
    held = [row for row in rows if held_on(row, day)]
    if rows and not held:
        first = min(row.dated for row in rows if row.dated)
        raise InputError(f"nobody had compared {compact(left)} with {compact(right)} by {day}",
                         hint=f"The first comparison here is of {first}.")  # fmt: skip
    return {row.iri for row in held}, undated(held)
