"""The store elsewhere: any SPARQL 1.1 endpoint, asked through SPARQLWrapper."""

from __future__ import annotations

import math
import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from io import BytesIO
from socket import gaierror
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

import pyoxigraph
from SPARQLWrapper import GET, JSON, POST, SELECT, TURTLE, SPARQLExceptions, SPARQLWrapper

from crosswalk.errors import InputError, QueryRefused, QueryTimedOut, ResourceLimit, StoreFault
from crosswalk.stores import QueryDataset
from crosswalk.stores.connections import Connections
from crosswalk.stores.faults import syntax_error
from crosswalk.stores.lexer import query_form

_LONG = 1500
"""From this many characters on a query is posted, since addresses have a limit everywhere."""
_CHUNK = 65536
_SHOWN = 300
_STATUS = {SPARQLExceptions.QueryBadFormed: 400, SPARQLExceptions.Unauthorized: 401,
           SPARQLExceptions.EndPointNotFound: 404, SPARQLExceptions.URITooLong: 414,
           SPARQLExceptions.EndPointInternalError: 500}  # fmt: skip


_PAUSES = (0.1, 0.4, 1.6)
"""The seconds between attempts at a query that found nobody: asking again does no harm."""
_REACH = "Is the address right, and is the server running?"
_MOVED = (301, 302, 303, 307, 308)


class Unavailable(StoreFault):
    """Nobody answers just now."""


class Request(SPARQLWrapper):
    """One request, made by SPARQLWrapper and sent over a connection that stays open."""

    @contextmanager
    def send(self, connections: Connections, timeout: float) -> Iterator[Any]:
        """The response; SPARQLWrapper itself sends to an endpoint that has moved or lies behind a proxy."""
        request = self._createRequest()
        if getproxies() and not proxy_bypass(request.host):
            with self.query().response as response:
                yield response
            return
        headers = dict(request.header_items()) | {"User-Agent": self.agent}
        with connections.ask(
            request.get_method(), request.selector, request.data, headers, timeout
        ) as response:
            if response.status in _MOVED:
                with self.query().response as moved:
                    yield moved
                return
            if response.status >= 400:
                said = BytesIO(response.read(_CHUNK))
                raise HTTPError(request.full_url, response.status, response.reason, response.headers, said)
            yield response


