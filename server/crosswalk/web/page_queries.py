"""The desk where pages put their questions to the store, and where answers are kept while they hold."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any, Protocol

from flask import current_app

from crosswalk.relations.network import Network
from crosswalk.relations.reading import read_network
from crosswalk.stores import SPARQL_JSON
from crosswalk.stores.named_queries import bind, load
from crosswalk.stores.results import Answer, Term, ask
from crosswalk.web.answer_cache import AnswerCache

NETWORK_SECONDS = 60
EVERYTHING = Term("literal", "")
"""The words that stand in every text."""
_LASTING: tuple[dict[str, Any], ...] = ({}, {"words": EVERYTHING})
"""Terms whose answers the answer_cache keeps: they ask for all that the snapshot holds."""


class Store(Protocol):
    """What the desk needs of a store."""

    def query(self, text: str, media_type: str) -> bytes:
        """The answer to a query, serialised by the engine."""
        ...


class PageQueries:
    """Puts the queries of ``queries/pages`` to a store, and remembers what an immutable snapshot answered.

    With ``remembered`` 0 every question goes to the store: a remote one may change at any time.
    """

    def __init__(
        self, store: Store, *, remembered: int = 1024, answer_cache: AnswerCache | None = None
    ) -> None:
        self.store = store
        self.answer_cache = answer_cache or AnswerCache(None)
        self._remembered = remembered
        self._kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._lock = Lock()
        self._network: tuple[float, Network] | None = None

    def ask(self, name: str, **terms: Any) -> Answer:
        """The rows that the page query ``name`` gives for these terms."""
        return self.keep(("rows", name, *sorted(terms.items())), lambda: self._answer(name, terms))

    def write(self, name: str, media_type: str, **terms: Any) -> bytes:
        """The graph or table that a query gives, as the engine itself writes it in a media type."""
        text = bind(load(name), **terms)
        return self.keep((media_type, text), lambda: self.store.query(text, media_type))

    def _answer(self, name: str, terms: dict[str, Any]) -> Answer:
        if terms not in _LASTING:
            return ask(self.store, name, **terms)
        text = bind(load(name), **terms)
        return self.answer_cache.answer(name, text, lambda: self.store.query(text, SPARQL_JSON))

    def network(self) -> Network:
        """Everything that joins elements, for paths.

        It takes whole questions to the store, and stands behind many pages: of a store that may change it is
        kept for a minute.
        """
        if self._remembered:
            return self.keep(("network",), lambda: read_network(self.ask))
        if self._network is None or monotonic() - self._network[0] > NETWORK_SECONDS:
            self._network = (monotonic(), read_network(self.ask))
        return self._network[1]

    def keep(self, key: tuple[Any, ...], find: Callable[[], Any]) -> Any:
        """What was found before under a key, as long as it is remembered; otherwise what ``find`` finds."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = find()
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > self._remembered:
                self._kept.popitem(last=False)
        return found


def page_queries() -> PageQueries:
    """The desk of the application that answers the current request."""
    return current_app.extensions["crosswalk-queries"]
