"""The address of an endpoint, and the graphs that its parameters choose."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from crosswalk.answers import read_answer
from crosswalk.names import BASE
from crosswalk.queries import load
from crosswalk.stores import QueryDataset
from crosswalk.stores.lexer import tokens

_CHOOSING = ("default-graph-uri", "named-graph-uri")
_KNOWN_FOR = 60.0
"""The seconds after which a server is asked for its graphs again: another snapshot may be there."""


class Address:
    """Where an endpoint takes queries, and the parameters that go with each of them."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.url = urlunsplit((*parts[:3], "", ""))
        self._own = parse_qsl(parts.query)
        self._named: tuple[str, ...] = ()
        self._until = 0.0

    def parameters(
        self, text: str, dataset: QueryDataset | None, ask: Callable[[str], bytes]
    ) -> Iterator[tuple[str, str]]:
        """The parameters of a query; its own choice of graphs takes the place of the address's.

        A choice of the default graph alone hides the named graphs, says the SPARQL protocol, so that those of
        the snapshot are chosen with it where a query looks into them; ``ask`` finds them out.
        """
        kept = [each for each in self._own if not (dataset and each[0] in _CHOOSING)]
        yield from kept
        default = {value for name, value in kept if name == "default-graph-uri"}
        if default and "named-graph-uri" not in dict(kept) and _looks_into_graphs(text):
            yield from (("named-graph-uri", name) for name in self._graphs(ask) if name not in default)

    def _graphs(self, ask: Callable[[str], bytes]) -> tuple[str, ...]:
        if time.monotonic() > self._until:
            answer = read_answer(ask(load("publishing/graphs").text))
            names = (row["graph"] for row in answer)
            self._named = tuple(
                name.value for name in names if name and name.value.startswith(f"{BASE}graph/")
            )
            self._until = time.monotonic() + _KNOWN_FOR
        return self._named


def _looks_into_graphs(text: str) -> bool:
    return any(token.kind == "word" and token.text.upper() == "GRAPH" for token in tokens(text))
