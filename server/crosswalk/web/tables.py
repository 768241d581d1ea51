"""Gather the rows of answers by a column, and write rows as CSV, JSON and Markdown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def text(row: Row, column: str) -> str:
    """Return the text of a cell, empty where nothing is bound."""
    term = row[column]
    return term.value if term else ""


def first_by(rows: Iterable[Row], column: str) -> dict[str, Any]:
    """Index rows by the text of a column; of several rows with the same text the first stays."""
    index: dict[str, Row] = {}
    for row in rows:
        index.setdefault(text(row, column), row)
    return index


def group_by(rows: Iterable[Row], column: str) -> dict[str, list[Any]]:
    """Group rows by the text of a column, in the order in which the texts appear."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(text(row, column), []).append(row)
    return groups


def as_csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Write rows as RFC 4180 CSV with a header line.

    A text that a spreadsheet would run as a formula is preceded by an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        cells = [_plain(row.get(column)) for column in columns]
        writer.writerow(["'" + cell if cell.startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue()


def as_json(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Write rows as a list of objects; a term keeps its language and datatype, an empty cell is null."""
    objects = [{column: _structured(row.get(column)) for column in columns} for row in rows]
    return json.dumps(objects, ensure_ascii=False, indent=1) + "\n"


def as_markdown(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Write rows as a Markdown table; line breaks and bars inside a cell are escaped."""
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_escaped(row.get(column)) for column in columns) + " |" for row in rows]
    return "\n".join(lines) + "\n"


WRITERS = {"csv": as_csv, "json": as_json, "md": as_markdown}


def _plain(value: Any) -> str:
    """Flatten a cell to text: a term to its value, a list to its texts separated by semicolons."""
    if isinstance(value, list | tuple):
        return "; ".join(map(_plain, value))
    return "" if value is None else str(getattr(value, "value", value))


def _structured(value: Any) -> Any:
    """Keep the structure of a cell: a term becomes an object like those of SPARQL JSON results."""
    if isinstance(value, list | tuple):
        return [_structured(item) for item in value]
    if not hasattr(value, "kind"):
        return value
    parts = {"type": value.kind, "value": value.value, "lang": value.lang, "datatype": value.datatype}
    return {name: part for name, part in parts.items() if part}


def _escaped(value: Any) -> str:
    return " ".join(_plain(value).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").split())
