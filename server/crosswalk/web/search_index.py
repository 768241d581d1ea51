"""Find the rows whose texts hold some words, and cut the piece of a text around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from threading import Lock

from flask import current_app

from crosswalk.stores.results import Row, Term
from crosswalk.web.page_queries import EVERYTHING, page_queries

QUERY = "pages/search"
AROUND = 90
"""How many characters of a text stand before the first hit, and half of those behind it."""


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


class SearchIndex:
    """The rows of the search query with their texts in lower case; ``read_rows`` is called when needed."""

    def __init__(self, read_rows: Callable[[], Iterable[Row]]) -> None:
        self._read_rows = read_rows
        self._lock = Lock()
        self._rows: list[tuple[str, Row]] | None = None

    def rows_with(self, words: Sequence[str]) -> list[Row]:
        """Return the rows in whose text each word stands, whatever its case, in the order of the query.

        Any sequence of characters is found: Japanese, which sets no spaces, is searched as English is.
        """
        wanted = [word.lower() for word in words]
        return [row for text, row in self.rows() if all(word in text for word in wanted)]

    def rows(self) -> list[tuple[str, Row]]:
        """Return every row with its text in lower case."""
        with self._lock:
            if self._rows is None:
                self._rows = [(row["text"].value.lower(), row) for row in self._read_rows()]
            return self._rows


def rows_with(words: Sequence[str]) -> list[Row]:
    """Return the rows for these words; a store that may change at any time filters by the first word."""
    if current_app.extensions["crosswalk-snapshot"] is not None:
        return search_index().rows_with(words)
    rows = page_queries().ask(QUERY, words=Term("literal", words[0]))
    return SearchIndex(lambda: rows).rows_with(words)


def search_index() -> SearchIndex:
    """Return the search index of the application that answers the current request."""
    ask = page_queries().ask
    return current_app.extensions.setdefault(
        "crosswalk-search-index", SearchIndex(lambda: ask(QUERY, words=EVERYTHING).rows)
    )
