"""``crosswalk stale``: what a new edition leaves of the mappings to the old one."""

from __future__ import annotations

from typing import Any

import click

from crosswalk.cli.analysing import asker, write_json, write_rows
from crosswalk.cli.options import chosen, format_option, settings_options
from crosswalk.cli.output import tell, write


@click.command()
@click.argument("old", metavar="OLDER")
@click.argument("new", metavar="NEWER")
@format_option("table", "markdown", "csv", "html", "json")
@settings_options("store", "query_timeout", "snapshots")
def stale(old: str, new: str, form: str | None, as_json: bool, **options: Any) -> None:
    """Show which mappings to an older edition are carried to a newer one, to be reviewed, or orphaned.

    Only a mapping whose element is known to keep its wording is carried. Numbers that stand for something
    else in the newer edition are listed, since a mapping may name one without its edition.

    \b
    Example:  crosswalk stale gsma/2.0 gsma/2.2
    Example:  crosswalk stale ipa/1.0 ipa/2.0 --json
    """
    from crosswalk.errors import InputError
    from crosswalk.names import compact
    from crosswalk.relations.addresses import find_edition
    from crosswalk.relations.evidence import read_changes
    from crosswalk.relations.staleness import is_later, review

    ask = asker(options)
    editions = [find_edition(ask, text) for text in (old, new)]
    found = review(ask, *editions)
    if not is_later(ask, *editions):
        raise InputError(f"there is no lineage between {old} and {new}",
                         hint="`crosswalk lineage` lists what there is.")  # fmt: skip
    if not read_changes(ask, old=editions[0], new=editions[1]):
        tell(f"{new} follows {old}, and what became of each element is not known.")
    rows = [
        {
            "state": one.state,
            "element": compact(one.element),
            "later": [compact(iri) for iri in one.later],
            "why": one.why,
            "claim": compact(one.claim),
            "other": compact(one.other),
        }
        for one in found.held
    ]
    rows += [
        {"state": state, "element": compact(iri), "later": [], "why": "added", "claim": "", "other": ""}
        for state, iri in found.added
    ]
    collisions = [
        {"number": one.number, "old": compact(one.old), "new": compact(one.new)} for one in found.collisions
    ]
    form = chosen(form, as_json, "table")
    if form == "json":
        return write_json({"counts": found.counts(), "claims": rows, "collisions": collisions})
    write_rows(form, rows)
    if form in ("table", "markdown"):
        lines = [f"{state}: {count}" for state, count in found.counts().items() if count]
        if collisions:
            numbers = ", ".join(one["number"] for one in collisions)
            lines.append(f"numbers that mean something else in {new} than in {old}: {numbers}")
        write("\n".join(lines))
