"""The gap analysis: every element of an edition with its verdict against another, level by level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from crosswalk.relations.derivation import derive
from crosswalk.relations.model import Element, MappingRecord, held_on, local_name, undated
from crosswalk.relations.network import PartHierarchy
from crosswalk.relations.reading import (
    Ask,
    read_changes,
    read_judgements,
    read_parts,
    read_records,
    read_texts,
)
from crosswalk.relations.verdicts import SILENT, Coverage, ElementVerdict, Interval, coverage, judge_elements

GUIDELINE = "guideline"
_OTHER_KINDS = ("provision", "section", "document")


@dataclass(frozen=True)
class EditionLevel:
    """Elements of one kind that are counted together, and at one depth where a source counts them so.

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
) -> list[EditionLevel]:
    """Read the levels that an edition is counted in, those of which a source gives the number first.

    An edition without any is counted in its guidelines, or in the kind that it has most of. Elements of
    another kind are added where some of them are ``claimed``: a record or row is about them.
    """
    rows = read_texts(ask, "pages/gaps-elements", edition=edition)
    elements: defaultdict[str, list[Element]] = defaultdict(list)
    for row in rows:
        element = Element(row["element"], edition, row["number"], row["title"] or None)
        elements[local_name(row["kind"])].append(element)
    kinds = {element.iri: kind for kind, group in elements.items() for element in group}
    levels = []
    if guidelines := tuple(elements[GUIDELINE]):
        declared = rows[0]["declared"]  # of the edition, so that every row has the group
        levels.append(EditionLevel("guidelines", GUIDELINE, guidelines, int(declared) if declared else None))
    for row in read_texts(ask, "pages/gaps-levels", edition=edition):
        kind, depth, size = local_name(row["kind"]), int(row["depth"]), int(row["size"])
        counted = tuple(
            element for element in elements[kind]
            if 1 + sum(kinds.get(whole) == kind for whole in hierarchy.wholes(element.iri)) == depth
        )  # fmt: skip
        levels.append(
            EditionLevel(row["name"], kind, counted, size, row["note"], tuple(sorted(row["sources"].split())))
        )
    return _with_uncounted(levels, elements, set(claimed))


def _with_uncounted(
    levels: list[EditionLevel], elements: dict[str, list[Element]], claimed: set[str]
) -> list[EditionLevel]:
    """Add the levels whose size no source gives: where claims end, or where there is no other."""
    counted = {element.iri for level in levels for element in level.elements}
    rest = {
        kind: [element for element in elements[kind] if element.iri not in counted] for kind in _OTHER_KINDS
    }
    most = max(_OTHER_KINDS, key=lambda kind: len(rest[kind]))
    for kind, group in rest.items():
        main = kind == most and not levels
        if group and (main or claimed.intersection(element.iri for element in group)):
            name = f"other {kind}s" if any(level.kind == kind for level in levels) else f"{kind}s"
            levels = [*levels, EditionLevel(name, kind, tuple(group))]
    return levels


@dataclass(frozen=True)
class GapRow:
    """One element with its verdict; ``printed`` is the outcome as printed, where read otherwise.

    ``notes`` are the IRI and title of each curation note on the element's rows.
    """

    element: Element
    level: str
    verdict: ElementVerdict
    printed: str | None
    notes: tuple[tuple[str, str], ...]

    @property
    def counterparts(self) -> list[str]:
        """The elements of the other edition that the verdict names, each once."""
        near = {self.element.iri, *self.verdict.through}
        counterparts = (
            record.object if record.subject in near else record.subject
            for record in self.verdict.records
            if record.links
        )
        return list(dict.fromkeys(counterparts))


@dataclass(frozen=True)
class LevelCoverage:
    """The verdicts on the elements of one level, and how much of it is touched and covered."""

    level: EditionLevel
    rows: tuple[GapRow, ...]
    coverage: Coverage


@dataclass(frozen=True)
class GapAnalysis:
    """The verdicts on the elements of ``left`` against ``right``; ``undated`` claims give no date."""

    left: str
    right: str
    levels: tuple[LevelCoverage, ...]
    undated: int = 0

    @property
    def rows(self) -> tuple[GapRow, ...]:
        """The rows of all levels."""
        return tuple(row for level in self.levels for row in level.rows)

    @property
    def first(self) -> LevelCoverage:
        """The first level, or one without elements where none of the edition is here."""
        empty = LevelCoverage(EditionLevel("elements", "", ()), (), coverage((), None))
        return next(iter(self.levels), empty)


def analyse(ask: Ask, left: str, right: str, day: date | None = None) -> GapAnalysis:
    """Judge every element of an edition against another; with a day, by what is not known to be younger."""
    records = _records_between(ask, left, right, day)
    judgements = [row for row in read_judgements(ask, left=left, right=right) if held_on(row, day)]
    parts = read_parts(ask, edition=left)
    claimed = {end for record in records for end in record.ends} | {row.focus for row in judgements}
    notes = _read_notes(ask, left, right)
    levels = []
    for level in read_levels(ask, left, PartHierarchy(parts), claimed):
        iris = [element.iri for element in level.elements]
        verdicts = judge_elements(iris, right, records, judgements, parts)
        rows = tuple(
            GapRow(element, level.name, verdict, _printed(verdict), tuple(notes[element.iri].items()))
            for element, verdict in zip(level.elements, verdicts, strict=True)
        )
        levels.append(LevelCoverage(level, rows, coverage(verdicts, level.declared, level.name)))
    return GapAnalysis(left, right, tuple(levels), undated([*records, *judgements]))


def _records_between(ask: Ask, left: str, right: str, day: date | None) -> list[MappingRecord]:
    """Return the records between two editions; with a day, those that stood then and what followed then."""
    if day is None:
        return read_records(ask, left=left, right=right) + read_records(ask, left=right, right=left)
    records = [record for record in read_records(ask) if not record.derived and held_on(record, day)]
    records += derive(records, read_changes(ask), read_parts(ask))
    return [record for record in records if {record.subject_edition, record.object_edition} == {left, right}]


def _printed(verdict: ElementVerdict) -> str | None:
    return SILENT if any(judgement.shares_cell for judgement in verdict.judgements) else None


def _read_notes(ask: Ask, left: str, right: str) -> defaultdict[str, dict[str, str]]:
    """Read the notes on the rows of each element, as IRI → title."""
    notes: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in read_texts(ask, "pages/gaps-notes", left=left, right=right):
        notes[row["focus"]][row["note"]] = row["title"]
    return notes


def in_percent(interval: Interval | None) -> str:
    """Write an interval as people read it, rounded outwards so that it never says too much.

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
    """Write an interval as programs read it: two exact fractions."""
    return None if interval is None else [str(Fraction(interval.low)), str(Fraction(interval.high))]


def summary(level: LevelCoverage) -> Iterator[tuple[str, str]]:
    """Yield what the analysis of a level comes to, as names and texts."""
    result = level.coverage
    for outcome, count in result.counts.items():
        if count:
            yield outcome, str(count)
    if aside := sum(bool(row.verdict.beside) for row in level.rows):
        yield "assessed only within a larger whole", str(aside)
    yield "touched", in_percent(result.touched)
    yield "covered", in_percent(result.covered)
    if result.reason:
        yield "not computable because", result.reason
    elif level.level.basis:
        yield f"all {result.total} {level.level.name}", level.level.basis
