"""The WSGI application in front of the pages: it answers the protocols, and hands on everything else."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus

from crosswalk.stores import QueryDataset, named_queries
from crosswalk.web.endpoint import description, metrics
from crosswalk.web.endpoint.protocol import (
    METHODS,
    READING,
    Environ,
    ProtocolFault,
    StartResponse,
    allow_only,
    graph_names,
    read_operation,
    read_parameters,
    refuse,
    wish,
)
from crosswalk.web.endpoint.queries import Pair, QueryHandler, Request
from crosswalk.web.http.answers import Answer, Sent, nothing, problem, send
from crosswalk.web.http.negotiation import GRAPHS, RESULTS, Representation, choose, negotiate, read_accept

HEADER_BYTES = 65536
"""How large the header block of a request may be; the server itself refuses only what is far larger."""


class Endpoint:
    """Answers ``/sparql``, ``/rdf-graph-store``, ``/.well-known/void``, ``/metrics``; the pages, the rest."""

    def __init__(self, pages: Callable[..., Iterable[bytes]], asking: QueryHandler) -> None:
        self.pages, self.asking, self.settings = pages, asking, asking.settings
        self.routes: dict[str, Callable[[Request], Sent | None]] = {
            f"/{description.ADDRESS}": self.sparql,
            f"/{description.VOID_ADDRESS}": self.void,
            "/rdf-graph-store": self.graph_store,
        }
        if self.settings.metrics:
            self.routes["/metrics"] = self.metrics

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        if header_bytes(environ) > HEADER_BYTES:
            what = f"the headers are longer than the {HEADER_BYTES} bytes they may have"
            return problem(environ, start, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, what)[1]
        route = self.routes.get(environ["PATH_INFO"])
        if route is None:
            return self.pages(environ, start)
        began = time.perf_counter()
        request = Request(environ, start, self.client(environ), {})
        try:
            sent = route(request)
        except ProtocolFault as fault:
            sent = problem(environ, start, fault.status, fault.what, fault.headers)
        if sent is None:
            return self.pages(environ, start)
        outcome, body = sent
        self.asking.count("requests")
        if outcome.status is HTTPStatus.NOT_MODIFIED:
            self.asking.count("not_modified")
        if self.settings.access_log:
            metrics.write_access_line(environ, request.client, began, outcome, request.facts)
        return body

    def client(self, environ: Environ) -> str:
        """Who asks: the address, or what a trusted proxy says it is."""
        header = self.settings.client_header
        if header:
            # The last name in the list is the one the proxy itself has added.
            named = environ.get("HTTP_" + header.upper().replace("-", "_"), "").rpartition(",")[2].strip()
            if named:
                return named
        return environ.get("REMOTE_ADDR", "")

    def sparql(self, request: Request) -> Sent | None:
        """A query; without one, the service description; for a browser, the page."""
        method, accept = request.environ["REQUEST_METHOD"], request.environ.get("HTTP_ACCEPT")
        if method == "OPTIONS":
            return self.options(request, METHODS)
        parameters = read_parameters(request.environ)
        if method in ("GET", "HEAD") and negotiate(accept, wish(parameters)).page:
            return None
        operation = read_operation(request.environ, parameters, self.settings)
        forms = negotiate(accept, operation.wish)
        if operation.text is None:
            chosen = forms.graph or unacceptable()
            text = description.service_query(self.settings)
            return self.asking.answer(request, text, QueryDataset(), Pair(None, chosen))
        pair = Pair(forms.table, forms.graph)
        if pair.table is None and pair.graph is None:
            unacceptable()
        return self.asking.answer(request, operation.text, operation.dataset, pair)

    def graph_store(self, request: Request) -> Sent:
        """A whole graph, by the Graph Store Protocol."""
        if request.environ["REQUEST_METHOD"] == "OPTIONS":
            return self.options(request, READING)
        allow_only(request.environ, READING)
        parameters = read_parameters(request.environ)
        if len(parameters.get("graph", ())) + ("default" in parameters) != 1:
            refuse(HTTPStatus.BAD_REQUEST, "name one graph: ?graph=IRI, or ?default")
        named = graph_names(parameters, "graph")
        chosen = self.wanted_graph(request)
        if named and not self.asking.holds(named[0], request.client):
            refuse(HTTPStatus.NOT_FOUND, f"there is no graph {named[0]}")
        text = named_queries.load("pages/whole-graph").text
        return self.asking.answer(request, text, QueryDataset(named), Pair(None, chosen))

    def void(self, request: Request) -> Sent:
        """The description of the dataset."""
        if request.environ["REQUEST_METHOD"] == "OPTIONS":
            return self.options(request, READING)
        allow_only(request.environ, READING)
        chosen = self.wanted_graph(request)
        text = description.dataset_query(self.settings)
        return self.asking.answer(request, text, QueryDataset(), Pair(None, chosen))

    def metrics(self, request: Request) -> Sent:
        """The numbers for Prometheus."""
        allow_only(request.environ, READING)
        answer = Answer(metrics.write_metrics(self.asking.ledger), metrics.FORM)
        return send(request.environ, request.start, answer)

    def options(self, request: Request, methods: tuple[str, ...]) -> Sent:
        """What may be done at an address, and what scripts of other sites may send."""
        flight = [
            ("Allow", ", ".join(methods)),
            ("Access-Control-Allow-Methods", ", ".join(methods)),
            ("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, If-None-Match, *"),
            ("Access-Control-Max-Age", "86400"),
        ]
        return nothing(request.environ, request.start, [*flight, *self.asking.limits()])

    def wanted_graph(self, request: Request) -> Representation:
        """The form a graph is wanted in; 406 where it has none the client accepts."""
        accept, parameters = request.environ.get("HTTP_ACCEPT"), read_parameters(request.environ)
        return choose(GRAPHS, read_accept(accept), wish(parameters)) or unacceptable()


_OF_PROCESS = frozenset(os.environ)
"""What every request is given besides its own: the variables of the process."""


def header_bytes(environ: Environ) -> int:
    """The bytes of a request's address and headers."""
    own = environ.keys() - _OF_PROCESS
    fields = [len(name) + len(environ[name]) for name in own if name[:5] == "HTTP_"]
    return sum(fields) + len(environ["PATH_INFO"]) + len(environ.get("QUERY_STRING", ""))


def unacceptable() -> Representation:
    """Refuses a client that accepts nothing there is."""
    offered = ", ".join(one.media_type for one in (*RESULTS, *GRAPHS))
    refuse(HTTPStatus.NOT_ACCEPTABLE, f"answers are given as {offered}")
