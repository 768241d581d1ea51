"""``crosswalk compare``, ``lineage`` and ``stale``: two editions side by side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click

from crosswalk.cli.analyse import as_of_option, asker, store_options
from crosswalk.cli.program import TABLE_FORMATS, format_option
from crosswalk.cli.terminal import FORMATS, shown_rows, tell, write, write_json, write_rows
from crosswalk.errors import InputError
from crosswalk.iris import compact
from crosswalk.settings import Settings

_COMPARED = ("number", "title", "alignment", "basis", "outcome", "references", "pages", "remark")
_CHANGED = ("kind", "oldNumber", "oldTitle", "newNumber", "newTitle", "approximate")
"""The columns that people read; CSV and JSON hold all of them."""


@click.command()
@click.argument("left", metavar="EDITION")
@click.argument("right", metavar="EDITION")
@as_of_option
@format_option(*TABLE_FORMATS)
@store_options
def compare(left: str, right: str, as_of: datetime | None, form: str, settings: Settings) -> None:
    """Show the comparison of one edition with another, guideline by guideline.

    \b
    Example:  crosswalk compare ipa/2.0 gsma/2.0
    Example:  crosswalk compare ipa/2.0 gsma/2.0 --format csv > comparison.csv
    Example:  crosswalk compare ipa gsma --as-of 2017-10-15
    """
    from crosswalk.relations.reading import find_edition_on

    ask, day = asker(settings), as_of.date() if as_of else None
    editions = [find_edition_on(ask, text, day) for text in (left, right)]
    answer = ask("pages/compare", left=editions[0], right=editions[1])
    if not answer.rows:
        raise _unknown_pair(ask("pages/comparisons"), "left", "right", "compare", "comparison of", editions)
    rows = answer.rows if day is None else _rows_on(ask, editions, day, answer.rows)
    _write_answer(form, _COMPARED, answer.columns, rows)


@click.command()
@click.argument("old", metavar="OLDER")
@click.argument("new", metavar="NEWER")
@format_option(*TABLE_FORMATS)
@store_options
def lineage(old: str, new: str, form: str, settings: Settings) -> None:
    """Show what was continued, renumbered, added and removed from one edition to the next.

    \b
    Example:  crosswalk lineage ipa/1.0 ipa/2.0
    Example:  crosswalk lineage ipa/1.0 ipa/2.0 --json
    """
    from crosswalk.relations.reading import find_edition

    ask = asker(settings)
    editions = [find_edition(ask, text) for text in (old, new)]
    answer = ask("pages/lineage", old=editions[0], new=editions[1])
    if not answer.rows:
        raise _unknown_pair(ask("pages/lineages"), "old", "new", "lineage", "lineage between", editions)
    _write_answer(form, _CHANGED, answer.columns, answer.rows)


def _rows_on(ask: Callable[..., Any], editions: list[str], day: date, rows: tuple[Any, ...]) -> list[Any]:
    """Return the rows of a comparison that stood on a day; say how many give no date."""
    from crosswalk.relations.reading import rows_held_on

    held, undated = rows_held_on(ask, *editions, day)
    if undated:
        tell(f"{undated} rows give no date: whether they stood on {day} is not known.")
    return [row for row in rows if row["row"].value in held]


def _unknown_pair(
    known: Any, left: str, right: str, command: str, relation: str, editions: list[str]
) -> InputError:
    """Return the fault that nothing is known of two editions, with the calls that show something."""
    calls = [f"crosswalk {command} {compact(row[left])} {compact(row[right])}" for row in known]
    return InputError(f"there is no {relation} {' and '.join(map(compact, editions))}",
                      hint=f"There is: {'; '.join(calls) or 'none at all'}.")  # fmt: skip


def _write_answer(form: str, for_people: tuple[str, ...], columns: tuple[str, ...], rows: Any) -> None:
    """Write the rows of an answer; people get fewer columns, with the bare names of concepts."""
    if form in ("table", "markdown", "html"):
        columns = for_people
        rows = [
            {name: text.removeprefix("xw:") for name, text in row.items()}
            for row in shown_rows(columns, rows)
        ]
    write(FORMATS[form](columns, rows))


@click.command()
@click.argument("old", metavar="OLDER")
@click.argument("new", metavar="NEWER")
@format_option(*TABLE_FORMATS)
@store_options
def stale(old: str, new: str, form: str, settings: Settings) -> None:
    """Show which mappings to an older edition are carried to a newer one, to be reviewed, or orphaned.

    Only a mapping whose element is known to keep its wording is carried. Numbers that stand for something
    else in the newer edition are listed, since a mapping may name one without its edition.

    \b
    Example:  crosswalk stale gsma/2.0 gsma/2.2
    Example:  crosswalk stale ipa/1.0 ipa/2.0 --json
    """
    from crosswalk.relations.reading import find_edition, read_changes
    from crosswalk.relations.staleness import ClaimState, is_later, review

    ask = asker(settings)
    editions = [find_edition(ask, text) for text in (old, new)]
    if not is_later(ask, *editions):
        raise InputError(f"there is no lineage between {old} and {new}",
                         hint="`crosswalk lineage` lists what there is.")  # fmt: skip
    staleness = review(ask, *editions)
    if not read_changes(ask, old=editions[0], new=editions[1]):
        tell(f"{new} follows {old}, and what became of each element is not known.")
    added = (ClaimState(state, element, (), "added", "", "", None) for state, element in staleness.added)
    rows = [_short_cells(claim, "change") for claim in (*staleness.claims, *added)]
    if form == "json":
        collisions = list(map(_short_cells, staleness.collisions))
        write_json({"counts": staleness.counts(), "claims": rows, "collisions": collisions})
        return
    write_rows(form, rows)
    if form in ("table", "markdown"):
        lines = [f"{state}: {count}" for state, count in staleness.counts().items() if count]
        if staleness.collisions:
            numbers = ", ".join(collision.number for collision in staleness.collisions)
            lines.append(f"numbers that mean something else in {new} than in {old}: {numbers}")
        write("\n".join(lines))


def _short_cells(value: Any, *left_out: str) -> dict[str, Any]:
    """Return the fields of a value as the cells of a row, with IRIs in their short form."""
    return {
        name: list(map(compact, cell)) if isinstance(cell, tuple) else compact(cell)
        for name, cell in vars(value).items()
        if name not in left_out
    }