class RemoteStore:
    """Answers from an endpoint; its credentials go nowhere but into the request."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 10.0,
        result_bytes: int | None = None,
        user: str | None = None,
        password: str | None = None,
    ) -> None:
        self.url = url
        self.timeout = timeout
        self.result_bytes = result_bytes
        self._credentials = (user, password) if user and password else None
        self._connections = Connections(url)

    def __repr__(self) -> str:
        return f"RemoteStore({self.shown!r})"

    @property
    def shown(self) -> str:
        """The endpoint's address without a user, a password or a query in it."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))

    def query(self, text: str, media_type: str, *, dataset: QueryDataset | None = None) -> bytes:
        """The endpoint's answer as it came, in ``media_type``; see Store. QueryTimedOut when it is late."""
        deadline = time.monotonic() + self.timeout
        for pause in (*_PAUSES, None):
            try:
                return self._ask(text, media_type, dataset, deadline)
            except Unavailable as fault:
                # No two wait the same, so that many who were turned away do not come back at once.
                wait = pause and pause * (0.5 + random.random())
                if wait is None or time.monotonic() + wait > deadline:
                    raise StoreFault(fault.what, hint=fault.hint) from fault
                time.sleep(wait)
        raise AssertionError("the last attempt answers or raises")

    def _ask(self, text: str, media_type: str, dataset: QueryDataset | None, deadline: float) -> bytes:
        try:
            request = self._request(text, media_type, dataset)
            with request.send(self._connections, max(0.05, deadline - time.monotonic())) as response:
                self._expect(response.headers.get_content_type(), media_type)
                return self._read(response, deadline)
        except tuple(_STATUS) as fault:
            raise self._translate(_STATUS[type(fault)], str(fault), text) from fault
        except HTTPError as fault:
            raise self._translate(fault.code, fault.read(_CHUNK).decode(errors="replace"), text) from fault
        except TimeoutError as fault:
            raise self._late() from fault
        except URLError as fault:
            if isinstance(fault.reason, TimeoutError):
                raise self._late() from fault
            raise self._unreachable(fault.reason) from fault
        except ConnectionRefusedError as fault:
            raise self._unreachable(fault.strerror) from fault
        except (ConnectionError, RemoteDisconnected, IncompleteRead) as fault:
            raise Unavailable(f"{self.shown} broke off: {fault or type(fault).__name__}") from fault
        except gaierror as fault:
            raise StoreFault(f"{self.shown} cannot be reached: {fault.strerror}", hint=_REACH) from fault
        except (OSError, HTTPException, ValueError) as fault:
            raise StoreFault(f"{self.shown} broke off: {fault or type(fault).__name__}") from fault

    def _unreachable(self, why: object) -> Unavailable:
        return Unavailable(f"{self.shown} cannot be reached: {why}", hint=_REACH)

    def _request(self, text: str, media_type: str, dataset: QueryDataset | None) -> Request:
        wrapper = Request(self.url)
        wrapper.setReturnFormat(TURTLE if query_form(text) in ("CONSTRUCT", "DESCRIBE") else JSON)
        wrapper.setOnlyConneg(True)
        wrapper.addCustomHttpHeader("Accept", media_type)
        wrapper.setMethod(POST if len(text) > _LONG else GET)
        wrapper.setTimeout(max(1, math.ceil(self.timeout)))
        wrapper.setQuery(text)
        # SPARQLWrapper takes a word in a comment for the form, and an update for what begins with "add".
        wrapper.queryType = query_form(text) or SELECT
        if self._credentials:
            wrapper.setCredentials(*self._credentials)
        for iri in dataset.default_graphs if dataset else ():
            wrapper.addDefaultGraph(iri)
        for iri in dataset.named_graphs if dataset else ():
            wrapper.addNamedGraph(iri)
        return wrapper

    def _expect(self, given: str, wanted: str) -> None:
        family = next((name for name in ("json", "xml") if wanted.endswith(f"+{name}")), None)
        plain = wanted in ("application/n-triples", "text/tab-separated-values")
        accepted = {wanted, f"application/{family}", "text/plain" if plain else wanted}
        if given not in accepted and "*" not in wanted:
            hint = "Is this the address of a SPARQL endpoint, and not of its page?"
            raise StoreFault(f"{self.shown} answers {given} where {wanted} was asked for", hint=hint)

    def _read(self, response: Any, deadline: float) -> bytes:
        chunks, size = [], 0
        while chunk := response.read1(_CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            if self.result_bytes is not None and size > self.result_bytes:
                hint = "Ask for less, with LIMIT for instance, or raise CROSSWALK_RESULT_BYTES."
                raise ResourceLimit(f"the result is larger than {self.result_bytes} bytes", hint=hint)
            if time.monotonic() > deadline:
                raise self._late()
        return b"".join(chunks)

    def _late(self) -> QueryTimedOut:
        hint = "Ask for less, or raise CROSSWALK_QUERY_TIMEOUT."
        return QueryTimedOut(f"{self.shown} gave no answer within {self.timeout:g} seconds", hint=hint)

    def _translate(self, status: int, body: str, text: str) -> StoreFault | InputError:
        """The error for an HTTP status; what is wrong with a query is found by parsing it here."""
        if status == 400:
            try:
                pyoxigraph.Store().query(text)
            except SyntaxError as fault:
                return syntax_error(text, str(fault))
            return QueryRefused(f"{self.shown} refuses the query: {_words(body)}")
        if status in (408, 504) or (status == 503 and re.search(r"tim(?:ed?[ -]?)?out|too long", body, re.I)):
            return self._late()
        if status in (401, 403):
            hint = "Set CROSSWALK_STORE_USER and CROSSWALK_STORE_PASSWORD."
            return StoreFault(f"{self.shown} wants other credentials (HTTP {status})", hint=hint)
        if status == 404:
            return StoreFault(f"{self.shown} does not exist (HTTP 404)", hint="Is the address right?")
        kind = Unavailable if status in (429, 502, 503) else StoreFault
        return kind(f"{self.shown} failed (HTTP {status}): {_words(body)}")


def _words(body: str) -> str:
    """The first words of a body, without SPARQLWrapper's preface and without HTML's marks."""
    words = re.sub(r"<[^>]{1,200}>|\\[nrt]", " ", body.rpartition("Response:")[2]).strip(" \n'\"")
    return " ".join(words.removeprefix("b'").split())[:_SHOWN] or "it does not say why"
