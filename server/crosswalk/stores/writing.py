"""The writable side of a SPARQL 1.1 server: whole graphs by the Graph Store Protocol, and updates."""

from __future__ import annotations

import time
from functools import partial
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urlsplit

from crosswalk.errors import InputError, StoreFault
from crosswalk.stores.connections import Connections
from crosswalk.stores.refusals import Unavailable, words

_PAUSES = (0.2, 0.8, 3.2)
_BUSY = (429, 502, 503, 504)
_AGAIN = "Call the command again: what has arrived is not sent twice."
_CREDENTIALS = "Set CROSSWALK_STORE_USER and CROSSWALK_STORE_PASSWORD."


class WritableStore:
    """The addresses of one server where graphs and updates are taken.

    A whole graph may be sent again without harm, and is where the server is busy or breaks off. An update is
    sent once: where its answer is lost, nobody knows whether it was carried out.
    """

    def __init__(
        self,
        graphs: str,
        updates: str,
        *,
        timeout: float = 600.0,
        user: str | None = None,
        password: str | None = None,
    ) -> None:
        self.graphs, self.updates, self.timeout = urlsplit(graphs), urlsplit(updates), timeout
        self._kept = Connections(graphs, user, password)
        self._anew = partial(Connections, updates, user, password)

    def put(self, graph: str, triples: bytes) -> None:
        """Makes a graph hold these triples, in N-Triples, and no others."""
        named = "&".join(filter(None, (self.graphs.query, f"graph={quote(graph, safe='')}")))
        for pause in (*_PAUSES, None):
            try:
                self._send(self._kept, self.graphs, "PUT", triples, "application/n-triples", named)
                return
            except Unavailable:
                if pause is None:
                    raise
                time.sleep(pause)

    def update(self, operations: str) -> None:
        """Runs a SPARQL update, over a connection of its own: an idle one may have been closed meanwhile."""
        form = "application/sparql-update"
        self._send(self._anew(), self.updates, "POST", operations.encode(), form, self.updates.query)

    def _send(
        self, connections: Connections, address: Any, method: str, body: bytes, form: str, query: str
    ) -> None:
        target = (address.path or "/") + (f"?{query}" if query else "")
        headers = {"Content-Type": form, "Accept": "*/*"}
        try:
            with connections.ask(method, target, body, headers, self.timeout) as response:
                said = response.read().decode(errors="replace")
        except (OSError, HTTPException) as fault:
            what = f"{address.hostname} broke off: {fault or type(fault).__name__}"
            raise Unavailable(what, hint=_AGAIN) from fault
        if response.status >= 300:
            raise _refused(address, method, response.status, said)


def _refused(address: Any, method: str, status: int, said: str) -> StoreFault | InputError:
    shown = f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path}"
    if status in (401, 403):
        return StoreFault(f"{shown} wants other credentials (HTTP {status})", hint=_CREDENTIALS)
    if status in (404, 405):
        hint = "Give the addresses of the Graph Store Protocol (URL), of updates and of queries."
        return InputError(f"{shown} takes no {method} (HTTP {status})", hint=hint)
    kind = Unavailable if status in _BUSY else StoreFault
    return kind(f"{shown} failed (HTTP {status}): {words(said)}", hint=_AGAIN)
