"""``crosswalk query`` and ``questions``: queries put to the graph, to files and to endpoints."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crosswalk.cli.program import (
    TABLE_FORMATS,
    format_option,
    graphs_option,
    setting_option,
    settings_options,
)
from crosswalk.cli.terminal import FORMATS, as_table, steps, tell, write
from crosswalk.errors import InputError
from crosswalk.folders import content_root
from crosswalk.iris import PREFIXES
from crosswalk.settings import Settings
from crosswalk.sparql_tokens import missing_prefixes
from crosswalk.stores.named_queries import Query, bind, catalogue, load, parse, read, read_term
from crosswalk.stores.refusals import admit

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


def _complete_name(ctx: click.Context, param: click.Parameter, start: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    questions = (question for question in catalogue() if question.name.startswith(start))
    items = [CompletionItem(question.name, help=question.title) for question in questions]
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
@format_option("table", "csv", "tsv", "json", "xml", "turtle", "jsonld", "ntriples", default="")
@setting_option("store", "--endpoint")
@graphs_option("Ask this RDF file")
@settings_options("query_timeout", "result_bytes", "snapshots")
def query(
    source: str | None,
    text: str | None,
    bindings: tuple[str, ...],
    form: str,
    graphs: tuple[Path, ...],
    settings: Settings,
) -> None:
    """Put a query to the built graph, to files, or to any SPARQL endpoint.

    The query is a file, the name of a question (see `crosswalk questions`), the standard input (-), or
    the TEXT of -e. Rows are shown as a table and triples as Turtle unless --format says otherwise.

    \b
    Example:  crosswalk query which-guidelines-were-added
    Example:  crosswalk query what-does-a-guideline-state --bind guideline=ipa/2.0/guideline/9
    Example:  crosswalk query -e 'SELECT ?s { ?s a xw:Edition }' --format csv
    """
    parsed = _find_query(source, text)
    terms = dict(map(_read_binding, bindings))
    media_type, as_rows = _media_type(parsed.form, form)
    with _placing_faults(parsed, text):
        bound = bind(parsed, **terms)
        admit(bound, settings.query_depth, settings.query_tokens)
        with steps("Building", 4) as progress:
            ask = _asking(parsed, settings, graphs, progress)
        with _ended_by_interrupt():
            data = ask(bound, media_type)
    write(_tabulate(data) if as_rows else data)


def _asking(
    query: Query, settings: Settings, graphs: tuple[Path, ...], progress: Callable[[str], None]
) -> Callable[[str, str], bytes]:
    """Return what puts a query to the store, in a process of its own where the engine might fail on it.

    It does not on the questions of this project over the built graph: tests ask them all.
    """
    from crosswalk.assemble import open_store, published

    tried = not graphs and query.path is not None and query.path.is_relative_to(content_root())
    if tried or (settings.store is not None and not graphs):
        return open_store(settings, graphs, progress).query
    from crosswalk.cli.forked import in_fork  # needed for such queries alone

    if graphs:
        store = open_store(settings, graphs, tell=tell)
    else:
        published(settings, progress)

    def ask(text: str, media_type: str) -> bytes:
        def answer() -> bytes:
            return (store if graphs else open_store(settings)).query(text, media_type)

        return in_fork(answer, settings.query_memory)

    return ask


def _find_query(source: str | None, text: str | None) -> Query:
    """Return the query that a call means: a file, a name, ``-`` or a text; with its file where it has one."""
    if (source is None) == (text is None):
        raise click.UsageError("give a file, the name of a question, - for the standard input, or -e TEXT.")
    if text is not None:
        return parse(_with_prefixes(text, PREFIXES))
    if source == "-":
        data = sys.stdin.buffer.read()
        try:
            return replace(parse(data.decode("utf-8")), path=Path("<stdin>"))
        except UnicodeDecodeError as fault:
            raise InputError("the text is not UTF-8", file="<stdin>") from fault
    path = Path(source)
    if path.suffix in (".rq", ".sparql") or path.is_file():
        return read(path)
    return load(source)


def _with_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """Declare each known prefix that a text uses and does not declare, on a line before it.

    Text typed at a prompt is meant to be short; files declare their prefixes themselves.
    """
    missing = missing_prefixes(text, prefixes).items()
    declared = " ".join(f"PREFIX {prefix}: <{namespace}>" for prefix, namespace in missing)
    return f"{declared}\n{text}" if declared else text


def _read_binding(text: str) -> tuple[str, Any]:
    """Return the parameter's name and the term of ``name=value``."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip().lstrip("?").isidentifier():
        raise InputError(f"--bind {text} is not NAME=VALUE", hint="For example: --bind edition=ipa/2.0")
    return name.strip().lstrip("?"), read_term(value)


def _media_type(form: str, wanted: str) -> tuple[str, bool]:
    """Return the media type to ask for, and whether the answer becomes a table here."""
    triples = form in ("CONSTRUCT", "DESCRIBE")
    types = _TRIPLES if triples else _ROWS
    name = wanted or ("turtle" if triples else "table")
    if name not in types:
        kind = "triples" if triples else "rows"
        raise InputError(f"the query gives {kind}, which --format {name} cannot hold",
                         hint=f"For {kind} there are: {', '.join(types)}.")  # fmt: skip
    return types[name], name == "table"


@contextmanager
def _placing_faults(parsed: Query, text: str | None) -> Iterator[None]:
    """Add the query's file to a fault inside it, or count its lines as in the text that was typed."""
    try:
        yield
    except InputError as fault:
        if fault.line is not None and fault.file is None:
            if parsed.path is not None:
                fault.file = str(parsed.path)
            elif text is not None:
                fault.line -= parsed.text.count("\n") - text.count("\n")
        raise


@contextmanager
def _ended_by_interrupt() -> Iterator[None]:
    """Let Ctrl-C end the process at once: the engine returns to Python only when it has finished."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _tabulate(data: bytes) -> str:
    from crosswalk.stores.results import read_answer

    answer = read_answer(data)
    if answer.truth is not None:
        return "yes" if answer.truth else "no"
    if sys.stderr.isatty():
        tell(f"{len(answer)} row{'' if len(answer) == 1 else 's'}")
    return as_table(answer.columns, answer.rows)


@click.command()
@click.argument("name", required=False, shell_complete=_complete_name)
@click.option("--tag", help="Only the questions with this tag.")
@format_option(*TABLE_FORMATS)
def questions(name: str | None, tag: str | None, form: str) -> None:
    """List the named questions, or show one of them with its parameters and its query.

    \b
    Example:  crosswalk questions --tag lineage
    Example:  crosswalk questions which-guidelines-were-added
    """
    if name and form == "table":
        write(load(name).text)
        return
    listed = [load(name)] if name else catalogue()
    chosen = [question for question in listed if name or tag is None or tag in question.tags]
    if not chosen:
        tags = sorted({tag for question in catalogue() for tag in question.tags})
        raise InputError(f"no question has the tag {tag!r}", hint=f"Tags: {', '.join(tags)}.")
    columns = ["name", "title", "parameters"] + ([] if form in ("table", "html") else ["question", "tags"])
    rows = [
        {
            "name": question.name,
            "title": question.title,
            "question": question.question,
            "tags": ", ".join(question.tags),
            "parameters": ", ".join(question.parameters),
        }
        for question in chosen
    ]
    write(FORMATS[form](columns, rows))
