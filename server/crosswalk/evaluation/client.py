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
    send_question,
)

_TRIES = 3
_GRACE = 8.0  # seconds past all limits, after which only a supervisor that fails leaves a question unanswered
_INTERVAL = 0.01  # seconds between two looks at the slots
_JOBS_PER_PROCESS = 2**40


class Evaluation:
    """Ask the evaluators of one snapshot."""

    def __init__(self, queue: QuestionQueue) -> None:
        self.queue, self.settings = queue, queue.settings
        # A timeout of the kernel's: with one of Python's each call would be two.
        waiting_time = divmod(round(self.settings.waiting_time * 10**6), 10**6)
        queue.sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", *waiting_time))
        running = self.settings.long_queries + self.settings.young_queries
        waiting = -(-self.settings.waiting_queries // max(1, self.settings.workers))
        self._room = threading.Semaphore(running + waiting)
        self._jobs = count(1)

    def ask(self, question: Question, client: str = "") -> Reply:
        """Return the reply to a question: its answer, its fault, or the limit it met."""
        number = 0
        if self.settings.rate_limit:
            # The same in every worker: all are forked from one process.
            number = hash(client) % 2**64 or 1
            wait = self.queue.wait(number)
            if wait:
                return Limit.RATE_LIMIT.reply(self.settings, wait)
        if not self._room.acquire(blocking=False):
            return Limit.WAITING_QUERIES.reply(self.settings)
        try:
            for _ in range(_TRIES):
                reply = self._ask(question, number)
                if reply is not None:
                    return reply
        finally:
            self._room.release()
        return Limit.INTERRUPTED.reply(self.settings)

    def _ask(self, question: Question, client: int) -> Reply | None:
        """Return the reply to a question, or None where it was lost before its evaluation began."""
        job = os.getpid() * _JOBS_PER_PROCESS + next(self._jobs)
        pipe, writing_end = os.pipe()
        try:
            try:
                queued = QueuedQuestion(job, time.monotonic(), client, question)
                send_question(self.queue.sender, queued, writing_end)
            except BlockingIOError:
                return Limit.WAITING_TIME.reply(self.settings)
            except BrokenPipeError:  # the supervisor of an earlier snapshot has died, and is not replaced
                return Limit.UNANSWERED.reply(self.settings)
            finally:
                # Only the queue, and then one evaluator, holds this end: when that one dies, the pipe ends.
                os.close(writing_end)
            poll = select.poll()
            poll.register(pipe, select.POLLIN)
            if not poll.poll((self.settings.waiting_time + self.settings.query_timeout + _GRACE) * 1000):
                return Limit.UNANSWERED.reply(self.settings)
            return receive_reply(pipe) or self._limit_reply(job)
        finally:
            os.close(pipe)

    def _limit_reply(self, job: int) -> Reply | None:
        """Return the reply for a job whose evaluator has died, as soon as the supervisor has noted its limit.

        None where no evaluator had the job in hand: the question can be put again.
        """
        end = time.monotonic() + _GRACE
        while time.monotonic() < end:
            # In this order: the supervisor notes the limit before it clears the slot.
            in_hand = self.queue.in_hand(job)
            limit = self.queue.limit(job)
            if limit:
                return limit.reply(self.settings)
            if not in_hand:
                return None
            time.sleep(_INTERVAL)
        return Limit.INTERRUPTED.reply(self.settings)
