"""The header of a query file: lines such as ``#+ title: …``, which are comments to every engine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from crosswalk.sparql_context import Token
from crosswalk.sparql_tokens import tokens


def header(text: str) -> dict[str, str]:
    """Return the values of the header lines ``#+ key: value``, by key."""
    lines = (re.fullmatch(r"#\+ *([\w.-]+): *(.*?) *", line.text) for line in _header_lines(text))
    return {line[1]: line[2] for line in lines if line}


def without_header(text: str) -> str:
    """Return a text without its header lines."""
    headers = {line.start for line in _header_lines(text)}
    rows = text.splitlines(keepends=True)
    starts = accumulate(map(len, rows), initial=0)
    return "".join(row for row, start in zip(rows, starts, strict=False) if start not in headers)


def _header_lines(text: str) -> Iterator[Token]:
    for token in tokens(text, frozenset()):
        at_line_start = text[max(0, token.start - 1) : token.start] in ("", "\n")
        if token.kind == "comment" and token.text.startswith("#+") and at_line_start:
            yield token
