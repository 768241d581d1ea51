"""Stores: a SPARQL query is answered in bytes, wherever the triples lie."""

from __future__ import annotations

from typing import NamedTuple, Protocol

SPARQL_JSON = "application/sparql-results+json"
"""The media type that answers are read from."""


class QueryDataset(NamedTuple):
    """The IRIs of the graphs a query is put to, as the SPARQL protocol lets a client choose them."""

    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether any graph was chosen."""
        return bool(self.default_graphs or self.named_graphs)


class Store(Protocol):
    """Anything that answers queries."""

    def query(
        self, text: str, media_type: str, *, dataset: QueryDataset | None = None, base: str = ""
    ) -> bytes:
        """Return the answer to ``text``, written in ``media_type`` by the engine itself.

        Relative IRIs in the text are completed by ``base``.

        Raises QuerySyntaxError, QueryRefused, InputError (the form has no such media type) or StoreFault.
        """
        ...
