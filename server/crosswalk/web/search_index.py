"""Pieces of a text around the words that were searched for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from threading import Lock

from flask import current_app

from crosswalk.stores.results import Row, Term
from crosswalk.web.page_queries import EVERYTHING, page_queries

AROUND = 90


def excerpt(text: str, words: str) -> list[tuple[str, bool]]:
    """The text around the first hit, cut into pieces: (piece, whether it is a hit).

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


QUERY = "pages/search"


class Texts:
    """The rows that a search may give, each under its text; ``everything`` gives them when first needed."""

    def __init__(self, everything: Callable[[], Iterable[Row]]) -> None:
        self._everything = everything
        self._lock = Lock()
        self._rows: list[tuple[str, Row]] | None = None

    def holding(self, words: Sequence[str]) -> list[Row]:
        """The rows in whose text each of these stands, whatever its case, in the order of the query.

        Any sequence of characters is found: Japanese, which sets no spaces, is searched as English is.
        """
        wanted = [word.lower() for word in words]
        return [row for text, row in self.read() if all(word in text for word in wanted)]

    def read(self) -> list[tuple[str, Row]]:
        """Every row under its text in lower case."""
        with self._lock:
            if self._rows is None:
                self._rows = [(row["text"].value.lower(), row) for row in self._everything()]
            return self._rows


def holding(words: Sequence[str]) -> list[Row]:
    """The rows for these words; over a store that may change at any time, the store filters them itself."""
    if current_app.extensions["crosswalk-snapshot"] is None:
        return [
            row
            for row in page_queries().ask(QUERY, words=Term("literal", words[0]))
            if all(word.lower() in row["text"].value.lower() for word in words)
        ]
    return texts().holding(words)


def texts() -> Texts:
    """The texts of the application that answers the current request."""
    ask = page_queries().ask
    return current_app.extensions.setdefault(
        "crosswalk-texts", Texts(lambda: ask(QUERY, words=EVERYTHING).rows)
    )
