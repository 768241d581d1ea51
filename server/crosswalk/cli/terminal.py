"""Write results, tables, findings, faults and progress to a terminal, a pipe or a file."""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, groupby, zip_longest
from pathlib import Path
from typing import Any

import click

from crosswalk.errors import CrosswalkError, InputError
from crosswalk.folders import atomic_write
from crosswalk.iris import compact
from crosswalk.web.tables import as_csv, as_json, as_markdown

Rows = Sequence[Mapping[str, Any]]
_PADDING = 3
"""What a column of a table takes beside its text: a line and two spaces."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def write(result: str | bytes) -> None:
    """Write a result to stdout, ended by a line break."""
    data = result.encode() if isinstance(result, str) else result
    rest = memoryview(data if data.endswith(b"\n") or not data else data + b"\n")
    while rest:
        # Where Python runs unbuffered, one call may write a part only.
        rest = rest[sys.stdout.buffer.write(rest) :]
    sys.stdout.buffer.flush()


def write_json(value: Any) -> None:
    """Write a value to stdout as JSON."""
    write(json.dumps(value, ensure_ascii=False, indent=1))


def write_rows(form: str, rows: Rows, *, hidden: Sequence[str] = ()) -> None:
    """Write rows to stdout in one of FORMATS; columns that are ``hidden`` from people stand in CSV alone."""
    if rows or form == "json":
        columns = [name for name in rows[0] if form == "csv" or name not in hidden] if rows else []
        write(FORMATS[form](columns, [{name: _flat(row[name]) for name in columns} for row in rows]))


def _flat(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else value


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; a device or a pipe, such as /dev/stdout, is written to.

    Raises InputError where the path is a folder or lies in none.
    """
    target = path.resolve()
    if target.is_dir():
        raise InputError("this is a folder, not a file", file=path)
    if not target.parent.is_dir():
        hint = f"Make it first: mkdir -p {path.parent}"
        raise InputError("the folder does not exist", file=path, hint=hint)
    if target.exists() and not target.is_file():
        target.write_bytes(data)
    else:
        atomic_write(path, data)


def tell(message: str) -> None:
    """Say something about the work on stderr."""
    click.echo(message, err=True)


@contextmanager
def steps(label: str, count: int) -> Iterator[Callable[[str], None]]:
    """Show a bar on a terminal that moves one step at each call; elsewhere show nothing."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    begun: list[str] = []
    with click.progressbar(
        length=count, label=label, file=sys.stderr, show_eta=False, item_show_func=lambda step: step
    ) as bar:

        def begin(step: str) -> None:
            bar.update(1 if begun else 0, step)
            begun.append(step)

        yield begin
        bar.update(count)


def report(fault: CrosswalkError) -> None:
    """Say on stderr what is wrong, where, and what to do."""
    click.echo(describe_findings(getattr(fault, "findings", ())), err=True, nl=False)
    click.echo(printable(str(fault)), err=True)
    excerpt = getattr(fault, "excerpt", None)
    if excerpt and fault.column:
        line = excerpt.expandtabs(1)
        click.echo(f"  {printable(line)}", err=True)
        click.echo("  " + " " * width(printable(line[: fault.column - 1])) + "^", err=True)
    if fault.hint:
        click.echo(f"hint: {printable(fault.hint)}", err=True)


def report_usage(fault: click.ClickException) -> None:
    """Say on stderr what is wrong with the call, and how to see what is right."""
    context = getattr(fault, "ctx", None)
    path = context.command_path if context else "crosswalk"
    click.echo(f"{path}: {printable(' '.join(fault.format_message().split()))}", err=True)
    click.echo(f"hint: {path} --help", err=True)


def describe_findings(findings: Sequence[Any]) -> str:
    """Write findings in their order: each place a line ``FILE:LINE``, under it what is wrong there."""
    lines: list[str] = []
    for place, group in groupby(findings, key=_place):
        lines.append(place)
        for finding in group:
            lines.append(f"  {finding.severity}  {compact(finding.thing)}  ({compact(finding.shape)})")
            lines.append(f"    {finding.message}")
            parts = (part for part in (finding.path, finding.value) if part and part != finding.thing)
            if detail := " = ".join(map(compact, parts)):
                lines.append(f"    {detail}")
    return "".join(printable(line) + "\n" for line in lines)


def _place(finding: Any) -> str:
    if finding.file is None:
        return "(in no file)"
    return finding.file if finding.line is None else f"{finding.file}:{finding.line}"


def printable(text: str) -> str:
    """Return the text without characters that would steer a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def shown(value: Any) -> str:
    """Return a cell as people read it: an IRI in its short form, nothing that would steer a terminal."""
    text = "" if value is None else str(getattr(value, "value", value))
    return printable(compact(text) if getattr(value, "kind", None) == "uri" else text)


