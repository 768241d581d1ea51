"""Put questions to the evaluators on behalf of the threads that serve requests."""

from __future__ import annotations

import hashlib
import os
import select
import socket
import struct
import threading
import time
from itertools import count

from crosswalk.evaluation.rationing import ask_ration, wake
from crosswalk.evaluation.shared_state import Board
from crosswalk.evaluation.wire import (
    Limit,
    Question,
    QueuedQuestion,
    Reply,
    receive_reply,
    reply_at,
    send_question,
)
from crosswalk.settings import Settings

_TRIES = 3
_GRACE = 8.0
"""How many seconds past all limits a reply is waited for, which only a supervisor that fails lets happen."""

_JUDGED = 0.01
"""How many seconds go by between two looks for what became of a question whose evaluator has gone."""

_JOBS = 2**40


class Evaluation:
    """The way to the evaluators of one snapshot.

    ``door`` is the end of the line of questions that all workers share; the evaluators share the other.
    ``counter`` is where the broker gives rations, and is woken.
    """

    def __init__(self, door: socket.socket, counter: socket.socket, board: Board, settings: Settings) -> None:
        self.door, self.counter, self.board, self.settings = door, counter, board, settings
        # The kernel ends a call that waits too long: with Python's own timeout each call would be two.
        waiting_time = divmod(round(settings.waiting_time * 10**6), 10**6)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", *waiting_time))
        running = settings.long_queries + settings.young_queries
        waiting = -(-settings.waiting_queries // max(1, settings.workers))
        self._room = threading.Semaphore(running + waiting)
        self._jobs = count(1)

    def ask(self, question: Question, client: str = "") -> Reply:
        """Return the reply to a question; a fault is a reply too."""
        number = _number(client) if self.settings.rate_limit else 0
        if number:
            wait = ask_ration(self.counter, number)
            if wait:
                return reply_at(Limit.RATE_LIMIT, self.settings, wait)
        if not self._room.acquire(blocking=False):
            return reply_at(Limit.WAITING_QUERIES, self.settings)
        try:
            for _ in range(_TRIES):
                reply = self._ask(question, number)
                if reply is not None:
                    return reply
        finally:
            self._room.release()
        return reply_at(Limit.INTERRUPTED, self.settings)

    def _ask(self, question: Question, client: int) -> Reply | None:
        """Return the reply to a question, or None where it was lost before its evaluation began."""
        job = os.getpid() * _JOBS + next(self._jobs)
        pipe, evaluators_end = os.pipe()
        try:
            try:
                queued = QueuedQuestion(job, time.monotonic(), client, question)
                send_question(self.door, queued, evaluators_end)
            except BlockingIOError:
                return reply_at(Limit.WAITING_TIME, self.settings)
            finally:
                # Only the queue, and then one evaluator, holds this end: when that one dies, the pipe ends.
                os.close(evaluators_end)
            if self.board.resting:
                wake(self.counter)
            if not self._await(pipe, job):
                return reply_at(Limit.UNANSWERED, self.settings)
            return receive_reply(pipe) or self._judgement(job)
        finally:
            os.close(pipe)

    def _await(self, pipe: int, job: int) -> bool:
        """Wait until a reply begins or its pipe ends; return False where neither comes in time."""
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        if poll.poll((self.settings.waiting_time + _GRACE) * 1000):
            return True
        more = self.settings.query_timeout if self.board.in_hand(job) else 0.0
        return bool(poll.poll(more * 1000))

    def _judgement(self, job: int) -> Reply | None:
        """Return what the supervisor says of a question whose evaluator has gone.

        None where no evaluator had it in hand, so that it can be put again.
        """
        end = time.monotonic() + _GRACE
        while time.monotonic() < end:
            # In this order: what was in hand is judged first, and only then taken from the slot.
            in_hand = self.board.in_hand(job)
            limit = self.board.verdict(job)
            if limit:
                return reply_at(Limit(limit), self.settings)
            if not in_hand:
                return None
            time.sleep(_JUDGED)
        return reply_at(Limit.INTERRUPTED, self.settings)


def _number(client: str) -> int:
    """The number a client goes by where its name would be too long; never 0."""
    return int.from_bytes(hashlib.blake2b(client.encode(), digest_size=8).digest(), "big") | 1
