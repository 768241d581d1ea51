"""The WSGI application in front of the pages: it answers the protocols, and hands on everything else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from crosswalk import queries
from crosswalk.evaluation.cache import ByteBoundedCache
from crosswalk.evaluation.client import Evaluation
from crosswalk.evaluation.ledger import Ledger
from crosswalk.evaluation.messages import Question, Reply
from crosswalk.settings import Settings
from crosswalk.stores import QueryDataset
from crosswalk.web.endpoint import accesslog, description, metrics
from crosswalk.web.endpoint.answers import (
    Answer,
    Outcome,
    StartResponse,
    held,
    limit_headers,
    not_modified,
    nothing,
    problem,
    send,
    tag,
)
from crosswalk.web.endpoint.formats import GRAPHS, RESULTS, choose, prefers_page, read_accept
from crosswalk.web.endpoint.protocol import (
    METHODS,
    READING,
    ProtocolFault,
    allow_only,
    graph_names,
    read_operation,
    read_parameters,
    refuse,
    wish,
)
from crosswalk.web.negotiation import Representation

Environ = dict[str, Any]
Sent = tuple[Outcome, list[bytes]]

STATUS = {
    "InputError": HTTPStatus.BAD_REQUEST,
    "QuerySyntaxError": HTTPStatus.BAD_REQUEST,
    "QueryRefused": HTTPStatus.FORBIDDEN,
    "Unacceptable": HTTPStatus.NOT_ACCEPTABLE,
    "ResultTooLarge": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "RateExceeded": HTTPStatus.TOO_MANY_REQUESTS,
}
"""What the faults of a query are called in HTTP; all others are 503."""

_FLIGHT = [
    ("Access-Control-Allow-Methods", ", ".join(METHODS)),
    (
        "Access-Control-Allow-Headers",
        "Accept, Accept-Language, Authorization, Content-Type, If-None-Match, *",
    ),
    ("Access-Control-Max-Age", "86400"),
]


@dataclass(frozen=True)
class Pair:
    """The representation for each kind of answer; None where the client accepts none."""

    table: Representation | None
    graph: Representation | None

    @property
    def types(self) -> tuple[str | None, str | None]:
        """The two media types."""
        return (self.table and self.table.media_type, self.graph and self.graph.media_type)

    def of(self, media_type: str) -> Representation:
        """The one of that media type."""
        return next(one for one in (self.table, self.graph) if one and one.media_type == media_type)


class Endpoint:
    """Answers ``/sparql``, ``/rdf-graph-store``, ``/.well-known/void`` and ``/metrics``; the pages, the rest."""

    def __init__(
        self,
        pages: Callable[..., Iterable[bytes]],
        evaluation: Evaluation,
        settings: Settings,
        snapshot: str,
        ledger: Ledger,
        worker: int = 0,
    ) -> None:
        self.pages, self.evaluation, self.settings = pages, evaluation, settings
        self.snapshot, self.ledger, self.worker = snapshot, ledger, worker
        self.kept: ByteBoundedCache[Answer] = ByteBoundedCache(settings.cache_bytes)
        self.counting = threading.Lock()
        self.routes: dict[str, Callable[[Environ, StartResponse, dict[str, Any]], Sent | None]] = {
            "/sparql": self.sparql,
            "/rdf-graph-store": self.graph_store,
            "/.well-known/void": self.void,
        }
        if settings.metrics:
            self.routes["/metrics"] = self.metrics

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        route = self.routes.get(environ["PATH_INFO"])
        if route is None:
            return self.pages(environ, start)
        began = time.perf_counter()
        facts: dict[str, Any] = {"client": self.client(environ)}
        try:
            sent = route(environ, start, facts)
        except ProtocolFault as fault:
            sent = problem(environ, start, fault.status, fault.what, fault.headers)
        if sent is None:
            return self.pages(environ, start)
        outcome, body = sent
        self.count("requests")
        if outcome.status is HTTPStatus.NOT_MODIFIED:
            self.count("not_modified")
        if self.settings.access_log:
            accesslog.write(environ, began, outcome, facts)
        return body

    def count(self, name: str) -> None:
        """Counts an event."""
        with self.counting:
            self.ledger.count(self.worker, name)

    def client(self, environ: Environ) -> str:
        """Who asks: the address, or what a trusted proxy says it is."""
        header = self.settings.client_header
        if header:
            # The last name in the list is the one the proxy itself has added.
            named = environ.get("HTTP_" + header.upper().replace("-", "_"), "").rpartition(",")[2].strip()
            return named or environ.get("REMOTE_ADDR", "")
        return environ.get("REMOTE_ADDR", "").rpartition(":")[0] or environ.get("REMOTE_ADDR", "")

    # The addresses

    def sparql(self, environ: Environ, start: StartResponse, facts: dict[str, Any]) -> Sent | None:
        """A query; without one, the service description; for a browser, the page."""
        accept = read_accept(environ.get("HTTP_ACCEPT"))
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return nothing(
                environ, start, [("Allow", ", ".join(METHODS)), *_FLIGHT, *limit_headers(self.settings)]
            )
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") and prefers_page(accept):
            if wish(read_parameters(environ)) is None:
                return None
        operation = read_operation(environ, self.settings)
        if operation.text is None:
            chosen = choose(GRAPHS, accept, operation.wish) or self.unacceptable()
            body = description.describe(self.settings, chosen.media_type)
            answer = Answer(body, chosen, tag(body, chosen.media_type))
            return send(environ, start, answer, limit_headers(self.settings))
        pair = Pair(choose(RESULTS, accept, operation.wish), choose(GRAPHS, accept, operation.wish))
        if pair.table is None and pair.graph is None:
            self.unacceptable()
        return self.answer(environ, start, facts, operation.text, operation.dataset, pair)

    def graph_store(self, environ: Environ, start: StartResponse, facts: dict[str, Any]) -> Sent:
        """A whole graph, by the Graph Store Protocol."""
        allowed = [
            ("Allow", ", ".join(READING)),
            *_FLIGHT[1:],
            ("Access-Control-Allow-Methods", ", ".join(READING)),
        ]
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return nothing(environ, start, allowed)
        allow_only(environ, READING)
        parameters = read_parameters(environ)
        named = graph_names(parameters, "graph")
        if len(parameters.get("graph", ())) + ("default" in parameters) != 1:
            refuse(HTTPStatus.BAD_REQUEST, "name one graph: ?graph=IRI, or ?default")
        chosen = (
            choose(GRAPHS, read_accept(environ.get("HTTP_ACCEPT")), wish(parameters)) or self.unacceptable()
        )
        if named and not self.holds(named[0], facts["client"]):
            refuse(HTTPStatus.NOT_FOUND, f"there is no graph {named[0]}")
        text = queries.load("pages/whole-graph").text
        return self.answer(environ, start, facts, text, QueryDataset(named), Pair(None, chosen))

    def void(self, environ: Environ, start: StartResponse, facts: dict[str, Any]) -> Sent:
        """The description of the dataset."""
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return nothing(environ, start, [("Allow", ", ".join(READING)), *_FLIGHT[1:]])
        allow_only(environ, READING)
        asked = wish(read_parameters(environ))
        chosen = choose(GRAPHS, read_accept(environ.get("HTTP_ACCEPT")), asked) or self.unacceptable()
        base = description.site(self.settings)
        text = queries.bind(
            queries.load("pages/void"),
            dataset=base + description.DATASET,
            endpoint=base + description.ADDRESS,
        )
        return self.answer(environ, start, facts, text, QueryDataset(), Pair(None, chosen))

    def metrics(self, environ: Environ, start: StartResponse, _facts: dict[str, Any]) -> Sent:
        """The numbers for Prometheus."""
        allow_only(environ, READING)
        form = Representation("metrics", metrics.MEDIA_TYPE.partition(";")[0], "Metrics")
        return send(environ, start, Answer(metrics.write(self.ledger), form))

    # What they share

    def answer(
        self,
        environ: Environ,
        start: StartResponse,
        facts: dict[str, Any],
        text: str,
        dataset: QueryDataset,
        pair: Pair,
    ) -> Sent:
        """The answer to a query: the one given before, or a new one, or what stands against it."""
        facts["text"] = text
        more = limit_headers(self.settings)
        key = (self.snapshot, text, dataset, *pair.types)
        kept = self.kept.get(key)
        if kept is not None:
            facts |= {"cache": "hit", "rows": kept.rows}
            self.count("cache_hits")
            return send(environ, start, kept, [*more, ("Server-Timing", 'cache;desc="hit"')])
        etag = tag(*key)
        if held(environ, etag):
            return not_modified(environ, start, etag, more)
        reply = self.evaluation.ask(Question(text, dataset, *pair.types), facts["client"])
        facts |= {"seconds": round(reply.seconds, 4), "rows": reply.rows}
        if reply.fault:
            facts["outcome"] = reply.fault
            return self.fault(environ, start, reply)
        key = (reply.snapshot, *key[1:])
        answer = Answer(
            reply.body, pair.of(reply.media_type), None if reply.volatile else tag(*key), reply.rows
        )
        if answer.etag:
            self.kept.put(key, answer)
        timing = ("Server-Timing", f"evaluation;dur={reply.seconds * 1000:.1f}")
        return send(environ, start, answer, [*more, timing])

    def fault(self, environ: Environ, start: StartResponse, reply: Reply) -> Sent:
        """Tells a fault of a query."""
        status = STATUS.get(reply.fault, HTTPStatus.SERVICE_UNAVAILABLE)
        more = limit_headers(self.settings)
        if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
            more.append(("Retry-After", str(reply.retry_after or 5)))
        details = {"kind": reply.fault, "line": reply.line, "column": reply.column, "hint": reply.hint}
        return problem(environ, start, status, reply.what, more, **details)

    def holds(self, graph: str, client: str) -> bool:
        """Whether there is a named graph of that name."""
        text = queries.bind(queries.load("pages/is-named-graph"), graph=graph)
        reply = self.evaluation.ask(Question(text, table_type="text/csv"), client)
        if reply.fault:
            refuse(HTTPStatus.SERVICE_UNAVAILABLE, reply.what, [("Retry-After", str(reply.retry_after or 5))])
        return b"true" in reply.body

    def unacceptable(self) -> Representation:
        """Refuses a client that accepts nothing there is."""
        offered = ", ".join(one.media_type for one in (*RESULTS, *GRAPHS))
        refuse(HTTPStatus.NOT_ACCEPTABLE, f"answers are given as {offered}")
