"""``crosswalk gaps``, ``path``, ``stale`` and ``conflicts``: what follows from records, and what does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import click

from crosswalk.cli.options import chosen, format_option, settings_options
from crosswalk.cli.output import steps, tell, write
from crosswalk.settings import Settings

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
    from crosswalk.namespaces import compact
    from crosswalk.relations.addresses import find_edition_on
    from crosswalk.relations.gaps import analyse, in_fractions, summary

    ask, day = asker(options), as_of.date() if as_of else None
    found = analyse(ask, find_edition_on(ask, left, day), find_edition_on(ask, right, day), day)
    rows = [
        {
            "number": line.element.number,
            "title": line.element.title or "",
            "outcome": concept(line.answer.outcome),
            "printed": concept(line.printed) if line.printed else "",
            "counterparts": [compact(iri) for iri in line.counterparts],
            "covered": "yes" if line.answer.covered else "",
            "derived": "yes" if line.answer.derived else "",
            "notes": [compact(iri) for iri, _ in line.notes],
            "element": line.element.iri,
        }
        for line in found.lines
    ]
    form = chosen(form, as_json, "table")
    if day and found.undated:
        tell(f"{found.undated} records give no date: whether they stood on {day} is not known.")
    if form == "json":
        about = {
            "left": found.left, "right": found.right, "counted": found.kind,
            "total": found.coverage.total,
            "outcomes": {concept(iri): count for iri, count in found.coverage.counts.items()},
            "touched": in_fractions(found.coverage.touched),
            "covered": in_fractions(found.coverage.covered),
            "reason": found.coverage.reason,
        }  # fmt: skip
        return write_json({"coverage": about, "elements": rows})
    write_rows(form, rows, hidden=("element", "derived"))
    if form in ("table", "markdown"):
        write("\n".join(f"{concept(name)}: {text}" for name, text in summary(found)))


def asker(options: dict[str, Any]) -> Ask:
    """What puts named queries to the store of the settings."""
    from crosswalk.answers import ask
    from crosswalk.assemble import open_store

    settings = Settings.from_environment(**options)
    with steps("Building", 4) as progress:
        return partial(ask, open_store(settings, progress=progress))


def concept(iri: str) -> str:
    """The bare name of a concept of the vocabulary; other texts stay as they are."""
    from crosswalk.namespaces import compact

    return compact(iri).removeprefix("xw:") if "#" in iri else iri


def write_rows(form: str, rows: Rows, *, hidden: Sequence[str] = ()) -> None:
    """Writes rows as a table; columns that are ``hidden`` from people stand in the files alone."""
    from crosswalk.cli.tables import FORMATS

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
