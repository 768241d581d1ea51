"""``crosswalk build`` and ``crosswalk check``: from curated files to a checked graph."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from crosswalk.cli.program import format_option, setting_option, settings_options
from crosswalk.cli.terminal import describe_findings, steps, tell, write, write_json
from crosswalk.errors import InputError
from crosswalk.folders import content_root
from crosswalk.iris import compact
from crosswalk.settings import Settings


@click.command()
@setting_option("snapshots", "--out")
@click.option("--force", is_flag=True, help="Build also where nothing has changed since the last build.")
@format_option("text", "json")
@settings_options()
def build(settings: Settings, force: bool, form: str) -> None:
    """Build the graph from the curated files, check it and publish it.

    A violation stops the build: it is told with file and line, nothing is published, and the snapshot
    published before stays. Where neither a file nor the program has changed since then, nothing is done.

    \b
    Example:  crosswalk build --out /srv/crosswalk
    """
    from crosswalk.graph import build as graph_build

    unchanged = None if force else graph_build.unchanged(content_root(), settings.snapshots)
    if unchanged:
        snapshot, when = unchanged, f"unchanged since {unchanged.built_at}"
    else:
        with steps("Building", 4) as progress:
            snapshot = graph_build.build(content_root(), settings.snapshots, progress)
        when = f"built in {sum(snapshot.seconds.values()):.1f} s"
    if form == "json":
        write_json(asdict(snapshot) | {"path": str(snapshot.path)})
    else:
        write(
            f"{snapshot.triples} triples in {len(snapshot.graphs)} graphs, {when}\n"
            f"snapshot {snapshot.hash[:16]} in {snapshot.path}"
        )


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option("--source", type=click.Path(path_type=Path), help="A source document that must hold the facts.")
@format_option("text", "json")
def check(files: tuple[Path, ...], source: Path | None, form: str) -> None:
    """Hold the project's data, or your files together with it, against the shapes.

    Each finding is told with its file and line, how grave it is, what it is about and what to do. The exit
    code is 1 when there is a violation. With --source the facts are looked for in the text of a source
    document instead, and those that it does not support are named.

    \b
    Example:  crosswalk check my-mappings.ttl
    Example:  crosswalk check --source comparison.md --json
    """
    if source is not None and files:
        raise click.UsageError("--source checks the project's own facts: give no FILE beside it.")
    passed = _check_shapes(files, form) if source is None else _check_source(source, form)
    if not passed:
        click.get_current_context().exit(1)


def _check_shapes(files: tuple[Path, ...], form: str) -> bool:
    """Write the findings of the shapes; return whether there is no violation."""
    from crosswalk.graph.build import check as check_graph
    from crosswalk.graph.sources import read_file

    others = [read_file(path) for path in files]
    with steps("Checking", 3) as progress:
        graph = check_graph(content_root(), others, progress)
    if form == "json":
        write_json([asdict(finding) | {"thing": finding.thing} for finding in graph.findings])
    else:
        write(describe_findings(graph.findings))
    numbers = Counter(finding.severity for finding in graph.findings)
    counted = [f"{count} {severity}{'s' if count > 1 else ''}"
               for severity, count in sorted(numbers.items(), reverse=True)]  # fmt: skip
    tell(f"{', '.join(counted) or 'no finding'} in {len(graph.sources.files)} files")
    return not graph.violations


def _check_source(source: Path, form: str) -> bool:
    """Write the facts that a source document does not support; return whether it supports all."""
    from crosswalk.assemble import open_content
    from crosswalk.folders import read_text
    from crosswalk.graph.source_check import unsupported

    text = read_text(source)
    if not text.strip():
        raise InputError("the source document is empty", file=source)
    sources, store = open_content()
    missing = [_located(fact, sources) for fact in unsupported(store.engine, text)]
    if form == "json":
        write_json(missing)
    else:
        write("".join(map("{file}:{line}: {subject} {predicate}\n    {text}\n".format_map, missing)))
    tell(f"{len(missing)} fact{'' if len(missing) == 1 else 's'} without support in {source}")
    return not missing


def _located(fact: Any, sources: Any) -> dict[str, Any]:
    """Return an unsupported fact with the place where it is stated."""
    holding = [file for file in sources if fact.subject in file.subjects]
    places = [(file.name, file.locations.line(fact.subject, fact.predicate, fact.text)) for file in holding]
    name, line = next((place for place in places if place[1]), (places or [(None, None)])[0])
    return {
        "file": name,
        "line": line,
        "subject": compact(fact.subject),
        "predicate": compact(fact.predicate),
        "text": fact.text,
    }
