"""Carry questions to the evaluators and replies back, each as one frame.

A frame is the lengths of a head and of a body, the head in JSON, and the body: the text of a query, or an
answer. A question is one message of the queue, with the writing end of a pipe beside it, for its reply. A
question too long for a message lies in memory, and the descriptor of that memory goes beside the pipe's.

What is made for every query is a named tuple: to make a data class takes several times as long.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from contextlib import suppress
from enum import IntEnum
from functools import lru_cache
from typing import Any, NamedTuple

from crosswalk import errors
from crosswalk.settings import Settings
from crosswalk.stores import QueryDataset

_PREFIX = struct.Struct("=IQdQQ")
"""What stands before a head and a body: their lengths, seconds, and the numbers of a job and its client.

In JSON these would cost 14 of the 1300 microseconds a query takes: 31 instead of 17 from question to reply.
What is left in the head repeats, so that the last few heads are remembered.
"""
_REMEMBERED = 16
_LONGEST_MESSAGE = 2**15
_PIPE_BYTES = 2**16
"""How much a pipe holds on Linux, so that no read can give more."""

FAULTS = ("InputError", "QueryRefused", "QuerySyntaxError", "QueryTimedOut", "ResourceLimit",
          "StoreFault", "Overloaded", "RateExceeded", "Unacceptable", "ResultTooLarge")  # fmt: skip
"""The classes of errors that a reply can carry, by name."""


class Question(NamedTuple):
    """A query, the graphs it is put to, and the media type wanted for each kind of answer, if any will do."""

    text: str
    dataset: QueryDataset = QueryDataset()
    table_type: str | None = None
    graph_type: str | None = None

    def media_type(self, form: str | None) -> str | None:
        """Return the media type wanted for the answer to a query of a form, None where the form is unknown.

        Raises Unacceptable where the client accepts no answer of that kind.
        """
        wanted = self.graph_type if form in ("CONSTRUCT", "DESCRIBE") else self.table_type
        if wanted is None and form:
            raise errors.Unacceptable(f"a {form} query has no answer in a form you accept")
        return wanted


class Reply(NamedTuple):
    """An answer, or the fault that stands in its place (``fault`` is then its name in FAULTS)."""

    body: bytes = b""
    media_type: str = ""
    snapshot: str = ""
    seconds: float = 0.0
    volatile: bool = False
    fault: str = ""
    what: str = ""
    hint: str | None = None
    line: int | None = None
    column: int | None = None
    retry_after: int | None = None

    @classmethod
    def answer(cls, body: bytes, media_type: str, settings: Settings, *, volatile: bool = False) -> Reply:
        """Return the reply that carries an answer; raises ResultTooLarge."""
        if len(body) > settings.result_bytes:
            raise errors.ResultTooLarge(
                f"the result has {len(body)} bytes, more than the {settings.result_bytes} that are sent",
                hint="Ask for less: add a LIMIT, or fewer variables.",
            )
        return cls(body, media_type, volatile=volatile)

    @classmethod
    def of(cls, error: errors.CrosswalkError, retry_after: int | None = None) -> Reply:
        """Return the reply that carries an error, as the nearest of FAULTS."""
        fault = next((kind.__name__ for kind in type(error).__mro__ if kind.__name__ in FAULTS), "StoreFault")
        return cls(fault=fault, what=error.what, hint=error.hint, line=error.line, column=error.column,
                   retry_after=retry_after)  # fmt: skip


_NARROW = "Ask for less: add a LIMIT, name the subject or the predicate, or join over fewer patterns."
_LATER = "Ask again in a moment."


class Limit(IntEnum):
    """The limits of evaluation, most of them by the names of their settings; a slot holds the number."""

    QUERY_TIMEOUT = 1
    LONG_QUERIES = 2
    QUERY_MEMORY = 3
    TREE_MEMORY = 4
    QUERY_DEPTH = 5
    INTERRUPTED = 6
    RATE_LIMIT = 7
    WAITING_QUERIES = 8
    WAITING_TIME = 9
    UNANSWERED = 10


_TOLD: dict[Limit, tuple[type[errors.CrosswalkError], str, str, str | int | None]] = {
    Limit.QUERY_TIMEOUT: (
        errors.QueryTimedOut, "the query ran longer than the {query_timeout:g} seconds a query may take",
        _NARROW, "query_timeout"),
    Limit.LONG_QUERIES: (
        errors.Overloaded,
        "{long_queries} long queries are running already, which is as many as there may be",
        "Ask again later, or for less.", "query_timeout"),
    Limit.QUERY_MEMORY: (
        errors.ResourceLimit, "the query needs more than the {query_mib} MiB of memory a query may use",
        _NARROW, "query_timeout"),
    Limit.TREE_MEMORY: (
        errors.ResourceLimit,
        "the queries running now need more than the {tree_mib} MiB of memory there are",
        _NARROW, "query_timeout"),
    Limit.QUERY_DEPTH: (
        errors.QueryRefused, "the query is too deep or too long for the engine", "Make it smaller.", None),
    Limit.INTERRUPTED: (errors.StoreFault, "the evaluation was interrupted", _LATER, 2),
    Limit.RATE_LIMIT: (
        errors.RateExceeded,
        "you have used the {rate_limit:g} seconds of evaluation a client may use in a minute",
        "Ask again in {wait} seconds.", "wait"),
    Limit.WAITING_QUERIES: (errors.Overloaded, "{waiting_queries} queries are waiting already", _LATER, 5),
    Limit.WAITING_TIME: (
        errors.Overloaded, "no room for the query was found within {waiting_time:g} seconds", _LATER, 5),
    Limit.UNANSWERED: (errors.Overloaded, "the query engine does not answer", "Ask again later.", 2),
}  # fmt: skip
"""What a client is told at each limit: the fault, its sentence, what to do, and after how many seconds."""


def reply_at(limit: Limit, settings: Settings, wait: int = 0) -> Reply:
    """Return what a client is told at a limit; ``wait`` are the seconds until its rate lets it ask again."""
    fault, what, hint, retry_after = _TOLD[limit]
    mib = {"query_mib": settings.query_memory // 2**20, "tree_mib": settings.tree_memory // 2**20}
    values = vars(settings) | mib | {"wait": wait}
    seconds = round(values[retry_after]) if isinstance(retry_after, str) else retry_after
    return Reply.of(fault(what.format_map(values), hint=hint.format_map(values)), seconds)


class QueuedQuestion(NamedTuple):
    """A question in the queue: its number, the monotonic time it was put at, the number of its client."""

    job: int
    put_at: float
    client: int
    question: Question


@lru_cache(_REMEMBERED)
def _write_head(head: tuple[Any, ...]) -> bytes:
    return json.dumps(head).encode()


@lru_cache(_REMEMBERED)
def _read_head(head: bytes) -> tuple[Any, ...]:
    return tuple(json.loads(head))


def send_question(queue: socket.socket, queued: QueuedQuestion, reply_pipe: int) -> None:
    """Put a question in the queue; its reply is to be written to ``reply_pipe``.

    Raises BlockingIOError where the queue stays full for as long as its socket waits.
    """
    job, put_at, client, (text, dataset, *types) = queued
    head, body = _write_head((*types, *dataset)), text.encode()
    frame = b"".join((_PREFIX.pack(len(head), len(body), put_at, job, client), head, body))
    if len(frame) <= _LONGEST_MESSAGE:
        socket.send_fds(queue, [frame], [reply_pipe])
        return
    with open(os.memfd_create("question"), "w+b", buffering=0) as memory:
        memory.write(frame)
        socket.send_fds(queue, [frame[: _PREFIX.size]], [reply_pipe, memory.fileno()])


def receive_question(queue: socket.socket) -> tuple[QueuedQuestion, int] | None:
    """Wait for the next question and the pipe for its reply; return None where nobody can ask any more."""
    frame, descriptors, _, _ = socket.recv_fds(queue, _LONGEST_MESSAGE, 2)
    if not frame:
        return None
    if len(descriptors) > 1:
        frame = os.pread(descriptors[1], os.fstat(descriptors[1]).st_size, 0)
        os.close(descriptors[1])
    length, _, put_at, job, client = _PREFIX.unpack_from(frame)
    start = _PREFIX.size + length
    *types, default_graphs, named_graphs = _read_head(frame[_PREFIX.size : start])
    dataset = QueryDataset(tuple(default_graphs), tuple(named_graphs))
    question = Question(frame[start:].decode(), dataset, *types)
    return QueuedQuestion(job, put_at, client, question), descriptors[0]


def send_reply(pipe: int, reply: Reply) -> None:
    """Write a reply to its pipe, whose reader may have gone, and close the pipe."""
    body, media_type, snapshot, seconds, *rest = reply
    head = _write_head((media_type, snapshot, *rest))
    frame = memoryview(b"".join((_PREFIX.pack(len(head), len(body), seconds, 0, 0), head, body)))
    with suppress(BrokenPipeError):
        while frame:
            frame = frame[os.write(pipe, frame) :]
    os.close(pipe)


def receive_reply(pipe: int) -> Reply | None:
    """Read a reply; return None where the pipe ends before the reply does, because its evaluator has gone."""
    frame = bytearray()
    start = end = _PREFIX.size
    while len(frame) < end:
        piece = os.read(pipe, _PIPE_BYTES)
        if not piece:
            return None
        frame += piece
        if end == _PREFIX.size <= len(frame):
            length, size, seconds, _, _ = _PREFIX.unpack_from(frame)
            start, end = start + length, start + length + size
    media_type, snapshot, *rest = _read_head(bytes(frame[_PREFIX.size : start]))
    return Reply(bytes(memoryview(frame)[start:]), media_type, snapshot, seconds, *rest)
