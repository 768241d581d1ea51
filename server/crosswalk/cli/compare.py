"""``crosswalk compare`` and ``crosswalk lineage``: two editions side by side."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from functools import partial
from typing import Any

import click

from crosswalk.cli.analyse import as_of_option
from crosswalk.cli.options import chosen, format_option, settings_options
from crosswalk.cli.terminal import steps, tell, write
from crosswalk.errors import InputError
from crosswalk.settings import Settings
from crosswalk.stores import Store
from crosswalk.stores.results import Answer, Row, ask

_READ = {
    "compare": ("number", "title", "alignment", "basis", "outcome", "references", "pages", "remark"),
    "lineage": ("kind", "oldNumber", "oldTitle", "newNumber", "newTitle", "approximate"),
}
"""What the tables for people show; the others hold every column."""
_PEOPLE = ("table", "markdown", "html")


@click.command()
@click.argument("left", metavar="EDITION")
@click.argument("right", metavar="EDITION")
@as_of_option
@format_option("table", "markdown", "csv", "html", "json")
@settings_options("store", "query_timeout", "snapshots")
def compare(left: str, right: str, as_of: Any, form: str | None, as_json: bool, **options: Any) -> None:
    """Show the comparison of one edition with another, guideline by guideline.

    \b
    Example:  crosswalk compare ipa/2.0 gsma/2.0
    Example:  crosswalk compare ipa/2.0 gsma/2.0 --format csv > comparison.csv
    Example:  crosswalk compare ipa gsma --as-of 2017-10-15
    """
    day = as_of.date() if as_of else None
    _show("compare", chosen(form, as_json, "table"), options, day, left=left, right=right)


@click.command()
@click.argument("old", metavar="OLDER")
@click.argument("new", metavar="NEWER")
@format_option("table", "markdown", "csv", "html", "json")
@settings_options("store", "query_timeout", "snapshots")
def lineage(old: str, new: str, form: str | None, as_json: bool, **options: Any) -> None:
    """Show what was continued, renumbered, added and removed from one edition to the next.

    \b
    Example:  crosswalk lineage ipa/1.0 ipa/2.0
    Example:  crosswalk lineage ipa/1.0 ipa/2.0 --json
    """
    _show("lineage", chosen(form, as_json, "table"), options, old=old, new=new)


def _show(name: str, form: str, options: dict[str, Any], day: date | None = None, **editions: str) -> None:
    from crosswalk.assemble import open_store
    from crosswalk.cli.terminal import FORMATS, short

    settings = Settings.from_environment(**options)
    with steps("Building", 4) as progress:
        store = open_store(settings, progress=progress)
    if day is not None:
        from crosswalk.relations.reading import find_edition_on

        asking = partial(ask, store)
        editions = {key: _path(find_edition_on(asking, text, day)) for key, text in editions.items()}
    answer = _ask(store, name, editions)
    if day is not None:
        answer = _held(answer, asking, editions, day)
    columns = _READ[name] if form in _PEOPLE else answer.columns
    rows = [_spoken(row) for row in short(columns, answer.rows)] if form in _PEOPLE else answer.rows
    write(FORMATS[form](columns, rows))


def _held(answer: Answer, asking: Any, editions: dict[str, str], day: date) -> Answer:
    """The rows of a comparison that stood on a day; how many give no date is told."""
    from crosswalk.iris import expand
    from crosswalk.relations.reading import rows_held_on

    held, without = rows_held_on(asking, *(expand(text) for text in editions.values()), day)
    if without:
        tell(f"{without} rows give no date: whether they stood on {day} is not known.")
    return Answer(answer.columns, tuple(row for row in answer.rows if row["row"].value in held))


def _ask(store: Store, name: str, editions: dict[str, str]) -> Answer:
    """The rows about two editions; InputError when one is unknown, or nothing is known of the two."""
    from crosswalk.iris import expand

    known = _column(ask(store, "pages/editions"), "edition")
    for text in editions.values():
        if _path(expand(text)) not in known:
            near = get_close_matches(text, known, n=3) or known
            raise InputError(f"no edition is called {text!r}", hint=f"Did you mean {' or '.join(near)}?")
    answer = ask(store, f"pages/{name}", **{key: expand(text) for key, text in editions.items()})
    if not answer.rows:
        pairs = _pairs(store, name)
        what = "no comparison of" if name == "compare" else "no lineage between"
        raise InputError(f"there is {what} {' and '.join(editions.values())}",
                         hint=f"There is: {'; '.join(pairs) or 'none at all'}.")  # fmt: skip
    return answer


def _pairs(store: Store, name: str) -> list[str]:
    query, left, right = {
        "compare": ("pages/comparisons", "left", "right"),
        "lineage": ("pages/lineages", "old", "new"),
    }[name]
    return [f"crosswalk {name} {_path(row[left])} {_path(row[right])}" for row in ask(store, query)]


def _column(answer: Answer, name: str) -> list[str]:
    return list(dict.fromkeys(_path(row[name]) for row in answer if row[name] is not None))


def _path(term: Any) -> str:
    from crosswalk.iris import compact

    return compact(str(term))


def _spoken(row: dict[str, str] | Row) -> dict[str, str]:
    """A row with the names of concepts alone: ``Green`` for ``xw:Green``."""
    return {name: str(text).removeprefix("xw:") for name, text in row.items()}
