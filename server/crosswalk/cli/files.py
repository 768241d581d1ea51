"""``crosswalk export`` and ``crosswalk format``: the graph as files, and files in the house style."""

from __future__ import annotations

from pathlib import Path

import click

from crosswalk.cli.program import settings_options
from crosswalk.cli.terminal import steps, tell, write, write_file
from crosswalk.errors import InputError
from crosswalk.settings import Settings

SUFFIXES = {
    ".ttl": "turtle",
    ".trig": "trig",
    ".nt": "ntriples",
    ".nq": "nquads",
    ".jsonld": "jsonld",
    ".rdf": "rdfxml",
}
"""The syntax that a file's name means."""


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--graph", metavar="NAME", help="Only this named graph, such as ipa/2.0.")
@click.option("--format", "form", type=click.Choice(list(SUFFIXES.values())), help="By default as FILE ends.")
@click.option("--inferred", is_flag=True, help="Also what follows from the facts, and the findings.")
@settings_options("snapshots")
def export(file: str, graph: str | None, form: str | None, inferred: bool, settings: Settings) -> None:
    """Write the graph, or one part of it, to FILE; - is the standard output.

    Asserted facts alone are written unless --inferred is given. The file is written whole or not at all.
    N-Quads and N-Triples are canonical: the same facts give the same bytes on every machine.

    \b
    Example:  crosswalk export crosswalk.nq
    Example:  crosswalk export --graph ipa/2.0 --format turtle -
    """
    from crosswalk.assemble import published
    from crosswalk.graph.snapshot import dump

    form = form or SUFFIXES.get(Path(file).suffix.lower())
    if form is None:
        hint = f"End it in one of {' '.join(SUFFIXES)}, or say --format."
        raise InputError("the file's name does not say in which syntax to write", file=file, hint=hint)
    with steps("Building", 4) as progress:
        snapshot = published(settings, progress)
    data = dump(snapshot, form, graph=graph, inferred=inferred)
    if file == "-":
        write(data)
    else:
        write_file(Path(file), data)
        tell(f"wrote {file}: {len(data)} bytes of {form}")


@click.command("format")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--check", is_flag=True, help="Only name the files that would change, and exit with 1.")
@click.option("--drop-comments", is_flag=True, help="Write a file even where comments inside it get lost.")
def format_files(files: tuple[Path, ...], check: bool, drop_comments: bool) -> None:
    """Lay Turtle files out in the house style, so that one changed fact is one changed line.

    A file is written only when the new text says the same as the old one. All files are read before the
    first is written: a mistake in one of them changes none.

    \b
    Example:  crosswalk format data/ipa/2.0.ttl
    """
    from crosswalk.graph.turtle import format_file

    changed = [path for path in files if format_file(path, write=False, drop_comments=drop_comments)]
    for path in changed:
        if not check:
            format_file(path, drop_comments=drop_comments)
        write(str(path))
    tell(f"{len(changed)} of {len(files)} files {'would change' if check else 'changed'}")
    if check and changed:
        click.get_current_context().exit(1)
