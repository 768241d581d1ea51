"""What travels between the processes: a question, a reply, and the frame both stand in."""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import asdict, dataclass, field
from typing import Any

from crosswalk.errors import (
    CrosswalkError,
    InputError,
    QueryRefused,
    QuerySyntaxError,
    QueryTimedOut,
    ResourceLimit,
    StoreFault,
)
from crosswalk.stores import QueryDataset

_LENGTHS = struct.Struct("!IQ")


class Overloaded(StoreFault):
    """More is asked than can be answered now: come back after ``retry_after`` seconds."""


class RateExceeded(StoreFault):
    """One client has used up its share of evaluation for now."""


class Unacceptable(InputError):
    """The client accepts no form this kind of answer can be written in."""


class ResultTooLarge(InputError):
    """The result is larger than may be sent."""


KINDS: dict[str, type[CrosswalkError]] = {
    kind.__name__: kind
    for kind in (InputError, QueryRefused, QuerySyntaxError, QueryTimedOut, ResourceLimit, StoreFault,
                 Overloaded, RateExceeded, Unacceptable, ResultTooLarge)
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """A query, the graphs it is put to, and the media type wanted for each kind of answer, if any will do."""

    text: str
    dataset: QueryDataset = QueryDataset()
    table_type: str | None = None
    graph_type: str | None = None


@dataclass(frozen=True)
class Reply:
    """An answer, or the fault that stands in its place (``fault`` is then the name of its kind)."""

    body: bytes = field(default=b"", repr=False)
    media_type: str = ""
    snapshot: str = ""
    seconds: float = 0.0
    rows: int | None = None
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


def write_question(question: Question) -> bytes:
    """The frame of a question."""
    header = {"default": question.dataset.default_graphs, "named": question.dataset.named_graphs,
              "table": question.table_type, "graph": question.graph_type}  # fmt: skip
    return _frame(header, question.text.encode())


def read_question(connection: socket.socket) -> Question:
    """The question a connection brings."""
    header, body = _unframe(connection)
    dataset = QueryDataset(tuple(header["default"]), tuple(header["named"]))
    return Question(body.decode(), dataset, header["table"], header["graph"])


def write_reply(reply: Reply) -> bytes:
    """The frame of a reply."""
    header = asdict(reply)
    return _frame(header, header.pop("body"))


def read_reply(connection: socket.socket) -> Reply:
    """The reply a connection brings; EOFError where it ends before."""
    header, body = _unframe(connection)
    return Reply(body=body, **header)


def _frame(header: dict[str, Any], body: bytes) -> bytes:
    encoded = json.dumps(header).encode()
    return b"".join((_LENGTHS.pack(len(encoded), len(body)), encoded, body))


def _unframe(connection: socket.socket) -> tuple[dict[str, Any], bytes]:
    header, body = _LENGTHS.unpack(_read(connection, _LENGTHS.size))
    return json.loads(bytes(_read(connection, header))), bytes(_read(connection, body))


def _read(connection: socket.socket, size: int) -> bytearray:
    received = bytearray(size)
    view = memoryview(received)
    while view:
        count = connection.recv_into(view, min(len(view), 2**20))
        if not count:
            raise EOFError("the connection ended early")
        view = view[count:]
    return received
