"""Put the queries of pages to the store, and cache what an immutable snapshot answers."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from math import inf
from operator import attrgetter
from threading import Lock
from time import monotonic
from typing import Any

from cachetools import LRUCache, TTLCache, cachedmethod
from flask import current_app

from crosswalk.relations.network import Network
from crosswalk.relations.reading import read_network
from crosswalk.stores import SPARQL_JSON, Store, results
from crosswalk.stores.named_queries import bind, load
from crosswalk.stores.results import Answer, Term
from crosswalk.web.answer_cache import AnswerCache

NETWORK_SECONDS = 60
EVERYTHING = Term("literal", "")
"""The words that stand in every text."""

_STORED: tuple[dict[str, Any], ...] = ({}, {"words": EVERYTHING})
"""Terms whose answers the answer cache stores: they ask for all that the snapshot holds."""


class PageQueries:
    """Puts the queries of ``queries/pages`` to a store.

    ``remembered`` is the number of results that are kept, those used last; with 0 every query goes to the
    store, as it must where the data may change at any time.
    """

    def __init__(self, store: Store, answer_cache: AnswerCache | None = None, *, remembered: int) -> None:
        self.store = store
        self.answer_cache = answer_cache or AnswerCache(None)
        self._results: LRUCache[Hashable, Any] = LRUCache(remembered)
        seconds = inf if remembered else NETWORK_SECONDS
        self._networks: TTLCache[Hashable, Network] = TTLCache(1, ttl=seconds, timer=monotonic)
        self._reading, self._finding = Lock(), Lock()

    def ask(self, name: str, **terms: Any) -> Answer:
        """Return the rows that the page query ``name`` gives for these terms."""
        return self.remember(("rows", name, *sorted(terms.items())), lambda: self._answer(name, terms))

    def write(self, name: str, media_type: str, **terms: Any) -> bytes:
        """Return the graph or table that a query gives, as the engine itself writes it in a media type."""
        text = bind(load(name), **terms)
        return self.remember((media_type, text), lambda: self.store.query(text, media_type))

    @cachedmethod(attrgetter("_networks"), lock=attrgetter("_reading"))
    def network(self) -> Network:
        """Return everything that joins elements, for paths.

        It takes whole queries to the store, and many pages need it: where the data may change it is kept for
        a minute.
        """
        return read_network(self.ask)

    @cachedmethod(attrgetter("_results"), key=lambda _, key, find: key, lock=attrgetter("_finding"))
    def remember(self, key: tuple[Hashable, ...], find: Callable[[], Any]) -> Any:
        """Return what ``find`` returned for this key before, while that is kept; else what it returns."""
        return find()

    def _answer(self, name: str, terms: dict[str, Any]) -> Answer:
        if terms not in _STORED:
            return results.ask(self.store, name, **terms)
        text = bind(load(name), **terms)
        return self.answer_cache.answer(name, text, lambda: self.store.query(text, SPARQL_JSON))


def page_queries() -> PageQueries:
    """Return those of the application that answers the current request."""
    return current_app.extensions["crosswalk-queries"]


def ask(name: str, **terms: Any) -> Answer:
    """Return the rows that a page query gives, put to the store of the current request's application."""
    return page_queries().ask(name, **terms)
