"""Define questions and replies, and carry them between workers and evaluators.

A frame is a fixed prefix, a head in JSON, and a body: the text of a query, or an answer. A question is one
message in the queue. With it goes the writing end of a pipe, to which the evaluator writes its reply. A
question too long for a message goes in a memory file, whose descriptor is sent along as well.

What is made for every query is a named tuple: making a data class takes several times as long.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from contextlib import suppress
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from crosswalk import errors
from crosswalk.settings import Settings
from crosswalk.stores import QueryDataset

_PREFIX = struct.Struct("=IQdQQ")
"""The lengths of head and body, seconds, the number of the job, and the number of the client.

As JSON they would cost 14 of the 1300 microseconds a query takes. The rest of a head repeats and is cached.
"""
_CACHED_HEADS = 16
_LONGEST_MESSAGE = 2**15
PIPE_CAPACITY = 2**16

LARGE = 2**16
"""The bytes beyond which a reply goes to a file as it comes, instead of into memory."""

FAULTS = ("InputError", "QueryRefused", "QuerySyntaxError", "QueryTimedOut", "ResourceLimit", "EngineFault",
          "StoreFault", "Overloaded", "RateExceeded", "Unacceptable", "ResultTooLarge")  # fmt: skip
"""The errors that a reply can carry, by the names of their classes."""


class Question(NamedTuple):
    """A query, the graphs it is put to, and the media type accepted for a table and for a graph, if any.

    Relative IRIs in its text are completed by ``base``.
    """

    text: str
    dataset: QueryDataset = QueryDataset()
    table_type: str | None = None
    graph_type: str | None = None
    base: str = ""

    def media_type(self, form: str | None) -> str | None:
        """Return the media type for the answer to a query of that form; None where there is no form.

        Raises Unacceptable where the client accepts no answer of that kind.
        """
        media_type = self.graph_type if form in ("CONSTRUCT", "DESCRIBE") else self.table_type
        if media_type is None and form:
            raise errors.Unacceptable(f"a {form} query has no answer in a form you accept")
        return media_type


class Reply(NamedTuple):
    """An answer, or a fault in its place: ``fault`` is then one of FAULTS, else empty.

    The body of an answer is in memory, or in a file that is the asker's to delete.
    """

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
    file: str = ""

    @classmethod
    def answer(cls, body: bytes, media_type: str, settings: Settings, *, volatile: bool = False) -> Reply:
        """Return the reply that carries an answer.

        Raises ResultTooLarge where it has more bytes than are sent.
        """
        if len(body) > settings.result_bytes:
            raise errors.ResultTooLarge(
                f"the result has {len(body)} bytes, more than the {settings.result_bytes} that are sent",
                hint="Ask for less: add a LIMIT, or fewer variables.",
            )
        return cls(body, media_type, volatile=volatile)

    @classmethod
    def of(cls, error: errors.CrosswalkError, retry_after: int | None = None) -> Reply:
        """Return the reply that carries an error, by the nearest class named in FAULTS; no secret of it."""
        error = error.public
        fault = next((kind.__name__ for kind in type(error).__mro__ if kind.__name__ in FAULTS), "StoreFault")
        return cls(fault=fault, what=error.what, hint=error.hint, line=error.line, column=error.column,
                   retry_after=retry_after)  # fmt: skip

    def error(self) -> errors.CrosswalkError:
        """Return the error that the reply carries."""
        kind: type[errors.CrosswalkError] = getattr(errors, self.fault)
        return kind(self.what, hint=self.hint, line=self.line, column=self.column)


_NARROW = "Ask for less: add a LIMIT, name the subject or the predicate, or join over fewer patterns."
_LATER = "Ask again in a moment."


class Limit(Enum):
    """A limit a query can meet: the fault, its sentence, a hint, and the seconds until the client may retry.

    Most are named after their settings. The seconds are a number, or the name of a value.
    """

    # fmt: off
    QUERY_TIMEOUT = (
        errors.QueryTimedOut, "the query ran longer than the {query_timeout:g} seconds a query may take",
        _NARROW, "query_timeout")
    LONG_QUERIES = (
        errors.Overloaded,
        "{long_queries} long queries are running already, which is as many as there may be",
        "Ask again later, or for less.", "query_timeout")
    QUERY_MEMORY = (
        errors.ResourceLimit, "the query needs more than the {query_mib} MiB of memory a query may use",
        _NARROW, "query_timeout")
    TREE_MEMORY = (
        errors.ResourceLimit, "the queries running now need more than the {tree_mib} MiB of memory there are",
        _NARROW, "query_timeout")
    QUERY_DEPTH = (
        errors.QueryRefused, "the query is too deep or too long for the engine", "Make it smaller.", None)
    ENGINE_FAULT = (errors.EngineFault, errors.EngineFault.WHAT, errors.EngineFault.HINT, None)
    INTERRUPTED = (errors.StoreFault, "the evaluation was interrupted", _LATER, 2)
    RATE_LIMIT = (
        errors.RateExceeded,
        "you have used the {rate_limit:g} seconds of evaluation a client may use in a minute",
        "Ask again in {wait} seconds.", "wait")
    WAITING_QUERIES = (errors.Overloaded, "{waiting_queries} queries are waiting already", _LATER, 5)
    WAITING_TIME = (
        errors.Overloaded, "no room for the query was found within {waiting_time:g} seconds", _LATER, 5)
    UNANSWERED = (errors.Overloaded, "the query engine does not answer", "Ask again later.", 2)
    # fmt: on

    @property
    def number(self) -> int:
        """The number that stands for this limit in a slot; never 0."""
        return list(Limit).index(self) + 1

    def reply(self, settings: Settings, wait: int = 0) -> Reply:
        """Return the reply at this limit; ``wait`` is the seconds until the rate allows another question."""
        fault, what, hint, retry_after = self.value
        mib = {"query_mib": settings.query_memory // 2**20, "tree_mib": settings.tree_memory // 2**20}
        values = vars(settings) | mib | {"wait": wait}
        seconds = round(values[retry_after]) if isinstance(retry_after, str) else retry_after
        return Reply.of(fault(what.format_map(values), hint=hint.format_map(values)), seconds)


class QueuedQuestion(NamedTuple):
    """A question in the queue, with the numbers of its job and its client; ``put_at`` is monotonic time."""

    job: int
    put_at: float
    client: int
    question: Question


@lru_cache(_CACHED_HEADS)
def _write_head(head: tuple[Any, ...]) -> bytes:
    return json.dumps(head).encode()


@lru_cache(_CACHED_HEADS)
def _read_head(head: bytes) -> tuple[Any, ...]:
    return tuple(json.loads(head))


def send_question(queue: socket.socket, queued: QueuedQuestion, reply_pipe: int) -> None:
    """Put a question into the queue, whose reply is to be written to ``reply_pipe``.

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
    """Wait for the next question, and return it with its reply pipe; None where no worker is left."""
    frame, descriptors, _, _ = socket.recv_fds(queue, _LONGEST_MESSAGE, 2)
    if not frame:
        return None
    length, size, put_at, job, client = _PREFIX.unpack_from(frame)
    if len(descriptors) > 1:
        frame = os.pread(descriptors[1], _PREFIX.size + length + size, 0)
        os.close(descriptors[1])
    start = _PREFIX.size + length
    *types, default_graphs, named_graphs = _read_head(frame[_PREFIX.size : start])
    dataset = QueryDataset(tuple(default_graphs), tuple(named_graphs))
    question = Question(frame[start:].decode(), dataset, *types)
    return QueuedQuestion(job, put_at, client, question), descriptors[0]


