"""How questions reach the evaluators, and how those who ask learn what has become of them."""

from __future__ import annotations

import faulthandler
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from crosswalk.errors import QueryTimedOut
from crosswalk.evaluation import client, sandbox, wire
from crosswalk.evaluation.pool import Evaluator
from crosswalk.evaluation.rationing import Spending, ask_ration, attend, tell_spent, wake
from crosswalk.evaluation.shared_state import Allowance, Board, Entry, Ledger
from crosswalk.evaluation.supervisor import Premises
from crosswalk.evaluation.wire import Limit, Question, Reply
from crosswalk.settings import Settings
from crosswalk.stores import QueryDataset

QUESTION = Question("ASK { }", table_type="text/csv")


def pair() -> tuple[socket.socket, socket.socket]:
    """The two ends of a line of questions."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


@pytest.mark.parametrize("text", ["ASK { 'é\0' ?p ?o }", "ASK { } #" + "é" * 600_000], ids=["short", "long"])
@pytest.mark.parametrize("graphs", [(), ("urn:b", "urn:c")])
def test_a_question_crosses_the_queue_unchanged(text: str, graphs: tuple[str, ...]) -> None:
    ours, theirs = pair()
    here, there = os.pipe()
    question = Question(text, QueryDataset(graphs[:1], graphs), "text/csv", None)
    queued = wire.QueuedQuestion(2**63 + 5, 12.5, 7, question)
    wire.send_question(ours, queued, there)
    os.close(there)
    received = wire.receive_question(theirs)
    assert received is not None and received[0] == queued
    wire.send_reply(received[1], Reply(b"hello"))
    assert wire.receive_reply(here) == Reply(b"hello") and os.read(here, 1) == b""
    os.close(here)
    ours.close()
    assert wire.receive_question(theirs) is None


def test_a_question_that_finds_no_room_in_the_queue_is_given_up_in_time() -> None:
    ours, _theirs = pair()
    evaluation = client.Evaluation(ours, ours, Board(), Settings(waiting_time=0.05))
    reading, writing = os.pipe()
    with pytest.raises(BlockingIOError):
        for _ in range(10_000):
            wire.send_question(ours, wire.QueuedQuestion(1, 0.0, 0, QUESTION), writing)
    os.close(reading)
    os.close(writing)
    assert "within 0.05 seconds" in evaluation.ask(QUESTION).what


FAULT = Reply.of(QueryTimedOut("too long", hint="less", line=3, column=4), retry_after=7)
ANSWER = Reply(b"n\r\n1\r\n" * 50_000, "text/csv", "s", 0.5, volatile=True)


def frame_of(reply: Reply) -> bytes:
    """Return a reply as it is written to its pipe."""
    reading, writing = os.pipe()
    beside = threading.Thread(target=wire.send_reply, args=(writing, reply))
    beside.start()
    with open(reading, "rb") as pipe:
        frame = pipe.read()
    beside.join()
    return frame


@pytest.mark.parametrize("reply", [FAULT, ANSWER, Reply(b"", "text/csv")])
@pytest.mark.parametrize("first", [1, 40, 100])
@pytest.mark.parametrize("lost", [0, 1])
def test_a_reply_crosses_its_pipe_whole_or_not_at_all(reply: Reply, first: int, lost: int) -> None:
    frame = frame_of(reply)
    sent = frame[: len(frame) - lost]
    reading, writing = os.pipe()

    def write() -> None:
        with open(writing, "wb", buffering=0) as pipe:
            pipe.write(sent[:first])
            time.sleep(0.01)
            pipe.write(sent[first:])

    beside = threading.Thread(target=write)
    beside.start()
    assert wire.receive_reply(reading) == (None if lost else reply)
    beside.join()
    os.close(reading)


def test_a_reply_carries_the_fault_with_its_place() -> None:
    error = FAULT.error()
    assert type(error) is QueryTimedOut
    assert (error.what, error.hint, error.line, error.column) == ("too long", "less", 3, 4)


def test_a_reply_to_one_who_has_gone_is_dropped() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    wire.send_reply(writing, ANSWER)
    with pytest.raises(OSError):
        os.fstat(writing)


def test_a_ledger_adds_up_over_processes() -> None:
    ledger = Ledger(2)
    child = os.fork()
    if child == 0:
        ledger.count(1, "requests")
        ledger.count(1, "asked")
        ledger.finished(1, "QueryTimedOut", 10.2)
        ledger.count(1, "asked")
        os._exit(0)
    os.waitpid(child, 0)
    ledger.count(0, "requests")
    ledger.finished(0, "", 0.02)
    ledger.finished(0, "NeverHeardOf", 0.0)
    for _ in range(4):
        ledger.count(0, "asked")
    ledger.standing(1, 4096)
    numbers = ledger.read()
    assert numbers["requests"] == 2
    assert (numbers["outcome:"], numbers["outcome:QueryTimedOut"], numbers["outcome:StoreFault"]) == (1, 1, 1)
    assert (numbers["le:0.005"], numbers["le:0.05"], numbers["le:10.0"], numbers["le:+Inf"]) == (1, 2, 2, 3)
    assert numbers["seconds"] == pytest.approx(10.22)
    assert (numbers["running"], numbers["waiting"], numbers["tree_bytes"]) == (1, 2, 4096)
    ledger.begin(1)
    assert ledger.read()["waiting"] == 1


def test_a_board_tells_what_is_in_hand_and_what_became_of_it() -> None:
    board = Board()
    board.begin(3, 77, 1.5, 0.25, 9)
    assert board.read(3) == Entry(77, 1.5, 0.25, 9) and board.read(4) is None
    assert board.in_hand(77) and not board.in_hand(78) and board.verdict(77) == 0
    board.judge(3, 77, Limit.QUERY_TIMEOUT)
    board.clear(3)
    assert board.verdict(77) == Limit.QUERY_TIMEOUT and not board.in_hand(77)
    assert board.finish(3)
    board.wear(3)
    assert not board.finish(3)


def test_who_is_ended_while_taking_another_question_has_it_put_again() -> None:
    board = Board()
    child = os.fork()
    if child == 0:
        signal.pause()
    each = Evaluator(child, os.pidfd_open(child), 0, board)
    board.begin(0, 1, time.monotonic(), 0.0, 0)
    each.look()
    each.end(Limit.QUERY_TIMEOUT)
    board.begin(0, 2, time.monotonic(), 0.0, 0)
    each.reap()
    assert each.job is not None and each.job.entry.job == 2
    assert board.verdict(1) == Limit.QUERY_TIMEOUT
    assert not board.verdict(2) and not board.in_hand(2)


def kill_self(number: int) -> Callable[[], None]:
    """Return what ends the calling process by a signal."""
    return lambda: os.kill(os.getpid(), number)


DEATHS = {
    "out of memory": (lambda: os._exit(sandbox.OUT_OF_MEMORY), "MiB of memory a query may use"),
    "aborted": (kill_self(signal.SIGABRT), "MiB of memory a query may use"),
    "overflowed": (kill_self(signal.SIGSEGV), "too deep or too long"),
    "overflowed into a file": (kill_self(signal.SIGBUS), "too deep or too long"),
    "killed": (kill_self(signal.SIGKILL), "was interrupted"),
    "failed": (lambda: os._exit(1), "was interrupted"),
}


@pytest.mark.parametrize("death", DEATHS)
def test_how_an_evaluator_ended_is_told(death: str) -> None:
    act, what = DEATHS[death]
    board = Board()
    child = os.fork()
    if child == 0:
        faulthandler.disable()
        sandbox.disable_core_dumps()
        act()
    board.begin(0, 1, time.monotonic(), 0.0, 0)
    Evaluator(child, os.pidfd_open(child), 0, board).reap()
    assert what in wire.reply_at(wire.Limit(board.verdict(1)), Settings()).what


TOLD = {
    Limit.QUERY_TIMEOUT: ("QueryTimedOut", "longer than the 1.5 seconds", 2),
    Limit.LONG_QUERIES: ("Overloaded", "3 long queries are running already", 2),
    Limit.QUERY_MEMORY: ("ResourceLimit", "more than the 5 MiB of memory a query may use", 2),
    Limit.TREE_MEMORY: ("ResourceLimit", "more than the 9 MiB of memory there are", 2),
    Limit.QUERY_DEPTH: ("QueryRefused", "too deep or too long", None),
    Limit.INTERRUPTED: ("StoreFault", "was interrupted", 2),
    Limit.RATE_LIMIT: ("RateExceeded", "the 7 seconds of evaluation a client may use in a minute", 4),
    Limit.WAITING_QUERIES: ("Overloaded", "11 queries are waiting already", 5),
    Limit.WAITING_TIME: ("Overloaded", "within 2.5 seconds", 5),
    Limit.UNANSWERED: ("Overloaded", "does not answer", 2),
}


@pytest.mark.parametrize("limit", Limit)
def test_a_client_is_told_which_limit_its_query_met_and_what_to_do(limit: Limit) -> None:
    settings = Settings(query_timeout=1.5, long_queries=3, query_memory=5 * 2**20, tree_memory=9 * 2**20,
                        rate_limit=7, waiting_queries=11, waiting_time=2.5)  # fmt: skip
    reply = wire.reply_at(limit, settings, wait=4)
    fault, what, retry_after = TOLD[limit]
    assert (reply.fault, reply.retry_after) == (fault, retry_after) and what in reply.what
    assert reply.hint and "{" not in reply.what + reply.hint


@contextmanager
def evaluating(premises: Premises, *acts: Callable[[wire.QueuedQuestion, int], None]) -> Iterator[list[int]]:
    """Stand in for an evaluator that deals with one question after the other, each in its way."""
    jobs: list[int] = []

    def evaluate() -> None:
        for act in acts:
            received = wire.receive_question(premises.door)
            assert received
            jobs.append(received[0].job)
            act(*received)

    beside = threading.Thread(target=evaluate)
    beside.start()
    yield jobs
    beside.join()


def answer(_queued: wire.QueuedQuestion, pipe: int) -> None:
    wire.send_reply(pipe, Reply(b"yes", "text/csv"))


def die(_queued: wire.QueuedQuestion, pipe: int) -> None:
    os.close(pipe)


def test_a_question_that_was_lost_is_put_again() -> None:
    premises = Premises(Settings(), Ledger(1))
    with evaluating(premises, die, answer) as jobs:
        assert premises.evaluation.ask(QUESTION).body == b"yes"
    assert len(set(jobs)) == 2


def test_a_question_that_is_lost_again_and_again_is_given_up() -> None:
    premises = Premises(Settings(), Ledger(1))
    with evaluating(premises, die, die, die) as jobs:
        reply = premises.evaluation.ask(QUESTION)
    assert (reply.fault, reply.retry_after) == ("StoreFault", 2) and len(set(jobs)) == 3


@pytest.mark.parametrize("late", [0.0, 0.1])
def test_whose_evaluator_dies_waits_for_what_is_said_of_it(late: float) -> None:
    premises = Premises(Settings(), Ledger(1))

    def begin_and_die(queued: wire.QueuedQuestion, pipe: int) -> None:
        premises.board.begin(9, queued.job, time.monotonic(), 0.0, 0)
        if not late:
            premises.board.judge(9, queued.job, Limit.LONG_QUERIES)
        os.close(pipe)
        time.sleep(late)
        premises.board.judge(9, queued.job, Limit.LONG_QUERIES)
        premises.board.clear(9)

    with evaluating(premises, begin_and_die):
        reply = premises.evaluation.ask(QUESTION)
    assert reply.fault == "Overloaded" and "8 long queries" in reply.what


@pytest.mark.parametrize("begun", [False, True])
def test_who_gets_no_reply_is_told_so_in_time(monkeypatch: pytest.MonkeyPatch, begun: bool) -> None:
    monkeypatch.setattr(client, "_GRACE", 0.1)
    premises = Premises(Settings(waiting_time=0.1, query_timeout=0.4), Ledger(1))
    kept: list[int] = []

    def hang(queued: wire.QueuedQuestion, pipe: int) -> None:
        if begun:
            premises.board.begin(9, queued.job, time.monotonic(), 0.0, 0)
        kept.append(pipe)

    began = time.monotonic()
    with evaluating(premises, hang):
        reply = premises.evaluation.ask(QUESTION)
    assert reply.fault == "Overloaded" and "does not answer" in reply.what
    assert (0.6 if begun else 0.2) <= time.monotonic() - began < 2
    os.close(*kept)


def test_as_many_wait_as_may(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(waiting_queries=0, long_queries=0, young_queries=1, workers=1)
    premises = Premises(settings, Ledger(1))
    told: list[Reply] = []

    def ask_beside(_queued: wire.QueuedQuestion, pipe: int) -> None:
        told.append(premises.evaluation.ask(QUESTION))
        wire.send_reply(pipe, Reply(b"yes"))

    with evaluating(premises, ask_beside):
        assert premises.evaluation.ask(QUESTION).body == b"yes"
    assert "queries are waiting already" in told[0].what and told[0].retry_after == 5


def test_a_client_is_told_at_the_counter_how_long_to_wait() -> None:
    broker, others = pair()
    allowance = Allowance(2)
    tell_spent(others, 5, 1.0)
    assert attend(broker, allowance, []) and not attend(broker, allowance, [])
    waits: list[int] = []

    def ask(client_number: int, *running: Spending) -> int:
        beside = threading.Thread(target=lambda: waits.append(ask_ration(others, client_number)))
        beside.start()
        while not attend(broker, allowance, list(running)):
            time.sleep(0.001)
        beside.join()
        return waits[-1]

    assert ask(5) == 0
    assert ask(5, Spending(6, 9.0)) == 0
    assert ask(5, Spending(5, 1.5)) > 0
    wake(others)
    assert attend(broker, allowance, [])
