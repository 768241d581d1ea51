"""Put questions to the evaluators on behalf of the event loop that serves requests."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

from crosswalk.evaluation.shared_state import QuestionQueue
from crosswalk.evaluation.wire import (
    LARGE,
    PIPE_CAPACITY,
    Limit,
    Question,
    QueuedQuestion,
    Reply,
    read_reply,
    reply_size,
    save_reply,
    send_question,
)
from crosswalk.stores import QueryDataset

_TRIES = 3
_GRACE = 8.0  # seconds past all limits, after which only a supervisor that fails leaves a question unanswered
_INTERVAL = 0.01  # seconds between two looks at the slots
_JOBS_PER_PROCESS = 2**40


class Evaluation:
    """Ask the evaluators of one snapshot.

    Bodies of more than LARGE bytes are written to files, which belong to whoever asked; ``new_file`` names
    one.
    """

    def __init__(self, queue: QuestionQueue, new_file: Callable[[], Path] | None = None) -> None:
        self.queue, self.settings, self.new_file = queue, queue.settings, new_file
        running = self.settings.long_queries + self.settings.young_queries
        self._room = running - (-self.settings.waiting_queries // max(1, self.settings.workers))
        self._seconds = self.settings.waiting_time + self.settings.query_timeout + _GRACE
        self._jobs, self._asked = count(1), 0
        self._sending = asyncio.Lock()

    async def ask(self, question: Question, client: str = "") -> Reply:
        """Return the reply to a question: its answer, its fault, or the limit it met."""
        number = 0
        if self.settings.rate_limit:
            # The same in every worker: all are forked from one process.
            number = hash(client) % 2**64 or 1
            wait = self.queue.wait(number)
            if wait:
                return Limit.RATE_LIMIT.reply(self.settings, wait)
        if self._asked >= self._room:
            return Limit.WAITING_QUERIES.reply(self.settings)
        self._asked += 1
        try:
            for _ in range(_TRIES):
                reply = await self._ask(question, number)
                if reply is not None:
                    return reply
        finally:
            self._asked -= 1
        return Limit.INTERRUPTED.reply(self.settings)

    async def _ask(self, question: Question, client: int) -> Reply | None:
        """Return the reply to a question, or None where it was lost before its evaluation began."""
        job = os.getpid() * _JOBS_PER_PROCESS + next(self._jobs)
        pipe, writing_end = os.pipe()
        try:
            try:
                await self._send(QueuedQuestion(job, time.monotonic(), client, question), writing_end)
            except TimeoutError:
                return Limit.WAITING_TIME.reply(self.settings)
            except BrokenPipeError:  # the supervisor of an earlier snapshot has died, and is not replaced
                return Limit.UNANSWERED.reply(self.settings)
            finally:
                # Only the queue, and then one evaluator, holds this end: when that one dies, the pipe ends.
                os.close(writing_end)
            try:
                reply = await receive_reply(pipe, self._seconds, self.new_file)
            except TimeoutError:
                return Limit.UNANSWERED.reply(self.settings)
            return reply or await self._limit_reply(job)
        finally:
            os.close(pipe)

    async def _send(self, queued: QueuedQuestion, reply_pipe: int) -> None:
        """Put a question into the queue, when there is room in it and those who came before have been.

        Raises TimeoutError where there is no room for as long as a question may wait.
        """
        with suppress(BlockingIOError):
            if not self._sending.locked():
                return send_question(self.queue.sender, queued, reply_pipe)
        async with asyncio.timeout(self.settings.waiting_time), self._sending:
            while True:
                await _ready(self.queue.sender.fileno(), to_write=True)
                with suppress(BlockingIOError):
                    return send_question(self.queue.sender, queued, reply_pipe)

    async def _limit_reply(self, job: int) -> Reply | None:
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
            await asyncio.sleep(_INTERVAL)
        return Limit.INTERRUPTED.reply(self.settings)


class EvaluatedStore:
    """The store of one snapshot as other threads see it: each question goes to the evaluators.

    So a thread of a worker survives a question on which the engine fails.
    """

    def __init__(self, evaluation: Evaluation, loop: asyncio.AbstractEventLoop) -> None:
        self.evaluation, self.loop = evaluation, loop

    def query(
        self, text: str, media_type: str, *, dataset: QueryDataset | None = None, base: str = ""
    ) -> bytes:
        """Return the answer in ``media_type``; see Store."""
        question = Question(text, dataset or QueryDataset(), media_type, media_type, base)
        reply = asyncio.run_coroutine_threadsafe(self.evaluation.ask(question), self.loop).result()
        if reply.fault:
            raise reply.error()
        if not reply.file:
            return reply.body
        file = Path(reply.file)
        try:
            return file.read_bytes()
        finally:
            file.unlink()


async def receive_reply(
    pipe: int, seconds: float, new_file: Callable[[], Path] | None = None
) -> Reply | None:
    """Read a reply from its pipe, the body of a large one to a new file, where there may be files.

    Return None where the pipe ends too early: the evaluator has died. Raises TimeoutError where nothing, or
    too little, comes in time.
    """
    frame = bytearray()
    async with asyncio.timeout(seconds):
        while len(frame) < (size := reply_size(frame)) and not (size > LARGE and new_file):
            await _ready(pipe)
            piece = os.read(pipe, PIPE_CAPACITY)
            if not piece:
                return None
            frame += piece
    if len(frame) == size or new_file is None:
        return read_reply(frame)
    # In a thread: it waits for the evaluator, and for the disk. The evaluator ends in any case.
    return await asyncio.to_thread(save_reply, pipe, frame, new_file())


async def _ready(descriptor: int, *, to_write: bool = False) -> None:
    """Wait until something can be read from a descriptor, or written to it."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    add, remove = (loop.add_writer, loop.remove_writer) if to_write else (loop.add_reader, loop.remove_reader)
    add(descriptor, _resolve, future)
    try:
        await future
    finally:
        remove(descriptor)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
