"""Draws rows as a box of lines, as wide as they are or as a terminal is."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from crosswalk.errors import CrosswalkError, InputError
from crosswalk.iris import compact
from crosswalk.web.tables import as_csv, as_json, as_markdown

_BESIDE = 3
"""What a column takes beside its text: a line and two spaces."""


def as_table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as a table of lines; on a terminal it is as wide as that, and long cells are wrapped."""
    limit = os.get_terminal_size().columns if sys.stdout.isatty() else None
    heads = [printable(column) for column in columns]
    return box(heads, [[shown(row.get(column)) for column in columns] for row in rows], limit)


def shown(value: Any) -> str:
    """A cell as people read it: an IRI in its short form, nothing that would steer a terminal."""
    text = "" if value is None else str(getattr(value, "value", value))
    return printable(compact(text) if getattr(value, "kind", None) == "uri" else text)


def box(columns: Sequence[str], rows: Sequence[Sequence[str]], limit: int | None = None) -> str:
    """The rows under their columns' names; where that is wider than the limit, long cells are wrapped."""
    lines = [[cell.split("\n") for cell in row] for row in (columns, *rows)]
    widths = [max(width(text) for row in lines for text in row[place]) for place in range(len(columns))]
    if limit is not None:
        widths = _narrowed(widths, limit - _BESIDE * len(widths) - 1)
    head, *body = (_row(row, widths) for row in lines)
    edges = ["┌┬┐", "├┼┤", "└┴┘"]
    top, middle, bottom = (
        edge[0] + edge[1].join("─" * (each + 2) for each in widths) + edge[2] for edge in edges
    )
    return "\n".join([top, *head, middle, *(line for row in body for line in row), bottom]) + "\n"


def width(text: str) -> int:
    """How many places of a terminal a text takes: Chinese and Japanese signs two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(map(_places, text))


def _places(sign: str) -> int:
    if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in ("W", "F") else 1


def _narrowed(widths: list[int], room: int) -> list[int]:
    """The widths with the widest columns cut to one measure, so that all fit; none below one place."""
    measure = max(widths, default=0)
    while measure > 2 and sum(min(each, measure) for each in widths) > room:
        measure -= 1
    return [min(each, measure) for each in widths]


def _row(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    """The lines that a row takes."""
    wrapped = [
        [line for text in cell for line in _wrap(text, room)]
        for cell, room in zip(cells, widths, strict=True)
    ]
    for place in range(max(map(len, wrapped), default=0)):
        texts = [cell[place] if place < len(cell) else "" for cell in wrapped]
        padded = (text + " " * (room - width(text)) for text, room in zip(texts, widths, strict=True))
        yield "│ " + " │ ".join(padded) + " │"


def _wrap(text: str, room: int) -> list[str]:
    """The text in lines of at most so many places, broken at spaces, and within words that are longer."""
    if width(text) <= room:
        return [text]
    lines, line = [], ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if width(joined) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        line = ""
        for sign in word:
            if width(line + sign) > room:
                lines.append(line)
                line = ""
            line += sign
    return [*lines, line]


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """The text without characters that would steer a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def report(fault: CrosswalkError) -> None:
    """Says on stderr what is wrong, where, and what to do."""
    findings = getattr(fault, "findings", ())
    if findings:
        pass

        click.echo(write_findings(findings), err=True, nl=False)
    click.echo(printable(str(fault)), err=True)
    excerpt = getattr(fault, "excerpt", None)
    if excerpt and fault.column:
        from wcwidth import wcswidth

        before = printable(excerpt.expandtabs(1)[: fault.column - 1])
        click.echo(f"  {printable(excerpt.expandtabs(1))}", err=True)
        click.echo("  " + " " * max(wcswidth(before), 0) + "^", err=True)
    if fault.hint:
        click.echo(f"hint: {printable(fault.hint)}", err=True)


