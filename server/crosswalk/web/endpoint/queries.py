"""Answer queries: from the cache, by 304, or by an evaluator; or describe what stands against it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from secrets import token_hex
from typing import Protocol

from cachetools import LRUCache

from crosswalk.evaluation.shared_state import Counters
from crosswalk.evaluation.wire import Question, Reply
from crosswalk.settings import Settings
from crosswalk.stores import QueryDataset, named_queries
from crosswalk.web.endpoint import description
from crosswalk.web.endpoint.protocol import refuse
from crosswalk.web.endpoint.request import Request, StoredAnswer
from crosswalk.web.http.delivery import LARGE, AnswerFiles, Outgoing
from crosswalk.web.http.headers import Headers, held_tag, tag_of
from crosswalk.web.http.negotiation import Negotiated

_LARGEST_SHARE = 4  # of the cache, the part that one answer may take


_NOT_SHARED = ("RateExceeded", "Overloaded")

_Outcome = tuple[Reply, StoredAnswer | None]


class QueryEvaluator(Protocol):
    """What evaluates a question: the evaluators of this server, or another endpoint."""

    async def ask(self, question: Question, client: str = "") -> Reply:
        """Return the reply; a fault is a reply too."""
        ...


class QueryHandler:
    """Answers queries for one worker, and stores its answers while their snapshot is served."""

    def __init__(
        self,
        evaluator: QueryEvaluator,
        settings: Settings,
        snapshot: str,
        counters: Counters,
        worker: int,
        files: AnswerFiles | None = None,
    ) -> None:
        self.evaluator, self.settings, self.snapshot = evaluator, settings, snapshot
        self.counters, self.worker, self.files = counters, worker, files or AnswerFiles(settings.result_bytes)
        self.answers: LRUCache[str, StoredAnswer] = LRUCache(
            settings.cache_bytes, getsizeof=lambda answer: answer.size
        )
        self._pending: dict[str, asyncio.Future[_Outcome | None]] = {}
        # The limits that every query is under, as headers.
        self.limits: Headers = [
            ("X-Limit-Query-Seconds", f"{settings.query_timeout:g}"),
            ("X-Limit-Query-Memory", str(settings.query_memory)),
            ("X-Limit-Query-Bytes", str(settings.query_bytes)),
            ("X-Limit-Result-Bytes", str(settings.result_bytes)),
        ]
        # Relative IRIs of a query are completed by the address it is sent to, as the description names it.
        self.address = description.site(settings) + description.ADDRESS
        counters.restart(worker)

    def count(self, event: str) -> None:
        """Count an event."""
        self.counters.count(self.worker, event)

    async def answer(self, request: Request, text: str, dataset: QueryDataset, forms: Negotiated) -> Outgoing:
        """Answer a query put to a dataset, in the form for its kind of result."""
        request.log["text"] = text
        question = Question(text, dataset, *forms.media_types, self.address)
        # Known by its tag: a query may be a thousand times as long as its answer.
        tag = _tag(self.snapshot, question)
        stored = self.answers.get(tag)
        if stored is not None and (not stored.file or self.files.use(stored.file)):
            request.log["cache"] = "hit"
            self.count("cache_hits")
            return await self._send(request, stored, ("Server-Timing", 'cache;desc="hit"'))
        if held_tag(request.header("if-none-match"), tag):
            return request.send_not_modified(tag, self.limits)
        reply, answer = await self._share(tag, question, forms, request.client)
        request.log["seconds"] = round(reply.seconds, 4)
        if answer is None:
            return self._describe(request, reply)
        timing = ("Server-Timing", f"evaluation;dur={reply.seconds * 1000:.1f}")
        return await self._send(request, answer, timing)

    async def _share(self, tag: str, question: Question, forms: Negotiated, client: str) -> _Outcome:
        """Answer a question once for all who put it at the same time.

        Not shared is what differs each time, and what one client alone is refused.
        """
        if tag in self._pending:
            outcome = await asyncio.shield(self._pending[tag])
            if outcome and not outcome[0].volatile and outcome[0].fault not in _NOT_SHARED:
                return outcome
            return await self._obtain(question, forms, client)
        self._pending[tag] = pending = asyncio.get_running_loop().create_future()
        outcome = None
        try:
            outcome = await self._obtain(question, forms, client)
            return outcome
        finally:
            pending.set_result(outcome)
            del self._pending[tag]

    async def _obtain(self, question: Question, forms: Negotiated, client: str) -> _Outcome:
        """Evaluate a question, and store its answer; there is none where the reply is a fault."""
        reply = await self._evaluate(question, client)
        if reply.fault:
            return reply, None
        tag = _tag(reply.snapshot, question)
        lasting = reply.snapshot and not reply.volatile
        form = forms.of(reply.media_type)
        answer = StoredAnswer(reply.body, form, tag if lasting else None)
        if reply.file or len(reply.body) > LARGE:
            answer.body = b""
            name = f"{tag}.{form.name}" if lasting else token_hex(16)
            answer.file = await asyncio.to_thread(self._keep, reply, name)
        if lasting and answer.size <= self.settings.cache_bytes // _LARGEST_SHARE:
            self.answers[tag] = answer
        return reply, answer

    def _keep(self, reply: Reply, name: str) -> str:
        """Return the file that a large answer goes out from."""
        if not reply.file:
            return self.files.keep(name, lambda: [reply.body])
        return self.files.add(Path(reply.file), name)

    async def _send(self, request: Request, answer: StoredAnswer, timing: tuple[str, str]) -> Outgoing:
        compressed = answer.compressed_file
        if answer.file and request.compresses(answer) and not (compressed and self.files.use(compressed)):
            answer.compressed_file = await asyncio.to_thread(self.files.compress, answer.file)
        return request.send(answer, [*self.limits, timing])

    async def has_graph(self, graph: str, client: str) -> bool:
        """Tell whether there is a named graph of that name."""
        text = named_queries.bind(named_queries.load("pages/is-named-graph"), graph=graph)
        reply = await self._evaluate(Question(text, table_type="text/csv"), client)
        if reply.fault:
            refuse(reply.fault, reply.what, retry_after=reply.retry_after)
        return b"true" in reply.body

    async def _evaluate(self, question: Question, client: str) -> Reply:
        """Put a question to the evaluator, and count how it ended."""
        self.count("asked")
        reply = await self.evaluator.ask(question, client)
        self.counters.finish(self.worker, reply.fault, reply.seconds)
        return reply

    def _describe(self, request: Request, reply: Reply) -> Outgoing:
        """Describe the fault of a query."""
        request.log["outcome"] = reply.fault
        members = {"kind": reply.fault, "line": reply.line, "column": reply.column, "hint": reply.hint}
        return request.send_problem(reply.fault, reply.what, self.limits, reply.retry_after, **members)


def _tag(snapshot: str, question: Question) -> str:
    """Return the tag of the answer to a question, put to a snapshot."""
    dataset = repr(question.dataset) if question.dataset else ""
    return tag_of(snapshot, f"{question.table_type} {question.graph_type}", dataset, question.text)
