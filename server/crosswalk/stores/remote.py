"""The address of an endpoint, and the graphs that its parameters choose."""

from __future__ import annotations

import math
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from io import BytesIO
from socket import gaierror
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qsl, urljoin, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

import pyoxigraph
from SPARQLWrapper import GET, JSON, POST, SELECT, TURTLE, SPARQLExceptions, SPARQLWrapper

from crosswalk.errors import InputError, QueryRefused, QueryTimedOut, ResourceLimit, StoreFault
from crosswalk.iris import BASE
from crosswalk.sparql_tokens import query_form, tokens
from crosswalk.stores import SPARQL_JSON, QueryDataset
from crosswalk.stores.http_client import Connections
from crosswalk.stores.named_queries import load
from crosswalk.stores.results import read_answer
from crosswalk.stores.syntax_errors import syntax_error

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


STATUS = {SPARQLExceptions.QueryBadFormed: 400, SPARQLExceptions.Unauthorized: 401,
          SPARQLExceptions.EndPointNotFound: 404, SPARQLExceptions.URITooLong: 414,
          SPARQLExceptions.EndPointInternalError: 500}  # fmt: skip
_BUSY = (429, 502, 503)
_LATE = re.compile(r"tim(?:ed?[ -]?)?out|too long|exceeds? the limit of \d+ .*sec", re.IGNORECASE)
_SHOWN = 300


class Unavailable(StoreFault):
    """Nobody answers just now."""


def refusal(status: int, body: str, text: str, shown: str) -> StoreFault | InputError:
    """The fault for a status; what is wrong with a query is found by parsing it here."""
    if status == 400:
        try:
            pyoxigraph.Store().query(text)
        except SyntaxError as fault:
            return syntax_error(text, str(fault))
        return QueryRefused(f"{shown} refuses the query: {words(body)}")
    if status in (408, 504) or (status in (500, 503) and _LATE.search(words(body))):
        hint = "Ask for less, or let the server give a query more time."
        return QueryTimedOut(f"{shown} gave no answer within the time it allows", hint=hint)
    if status in (401, 403):
        hint = "Set CROSSWALK_STORE_USER and CROSSWALK_STORE_PASSWORD."
        return StoreFault(f"{shown} wants other credentials (HTTP {status})", hint=hint)
    if status == 404:
        return StoreFault(f"{shown} does not exist (HTTP 404)", hint="Is the address right?")
    kind = Unavailable if status in _BUSY else StoreFault
    return kind(f"{shown} failed (HTTP {status}): {words(body)}")


def words(body: str) -> str:
    """The first words of a body: without SPARQLWrapper's preface, HTML's marks, and the query said back."""
    words = re.sub(r"<[^>]{1,200}>|\\[nrt]", " ", body.rpartition("Response:")[2]).strip(" \n'\"")
    said = " ".join(words.removeprefix("b'").split()).partition(" SPARQL query: ")[0]
    return said[:_SHOWN] or "it does not say why"


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


_LONG = 1500
"""Beyond this many characters a query is posted, since addresses have a limit everywhere."""
_CHUNK = 65536
_PAUSES = (0.1, 0.4, 1.6)
"""The seconds between attempts at a query that found nobody: asking again does no harm."""
_REACH = "Is the address right, and is the server running?"
_CUT = ("X-SPARQL-MaxRows",)
"""What a server sends with an answer it has cut short."""


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
        self.address = Address(url)
        self.url = self.address.url
        self.timeout = timeout
        self.result_bytes = result_bytes
        self._connections = Connections(url, user, password)

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
            left = max(0.05, deadline - time.monotonic())
            with request.send(self._connections, left) as response:
                self._whole(response)
                self._expect(response.headers.get_content_type(), media_type)
                return self._read(response, deadline)
        except tuple(STATUS) as fault:
            raise refusal(STATUS[type(fault)], str(fault), text, self.shown) from fault
        except HTTPError as fault:
            said = fault.read(_CHUNK).decode(errors="replace")
            raise refusal(fault.code, said, text, self.shown) from fault
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
        wrapper.setTimeout(max(1, math.ceil(self.timeout)))
        wrapper.setQuery(text)
        # SPARQLWrapper takes a word in a comment for the form, and an update for what begins with "add".
        wrapper.queryType = query_form(text) or SELECT
        parameters = list(self.address.parameters(text, dataset, self._ask_plainly))
        for name, value in parameters:
            wrapper.addParameter(name, value)
        long = len(text) + sum(len(value) for _, value in parameters) > _LONG
        wrapper.setMethod(POST if long else GET)
        for iri in dataset.default_graphs if dataset else ():
            wrapper.addDefaultGraph(iri)
        for iri in dataset.named_graphs if dataset else ():
            wrapper.addNamedGraph(iri)
        return wrapper

    def _ask_plainly(self, query: str) -> bytes:
        """The answer to a query about the server itself, whatever the address chooses of its graphs."""
        plain = copy(self)
        plain.address = Address(self.url)
        return plain.query(query, SPARQL_JSON)

    def _whole(self, response: Any) -> None:
        """Raises ResourceLimit where the server says that it gives only a part of the rows."""
        if response.status == 206 or any(response.headers.get(name) for name in _CUT):
            hint = "Ask for less, with LIMIT for instance, or let the server give more."
            raise ResourceLimit(f"{self.shown} gives only a part of the answer", hint=hint)

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
        if response.length:  # read1 does not say that bytes are missing, nor close what it has read up
            raise IncompleteRead(b"", response.length)
        response.read()
        return b"".join(chunks)

    def _late(self) -> QueryTimedOut:
        hint = "Ask for less, or raise CROSSWALK_QUERY_TIMEOUT."
        return QueryTimedOut(f"{self.shown} gave no answer within {self.timeout:g} seconds", hint=hint)
