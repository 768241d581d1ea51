"""The texts of a graph in memory, so that a search looks through them and not through the store."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from flask import current_app

from crosswalk.answers import Row, Term, ask
from crosswalk.web.desk import Store, desk

QUERY = "pages/search"


class Texts:
    """The rows that a search may give, each under its text; read from the store when first asked for."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = Lock()
        self._rows: list[tuple[str, Row]] | None = None

    def holding(self, words: Sequence[str]) -> list[Row]:
        """The rows in whose text each of these stands, whatever its case, in the order of the query.

        Any sequence of characters is found: Japanese, which sets no spaces, is searched as English is.
        """
        wanted = [word.lower() for word in words]
        return [row for text, row in self._read() if all(word in text for word in wanted)]

    def _read(self) -> list[tuple[str, Row]]:
        with self._lock:
            if self._rows is None:
                everything = ask(self.store, QUERY, words=Term("literal", ""))
                self._rows = [(row["text"].value.lower(), row) for row in everything]
            return self._rows


def holding(words: Sequence[str]) -> list[Row]:
    """The rows for these words; over a store that may change at any time, the store filters them itself."""
    if current_app.extensions["crosswalk-snapshot"] is None:
        return [
            row
            for row in desk().ask(QUERY, words=Term("literal", words[0]))
            if all(word.lower() in row["text"].value.lower() for word in words)
        ]
    texts: Texts = current_app.extensions.setdefault("crosswalk-texts", Texts(desk().store))
    return texts.holding(words)
