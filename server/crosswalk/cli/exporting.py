"""``crosswalk export-mappings``: mapping sets in the formats of other tools."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from crosswalk.cli.options import settings_options
from crosswalk.cli.output import steps, tell, write, write_file
from crosswalk.exchange import rdf_writing
from crosswalk.exchange.gathering import gather_register, gather_sets
from crosswalk.exchange.writing import FORMATS
from crosswalk.settings import Settings


@click.command("export-mappings")
@click.argument("form", metavar="FORMAT", type=click.Choice([*FORMATS, *rdf_writing.FORMATS]))
@click.option("--set", "name", required=True, metavar="NAME", help="A mapping set, or all.")
@click.option("--out", required=True, metavar="FILE", help="The file to write; - is the standard output.")
@click.option("--report", type=click.Path(path_type=Path), help="A file for what the format cannot hold.")
@settings_options("snapshots")
def export_mappings(form: str, name: str, out: str, report: Path | None, snapshots: Path | None) -> None:
    """Write mapping sets in a format of other tools.

    What the format cannot hold is counted in a loss report, on stderr or in the file of --report. The same
    graph gives the same bytes.

    \b
    Example:  crosswalk export-mappings sssom --set ipa-2.0--gsma-2.0 --out ipa-gsma.sssom.tsv
    Example:  crosswalk export-mappings csv --set all --out mappings.csv --report losses.txt
    """
    from crosswalk.assemble import open_store

    settings = Settings.from_environment(snapshots=snapshots)
    with steps("Exporting", 3) as progress:
        progress("opening")
        store = open_store(settings)
        progress("gathering")
        sets = gather_sets(store, name)
        register = gather_register(store)
        progress("writing")
        losses: Counter[str] = Counter()
        if form in FORMATS:
            data, losses = FORMATS[form](sets, register)
            for found in sets:
                losses.update(found.losses)
        elif form == "turtle":
            from crosswalk.graph.turtle import serialize

            data = serialize(rdf_writing.triples(store, [found.identifier for found in sets])).encode()
        else:
            data = rdf_writing.write(store, [found.identifier for found in sets], form)
    lines = [f"{what}: {count}" for what, count in sorted((+losses).items())]
    if report is not None:
        write_file(report, "".join(f"{line}\n" for line in lines or ["nothing is lost"]).encode())
    else:
        for line in lines:
            tell(f"not in the file: {line}")
    if out == "-":
        write(data)
    else:
        write_file(Path(out), data)
        records = sum(len(found.records) for found in sets)
        tell(f"wrote {out}: {len(data)} bytes of {form}, from {records} records of {len(sets)} sets")
