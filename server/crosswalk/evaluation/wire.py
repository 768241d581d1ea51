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
from functools import lru_cache
from typing import Any, NamedTuple

from crosswalk.errors import (
    CrosswalkError,
    InputError,
    Overloaded,
    QueryRefused,
    QuerySyntaxError,
    QueryTimedOut,
    RateExceeded,
    ResourceLimit,
    ResultTooLarge,
    StoreFault,
    Unacceptable,
)
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

FAULTS: dict[str, type[CrosswalkError]] = {
    fault.__name__: fault
    for fault in (InputError, QueryRefused, QuerySyntaxError, QueryTimedOut, ResourceLimit, StoreFault,
                  Overloaded, RateExceeded, Unacceptable, ResultTooLarge)
}  # fmt: skip
"""The faults a reply can carry, by name."""


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
            raise Unacceptable(f"a {form} query has no answer in a form you accept")
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
    def of(cls, error: CrosswalkError, retry_after: int | None = None) -> Reply:
        """Return the reply that carries an error, as the nearest of FAULTS."""
        fault = next((kind.__name__ for kind in type(error).__mro__ if kind.__name__ in FAULTS), "StoreFault")
        return cls(fault=fault, what=error.what, hint=error.hint, line=error.line, column=error.column,
                   retry_after=retry_after)  # fmt: skip

    def error(self) -> CrosswalkError:
        """Return the error this reply carries."""
        return FAULTS[self.fault](self.what, line=self.line, column=self.column, hint=self.hint)


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
