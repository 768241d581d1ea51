"""``crosswalk query`` and ``crosswalk questions``: queries by name, from files, or as text."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crosswalk.cli.options import chosen, format_option, setting_option, settings_options
from crosswalk.cli.output import steps, tell, write
from crosswalk.cli.query_text import find, placed, read_binding
from crosswalk.errors import InputError
from crosswalk.settings import Settings

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_ROWS = {
    "table": "application/sparql-results+json",
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
_TRIPLES = {
    "turtle": "text/turtle",
    "json": "application/ld+json",
    "jsonld": "application/ld+json",
    "xml": "application/rdf+xml",
    "ntriples": "application/n-triples",
}
_FORMATS = ("table", "csv", "tsv", "json", "xml", "turtle", "jsonld", "ntriples")


def _complete_name(ctx: click.Context, param: click.Parameter, start: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from crosswalk.queries import catalogue

    items = [CompletionItem(one.name, help=one.title) for one in catalogue() if one.name.startswith(start)]
    return [*items, CompletionItem(start, type="file")]


@click.command()
@click.argument("source", required=False, metavar="[FILE.rq|NAME|-]", shell_complete=_complete_name)
@click.option("-e", "--execute", "text", metavar="TEXT", help="The query itself.")
@click.option(
    "--bind",
    "bindings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Bind a parameter to an IRI, a name (xw:Green), a path (ipa/2.0) or a literal (5).",
)
@format_option(*_FORMATS)
@setting_option("store", "--endpoint")
@click.option(
    "--graph",
    "graphs",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Ask this RDF file instead of the built graph; may be repeated.",
)
@settings_options("query_timeout", "result_bytes", "snapshots")
def query(
    source: str | None,
    text: str | None,
    bindings: tuple[str, ...],
    form: str | None,
    as_json: bool,
    graphs: tuple[Path, ...],
    **options: Any,
) -> None:
    """Put a query to the built graph, to files, or to any SPARQL endpoint.

    The query is a file, the name of a question (see `crosswalk questions`), the standard input (-), or
    the TEXT of -e. Rows are shown as a table and triples as Turtle unless --format says otherwise.

    \b
    Example:  crosswalk query which-guidelines-were-added
    Example:  crosswalk query what-does-a-guideline-state --bind guideline=ipa/2.0/guideline/9
    Example:  crosswalk query -e 'SELECT ?s { ?s a xw:Edition }' --format csv
    """
    from crosswalk.assemble import open_store
    from crosswalk.queries import bind

    found = find(source, text)
    terms = dict(read_binding(one) for one in bindings)
    settings = Settings.from_environment(**options)
    media_type, as_rows = _media_type(found.form, chosen(form, as_json, ""))
    with placed(found, text):
        bound = bind(found, **terms)
        with steps("Building", 4) as progress:
            opened = open_store(settings, graphs, progress)
        with _stoppable():
            data = opened.query(bound, media_type)
    write(_tabulate(data) if as_rows else data)


def _media_type(form: str, wanted: str) -> tuple[str, bool]:
    """The media type to ask for, and whether the answer becomes a table here."""
    triples = form in ("CONSTRUCT", "DESCRIBE")
    types = _TRIPLES if triples else _ROWS
    name = wanted or ("turtle" if triples else "table")
    if name not in types:
        kind = "triples" if triples else "rows"
        raise InputError(f"the query gives {kind}, which --format {name} cannot hold",
                         hint=f"For {kind} there are: {', '.join(types)}.")  # fmt: skip
    return types[name], name == "table"


@contextmanager
def _stoppable() -> Iterator[None]:
    """Lets Ctrl-C end the process at once: the engine does not come back to Python before it has finished."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _tabulate(data: bytes) -> str:
    from crosswalk.answers import read_answer
    from crosswalk.cli.boxes import as_table

    answer = read_answer(data)
    if answer.truth is not None:
        return "yes" if answer.truth else "no"
    if sys.stderr.isatty():
        tell(f"{len(answer)} row{'' if len(answer) == 1 else 's'}")
    return as_table(answer.columns, answer.rows)


@click.command()
@click.argument("name", required=False, shell_complete=_complete_name)
@click.option("--tag", help="Only the questions with this tag.")
@format_option("table", "markdown", "csv", "html", "json")
def questions(name: str | None, tag: str | None, form: str | None, as_json: bool) -> None:
    """List the named questions, or show one of them with its parameters and its query.

    \b
    Example:  crosswalk questions --tag lineage
    Example:  crosswalk questions which-guidelines-were-added
    """
    from crosswalk.cli.tables import FORMATS
    from crosswalk.queries import catalogue, load

    form = chosen(form, as_json, "table")
    if name and form == "table":
        write(load(name).text)
        return
    found = [load(name)] if name else [one for one in catalogue() if tag is None or tag in one.tags]
    if not found:
        tags = sorted({tag for one in catalogue() for tag in one.tags})
        raise InputError(f"no question has the tag {tag!r}", hint=f"Tags: {', '.join(tags)}.")
    columns = ["name", "title", "parameters"] + ([] if form in ("table", "html") else ["question", "tags"])
    write(FORMATS[form](columns, [_described(one) for one in found]))


def _described(one: Any) -> dict[str, str]:
    return {
        "name": one.name,
        "title": one.title,
        "question": one.question,
        "tags": ", ".join(one.tags),
        "parameters": ", ".join(one.parameters),
    }
