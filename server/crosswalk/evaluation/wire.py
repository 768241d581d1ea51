"""What travels between the processes: a question, a reply, and the frames they stand in.

What is made for every query is a named tuple: to make a data class takes several times as long.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from array import array
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

_QUESTION = struct.Struct("=QdQIH")
_REPLY = struct.Struct("=QQdIB")
_INLINE = 2**15
"""How long a question may be that is sent as it is; a longer one lies in memory beside its message."""

_ANSWER, _FAULT, _VOLATILE = 0, 1, 2
_LONGEST = _INLINE + _QUESTION.size
_ROOM_FOR_TWO = socket.CMSG_SPACE(2 * array("i").itemsize)


KINDS: dict[str, type[CrosswalkError]] = {
    kind.__name__: kind
    for kind in (InputError, QueryRefused, QuerySyntaxError, QueryTimedOut, ResourceLimit, StoreFault,
                 Overloaded, RateExceeded, Unacceptable, ResultTooLarge)
}  # fmt: skip


class Question(NamedTuple):
    """A query, the graphs it is put to, and the media type wanted for each kind of answer, if any will do."""

    text: str
    dataset: QueryDataset = QueryDataset()
    table_type: str | None = None
    graph_type: str | None = None


class Reply(NamedTuple):
    """An answer, or the fault that stands in its place (``fault`` is then the name of its kind)."""

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
    def of(cls, error: CrosswalkError, **more: Any) -> Reply:
        """The reply that carries an error."""
        return cls(fault=type(error).__name__, what=error.what, hint=error.hint, line=error.line,
                   column=error.column, **more)  # fmt: skip

    def error(self) -> CrosswalkError:
        """The error this reply carries."""
        return KINDS[self.fault](self.what, line=self.line, column=self.column, hint=self.hint)


class Order(NamedTuple):
    """A question on its way: the number of the job, when it was put, the number its client goes by."""

    job: int
    arrived: float
    client: int
    question: Question


def send_order(door: socket.socket, order: Order, line: socket.socket) -> None:
    """Puts a question in the line; its reply is to be written to ``line``."""
    asked = order.question
    dataset = asked.dataset
    words = (asked.table_type or "", asked.graph_type or "", *dataset.default_graphs, *dataset.named_graphs)
    head, text = "\n".join(words).encode(), asked.text.encode()
    start = _QUESTION.pack(order.job, order.arrived, order.client, len(head), len(dataset.default_graphs))
    if len(head) + len(text) <= _INLINE:
        _send(door, (start, head, text), line.fileno())
        return
    beside = os.memfd_create("question")
    try:
        with open(beside, "wb", closefd=False) as memory:
            memory.writelines((head, text))
        _send(door, (start,), line.fileno(), beside)
    finally:
        os.close(beside)


def _send(door: socket.socket, parts: tuple[bytes, ...], *descriptors: int) -> None:
    door.sendmsg(parts, ((socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", descriptors).tobytes()),))


def receive_order(door: socket.socket) -> tuple[Order, socket.socket] | None:
    """The next question of the line, and where its reply goes; None where nobody can ask any more."""
    frame, ancillary, _, _ = door.recvmsg(_LONGEST, _ROOM_FOR_TWO)
    if not frame:
        return None
    descriptors = array("i")
    for _, _, rights in ancillary:
        descriptors.frombytes(rights)
    job, arrived, client, length, defaults = _QUESTION.unpack_from(frame)
    rest = frame[_QUESTION.size :]
    if len(descriptors) > 1:
        rest = os.pread(descriptors[1], os.fstat(descriptors[1]).st_size, 0)
        os.close(descriptors[1])
    table, graph, *graphs = rest[:length].decode().split("\n")
    dataset = QueryDataset(tuple(graphs[:defaults]), tuple(graphs[defaults:]))
    question = Question(rest[length:].decode(), dataset, table or None, graph or None)
    return Order(job, arrived, client, question), socket.socket(fileno=descriptors[0])


def write_reply(job: int, reply: Reply, snapshot: str, seconds: float) -> bytes:
    """The frame of the reply to a job, found in a snapshot within some seconds."""
    if reply.fault:
        told = {"what": reply.what, "hint": reply.hint, "line": reply.line, "column": reply.column,
                "retry_after": reply.retry_after, "fault": reply.fault}  # fmt: skip
        kind, head = _FAULT, json.dumps(told).encode()
    else:
        kind = _VOLATILE if reply.volatile else _ANSWER
        head = f"{reply.media_type}\n{snapshot}".encode()
    start = _REPLY.pack(job, len(reply.body), seconds, len(head), kind)
    return b"".join((start, head, reply.body))


class ReplyReader:
    """Puts a reply together from what comes in, piece by piece."""

    def __init__(self, job: int) -> None:
        self.job = job
        self._received: bytes | bytearray = b""
        self._length = 0

    def take(self, piece: bytes) -> bool:
        """Takes a piece; True when the reply is whole."""
        if not self._received:
            self._received = piece
        else:
            if isinstance(self._received, bytes):
                self._received = bytearray(self._received)
            self._received += piece
        if not self._length and len(self._received) >= _REPLY.size:
            job, body, _, head, _ = _REPLY.unpack_from(self._received)
            if job != self.job:
                raise EOFError("the reply to another question came in")
            self._length = _REPLY.size + head + body
        return bool(self._length) and len(self._received) >= self._length

    def reply(self) -> Reply:
        """The reply, once it is whole."""
        _, size, seconds, length, kind = _REPLY.unpack_from(self._received)
        start = _REPLY.size + length
        head = bytes(self._received[_REPLY.size : start]).decode()
        if kind == _FAULT:
            return Reply(seconds=seconds, **json.loads(head))
        media_type, _, snapshot = head.partition("\n")
        body = bytes(self._received[start : start + size])
        return Reply(body, media_type, snapshot, seconds, kind == _VOLATILE)
