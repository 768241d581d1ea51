"""Put questions to the evaluators on behalf of the threads that serve requests."""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
import time
from itertools import count

from crosswalk.evaluation.shared_state import QuestionQueue
from crosswalk.evaluation.wire import (
    Limit,
    Question,
    QueuedQuestion,
    Reply,
    receive_reply,
    reply_at,
    send_question,
)

_TRIES = 3
_GRACE = 8.0
"""How many seconds past all limits a reply is waited for, which only a supervisor that fails lets happen."""

_INTERVAL = 0.01
"""How many seconds go by between two looks for what became of a question whose evaluator has gone."""

_JOBS = 2**40


class Evaluation:
    """The way to the evaluators of one snapshot."""

    def __init__(self, queue: QuestionQueue) -> None:
        self.queue, self.settings = queue, queue.settings
        # The kernel ends a call that waits too long: with Python's own timeout each call would be two.
        waiting_time = divmod(round(self.settings.waiting_time * 10**6), 10**6)
        queue.sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", *waiting_time))
        running = self.settings.long_queries + self.settings.young_queries
        waiting = -(-self.settings.waiting_queries // max(1, self.settings.workers))
        self._room = threading.Semaphore(running + waiting)
        self._jobs = count(1)

    def ask(self, question: Question, client: str = "") -> Reply:
        """Return the reply to a question; a fault is a reply too."""
        number = 0
        if self.settings.rate_limit:
            # The same in all workers, since they are forked from one process.
            number = hash(client) % 2**64 or 1
            wait = self.queue.buckets.wait(number, self.queue.slots.processor_time(number))
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
                send_question(self.queue.sender, queued, evaluators_end)
            except BlockingIOError:
                return reply_at(Limit.WAITING_TIME, self.settings)
            except BrokenPipeError:  # the supervisor of an earlier snapshot has died, and is not replaced
                return reply_at(Limit.UNANSWERED, self.settings)
            finally:
                # Only the queue, and then one evaluator, holds this end: when that one dies, the pipe ends.
                os.close(evaluators_end)
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
        more = self.settings.query_timeout if self.queue.slots.has(job) else 0.0
        return bool(poll.poll(more * 1000))

    def _judgement(self, job: int) -> Reply | None:
        """Return what the supervisor says of a question whose evaluator has gone.

        None where no evaluator had it in hand, so that it can be put again.
        """
        end = time.monotonic() + _GRACE
        while time.monotonic() < end:
            # In this order: the supervisor notes the limit first, and only then clears the slot.
            in_hand = self.queue.slots.has(job)
            limit = self.queue.slots.limit(job)
            if limit:
                return reply_at(Limit(limit), self.settings)
            if not in_hand:
                return None
            time.sleep(_INTERVAL)
        return reply_at(Limit.INTERRUPTED, self.settings)
