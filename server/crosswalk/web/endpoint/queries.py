"""Answer queries: from the cache, by 304, or by an evaluator; or describe what stands against it."""

from __future__ import annotations

from threading import Lock
from typing import Protocol

from cachetools import LRUCache

from crosswalk.evaluation.shared_state import Counters
from crosswalk.evaluation.wire import Question, Reply
from crosswalk.settings import Settings
from crosswalk.stores import QueryDataset, named_queries
from crosswalk.web.endpoint.protocol import refuse
from crosswalk.web.endpoint.request import Request, StoredAnswer
from crosswalk.web.http.headers import Headers, held_tag, tag_of
from crosswalk.web.http.negotiation import Negotiated

_LARGEST_SHARE = 4  # of the cache, the part that one answer may take


class QueryEvaluator(Protocol):
    """What evaluates a question: the evaluators of this server, or another endpoint."""

    def ask(self, question: Question, client: str = "") -> Reply:
        """Return the reply; a fault is a reply too."""
        ...


class QueryHandler:
    """Answers queries for one worker, and stores its answers while their snapshot is served."""

    def __init__(
        self, evaluator: QueryEvaluator, settings: Settings, snapshot: str, counters: Counters, worker: int
    ) -> None:
        self.evaluator, self.settings, self.snapshot = evaluator, settings, snapshot
        self.counters, self.worker = counters, worker
        self.answers: LRUCache[str, StoredAnswer] = LRUCache(
            settings.cache_bytes, getsizeof=lambda answer: answer.size
        )
        self._caching, self._counting = Lock(), Lock()
        # The limits that every query is under, as headers.
        self.limits: Headers = [
            ("X-Limit-Query-Seconds", f"{settings.query_timeout:g}"),
            ("X-Limit-Query-Memory", str(settings.query_memory)),
            ("X-Limit-Query-Bytes", str(settings.query_bytes)),
            ("X-Limit-Result-Bytes", str(settings.result_bytes)),
        ]
        counters.restart(worker)

    def count(self, event: str) -> None:
        """Count an event."""
        with self._counting:
            self.counters.count(self.worker, event)

    def answer(self, request: Request, text: str, dataset: QueryDataset, forms: Negotiated) -> list[bytes]:
        """Answer a query put to a dataset, in the form for its kind of result."""
        request.log["text"] = text
        question = Question(text, dataset, *forms.media_types)
        # Known by its tag: a query may be a thousand times as long as its answer.
        tag = _tag(self.snapshot, question)
        with self._caching:
            stored = self.answers.get(tag)
        if stored is not None:
            request.log["cache"] = "hit"
            self.count("cache_hits")
            return request.send(stored, [*self.limits, ("Server-Timing", 'cache;desc="hit"')])
        if held_tag(request.header("IF_NONE_MATCH"), tag):
            return request.send_not_modified(tag, self.limits)
        reply = self._evaluate(question, request.client)
        request.log["seconds"] = round(reply.seconds, 4)
        if reply.fault:
            return self._describe(request, reply)
        if reply.snapshot != self.snapshot:
            tag = _tag(reply.snapshot, question)
        lasting = reply.snapshot and not reply.volatile
        answer = StoredAnswer(reply.body, forms.of(reply.media_type), tag if lasting else None)
        if lasting and answer.size <= self.settings.cache_bytes // _LARGEST_SHARE:
            with self._caching:
                self.answers[tag] = answer
        timing = ("Server-Timing", f"evaluation;dur={reply.seconds * 1000:.1f}")
        return request.send(answer, [*self.limits, timing])

    def has_graph(self, graph: str, client: str) -> bool:
        """Tell whether there is a named graph of that name."""
        text = named_queries.bind(named_queries.load("pages/is-named-graph"), graph=graph)
        reply = self._evaluate(Question(text, table_type="text/csv"), client)
        if reply.fault:
            refuse(reply.fault, reply.what, retry_after=reply.retry_after)
        return b"true" in reply.body

    def _evaluate(self, question: Question, client: str) -> Reply:
        """Put a question to the evaluator, and count how it ended."""
        self.count("asked")
        reply = self.evaluator.ask(question, client)
        with self._counting:
            self.counters.finish(self.worker, reply.fault, reply.seconds)
        return reply

    def _describe(self, request: Request, reply: Reply) -> list[bytes]:
        """Describe the fault of a query."""
        request.log["outcome"] = reply.fault
        members = {"kind": reply.fault, "line": reply.line, "column": reply.column, "hint": reply.hint}
        return request.send_problem(reply.fault, reply.what, self.limits, reply.retry_after, **members)


def _tag(snapshot: str, question: Question) -> str:
    """Return the tag of the answer to a question, put to a snapshot."""
    dataset = repr(question.dataset) if question.dataset else ""
    return tag_of(snapshot, f"{question.table_type} {question.graph_type}", dataset, question.text)
