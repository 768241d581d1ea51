"""How those who ask learn what has become of their questions, whatever becomes of the evaluators."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from crosswalk.evaluation import client, wire
from crosswalk.evaluation.client import Evaluation
from crosswalk.evaluation.shared_state import QuestionQueue
from crosswalk.evaluation.wire import Limit, Question, Reply
from crosswalk.settings import Settings
from tests.rsgi import run

QUESTION = Question("ASK { }", table_type="text/csv")
Act = Callable[[wire.QueuedQuestion, int], None]


@contextmanager
def evaluating(queue: QuestionQueue, *acts: Act) -> Iterator[list[int]]:
    """Stand in for an evaluator that deals with one question after the other, each in its way."""
    jobs: list[int] = []

    def evaluate() -> None:
        for act in acts:
            received = wire.receive_question(queue.receiver)
            if received is None:
                return
            jobs.append(received[0].job)
            act(*received)

    beside = threading.Thread(target=evaluate)
    beside.start()
    try:
        yield jobs
    finally:
        queue.sender.close()
        beside.join()


def answer(_queued: wire.QueuedQuestion, pipe: int) -> None:
    wire.send_reply(pipe, Reply(b"yes", "text/csv"))


def die(_queued: wire.QueuedQuestion, pipe: int) -> None:
    os.close(pipe)


def test_a_question_that_was_lost_is_put_again() -> None:
    queue = QuestionQueue(Settings())
    with evaluating(queue, die, answer) as jobs:
        assert run(Evaluation(queue).ask(QUESTION)).body == b"yes"
    assert len(set(jobs)) == 2


def test_a_question_that_is_lost_again_and_again_is_given_up() -> None:
    queue = QuestionQueue(Settings())
    with evaluating(queue, die, die, die) as jobs:
        reply = run(Evaluation(queue).ask(QUESTION))
    assert (reply.fault, reply.retry_after) == ("StoreFault", 2) and len(set(jobs)) == 3


@pytest.mark.parametrize("late", [0.0, 0.1])
def test_a_question_whose_evaluator_died_waits_for_its_limit(late: float) -> None:
    queue = QuestionQueue(Settings())
    slot = queue.slots[9]

    def begin_and_die(queued: wire.QueuedQuestion, pipe: int) -> None:
        slot.begin(queued.job, 0, time.monotonic(), 0.0)
        if not late:
            slot.end(queued.job, Limit.LONG_QUERIES)
        os.close(pipe)
        time.sleep(late)
        slot.end(queued.job, Limit.LONG_QUERIES)
        slot.clear()

    with evaluating(queue, begin_and_die):
        reply = run(Evaluation(queue).ask(QUESTION))
    assert reply.fault == "Overloaded" and "8 long queries" in reply.what


def test_a_question_without_a_reply_is_given_up_after_all_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_GRACE", 0.1)
    queue = QuestionQueue(Settings(waiting_time=0.1, query_timeout=0.4))
    kept: list[int] = []
    began = time.monotonic()
    with evaluating(queue, lambda _queued, pipe: kept.append(pipe)):
        reply = run(Evaluation(queue).ask(QUESTION))
    assert reply.fault == "Overloaded" and "does not answer" in reply.what
    assert 0.6 <= time.monotonic() - began < 2
    os.close(*kept)


def test_as_many_wait_as_may() -> None:
    queue = QuestionQueue(Settings(waiting_queries=0, long_queries=0, young_queries=1, workers=1))
    evaluation = Evaluation(queue)
    refused: list[Reply] = []

    def ask_beside(_queued: wire.QueuedQuestion, pipe: int) -> None:
        refused.append(run(evaluation.ask(QUESTION)))
        wire.send_reply(pipe, Reply(b"yes"))

    with evaluating(queue, ask_beside, answer):
        assert run(evaluation.ask(QUESTION)).body == b"yes"
        assert run(evaluation.ask(QUESTION)).body == b"yes"
    assert "queries are waiting already" in refused[0].what and refused[0].retry_after == 5


def test_a_question_that_finds_no_room_in_the_queue_is_given_up_in_time() -> None:
    queue = QuestionQueue(Settings(waiting_time=0.05))
    evaluation = Evaluation(queue)
    reading, writing = os.pipe()
    with pytest.raises(BlockingIOError):
        for _ in range(10_000):
            wire.send_question(queue.sender, wire.QueuedQuestion(1, 0.0, 0, QUESTION), writing)
    os.close(reading)
    os.close(writing)
    assert "within 0.05 seconds" in run(evaluation.ask(QUESTION)).what
    queue.close()


def test_where_nobody_takes_questions_any_more_that_is_told() -> None:
    queue = QuestionQueue(Settings())
    queue.receiver.close()
    assert "does not answer" in run(Evaluation(queue).ask(QUESTION)).what
    queue.close()


def test_a_client_that_has_used_its_rate_is_told_how_long_to_wait() -> None:
    queue = QuestionQueue(Settings(rate_limit=2))
    evaluation = Evaluation(queue)

    def charge(queued: wire.QueuedQuestion, pipe: int) -> None:
        queue.buckets.charge(queued.client, 1.5)
        answer(queued, pipe)

    def run_long(queued: wire.QueuedQuestion, pipe: int) -> None:
        slot = queue.slots[9]
        slot.begin(queued.job, queued.client, time.monotonic(), 0.0)
        slot.processor_time = 0.6
        answer(queued, pipe)

    with evaluating(queue, charge, run_long, answer):
        assert run(evaluation.ask(QUESTION, "a")).body == b"yes"
        assert run(evaluation.ask(QUESTION, "a")).body == b"yes"
        # What is in hand counts as well.
        refused = run(evaluation.ask(QUESTION, "a"))
        assert run(evaluation.ask(QUESTION, "b")).body == b"yes"
    assert refused.fault == "RateExceeded" and 1 <= (refused.retry_after or 0) <= 4
