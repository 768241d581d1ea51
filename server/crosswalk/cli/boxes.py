"""Draws rows as a box of lines, as wide as they are or as a terminal is."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crosswalk.cli.faults import printable
from crosswalk.names import compact

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
