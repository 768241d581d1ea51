"""``crosswalk build`` and ``crosswalk check``: from curated files to a checked graph."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crosswalk.cli.options import chosen, format_option, setting_option
from crosswalk.cli.terminal import steps, tell, write
from crosswalk.errors import InputError
from crosswalk.folders import content_root
from crosswalk.settings import Settings

if TYPE_CHECKING:
    from crosswalk.graph.snapshot import Snapshot


@click.command()
@setting_option("snapshots", "--out")
@click.option("--force", is_flag=True, help="Build also where nothing has changed since the last build.")
@format_option("text", "json")
def build(snapshots: Path | None, force: bool, form: str | None, as_json: bool) -> None:
    """Build the graph from the curated files, check it and publish it.

    A violation stops the build: it is told with file and line, nothing is published, and the snapshot
    published before stays. Where neither a file nor the program has changed since then, nothing is done.

    \b
    Example:  crosswalk build --out /srv/crosswalk
    """
    from crosswalk.graph.build import unchanged

    settings = Settings.from_environment(snapshots=snapshots)
    built = None if force else unchanged(content_root(), settings.snapshots)
    snapshot = built or _build(settings.snapshots)
    if chosen(form, as_json, "text") == "json":
        described = asdict(snapshot) | {"path": str(snapshot.path)}
        write(json.dumps(described, ensure_ascii=False, indent=1))
        return
    seconds = sum(snapshot.seconds.values())
    when = f"unchanged since {snapshot.built_at}" if built else f"built in {seconds:.1f} s"
    write(
        f"{snapshot.triples} triples in {len(snapshot.graphs)} graphs, {when}\n"
        f"snapshot {snapshot.hash[:16]} in {snapshot.path}"
    )


def _build(out: Path) -> Snapshot:
    from crosswalk.graph.build import build as build_graph

    with steps("Building", 4) as progress:
        return build_graph(content_root(), out, progress)


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option("--source", type=click.Path(path_type=Path), help="A source document that must hold the facts.")
@format_option("text", "json")
def check(files: tuple[Path, ...], source: Path | None, form: str | None, as_json: bool) -> None:
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
    form = chosen(form, as_json, "text")
    if source is None:
        _check_shapes(files, form)
    else:
        _check_support(source, form)


def _check_shapes(files: tuple[Path, ...], form: str) -> None:
    from crosswalk.cli import terminal
    from crosswalk.graph.build import check as check_graph
    from crosswalk.graph.sources import read_file

    others = [read_file(path) for path in files]
    with steps("Checking", 3) as progress:
        graph = check_graph(content_root(), others, progress)
    write(terminal.write_json(graph.findings) if form == "json" else terminal.write_findings(graph.findings))
    tell(f"{terminal.count(graph.findings)} in {len(graph.sources.files)} files")
    if graph.violations:
        click.get_current_context().exit(1)


def _check_support(source: Path, form: str) -> None:
    from crosswalk.assemble import open_content
    from crosswalk.graph.rdf_files import read_text
    from crosswalk.graph.source_check import unsupported

    text = read_text(source)
    if not text.strip():
        raise InputError("the source document is empty", file=source)
    sources, store = open_content()
    missing = [_located(one, sources) for one in unsupported(store.engine, text)]
    if form == "json":
        write(json.dumps(missing, ensure_ascii=False, indent=1))
    else:
        write("".join(f"{one['file']}:{one['line']}: {one['subject']} {one['predicate']}\n    {one['text']}\n"
                      for one in missing))  # fmt: skip
    tell(f"{len(missing)} fact{'' if len(missing) == 1 else 's'} without support in {source}")
    if missing:
        click.get_current_context().exit(1)


def _located(one: Any, sources: Any) -> dict[str, Any]:
    """An unsupported fact with the place where it is stated."""
    from crosswalk.iris import compact

    holding = [file for file in sources if one.subject in file.subjects]
    lines = [(file.name, file.locations.line(one.subject, one.predicate, one.text)) for file in holding]
    name, line = next((place for place in lines if place[1]), (lines or [(None, None)])[0])
    return {
        "file": name,
        "line": line,
        "subject": compact(one.subject),
        "predicate": compact(one.predicate),
        "text": one.text,
    }
