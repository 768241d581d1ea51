"""The WSGI application in front of the pages: it answers the protocols, and leaves all else to them."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import NoReturn

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
from crosswalk.web.endpoint.request import Environ, Request, StartResponse, StoredAnswer
from crosswalk.web.http.addresses import ADDRESS_BYTES, prefix_of, route_of
from crosswalk.web.http.negotiation import GRAPHS, RESULTS, Negotiated, negotiate

HEADER_BYTES = 65536
"""How large the header block of a request may be; the server itself refuses only what is far larger."""

_READING = ("GET", "HEAD")
_PREFLIGHT = (
    ("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, If-None-Match, *"),
    ("Access-Control-Max-Age", "86400"),
)


class Endpoint:
    """Answers ``/sparql``, ``/rdf-graph-store``, ``/.well-known/void``, ``/metrics``; the pages, the rest."""

    def __init__(self, pages: Callable[..., Iterable[bytes]], queries: QueryHandler) -> None:
        self.pages, self.queries, self.settings = pages, queries, queries.settings
        self.prefix = prefix_of(self.settings.base_iri)
        self.routes: dict[str, tuple[tuple[str, ...], Callable[[Request], list[bytes] | None]]] = {
            f"/{description.ADDRESS}": ((*_READING, "POST"), self.sparql),
            f"/{description.VOID_ADDRESS}": (_READING, self.void),
            "/rdf-graph-store": (_READING, self.graph_store),
        }
        if self.settings.metrics:
            self.routes["/metrics"] = (_READING, self.metrics)

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if _header_bytes(environ) > HEADER_BYTES:
            what = f"the headers are longer than the {HEADER_BYTES} bytes they may have"
            return Request(environ, start, "").send_problem("HeadersTooLong", what, [])
        if len(environ["PATH_INFO"]) + len(environ.get("QUERY_STRING", "")) > ADDRESS_BYTES:
            what = f"the address is longer than the {ADDRESS_BYTES} bytes it may have: send a query by POST"
            return Request(environ, start, "").send_problem("AddressTooLong", what, [])
        path = route_of(environ["PATH_INFO"], self.prefix)
        methods, answer = self.routes.get(path, ((), None))
        if answer is None:
            return self.pages(environ, start)
        began = time.perf_counter()
        request = Request(environ, start, self._client(environ))
        try:
            body = (
                answer(request) if request.method in methods else self._answer_other_method(request, methods)
            )
        except ProtocolFault as fault:
            body = request.send_problem(fault.kind, fault.what, fault.headers, fault.retry_after)
        if body is None:
            return self.pages(environ | {"PATH_INFO": path}, start)
        self.queries.count("requests")
        if request.status is HTTPStatus.NOT_MODIFIED:
            self.queries.count("not_modified")
        if self.settings.access_log:
            _write_access_line(request, began)
        return body

    def sparql(self, request: Request) -> list[bytes] | None:
        """Answer a query; without one, give the service description; leave a browser to the page."""
        parameters = read_parameters(request)
        accept = request.header("ACCEPT")
        asking = "query" in parameters
        if request.method != "POST" and negotiate(accept, wanted_format(parameters), asking=asking).page:
            return None
        text, dataset = read_query(request, parameters, self.settings)
        forms = negotiate(accept, wanted_format(parameters))
        if text is None:
            return self._answer_graph(request, description.service_query(self.settings), forms)
        if forms.table is None and forms.graph is None:
            _refuse_forms()
        return self.queries.answer(request, text, dataset, forms)

    def graph_store(self, request: Request) -> list[bytes]:
        """Give a whole graph, by https://www.w3.org/TR/sparql11-http-rdf-update/#http-get."""
        parameters = read_parameters(request)
        if len(parameters.get("graph", ())) + ("default" in parameters) != 1:
            refuse("MalformedRequest", "name one graph: ?graph=IRI, or ?default")
        named = graph_names(parameters, "graph")
        forms = negotiate(request.header("ACCEPT"), wanted_format(parameters))
        if forms.graph and named and not self.queries.has_graph(named[0], request.client):
            refuse("UnknownGraph", f"there is no graph {named[0]}")
        text = named_queries.load("pages/whole-graph").text
        return self._answer_graph(request, text, forms, QueryDataset(named))

    def void(self, request: Request) -> list[bytes]:
        """Give the description of the dataset."""
        forms = negotiate(request.header("ACCEPT"), wanted_format(read_parameters(request)))
        return self._answer_graph(request, description.dataset_query(self.settings), forms)

    def metrics(self, request: Request) -> list[bytes]:
        """Give the numbers for Prometheus."""
        return request.send(StoredAnswer(description.metrics(self.queries.counters), description.METRICS), [])

    def _answer_graph(
        self, request: Request, text: str, forms: Negotiated, dataset: QueryDataset | None = None
    ) -> list[bytes]:
        """Answer with the graph that a query constructs; refuse a client that takes no form of a graph."""
        forms = Negotiated(None, forms.graph or _refuse_forms())
        return self.queries.answer(request, text, dataset or QueryDataset(), forms)

    def _answer_other_method(self, request: Request, methods: tuple[str, ...]) -> list[bytes]:
        """Tell OPTIONS what may be done here, and what scripts of other sites may send; refuse the rest."""
        allowed = ", ".join((*methods, "OPTIONS"))
        if request.method != "OPTIONS":
            what = f"{request.method} is not answered here, only {allowed}"
            refuse("MethodNotAllowed", what, ("Allow", allowed))
        allow = [("Allow", allowed), ("Access-Control-Allow-Methods", allowed)]
        return request.send_nothing([*allow, *_PREFLIGHT, *self.queries.limits])

    def _client(self, environ: Environ) -> str:
        """Return who asks: the address, or what a trusted proxy says it is."""
        if self.settings.client_header:
            header = environ.get("HTTP_" + self.settings.client_header.upper().replace("-", "_"), "")
            # The last name in the list is the one the proxy itself has added.
            if client := header.rpartition(",")[2].strip():
                return client
        return environ.get("REMOTE_ADDR", "")


_OF_PROCESS = frozenset(os.environ)
"""What every request is given besides its own: the variables of the process."""


def _header_bytes(environ: Environ) -> int:
    """Count the bytes of a request's address and headers."""
    own = environ.keys() - _OF_PROCESS
    fields = [len(name) + len(environ[name]) for name in own if name[:5] == "HTTP_"]
    return sum(fields) + len(environ["PATH_INFO"]) + len(environ.get("QUERY_STRING", ""))


def _refuse_forms() -> NoReturn:
    """Refuse a client that takes none of the forms there are."""
    offered = ", ".join(form.media_type for form in (*RESULTS, *GRAPHS))
    refuse("Unacceptable", f"answers are given as {offered}")


def _write_access_line(request: Request, began: float) -> None:
    """Write what was asked, by its hash, how long it took, how much was sent and how it ended."""
    text = request.log.pop("text", None)
    line = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "client": request.client,
        "method": request.method,
        "path": request.environ["PATH_INFO"],
        "query": hashlib.sha256(text.encode()).hexdigest()[:16] if text is not None else None,
        "milliseconds": round((time.perf_counter() - began) * 1000, 2),
        "status": request.status.value,
        "bytes": request.sent,
        **request.log,
    }
    known = {name: value for name, value in line.items() if value is not None}
    sys.stderr.write(json.dumps(known, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n")