def shown_rows(columns: Sequence[str], rows: Rows) -> list[dict[str, str]]:
    """Return the columns of rows as people read them."""
    return [{column: shown(row.get(column)) for column in columns} for row in rows]


def as_table(columns: Sequence[str], rows: Rows) -> str:
    """Write rows as a table of lines; on a terminal it is as wide as that, and long cells are wrapped."""
    limit = os.get_terminal_size().columns if sys.stdout.isatty() else None
    cells = [list(row.values()) for row in shown_rows(columns, rows)]
    return box(list(map(printable, columns)), cells, limit)


def as_html(columns: Sequence[str], rows: Rows) -> str:
    """Write rows as an HTML table, every text escaped."""
    from xml.etree import ElementTree  # needed for this format alone

    table = ElementTree.Element("table")
    body = [list(row.values()) for row in shown_rows(columns, rows)]
    for section, tag, lines in (("thead", "th", [columns]), ("tbody", "td", body)):
        part = ElementTree.SubElement(table, section)
        for cells in lines:
            row = ElementTree.SubElement(part, "tr")
            for cell in cells:
                element = ElementTree.SubElement(row, tag)
                element.text, *further = cell.split("\n")
                for line in further:
                    ElementTree.SubElement(element, "br").tail = line
    ElementTree.indent(table, "    ")
    return ElementTree.tostring(table, "unicode", method="html") + "\n"


FORMATS = {"table": as_table, "markdown": as_markdown, "csv": as_csv, "html": as_html, "json": as_json}
"""The formats of a table by their names."""


def box(columns: Sequence[str], rows: Sequence[Sequence[str]], limit: int | None = None) -> str:
    """Draw rows under the names of their columns; where that is wider than the limit, wrap long cells."""
    lines = [[cell.split("\n") for cell in row] for row in (columns, *rows)]
    widths = [max(width(text) for row in lines for text in row[place]) for place in range(len(columns))]
    if limit is not None:
        room = limit - _PADDING * len(widths) - 1
        widest = max(widths, default=0)
        while widest > 2 and sum(min(size, widest) for size in widths) > room:
            widest -= 1
        widths = [min(size, widest) for size in widths]
    head, *body = ([*_box_row(row, widths)] for row in lines)
    top, middle, bottom = (
        left + cross.join("─" * (size + 2) for size in widths) + right
        for left, cross, right in ("┌┬┐", "├┼┤", "└┴┘")
    )
    return "\n".join([top, *head, middle, *chain.from_iterable(body), bottom]) + "\n"


def _box_row(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    """Yield the lines that a row takes."""
    wrapped = (
        [line for text in cell for line in _wrap(text, room)]
        for cell, room in zip(cells, widths, strict=True)
    )
    for texts in zip_longest(*wrapped, fillvalue=""):
        padded = (text + " " * (room - width(text)) for text, room in zip(texts, widths, strict=True))
        yield "│ " + " │ ".join(padded) + " │"


def _wrap(text: str, room: int) -> list[str]:
    """Break a text into lines of at most so many places, at spaces, and within words that are longer."""
    if width(text) <= room:
        return [text]
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if width(joined) <= room:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if width(lines[-1] + character) > room:
                lines.append("")
            lines[-1] += character
    return lines


def width(text: str) -> int:
    """Count the places of a terminal that a text takes: wide characters two, combining ones none."""
    return len(text) if text.isascii() else sum(map(_places, text))


def _places(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
