"""Questions become answers: one given before, or a new one from the evaluators, or what stands against it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple, Protocol

from crosswalk.evaluation.cache import ByteBoundedCache
from crosswalk.evaluation.shared_state import Ledger
from crosswalk.evaluation.wire import Question, Reply
from crosswalk.settings import Settings
from crosswalk.stores import QueryDataset, named_queries
from crosswalk.web.endpoint.protocol import Environ, StartResponse, refuse
from crosswalk.web.http.answers import Answer, Headers, Sent, held, not_modified, problem, send, tag
from crosswalk.web.http.negotiation import Representation

STATUS = {
    "InputError": HTTPStatus.BAD_REQUEST,
    "QuerySyntaxError": HTTPStatus.BAD_REQUEST,
    "QueryRefused": HTTPStatus.FORBIDDEN,
    "Unacceptable": HTTPStatus.NOT_ACCEPTABLE,
    "ResultTooLarge": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "RateExceeded": HTTPStatus.TOO_MANY_REQUESTS,
}
"""What the faults of a query are called in HTTP; all others are 503."""


class Evaluator(Protocol):
    """What puts a question to an engine."""

    def ask(self, question: Question, client: str = "") -> Reply:
        """The reply; a fault is a reply too."""
        ...


class Pair(NamedTuple):
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


@dataclass
class Request:
    """One request on its way: what WSGI gives, who asks, and what the access log will say."""

    environ: Environ
    start: StartResponse
    client: str
    facts: dict[str, Any]


class QueryHandler:
    """Answers queries for one worker, and remembers its answers as long as the snapshot is served."""

    def __init__(
        self, evaluation: Evaluator, settings: Settings, snapshot: str, ledger: Ledger, worker: int
    ) -> None:
        self.evaluation, self.settings, self.snapshot = evaluation, settings, snapshot
        self.ledger, self.worker = ledger, worker
        self.kept: ByteBoundedCache[Answer] = ByteBoundedCache(settings.cache_bytes)
        self._counting = threading.Lock()
        self._limits = _limits(settings)
        ledger.begin(worker)

    def count(self, name: str) -> None:
        """Counts an event."""
        with self._counting:
            self.ledger.count(self.worker, name)

    def _ask(self, question: Question, client: str) -> Reply:
        """The reply to a question, which is counted with how it ended."""
        self.count("asked")
        reply = self.evaluation.ask(question, client)
        with self._counting:
            self.ledger.finished(self.worker, reply.fault, reply.seconds)
        return reply

    def answer(self, request: Request, text: str, dataset: QueryDataset, pair: Pair) -> Sent:
        """The answer to a query."""
        request.facts["text"] = text
        more = self.limits()
        asked = (text, dataset, *pair.types)
        # Known by its tag: a query may be a thousand times as long as its answer.
        known = tag(self.snapshot, *asked)
        kept = self.kept.get(known)
        if kept is not None:
            request.facts["cache"] = "hit"
            self.count("cache_hits")
            return send(request.environ, request.start, kept, [*more, ("Server-Timing", 'cache;desc="hit"')])
        if held(request.environ, known):
            return not_modified(request.environ, request.start, known, more)
        reply = self._ask(Question(*asked), request.client)
        request.facts["seconds"] = round(reply.seconds, 4)
        if reply.fault:
            return self.fault(request, reply)
        if reply.snapshot != self.snapshot:
            known = tag(reply.snapshot, *asked)
        etag = None if reply.volatile or not reply.snapshot else known
        answer = Answer(reply.body, pair.of(reply.media_type), etag)
        if etag:
            self.kept.put(etag, answer)
        timing = ("Server-Timing", f"evaluation;dur={reply.seconds * 1000:.1f}")
        return send(request.environ, request.start, answer, [*more, timing])

    def fault(self, request: Request, reply: Reply) -> Sent:
        """Tells a fault of a query."""
        request.facts["outcome"] = reply.fault
        status = STATUS.get(reply.fault, HTTPStatus.SERVICE_UNAVAILABLE)
        more = self.limits()
        if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
            more.append(("Retry-After", str(reply.retry_after or 5)))
        details = {"kind": reply.fault, "line": reply.line, "column": reply.column, "hint": reply.hint}
        return problem(request.environ, request.start, status, reply.what, more, **details)

    def holds(self, graph: str, client: str) -> bool:
        """Whether there is a named graph of that name."""
        text = named_queries.bind(named_queries.load("pages/is-named-graph"), graph=graph)
        reply = self._ask(Question(text, table_type="text/csv"), client)
        if reply.fault:
            more = [("Retry-After", str(reply.retry_after or 5))]
            refuse(STATUS.get(reply.fault, HTTPStatus.SERVICE_UNAVAILABLE), reply.what, more)
        return b"true" in reply.body

    def limits(self) -> Headers:
        """The limits every query is under, as headers."""
        return list(self._limits)


def _limits(settings: Settings) -> tuple[tuple[str, str], ...]:
    return (
        ("X-Limit-Query-Seconds", f"{settings.query_timeout:g}"),
        ("X-Limit-Query-Memory", str(settings.query_memory)),
        ("X-Limit-Query-Bytes", str(settings.query_bytes)),
        ("X-Limit-Result-Bytes", str(settings.result_bytes)),
    )
