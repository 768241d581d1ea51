"""Find the rows whose texts hold some words, and cut the piece of a text around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from flask import current_app

from crosswalk.stores.results import Row, Term
from crosswalk.web.page_queries import EVERYTHING, ask

QUERY = "pages/search"
AROUND = 90
"""How many characters of a text stand before the first hit; behind it stand twice as many."""

Index = list[tuple[str, Row]]
"""Each row with its text in lower case."""


def excerpt(text: str, words: str) -> list[tuple[str, bool]]:
    """Cut the text around the first hit into pieces, each with whether it is a hit.

    >>> excerpt("Each system must be monitored", "must")
    [('Each system ', False), ('must', True), (' be monitored', False)]
    """
    pattern = re.compile("|".join(re.escape(word) for word in [words, *words.split()] if word) or "$^", re.I)
    first = pattern.search(text)
    start = max(0, first.start() - AROUND) if first else 0
    part = text[start : (first.end() if first else 0) + 2 * AROUND]
    cut = ("… " if start else "") + part + (" …" if start + len(part) < len(text) else "")
    pieces = re.split(f"({pattern.pattern})", cut, flags=re.I)
    return [(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]


def index_rows(rows: Iterable[Row]) -> Index:
    """Put the text of each row beside it in lower case."""
    return [(row["text"].value.lower(), row) for row in rows]


def rows_with(words: Sequence[str], index: Index) -> list[Row]:
    """Return the rows in whose text each word stands, whatever its case, in the order of the index.

    Any sequence of characters is found: Japanese, which sets no spaces, is searched as English is.
    """
    wanted = [word.lower() for word in words]
    return [row for text, row in index if all(word in text for word in wanted)]


def search_index(word: str) -> Index:
    """Return the rows to search for a word: all, indexed once, or those of a store that may change."""
    extensions = current_app.extensions
    if extensions["crosswalk-snapshot"] is None:
        return index_rows(ask(QUERY, words=Term("literal", word)))
    if "crosswalk-search-index" not in extensions:
        extensions["crosswalk-search-index"] = index_rows(ask(QUERY, words=EVERYTHING))
    return extensions["crosswalk-search-index"]
