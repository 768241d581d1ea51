"""``crosswalk conflicts`` and ``agreement``: where records contradict each other and assessors agree."""

from __future__ import annotations

from typing import Any

import click

from crosswalk.cli.analysing import asker, concept, write_json, write_rows
from crosswalk.cli.options import chosen, format_option, settings_options
from crosswalk.cli.output import tell


@click.command()
@format_option("table", "markdown", "csv", "html", "json")
@settings_options("store", "query_timeout", "snapshots")
def conflicts(form: str | None, as_json: bool, **options: Any) -> None:
    """Name the smallest sets of records that cannot all be true, each respect for itself.

    \b
    Example:  crosswalk conflicts
    Example:  crosswalk conflicts --json
    """
    from crosswalk.names import compact
    from crosswalk.relations.conflicts import find_conflicts
    from crosswalk.relations.evidence import read_parts, read_records
    from crosswalk.relations.records import in_signs

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
        for number, one in enumerate(found.found, 1)
        for record in one.records
    ]
    undecided = [compact(record.iri) for record in found.undecided]
    form = chosen(form, as_json, "table")
    if undecided:
        tell(f"Not decided for {', '.join(undecided)}: they allow inside and outside and no overlap between; "
             "conflicts with them may be missing.")  # fmt: skip
    if found.more:
        tell(f"The search stopped after {len(found.found)} conflicts: there are more.")
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
