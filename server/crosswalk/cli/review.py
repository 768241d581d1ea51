"""``crosswalk conflicts`` and ``agreement``: where records contradict each other and assessors agree."""

from __future__ import annotations

from typing import Any

import click

from crosswalk.cli.analyse import asker, concept, write_json, write_rows
from crosswalk.cli.options import chosen, format_option, settings_options
from crosswalk.cli.terminal import tell, write


@click.command()
@format_option("table", "markdown", "csv", "html", "json")
@settings_options("store", "query_timeout", "snapshots")
def conflicts(form: str | None, as_json: bool, **options: Any) -> None:
    """Name the smallest sets of records that cannot all be true, each respect for itself.

    \b
    Example:  crosswalk conflicts
    Example:  crosswalk conflicts --json
    """
    from crosswalk.iris import compact
    from crosswalk.relations.consistency import find_conflicts
    from crosswalk.relations.model import in_signs
    from crosswalk.relations.reading import read_parts, read_records

    ask = asker(options)
    found = find_conflicts(read_records(ask), read_parts(ask))
    rows = [
        {
            "conflict": number,
            "rationale": concept(one.rationale).lower(),
            "record": compact(record.iri),
            "subject": compact(record.subject),
            "relation": in_signs(record.candidates),
            "object": compact(record.object),
            "sources": [compact(source) for source in record.sources],
        }
        for number, one in enumerate(found.conflicts, 1)
        for record in one.records
    ]
    undecided = [compact(record.iri) for record in found.undecided]
    form = chosen(form, as_json, "table")
    if undecided:
        tell(f"Not decided for {', '.join(undecided)}: they allow inside and outside and no overlap between; "
             "conflicts with them may be missing.")  # fmt: skip
    if found.more:
        tell(f"The search stopped after {len(found.conflicts)} conflicts: there are more.")
    if form == "json":
        return write_json({"conflicts": rows, "undecided": undecided, "more": found.more})
    if not rows:
        tell("No records contradict each other.")
    write_rows(form, rows)


@click.command()
@click.argument("one", metavar="SET")
@click.argument("other", metavar="SET")
@format_option("table", "markdown", "csv", "html", "json")
@settings_options("store", "query_timeout", "snapshots")
def agreement(one: str, other: str, form: str | None, as_json: bool, **options: Any) -> None:
    """Show how far two mapping sets or comparison sets agree on what both judge (Cohen's kappa).

    \b
    Example:  crosswalk agreement mapping/one mapping/other
    Example:  crosswalk agreement comparison/one comparison/other --json
    """
    from crosswalk.relations.agreement import compare_sets

    found = compare_sets(asker(options), one, other)
    rows = [
        {
            "judged": concept(line.kind),
            "label": concept(line.label),
            "items": line.items,
            "same": line.same,
            "kappa": "" if line.kappa is None else f"{line.kappa:.3f}",
        }
        for line in found
    ]
    write_rows(chosen(form, as_json, "table"), rows)


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
    from crosswalk.iris import compact
    from crosswalk.relations.reading import find_edition, read_changes
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
        for one in found.claims
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
