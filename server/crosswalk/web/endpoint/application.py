"""The RSGI application in front of the pages: it answers the protocols, and leaves all else to them."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, NoReturn

from crosswalk.errors import CrosswalkError
from crosswalk.stores import QueryDataset, named_queries
from crosswalk.web.endpoint import description
from crosswalk.web.endpoint.protocol import (
    ProtocolFault,
    graph_names,
    read_parameters,
    read_query,
    refuse,
    wanted_format,
)
from crosswalk.web.endpoint.queries import QueryHandler
from crosswalk.web.endpoint.request import Request, StoredAnswer
from crosswalk.web.http.addresses import ADDRESS_BYTES, prefix_of, route_of
from crosswalk.web.http.delivery import Outgoing, deliver
from crosswalk.web.http.negotiation import GRAPHS, RESULTS, Negotiated, negotiate
from crosswalk.web.http.status import row_of

HEADER_BYTES = 65536
"""How large the header block of a request may be; the server itself refuses only what is far larger."""

Handler = Callable[[Request], Awaitable[Outgoing | None]]

_READING = ("GET", "HEAD")
_PREFLIGHT = (
    ("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, If-None-Match, *"),
    ("Access-Control-Max-Age", "86400"),
)


class Endpoint:
    """Answers ``/sparql``, ``/rdf-graph-store``, ``/.well-known/void``, ``/metrics``; the pages, the rest."""

    def __init__(self, pages: Callable[[Any, str, str], Awaitable[Outgoing]], queries: QueryHandler) -> None:
        self.pages, self.queries, self.settings = pages, queries, queries.settings
        self.prefix = prefix_of(self.settings.base_iri)
        self.routes: dict[str, tuple[tuple[str, ...], Handler]] = {
            f"/{description.ADDRESS}": ((*_READING, "POST"), self.sparql),
            f"/{description.VOID_ADDRESS}": (_READING, self.void),
            "/rdf-graph-store": (_READING, self.graph_store),
        }
        if self.settings.metrics:
            self.routes["/metrics"] = (_READING, self.metrics)

    async def __call__(self, scope: Any, protocol: Any) -> None:
        """Answer one request: https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md."""
        deliver(protocol, await self.answer(scope, protocol), self.queries.files)

    async def answer(self, scope: Any, protocol: Any) -> Outgoing:
        """Return the response to one request."""
        request = Request(scope, protocol, self._client(scope))
        if _header_bytes(scope) > HEADER_BYTES:
            what = f"the headers are longer than the {HEADER_BYTES} bytes they may have"
            return request.send_problem("HeadersTooLong", what, [])
        if len(scope.path) + len(scope.query_string) > ADDRESS_BYTES:
            what = f"the address is longer than the {ADDRESS_BYTES} bytes it may have: send a query by POST"
            return request.send_problem("AddressTooLong", what, [])
        path = route_of(scope.path, self.prefix)
        methods, handle = self.routes.get(path, ((), None))
        if handle is None:
            return await self.pages(scope, request.client, scope.path)
        began = time.perf_counter()
        try:
            allowed = request.method in methods
            response = await handle(request) if allowed else self._other_method(request, methods)
        except ProtocolFault as fault:
            response = request.send_problem(fault.kind, fault.what, fault.headers, fault.retry_after)
        except CrosswalkError as fault:
            response = request.send_problem(row_of(fault), fault.public.what, [], hint=fault.public.hint)
        if response is None:
            return await self.pages(scope, request.client, path)
        self.queries.count("requests")
        if response.status is HTTPStatus.NOT_MODIFIED:
            self.queries.count("not_modified")
        if self.settings.access_log:
            _write_access_line(request, response, began)
        return response

    async def sparql(self, request: Request) -> Outgoing | None:
        """Answer a query; without one, give the service description; leave a browser to the page."""
        parameters = read_parameters(request)
        accept = request.header("accept")
        asking = "query" in parameters
        if request.method != "POST" and negotiate(accept, wanted_format(parameters), asking=asking).page:
            return None
        text, dataset = await read_query(request, parameters, self.settings)
        forms = negotiate(accept, wanted_format(parameters))
        if text is None:
            return await self._answer_graph(request, description.service_query(self.settings), forms)
        if forms.table is None and forms.graph is None:
            _refuse_forms()
        return await self.queries.answer(request, text, dataset, forms)

    async def graph_store(self, request: Request) -> Outgoing:
        """Give a whole graph, by https://www.w3.org/TR/sparql11-http-rdf-update/#http-get."""
        parameters = read_parameters(request)
        if len(parameters.get("graph", ())) + ("default" in parameters) != 1:
            refuse("MalformedRequest", "name one graph: ?graph=IRI, or ?default")
        named = graph_names(parameters, "graph")
        forms = negotiate(request.header("accept"), wanted_format(parameters))
        if forms.graph and named and not await self.queries.has_graph(named[0], request.client):
            refuse("UnknownGraph", f"there is no graph {named[0]}")
        text = named_queries.load("pages/whole-graph").text
        return await self._answer_graph(request, text, forms, QueryDataset(named))

    async def void(self, request: Request) -> Outgoing:
        """Give the description of the dataset."""
        forms = negotiate(request.header("accept"), wanted_format(read_parameters(request)))
        return await self._answer_graph(request, description.dataset_query(self.settings), forms)

    async def metrics(self, request: Request) -> Outgoing:
        """Give the numbers for Prometheus."""
        return request.send(StoredAnswer(description.metrics(self.queries.counters), description.METRICS), [])

    async def _answer_graph(
        self, request: Request, text: str, forms: Negotiated, dataset: QueryDataset | None = None
    ) -> Outgoing:
        """Answer with the graph that a query constructs; refuse a client that takes no form of a graph."""
        forms = Negotiated(None, forms.graph or _refuse_forms())
        return await self.queries.answer(request, text, dataset or QueryDataset(), forms)

    def _other_method(self, request: Request, methods: tuple[str, ...]) -> Outgoing:
        """Tell OPTIONS what may be done here, and what scripts of other sites may send; refuse the rest."""
        allowed = ", ".join((*methods, "OPTIONS"))
        if request.method != "OPTIONS":
            what = f"{request.method} is not answered here, only {allowed}"
            refuse("MethodNotAllowed", what, ("Allow", allowed))
        allow = [("Allow", allowed), ("Access-Control-Allow-Methods", allowed)]
        return request.send_nothing([*allow, *_PREFLIGHT, *self.queries.limits])

    def _client(self, scope: Any) -> str:
        """Return who asks: the address, or what a trusted proxy says it is."""
        if self.settings.client_header:
            named = scope.headers.get_all(self.settings.client_header.lower())
            # The last name in the list is the one the proxy itself has added.
            if client := named and named[-1].rpartition(",")[2].strip():
                return client
        return scope.client.rpartition(":")[0]


def _header_bytes(scope: Any) -> int:
    """Count the bytes of a request's address and headers."""
    return sum(map(len, (*scope.headers.keys(), *scope.headers.values(), scope.path, scope.query_string)))


def _refuse_forms() -> NoReturn:
    """Refuse a client that takes none of the forms there are."""
    offered = ", ".join(form.media_type for form in (*RESULTS, *GRAPHS))
    refuse("Unacceptable", f"answers are given as {offered}")


def _write_access_line(request: Request, response: Outgoing, began: float) -> None:
    """Write what was asked, by its hash, how long it took, how much was sent and how it ended."""
    text = request.log.pop("text", None)
    line = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "client": request.client,
        "method": request.method,
        "path": request.scope.path,
        "query": hashlib.sha256(text.encode()).hexdigest()[:16] if text is not None else None,
        "milliseconds": round((time.perf_counter() - began) * 1000, 2),
        "status": response.status.value,
        "bytes": os.stat(response.file).st_size if response.file else len(response.body),
        **request.log,
    }
    known = {name: value for name, value in line.items() if value is not None}
    sys.stderr.write(json.dumps(known, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n")
