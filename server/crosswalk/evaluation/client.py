"""Puts questions to the evaluators on behalf of the threads that serve requests."""

from __future__ import annotations

import hashlib
import os
import socket
import struct
import threading
import time
from collections import deque
from itertools import count

from crosswalk.errors import CrosswalkError, Overloaded, StoreFault
from crosswalk.evaluation import verdicts
from crosswalk.evaluation.rationing import ask_ration, wake
from crosswalk.evaluation.shared_state import Board
from crosswalk.evaluation.wire import Order, Question, Reply, ReplyReader, send_order
from crosswalk.settings import Settings

_GRACE = 8.0
_LOOK = 0.1
"""After how many seconds without a reply the board is looked at, again and again."""

_TRIES = 3
_PIECE = 2**16
_KEPT_LINES = 64
_NUMBERS = 2**40


class Evaluation:
    """The way to the evaluators of one snapshot.

    ``door`` is the end of the line of questions that all workers share; the evaluators share the other.
    ``counter`` is where the broker gives rations, and is woken.
    """

    def __init__(self, door: socket.socket, counter: socket.socket, board: Board, settings: Settings) -> None:
        self.door, self.counter, self.board, self.settings = door, counter, board, settings
        self.patience = settings.waiting_time + settings.query_timeout + _GRACE
        _set_timeout(door, socket.SO_SNDTIMEO, settings.waiting_time)
        places = settings.long_queries + settings.young_queries
        share = -(-settings.waiting_queries // max(1, settings.workers))
        self._room = threading.Semaphore(places + share)
        self._lines: deque[Line] = deque()
        self._numbers = count(1)

    def ask(self, question: Question, client: str = "") -> Reply:
        """The reply to a question; a fault is a reply too."""
        number = _number(client) if self.settings.rate_limit else 0
        if number:
            wait = ask_ration(self.counter, number)
            if wait:
                return verdicts.rate_exceeded(self.settings, wait)
        if not self._room.acquire(blocking=False):
            return verdicts.line_full(self.settings)
        try:
            for _ in range(_TRIES):
                reply = self._ask(question, number)
                if reply is not None:
                    return reply
        finally:
            self._room.release()
        error = StoreFault("the evaluation was interrupted", hint="Ask again.")
        return Reply.of(error, retry_after=2)

    def _ask(self, question: Question, client: int) -> Reply | None:
        """The reply to a question, or None where it has to be put again."""
        order = Order(os.getpid() * _NUMBERS + next(self._numbers), time.monotonic(), client, question)
        losses = self.board.losses
        line = self._lines.pop() if self._lines else Line()
        try:
            send_order(self.door, order, line.theirs)
        except BlockingIOError:
            self._put_back(line)
            return verdicts.waited_too_long(self.settings)
        if self.board.resting:
            wake(self.counter)
        reader = ReplyReader(order.job)
        if _read(line, reader):
            self._put_back(line)
            return reader.reply()
        # Late replies may still come in on this line, so that it is not used again.
        with line:
            return self._wait(order, losses, line, reader)

    def _wait(self, order: Order, losses: int, line: Line, reader: ReplyReader) -> Reply | None:
        """The reply to a question that is not answered at once; None where it has to be put again."""
        begun = False
        while True:
            verdict = self.board.verdict(order.job)
            begun = begun or self.board.in_hand(order.job)
            if _read(line, reader):
                return reader.reply()
            if verdict:
                return verdicts.told(verdict, self.settings)
            if not begun and losses != self.board.losses:
                return None
            age = time.monotonic() - order.arrived
            if age > (self.patience if begun else self.settings.waiting_time + _GRACE):
                return _unanswered()

    def _put_back(self, line: Line) -> None:
        if len(self._lines) < _KEPT_LINES:
            self._lines.append(line)
        else:
            line.close()


def _read(line: Line, reader: ReplyReader) -> bool:
    """Takes what comes in; False where for a while nothing does, and the reply is not whole."""
    try:
        while not reader.take(line.ours.recv(_PIECE)):
            continue
    except BlockingIOError:
        return False
    return True


class Line:
    """A pair of sockets on which replies come in."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        _set_timeout(self.ours, socket.SO_RCVTIMEO, _LOOK)

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *fault: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends both."""
        self.ours.close()
        self.theirs.close()


def _set_timeout(connection: socket.socket, which: int, seconds: float) -> None:
    """Has the kernel end a call that waits too long: Python would make two calls of each."""
    whole = int(seconds)
    connection.setsockopt(socket.SOL_SOCKET, which, struct.pack("ll", whole, int((seconds - whole) * 1e6)))


def _number(client: str) -> int:
    """The number a client goes by where its name would be too long; never 0."""
    return int.from_bytes(hashlib.blake2b(client.encode(), digest_size=8).digest(), "big") | 1


def _unanswered() -> Reply:
    error: CrosswalkError = Overloaded("the query engine does not answer", hint="Ask again later.")
    return Reply.of(error, retry_after=2)