def send_reply(pipe: int, reply: Reply) -> None:
    """Write a reply to its pipe, unless its reader has gone, and close the pipe."""
    body, media_type, snapshot, seconds, *rest = reply
    head = _write_head((media_type, snapshot, *rest))
    frame = memoryview(b"".join((_PREFIX.pack(len(head), len(body), seconds, 0, 0), head, body)))
    with suppress(BrokenPipeError):
        while frame:
            frame = frame[os.write(pipe, frame) :]
    os.close(pipe)


def reply_size(frame: bytearray) -> int:
    """Return how many bytes the reply has that begins with ``frame``; of a short beginning, the least."""
    if len(frame) < _PREFIX.size:
        return _PREFIX.size
    length, size, *_ = _PREFIX.unpack_from(frame)
    return _PREFIX.size + int(length) + int(size)


def read_reply(frame: bytearray) -> Reply:
    """Return the reply whose frame has come, wholly or up to its body."""
    length, _, seconds, _, _ = _PREFIX.unpack_from(frame)
    start = _PREFIX.size + length
    media_type, snapshot, *rest = _read_head(bytes(frame[_PREFIX.size : start]))
    return Reply(bytes(memoryview(frame)[start:]), media_type, snapshot, seconds, *rest)


def save_reply(pipe: int, frame: bytearray, path: Path) -> Reply | None:
    """Write the body of a reply, which began to come, to a file while the rest comes.

    Return None, without a file, where the pipe ends too early: the evaluator has died.
    """
    length, size, *_ = _PREFIX.unpack_from(frame)
    start = _PREFIX.size + length
    while len(frame) < start:
        piece = os.read(pipe, PIPE_CAPACITY)
        if not piece:
            return None
        frame += piece
    with open(path, "xb", buffering=0) as file:
        file.write(memoryview(frame)[start:])
        while (left := size - file.tell()) > 0 and (piece := os.read(pipe, PIPE_CAPACITY)):
            file.write(piece[:left])
    if left:
        path.unlink()
        return None
    return read_reply(frame[:start])._replace(file=str(path))
