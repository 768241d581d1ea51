"""What an edition is counted in: its guidelines, or the levels of which a source gives the size."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from crosswalk.relations.derivation import derive
from crosswalk.relations.model import Element, MappingRecord
from crosswalk.relations.network import PartHierarchy
from crosswalk.relations.reading import (
    Ask,
    held_on,
    read_between,
    read_changes,
    read_judgements,
    read_parts,
    read_records,
    undated,
)
from crosswalk.relations.verdicts import SILENT, Coverage, ElementVerdict, Interval, coverage, judge_elements

GUIDELINE = "Guideline"
_KINDS = ("Provision", "Section", "Document")


@dataclass(frozen=True)
class Level:
    """Elements of one kind, and at one depth where a source counts them so.

    ``declared`` is how many there are by that source, ``basis`` how it counted and ``sources`` what it is;
    without one nobody says.
    """

    name: str
    kind: str
    elements: tuple[Element, ...]
    declared: int | None = None
    basis: str = ""
    sources: tuple[str, ...] = ()


def read_levels(
    ask: Ask, edition: str, hierarchy: PartHierarchy, claimed: Collection[str] = ()
) -> list[Level]:
    """The levels that an edition is counted in, those of which a source gives the number first.

    An edition without any is counted in its guidelines, or in the kind that it has most of. Elements of
    another kind are added where some of them are ``claimed``: a record or row is about them.
    """
    rows = list(ask("pages/gaps-elements", edition=edition))
    by_kind: dict[str, list[Any]] = {}
    for row in rows:
        by_kind.setdefault(_bare(row["kind"].value), []).append(row)
    kinds = {element: kind for kind, same in by_kind.items() for element in _named(same)}
    levels = [_guidelines(edition, by_kind[GUIDELINE])] if GUIDELINE in by_kind else []
    for row in ask("pages/gaps-levels", edition=edition):
        kind, depth = _bare(row["kind"].value), int(row["depth"].value)
        held = [
            one
            for one in by_kind.get(kind, ())
            if 1 + sum(kinds.get(whole) == kind for whole in hierarchy.wholes(one["element"].value)) == depth
        ]
        levels.append(
            Level(
                row["name"].value,
                kind.lower(),
                _elements(edition, held),
                int(row["size"].value),
                row["note"].value if row["note"] else "",
                tuple(sorted((row["sources"].value if row["sources"] else "").split())),
            )
        )
    return _with_others(edition, by_kind, levels, claimed)


def _with_others(
    edition: str, by_kind: dict[str, list[Any]], levels: list[Level], claimed: Collection[str]
) -> list[Level]:
    """The levels, with those whose size no source gives: where claims end, or where there is no other."""
    counted = {one.iri for level in levels for one in level.elements}
    rest = {
        kind: [row for row in by_kind.get(kind, ()) if row["element"].value not in counted] for kind in _KINDS
    }
    most = max(_KINDS, key=lambda kind: len(rest[kind]))
    for kind in _KINDS:
        main = kind == most and not levels
        if rest[kind] and (main or _named(rest[kind]) & set(claimed)):
            other = any(level.kind == kind.lower() for level in levels)
            name = f"other {kind.lower()}s" if other else f"{kind.lower()}s"
            levels = [*levels, Level(name, kind.lower(), _elements(edition, rest[kind]))]
    return levels


def _guidelines(edition: str, rows: list[Any]) -> Level:
    declared = rows[0]["declared"]
    level = Level("guidelines", GUIDELINE.lower(), _elements(edition, rows))
    return replace(level, declared=int(declared.value)) if declared else level


def _elements(edition: str, rows: Iterable[Any]) -> tuple[Element, ...]:
    return tuple(
        Element(
            row["element"].value,
            edition,
            row["number"].value if row["number"] else "",
            row["title"].value if row["title"] else None,
        )
        for row in rows
    )


def _named(rows: Iterable[Any]) -> set[str]:
    return {row["element"].value for row in rows}


def _bare(iri: str) -> str:
    return iri.rpartition("#")[2]


@dataclass(frozen=True)
class GapRow:
    """One element with its answer; ``printed`` is the outcome as printed, where read otherwise."""

    element: Element
    level: str
    answer: ElementVerdict
    printed: str | None
    notes: tuple[tuple[str, str], ...]

    @property
    def counterparts(self) -> list[str]:
        """The elements of the other edition that the answer names, each once."""
        near = {self.element.iri, *self.answer.through}
        found = (
            record.object if record.subject in near else record.subject
            for record in self.answer.records
            if record.links
        )
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class LevelCoverage:
    """The answers for the elements of one level, and how much of it is touched and covered."""

    level: Level
    lines: tuple[GapRow, ...]
    coverage: Coverage


@dataclass(frozen=True)
class GapAnalysis:
    """The answers for the elements of ``left`` against ``right``; ``undated`` claims give no date."""

    left: str
    right: str
    shares: tuple[LevelCoverage, ...]
    undated: int = 0

    @property
    def lines(self) -> tuple[GapRow, ...]:
        """The answers of all levels."""
        return tuple(line for share in self.shares for line in share.lines)

    @property
    def coverage(self) -> Coverage:
        """How much of the first level is touched and covered."""
        return self.shares[0].coverage if self.shares else coverage((), None)


def analyse(ask: Ask, left: str, right: str, day: date | None = None) -> GapAnalysis:
    """Answers for every element of an edition; with a day, by what is not known to be younger."""
    held = read_between(ask, left, right) if day is None else _held_between(ask, left, right, day)
    judgements = [row for row in read_judgements(ask, left=left, right=right) if held_on(row, day)]
    parts = read_parts(ask, edition=left)
    claimed = {end for record in held for end in record.ends} | {row.focus for row in judgements}
    notes = _notes(ask("pages/gaps-notes", left=left, right=right))
    shares = []
    for level in read_levels(ask, left, PartHierarchy(parts), claimed):
        given = judge_elements((one.iri for one in level.elements), right, held, judgements, parts)
        lines = tuple(
            GapRow(element, level.name, answer, _printed(answer), notes.get(element.iri, ()))
            for element, answer in zip(level.elements, given, strict=True)
        )
        shares.append(LevelCoverage(level, lines, coverage(given, level.declared, level.name)))
    return GapAnalysis(left, right, tuple(shares), undated([*held, *judgements]))


def _held_between(ask: Ask, left: str, right: str, day: date) -> list[MappingRecord]:
    """The records between two editions that stood on a day, and what followed from those that stood then."""
    held = [one for one in read_records(ask) if not one.derived and held_on(one, day)]
    followed = (one.as_record() for one in derive(held, read_changes(ask), read_parts(ask)))
    pair = {left, right}
    return [one for one in (*held, *followed) if {one.subject_edition, one.object_edition} == pair]


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


def _printed(answer: ElementVerdict) -> str | None:
    return SILENT if any(judgement.shares_cell for judgement in answer.judgements) else None


def _notes(rows: Iterable[Any]) -> dict[str, tuple[tuple[str, str], ...]]:
    """The notes on the rows of each element: IRI and title, each once."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        title = row["title"].value if row["title"] else ""
        found.setdefault(row["focus"].value, {})[row["note"].value] = title
    return {focus: tuple(notes.items()) for focus, notes in found.items()}


def summary(share: LevelCoverage) -> Iterator[tuple[str, str]]:
    """What the analysis of a level comes to, as names and texts."""
    found = share.coverage
    for outcome, count in found.counts.items():
        if count:
            yield outcome, str(count)
    if aside := sum(bool(line.answer.beside) for line in share.lines):
        yield "assessed only within a larger whole", str(aside)
    yield "touched", in_percent(found.touched)
    yield "covered", in_percent(found.covered)
    if found.reason:
        yield "not computable because", found.reason
    elif share.level.basis:
        yield f"all {found.total} {share.level.name}", share.level.basis