def report_usage(fault: click.ClickException) -> None:
    """Says on stderr what is wrong with the call, and how to see what is right."""
    context = getattr(fault, "ctx", None)
    path = context.command_path if context else "crosswalk"
    click.echo(f"{path}: {printable(' '.join(fault.format_message().split()))}", err=True)
    click.echo(f"hint: {path} --help", err=True)


def write_findings(findings: Sequence[Any]) -> str:
    """The findings in their order: each place a line ``FILE:LINE``, under it what is wrong there."""
    lines: list[str] = []
    for place, group in groupby(findings, key=_place):
        lines.append(place)
        for one in group:
            lines += [f"  {one.severity}  {compact(one.thing)}  ({compact(one.shape)})", f"    {one.message}"]
            detail = " = ".join(compact(part) for part in (one.path, one.value) if part and part != one.thing)
            lines += [f"    {detail}"] if detail else []
    return "".join(printable(line) + "\n" for line in lines)


def write_json(findings: Sequence[Any]) -> str:
    """The findings as a list of objects."""
    described = [asdict(one) | {"thing": one.thing} for one in findings]
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def count(findings: Sequence[Any]) -> str:
    """How many there are of each severity, in words."""
    numbers = Counter(one.severity for one in findings)
    parts = [
        f"{number} {name}{'s' if number > 1 else ''}"
        for name, number in sorted(numbers.items(), reverse=True)
    ]
    return ", ".join(parts) or "no finding"


def _place(one: Any) -> str:
    if one.file is None:
        return "(in no file)"
    return one.file if one.line is None else f"{one.file}:{one.line}"


def write(result: str | bytes) -> None:
    """Writes a result to stdout, ended by a line break."""
    data = result.encode() if isinstance(result, str) else result
    rest = memoryview(data if data.endswith(b"\n") or not data else data + b"\n")
    while rest:
        # Where Python runs unbuffered, one call may write a part only.
        rest = rest[sys.stdout.buffer.write(rest) :]
    sys.stdout.buffer.flush()


def tell(message: str) -> None:
    """Says something about the work on stderr."""
    click.echo(message, err=True)


def write_file(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all: what was there before stays until the new content is on the disk."""
    import tempfile  # it takes a tenth of a query's start

    target = path.resolve()
    if target.is_dir():
        raise InputError("this is a folder, not a file", file=path)
    if not target.parent.is_dir():
        raise InputError(
            "the folder does not exist", file=path, hint=f"Make it first: mkdir -p {path.parent}"
        )
    if target.exists() and not target.is_file():
        target.write_bytes(data)  # a device or a pipe, such as /dev/stdout
        return
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), _mode(target))
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _mode(target: Path) -> int:
    """The permissions of the file there is, or those a new file gets."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


@contextmanager
def steps(label: str, count: int) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal that moves one step at each call; elsewhere nothing is shown."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    done: list[str] = []
    with click.progressbar(
        length=count, label=label, file=sys.stderr, show_eta=False, item_show_func=lambda step: step
    ) as bar:

        def begin(step: str) -> None:
            bar.update(1 if done else 0, step)
            done.append(step)

        yield begin
        bar.update(count)


Rows = Sequence[Mapping[str, Any]]


def as_html(columns: Sequence[str], rows: Rows) -> str:
    """The rows as an HTML table, every text escaped."""
    from prettytable import PrettyTable

    table = PrettyTable(list(columns))
    table.add_rows([[shown(row.get(column)) for column in columns] for row in rows])
    return table.get_html_string() + "\n"


def short(columns: Sequence[str], rows: Rows) -> list[dict[str, str]]:
    """The rows with IRIs in their short form, for tables that people read."""
    return [{column: shown(row.get(column)) for column in columns} for row in rows]


FORMATS = {"table": as_table, "markdown": as_markdown, "csv": as_csv, "html": as_html, "json": as_json}
"""The formats of a table by their names."""
