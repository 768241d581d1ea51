"""How questions reach the evaluators, and how those who ask learn what has become of them."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time

import pytest

from crosswalk.errors import QueryTimedOut
from crosswalk.evaluation import verdicts, wire
from crosswalk.evaluation.pool import Evaluator
from crosswalk.evaluation.rationing import Spending, ask_ration, attend, tell_spent, wake
from crosswalk.evaluation.shared_state import Allowance, Board, Entry, Ledger
from crosswalk.evaluation.supervisor import Premises
from crosswalk.evaluation.verdicts import Verdict
from crosswalk.evaluation.wire import Question, Reply
from crosswalk.settings import Settings
from crosswalk.stores import QueryDataset


def pair() -> tuple[socket.socket, socket.socket]:
    """The two ends of a line of questions."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


@pytest.mark.parametrize("text", ["ASK { 'é\0' ?p ?o }", "ASK { } #" + "é" * 600_000], ids=["short", "long"])
@pytest.mark.parametrize("graphs", [(), ("urn:b", "urn:c")])
def test_a_question_crosses_the_line_unchanged(text: str, graphs: tuple[str, ...]) -> None:
    ours, theirs = pair()
    here, there = socket.socketpair()
    question = Question(text, QueryDataset(graphs[:1], graphs), "text/csv", None)
    order = wire.Order(2**63 + 5, 12.5, 7, question)
    wire.send_order(ours, order, there)
    received = wire.receive_order(theirs)
    assert received is not None and received[0] == order
    received[1].send(b"hello")
    assert here.recv(10) == b"hello"
    ours.close()
    assert wire.receive_order(theirs) is None


def read(frame: bytes, job: int, size: int) -> Reply:
    """The reply a frame brings in pieces of some size."""
    reader = wire.ReplyReader(job)
    pieces = [frame[start : start + size] for start in range(0, len(frame), size)]
    assert [reader.take(piece) for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    return reader.reply()


@pytest.mark.parametrize("size", [1, 40, 10_000])
def test_a_reply_is_put_together_from_its_pieces(size: int) -> None:
    fault = Reply.of(QueryTimedOut("too long", hint="less", line=3, column=4), retry_after=7)
    back = read(wire.write_reply(5, fault, "s", 1.5), 5, size)
    error = back.error()
    assert type(error) is QueryTimedOut and back.retry_after == 7 and back.seconds == 1.5
    assert (error.what, error.hint, error.line, error.column) == ("too long", "less", 3, 4)
    answer = Reply(b"n\r\n1\r\n", "text/csv", volatile=True)
    back = read(wire.write_reply(5, answer, "s", 0.5), 5, size)
    assert back == answer._replace(snapshot="s", seconds=0.5)
    assert not read(wire.write_reply(5, Reply(b"", "text/csv"), "", 0.0), 5, size).volatile
    with pytest.raises(EOFError):
        read(wire.write_reply(5, answer, "s", 0.5), 6, 10_000)


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
    board.judge(3, 77, Verdict.TIMED_OUT)
    board.clear(3)
    assert board.verdict(77) == Verdict.TIMED_OUT and not board.in_hand(77)
    assert board.finish(3)
    board.wear(3)
    assert not board.finish(3)
    before = board.losses
    board.lose()
    assert board.losses == before + 1


def test_who_is_ended_while_taking_another_question_has_it_put_again() -> None:
    board = Board()
    child = os.fork()
    if child == 0:
        signal.pause()
    each = Evaluator(child, os.pidfd_open(child), 0, board)
    board.begin(0, 1, time.monotonic(), 0.0, 0)
    each.look()
    each.end(Verdict.TIMED_OUT)
    board.begin(0, 2, time.monotonic(), 0.0, 0)
    each.reap()
    assert each.job is not None
    assert (board.verdict(2), each.job.entry.job) == (Verdict.AGAIN, 2)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(verdicts.OUT_OF_MEMORY, Verdict.OUT_OF_MEMORY), (-6, Verdict.OUT_OF_MEMORY), (-11, Verdict.TOO_DEEP),
     (-9, Verdict.INTERRUPTED), (1, Verdict.INTERRUPTED)],
)  # fmt: skip
def test_the_way_an_evaluator_ends_is_told(status: int, verdict: Verdict) -> None:
    assert Verdict.of_death(status) is verdict
    told = verdicts.told(verdict, Settings())
    assert told is not None and told.fault and told.what


def test_a_question_that_may_be_lost_is_put_again() -> None:
    premises = Premises(Settings(), Ledger(1))
    asked: list[int] = []

    def evaluate_second() -> None:
        lost = wire.receive_order(premises.door)
        premises.board.lose()
        found = wire.receive_order(premises.door)
        assert lost and found
        asked.extend((lost[0].job, found[0].job))
        found[1].sendall(wire.write_reply(found[0].job, Reply(b"yes", "text/csv"), "s", 0.0))

    beside = threading.Thread(target=evaluate_second)
    beside.start()
    assert premises.evaluation.ask(Question("ASK { }", table_type="text/csv")).body == b"yes"
    beside.join()
    assert len(set(asked)) == 2


def test_a_verdict_ends_the_waiting() -> None:
    premises = Premises(Settings(), Ledger(1))

    def judge() -> None:
        order = wire.receive_order(premises.door)
        assert order
        premises.board.judge(9, order[0].job, Verdict.TOO_MANY_LONG)

    beside = threading.Thread(target=judge)
    beside.start()
    reply = premises.evaluation.ask(Question("ASK { }", table_type="text/csv"))
    beside.join()
    assert reply.fault == "Overloaded" and "8 long queries" in reply.what


def test_a_client_is_told_at_the_counter_how_long_to_wait() -> None:
    broker, others = pair()
    allowance = Allowance(2)
    tell_spent(others, 5, 1.0)
    assert attend(broker, allowance, []) and not attend(broker, allowance, [])
    waits: list[int] = []

    def ask(client: int, *running: Spending) -> int:
        beside = threading.Thread(target=lambda: waits.append(ask_ration(others, client)))
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
