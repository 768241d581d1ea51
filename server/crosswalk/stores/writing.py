"""The writable side of a SPARQL 1.1 server: whole graphs by the Graph Store Protocol, and updates."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urlsplit

from crosswalk.errors import InputError, StoreFault
from crosswalk.stores.connections import Connections

_PAUSES = (0.2, 0.8, 3.2)
_BUSY = (429, 502, 503, 504)
_CREDENTIALS = "Set CROSSWALK_STORE_USER and CROSSWALK_STORE_PASSWORD."


class WritableStore:
    """The addresses of one server where graphs and updates are taken.

    Every request may be sent again without harm, and is where the server is busy or breaks off.
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
        self._connections = {url: Connections(url) for url in {graphs, updates}}
        self._urls = {self.graphs: graphs, self.updates: updates}
        token = base64.b64encode(f"{user}:{password}".encode()).decode() if user and password else None
        self._authorization = {"Authorization": f"Basic {token}"} if token else {}

    def put(self, graph: str, triples: bytes) -> None:
        """Makes a graph hold these triples, in N-Triples, and no others."""
        self._send(self.graphs, "PUT", triples, "application/n-triples", f"graph={quote(graph, safe='')}")

    def update(self, operations: str) -> None:
        """Runs a SPARQL update."""
        self._send(self.updates, "POST", operations.encode(), "application/sparql-update")

    def _send(self, address: Any, method: str, body: bytes, form: str, query: str = "") -> None:
        target = address.path or "/"
        whole = "&".join(part for part in (address.query, query) if part)
        headers = {"Content-Type": form, "Accept": "*/*", **self._authorization}
        attempt: Callable[[], int] = lambda: self._attempt(  # noqa: E731
            address, method, f"{target}?{whole}" if whole else target, body, headers
        )
        for pause in (*_PAUSES, None):
            try:
                status = attempt()
            except (OSError, HTTPException) as fault:
                what = f"{address.hostname} broke off: {fault or type(fault).__name__}"
                problem = StoreFault(what, hint="Call the command again: what has arrived is not sent twice.")
            else:
                if status < 300:
                    return
                problem = _refused(address, method, status)
                if status not in _BUSY:
                    raise problem
            if pause is None:
                raise problem
            time.sleep(pause)

    def _attempt(self, address: Any, method: str, target: str, body: bytes, headers: dict[str, str]) -> int:
        connections = self._connections[self._urls[address]]
        with connections.ask(method, target, body, headers, self.timeout) as response:
            response.read()
            return response.status


def _refused(address: Any, method: str, status: int) -> StoreFault | InputError:
    shown = f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path}"
    if status in (401, 403):
        return StoreFault(f"{shown} wants other credentials (HTTP {status})", hint=_CREDENTIALS)
    if status in (404, 405):
        hint = "Give the addresses of the Graph Store Protocol (URL), of updates and of queries."
        return InputError(f"{shown} takes no {method} (HTTP {status})", hint=hint)
    return StoreFault(f"{shown} failed (HTTP {status})")
