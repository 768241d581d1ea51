"""The search for words in texts: through the texts in memory, beside the store's FILTER over all of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from bench import catalogues
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.results import Row, Term, ask
from crosswalk.web.page_queries import EVERYTHING
from crosswalk.web.search_index import QUERY, Index, index_rows, rows_with

WORDS = ("clock advises rotate pump", "Mend", "見直す", "装置と鍵", "hidden actuator", "nothing like this")
"""Words of many texts, of some and of none, in both languages."""


def measure(size: int) -> dict[str, Any]:
    """The seconds each way takes for each of the words; that the rows are the same is checked."""
    store = catalogues.store(size)
    begin = time.process_time()
    index = index_rows(ask(store, QUERY, words=EVERYTHING))
    reading = time.process_time() - begin
    return {
        "size": size,
        "reading the texts once": reading,
        "words": {w: _compare(store, index, w) for w in WORDS},
    }


def _compare(store: EmbeddedStore, index: Index, words: str) -> dict[str, float]:
    first, *others = sorted(words.split(), key=len, reverse=True)

    def filtered() -> list[Row]:
        rows = ask(store, QUERY, words=Term("literal", first))
        return [row for row in rows if all(word.lower() in row["text"].value.lower() for word in others)]

    slow, theirs = _timed(filtered)
    quick, ours = _timed(lambda: rows_with([first, *others], index))
    if sorted(map(repr, theirs)) != sorted(map(repr, ours)):
        raise AssertionError(f"the two searches for {words} differ")
    return {"rows": len(ours), "filter": slow, "in memory": quick, "ratio": slow / quick}


def _timed(work: Callable[[], list[Row]]) -> tuple[float, list[Row]]:
    """The least processor time of three runs, and what came out."""
    took = []
    for _ in range(3):
        begin = time.process_time()
        rows = work()
        took.append(time.process_time() - begin)
    return min(took), rows
