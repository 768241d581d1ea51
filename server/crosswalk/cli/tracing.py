"""``crosswalk path``: from one element to another, hop by hop, with the record and source of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from crosswalk.cli.analysing import asker, write_rows
from crosswalk.cli.options import chosen, format_option, settings_options
from crosswalk.cli.output import tell, write

if TYPE_CHECKING:
    from crosswalk.relations.paths import Path


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
    from crosswalk.relations.addresses import find_element
    from crosswalk.relations.evidence import members, read_network
    from crosswalk.relations.proofs import rows
    from crosswalk.relations.search import find_paths

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
        write_rows(form, [row for number, one in enumerate(found.paths, 1) for row in rows(number, one)])


def lines(number: int, one: Path) -> Iterator[str]:
    """A path as a proof to read: what follows, then every hop with its evidence."""
    from crosswalk.names import compact
    from crosswalk.relations.paths import in_words_of
    from crosswalk.relations.proofs import evidence

    hop, why = one.weakest()
    yield f"{number}. {compact(one.start)} to {compact(one.end)}: {one.verdict()}"
    yield f"   weakest step: {hop} ({why})"
    for place, step in enumerate(one.steps, 1):
        yield f"   {place}. {compact(step.start)} {in_words_of(step)} {compact(step.end)}"
        for row in evidence(step):
            said = "".join(
                f", {name} {row[name]}" for name in ("set", "confidence", "cited") if row[name] != ""
            )
            backwards = ", read backwards" if row["backwards"] else ""
            sources = f"; source {', '.join(row['sources'])}" if row["sources"] else ""
            yield f"        {row['claim']}{said}{backwards}{sources}"
    yield ""
