"""``crosswalk gaps``, ``path``, ``conflicts`` and ``agreement``: what follows from records, what does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from crosswalk.cli.program import TABLE_FORMATS, format_option, settings_options
from crosswalk.cli.terminal import steps, tell, write, write_json, write_rows
from crosswalk.iris import compact
from crosswalk.settings import Settings

if TYPE_CHECKING:
    from crosswalk.relations.gaps import GapRow, LevelCoverage
    from crosswalk.relations.paths import Path

store_options = settings_options("store", "query_timeout", "snapshots")
as_of_option = click.option(
    "--as-of",
    "as_of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="By the editions in force on this day; a standard may then stand for its edition.",
)
_SELDOM = ("title", "printed", "through", "only within", "covered", "notes")
"""The columns that people see only where some row fills them."""


def asker(settings: Settings) -> Callable[..., Any]:
    """Return what puts named queries to the store of the settings."""
    from crosswalk.assemble import open_store
    from crosswalk.stores.results import ask

    with steps("Building", 4) as progress:
        return partial(ask, open_store(settings, progress=progress))


def concept(iri: str) -> str:
    """Return the bare name of a concept of the vocabulary; other texts stay as they are."""
    return compact(iri).removeprefix("xw:") if "#" in iri else iri


@click.command()
@click.argument("left", metavar="EDITION")
@click.argument("right", metavar="EDITION")
@as_of_option
@format_option(*TABLE_FORMATS)
@store_options
def gaps(left: str, right: str, as_of: datetime | None, form: str, settings: Settings) -> None:
    """Say for every element of an edition whether it has a counterpart in another.

    Nobody having looked is told from there being nothing, and shares are given as intervals.

    \b
    Example:  crosswalk gaps ipa/1.0 gsma/1.0
    Example:  crosswalk gaps ipa/2.0 gsma/2.0 --json
    """
    from crosswalk.relations.gaps import analyse, summary
    from crosswalk.relations.reading import find_edition_on

    ask, day = asker(settings), as_of.date() if as_of else None
    analysis = analyse(ask, find_edition_on(ask, left, day), find_edition_on(ask, right, day), day)
    if day and analysis.undated:
        tell(f"{analysis.undated} records and rows give no date: whether they stood on {day} is not known.")
    if form == "json":
        editions = {"left": analysis.left, "right": analysis.right}
        write_json({
            "coverage": editions | _figures(analysis.first),
            "levels": list(map(_figures, analysis.levels)),
            "elements": list(map(_gap_cells, analysis.rows)),
        })  # fmt: skip
    elif form in ("table", "markdown"):
        for level in analysis.levels:
            rows = list(map(_gap_cells, level.rows))
            empty = {column for column in _SELDOM if not any(row[column] for row in rows)}
            write_rows(form, rows, hidden=("level", "element", "derived", *empty))
            lines = "\n".join(f"{concept(name)}: {text}" for name, text in summary(level))
            write(f"{level.level.name}\n{lines}\n" if len(analysis.levels) > 1 else lines)
    else:
        write_rows(form, list(map(_gap_cells, analysis.rows)), hidden=("element", "derived"))


def _gap_cells(row: GapRow) -> dict[str, Any]:
    """Return an element with its verdict as a row of a table."""
    verdict = row.verdict
    return {
        "level": row.level,
        "number": row.element.number,
        "title": row.element.title or "",
        "outcome": concept(verdict.outcome),
        "printed": concept(row.printed) if row.printed else "",
        "counterparts": list(map(compact, row.counterparts)),
        "through": list(map(compact, verdict.through)),
        "only within": list(map(compact, verdict.beside)),
        "covered": "yes" if verdict.covered else "",
        "derived": "yes" if verdict.derived else "",
        "notes": [compact(iri) for iri, _ in row.notes],
        "element": row.element.iri,
    }


def _figures(counted: LevelCoverage) -> dict[str, Any]:
    """Return the shares of a level as programs read them, with what its number of elements rests on."""
    from crosswalk.relations.gaps import in_fractions

    level, coverage = counted.level, counted.coverage
    return {
        "counted": level.name,
        "total": coverage.total,
        "basis": level.basis,
        "sources": list(map(compact, level.sources)),
        "outcomes": {concept(iri): count for iri, count in coverage.counts.items()},
        "touched": in_fractions(coverage.touched),
        "covered": in_fractions(coverage.covered),
        "reason": coverage.reason,
    }


@click.command()
@click.argument("start", metavar="FROM")
@click.argument("end", metavar="TO")
@click.option(
    "--hops", type=click.IntRange(1, 6), default=5, show_default=True, help="The longest path sought."
)
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many paths.")
@format_option("text", *TABLE_FORMATS)
@store_options
def path(start: str, end: str, hops: int, limit: int, form: str, settings: Settings) -> None:
    """Show how records and lineage lead from one element to another, shortest first.

    An edition stands for all its elements: each then gets its shortest path. What follows for the two ends is
    said only where every hop was assessed in the same respect.

    \b
    Example:  crosswalk path ipa/2.0/guideline/9 etsi-en-303-645/2.1.1
    Example:  crosswalk path ipa/2.0/guideline/13 nistir-8259a/2020 --json
    """
    from crosswalk.relations.paths import find_paths
    from crosswalk.relations.reading import find_element, members, read_network

    ask = asker(settings)
    ends = [members(ask, find_element(ask, text)) for text in (start, end)]
    result = find_paths(read_network(ask), *ends, hops=hops, limit=limit)
    if not result.paths:
        tell(f"No path of at most {hops} steps joins {start} and {end}, by the records here.")
    elif result.more:
        tell(f"There are more paths than the {len(result.paths)} shown; --limit shows more.")
    numbered = list(enumerate(result.paths, 1))
    if form == "text":
        write("\n".join(line for number, path in numbered for line in _lines(number, path)))
    else:
        write_rows(form, [row for number, path in numbered for row in path.rows(number)])


def _lines(number: int, path: Path) -> Iterator[str]:
    """Yield a path as a proof to read: what follows, then every hop with its evidence."""
    hop, reason = path.weakest()
    yield f"{number}. {compact(path.start)} to {compact(path.end)}: {path.verdict()}"
    yield f"   weakest step: {hop} ({reason})"
    for place, step in enumerate(path.steps, 1):
        yield f"   {place}. {compact(step.start)} {step.words()} {compact(step.end)}"
        for row in step.evidence():
            details = "".join(f", {name} {row[name]}" for name in ("set", "confidence", "cited") if row[name])
            backwards = ", read backwards" if row["backwards"] else ""
            sources = f"; source {', '.join(row['sources'])}" if row["sources"] else ""
            yield f"        {row['claim']}{details}{backwards}{sources}"
    yield ""


@click.command()
@format_option(*TABLE_FORMATS)
@store_options
def conflicts(form: str, settings: Settings) -> None:
    """Name the smallest sets of records that cannot all be true, each respect for itself.

    \b
    Example:  crosswalk conflicts
    Example:  crosswalk conflicts --json
    """
    from crosswalk.relations.algebra import in_signs
    from crosswalk.relations.consistency import find_conflicts
    from crosswalk.relations.reading import read_parts, read_records

    ask = asker(settings)
    result = find_conflicts(read_records(ask), read_parts(ask))
    rows = [
        {
            "conflict": number,
            "rationale": concept(conflict.rationale).lower(),
            "record": compact(record.iri),
            "subject": compact(record.subject),
            "relation": in_signs(record.candidates),
            "object": compact(record.object),
            "sources": list(map(compact, record.sources)),
        }
        for number, conflict in enumerate(result.conflicts, 1)
        for record in conflict.records
    ]
    undecided = [compact(record.iri) for record in result.undecided]
    if undecided:
        tell(f"Not decided for {', '.join(undecided)}: they allow inside and outside and no overlap between; "
             "conflicts with them may be missing.")  # fmt: skip
    if result.more:
        tell(f"The search stopped after {len(result.conflicts)} conflicts: there are more.")
    if form == "json":
        write_json({"conflicts": rows, "undecided": undecided, "more": result.more})
    elif rows:
        write_rows(form, rows)
    else:
        tell("No records contradict each other.")


@click.command()
@click.argument("left", metavar="SET")
@click.argument("right", metavar="SET")
@format_option(*TABLE_FORMATS)
@store_options
def agreement(left: str, right: str, form: str, settings: Settings) -> None:
    """Show how far two mapping sets or comparison sets agree on what both judge (Cohen's kappa).

    \b
    Example:  crosswalk agreement mapping/one mapping/other
    Example:  crosswalk agreement comparison/one comparison/other --json
    """
    from crosswalk.relations.agreement import compare_sets

    rows = [
        {
            "judged": concept(row.kind),
            "label": concept(row.label),
            "items": row.items,
            "same": row.same,
            "kappa": "" if row.kappa is None else f"{row.kappa:.3f}",
        }
        for row in compare_sets(asker(settings), left, right)
    ]
    write_rows(form, rows)
