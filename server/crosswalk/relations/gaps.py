"""The gap analysis of one edition against another: every element with its answer, and the shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from crosswalk.relations.evidence import Ask, read_between, read_elements, read_judgements
from crosswalk.relations.outcomes import SILENT, Answer, Coverage, Interval, answers, coverage
from crosswalk.relations.records import Element, Record


@dataclass(frozen=True)
class Line:
    """One element with its answer; ``printed`` is the outcome as printed, where read otherwise."""

    element: Element
    answer: Answer
    printed: str | None
    notes: tuple[tuple[str, str], ...]

    @property
    def counterparts(self) -> list[str]:
        """The elements of the other edition that records name, each once."""
        found = (record.other_end(self.element.iri) for record in self.answer.records if record.links)
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Gaps:
    """The answers for the elements of ``left`` against ``right``; ``undated`` records give no date."""

    left: str
    right: str
    kind: str
    lines: tuple[Line, ...]
    coverage: Coverage
    undated: int = 0


def analyse(ask: Ask, left: str, right: str, day: date | None = None) -> Gaps:
    """Answers for every element of an edition; with a day, by the records known to be no younger."""
    elements, kind, declared = read_elements(ask, left)
    records = read_between(ask, left, right)
    held = [record for record in records if held_on(record, day)]
    given = answers((one.iri for one in elements), right, held, read_judgements(ask, left=left, right=right))
    notes = _notes(ask("pages/gaps-notes", left=left, right=right))
    lines = tuple(
        Line(element, answer, _printed(answer), notes.get(element.iri, ()))
        for element, answer in zip(elements, given, strict=True)
    )
    undated = sum(record.dated is None for record in held)
    return Gaps(left, right, kind, lines, coverage(given, declared, f"{kind}s"), undated)


def held_on(record: Record, day: date | None) -> bool:
    """Whether a record is known to stand on a day, or gives no date by which to tell."""
    return day is None or record.dated is None or record.dated <= day


def in_percent(interval: Interval | None) -> str:
    """An interval as people read it, rounded outwards so that it never says too much.

    >>> in_percent(Interval(Fraction(1, 3), Fraction(2, 3)))
    '33% to 67%'
    >>> in_percent(Interval(Fraction(1), Fraction(1))), in_percent(None)
    ('100%', 'not computable')
    """
    if interval is None:
        return "not computable"
    low = interval.low * 100 // 1
    high = -(-interval.high * 100 // 1)
    return f"{low}%" if interval.low == interval.high and low == high else f"{low}% to {high}%"


def in_fractions(interval: Interval | None) -> list[str] | None:
    """An interval as programs read it: two exact fractions."""
    return None if interval is None else [str(Fraction(interval.low)), str(Fraction(interval.high))]


def _printed(answer: Answer) -> str | None:
    return SILENT if any(judgement.shares_cell for judgement in answer.judgements) else None


def _notes(rows: Iterable[Any]) -> dict[str, tuple[tuple[str, str], ...]]:
    """The notes on the rows of each element: IRI and title, each once."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        title = row["title"].value if row["title"] else ""
        found.setdefault(row["focus"].value, {})[row["note"].value] = title
    return {focus: tuple(notes.items()) for focus, notes in found.items()}


def summary(gaps: Gaps) -> Iterator[tuple[str, str]]:
    """What the analysis comes to, as names and texts."""
    for outcome, count in gaps.coverage.counts.items():
        if count:
            yield outcome, str(count)
    yield "touched", in_percent(gaps.coverage.touched)
    yield "covered", in_percent(gaps.coverage.covered)
    if gaps.coverage.reason:
        yield "not computable because", gaps.coverage.reason
