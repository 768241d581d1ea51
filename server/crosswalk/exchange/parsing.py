"""Reads the text and the rows of a stranger's file, and says where it is wrong."""

from __future__ import annotations

import csv

from crosswalk.errors import InputError


def decode(data: bytes, name: str) -> str:
    """The text of UTF-8 data, without a byte order mark."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise InputError("the file is not UTF-8", file=name, line=line, hint="Save it as UTF-8.") from None
    if not text.strip():
        raise InputError(
            "the file is empty", file=name, hint="Look whether it was saved or downloaded whole."
        )
    return text


def missing_library(library: str) -> InputError:
    """The one sentence for a library that is not installed."""
    return InputError(f"{library} is not installed: pip install 'crosswalk[formats]'")


def read_csv(data: bytes, name: str, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    """The rows of a CSV file, each with the line it ends on."""
    reader = csv.reader(decode(data, name).splitlines(keepends=True), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        rows.extend((reader.line_num, cells) for cells in reader)
    except csv.Error as fault:
        hint = "Look at the quotes around this line."
        raise InputError(f"no CSV: {fault}", file=name, line=reader.line_num, hint=hint) from None
    return rows
