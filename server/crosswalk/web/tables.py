"""What the parameters of an address ask for: days and whole numbers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import request

from crosswalk.errors import InputError


def wanted_number(name: str, usual: int, most: int) -> int:
    """The whole number that a parameter gives, from 1 to ``most``."""
    text = request.args.get(name, str(usual))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise InputError(f"{name} is a whole number from 1 to {most}")
    return int(text)


def wanted_day() -> date | None:
    """The day that ``?as-of=`` names; an InputError where it is no date."""
    text = request.args.get("as-of", "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as fault:
        raise InputError(f"“{text}” is no date", hint="Write it as 2017-01-15.") from fault


Row = Mapping[str, Any]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """The rows as RFC 4180 CSV with a header line.

    A text that a spreadsheet would run as a formula is preceded by an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_harmless(_plain(row.get(column))) for column in columns] for row in rows)
    return out.getvalue()


def as_json(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """The rows as a list of objects; a term keeps its language and datatype, an empty cell is null."""
    listed = [{column: _structured(row.get(column)) for column in columns} for row in rows]
    return json.dumps(listed, ensure_ascii=False, indent=1) + "\n"


def as_markdown(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """The rows as a Markdown table; line breaks and bars inside a cell are escaped."""
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_cell(row.get(column)) for column in columns) + " |" for row in rows]
    return "\n".join(lines) + "\n"


WRITERS = {"csv": as_csv, "json": as_json, "md": as_markdown}


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return (
        "; ".join(map(_plain, value))
        if isinstance(value, list | tuple)
        else str(getattr(value, "value", value))
    )


def _structured(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_structured(one) for one in value]
    if not hasattr(value, "kind"):
        return value
    parts = {"type": value.kind, "value": value.value, "lang": value.lang, "datatype": value.datatype}
    return {name: part for name, part in parts.items() if part}


def _harmless(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text


def _cell(value: Any) -> str:
    return " ".join(_plain(value).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").split())
