"""A request to a SPARQL endpoint, made by SPARQLWrapper and sent over a connection that stays open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from SPARQLWrapper import SPARQLWrapper

from crosswalk.stores.connections import Connections

_MOVED = (301, 302, 303, 307, 308)
_READ = 65536


class Request(SPARQLWrapper):
    """One request; the credentials of its connections go where the endpoint is, and nowhere else."""

    @contextmanager
    def send(self, connections: Connections, timeout: float) -> Iterator[Any]:
        """The response; SPARQLWrapper itself sends to an endpoint that has moved or lies behind a proxy."""
        request = self._createRequest()
        if getproxies() and not proxy_bypass(request.host):
            self.setCredentials(*connections.user)
            with self.query().response as response:
                yield response
            return
        headers = dict(request.header_items()) | {"User-Agent": self.agent}
        with connections.ask(
            request.get_method(), request.selector, request.data, headers, timeout
        ) as response:
            if response.status in _MOVED:
                if _trusted(request.full_url, response.headers.get("Location", "")):
                    self.setCredentials(*connections.user)
                with self.query().response as moved:
                    yield moved
                return
            if response.status >= 400:
                said = BytesIO(response.read(_READ))
                raise HTTPError(request.full_url, response.status, response.reason, response.headers, said)
            yield response


def _trusted(asked: str, moved: str) -> bool:
    """Whether the new address of an endpoint may be told the credentials: the same host, as safely."""
    before, after = urlsplit(asked), urlsplit(urljoin(asked, moved))
    return after.hostname == before.hostname and (after.scheme == "https" or before.scheme == "http")
