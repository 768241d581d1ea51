"""``crosswalk gaps``, ``path``, ``stale`` and ``conflicts``: what follows from records, and what does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from crosswalk.cli.options import chosen, format_option, settings_options
from crosswalk.cli.terminal import steps, tell, write
from crosswalk.settings import Settings

if TYPE_CHECKING:
    from crosswalk.relations.paths import Path


Ask = Callable[..., Any]
Rows = Sequence[Mapping[str, Any]]

as_of_option = click.option(
    "--as-of",
    "as_of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="By the editions in force on this day; a standard may then stand for its edition.",
)


@click.command()
@click.argument("left", metavar="EDITION")
@click.argument("right", metavar="EDITION")
@as_of_option
@format_option("table", "markdown", "csv", "html", "json")
@settings_options("store", "query_timeout", "snapshots")
def gaps(left: str, right: str, as_of: Any, form: str | None, as_json: bool, **options: Any) -> None:
    """Say for every element of an edition whether it has a counterpart in another.

    Nobody having looked is told from there being nothing, and shares are given as intervals.

    \b
    Example:  crosswalk gaps ipa/1.0 gsma/1.0
    Example:  crosswalk gaps ipa/2.0 gsma/2.0 --json
    """
    from crosswalk.relations.gaps import analyse, summary
    from crosswalk.relations.reading import find_edition_on

    ask, day = asker(options), as_of.date() if as_of else None
    found = analyse(ask, find_edition_on(ask, left, day), find_edition_on(ask, right, day), day)
    form = chosen(form, as_json, "table")
    if day and found.undated:
        tell(f"{found.undated} records and rows give no date: whether they stood on {day} is not known.")
    rows = [_row(line) for line in found.rows]
    if form == "json":
        about = {"left": found.left, "right": found.right, **_figures(found.coverage, found.levels[:1])}
        levels = [_figures(share.coverage, [share]) for share in found.levels]
        return write_json({"coverage": about, "levels": levels, "elements": rows})
    several = len(found.levels) > 1
    if form in ("table", "markdown"):
        for share in found.levels:
            of_level, name = [_row(line) for line in share.rows], share.level.name
            empty = {column for column in _SELDOM if not any(row[column] for row in of_level)}
            write_rows(form, of_level, hidden=("level", "element", "derived", *empty))
            said = "\n".join(f"{concept(one)}: {text}" for one, text in summary(share))
            write(f"{name}\n{said}\n" if several else said)
        return None
    return write_rows(form, rows, hidden=("element", "derived"))


_SELDOM = ("title", "printed", "through", "only within", "covered", "notes")
"""The columns that people see only where some row fills them."""


def _row(line: Any) -> dict[str, Any]:
    """An element with its answer as a row of a table."""
    from crosswalk.iris import compact

    return {
        "level": line.level,
        "number": line.element.number,
        "title": line.element.title or "",
        "outcome": concept(line.verdict.outcome),
        "printed": concept(line.printed) if line.printed else "",
        "counterparts": [compact(iri) for iri in line.counterparts],
        "through": [compact(iri) for iri in line.verdict.through],
        "only within": [compact(iri) for iri in line.verdict.beside],
        "covered": "yes" if line.verdict.covered else "",
        "derived": "yes" if line.verdict.derived else "",
        "notes": [compact(iri) for iri, _ in line.notes],
        "element": line.element.iri,
    }


def _figures(coverage: Any, shares: Sequence[Any]) -> dict[str, Any]:
    """The shares of a level as programs read them, with what its number of elements rests on."""
    from crosswalk.iris import compact
    from crosswalk.relations.gaps import in_fractions

    level = shares[0].level if shares else None
    return {
        "counted": level.name if level else "elements",
        "total": coverage.total,
        "basis": level.basis if level else "",
        "sources": [compact(source) for source in level.sources] if level else [],
        "outcomes": {concept(iri): count for iri, count in coverage.counts.items()},
        "touched": in_fractions(coverage.touched),
        "covered": in_fractions(coverage.covered),
        "reason": coverage.reason,
    }


def asker(options: dict[str, Any]) -> Ask:
    """What puts named queries to the store of the settings."""
    from crosswalk.assemble import open_store
    from crosswalk.stores.results import ask

    settings = Settings.from_environment(**options)
    with steps("Building", 4) as progress:
        return partial(ask, open_store(settings, progress=progress))


def concept(iri: str) -> str:
    """The bare name of a concept of the vocabulary; other texts stay as they are."""
    from crosswalk.iris import compact

    return compact(iri).removeprefix("xw:") if "#" in iri else iri


def write_rows(form: str, rows: Rows, *, hidden: Sequence[str] = ()) -> None:
    """Writes rows as a table; columns that are ``hidden`` from people stand in the files alone."""
    from crosswalk.cli.terminal import FORMATS

    if not rows and form != "json":
        return
    columns = [name for name in rows[0] if form == "csv" or name not in hidden] if rows else []
    texts = [{name: _listed(row[name]) for name in columns} for row in rows]
    write(FORMATS[form](columns, texts))


def write_json(value: Any) -> None:
    """Writes a value as JSON."""
    write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def _listed(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else value


@click.command()
@click.argument("start", metavar="FROM")
@click.argument("end", metavar="TO")
@click.option(
    "--hops", type=click.IntRange(1, 6), default=5, show_default=True, help="The longest path sought."
)
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many paths.")
@format_option("text", "table", "markdown", "csv", "html", "json")
@settings_options("store", "query_timeout", "snapshots")
def path(
    start: str, end: str, hops: int, limit: int, form: str | None, as_json: bool, **options: Any
) -> None:
    """Show how records and lineage lead from one element to another, shortest first.

    An edition stands for all its elements: each then gets its shortest path. What follows for the two ends is
    said only where every hop was assessed in the same respect.

    \b
    Example:  crosswalk path ipa/2.0/guideline/9 etsi-en-303-645/2.1.1
    Example:  crosswalk path ipa/2.0/guideline/13 nistir-8259a/2020 --json
    """
    from crosswalk.relations.paths import find_paths
    from crosswalk.relations.reading import find_element, members, read_network

    ask = asker(options)
    ends = [members(ask, find_element(ask, text)) for text in (start, end)]
    found = find_paths(read_network(ask), *ends, hops=hops, limit=limit)
    form = chosen(form, as_json, "text")
    if not found.paths:
        tell(f"No path of at most {hops} steps joins {start} and {end}, by the records here.")
    elif found.more:
        tell(f"There are more paths than the {len(found.paths)} shown; --limit shows more.")
    if form == "text":
        write("\n".join(line for number, one in enumerate(found.paths, 1) for line in lines(number, one)))
    else:
        write_rows(form, [row for number, one in enumerate(found.paths, 1) for row in one.rows(number)])


def lines(number: int, one: Path) -> Iterator[str]:
    """A path as a proof to read: what follows, then every hop with its evidence."""
    from crosswalk.iris import compact

    hop, why = one.weakest()
    yield f"{number}. {compact(one.start)} to {compact(one.end)}: {one.verdict()}"
    yield f"   weakest step: {hop} ({why})"
    for place, step in enumerate(one.steps, 1):
        yield f"   {place}. {compact(step.start)} {step.words()} {compact(step.end)}"
        for row in step.evidence():
            said = "".join(
                f", {name} {row[name]}" for name in ("set", "confidence", "cited") if row[name] != ""
            )
            backwards = ", read backwards" if row["backwards"] else ""
            sources = f"; source {', '.join(row['sources'])}" if row["sources"] else ""
            yield f"        {row['claim']}{said}{backwards}{sources}"
    yield ""
