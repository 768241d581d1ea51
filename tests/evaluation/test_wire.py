"""How questions and replies cross from process to process, and what a client is told at a limit."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

import pytest

from crosswalk import errors
from crosswalk.evaluation import wire
from crosswalk.evaluation.client import receive_reply
from crosswalk.evaluation.wire import Limit, Question, Reply
from crosswalk.settings import Settings
from crosswalk.stores import QueryDataset
from tests.rsgi import run

FAULT = Reply.of(errors.QueryTimedOut("too long", hint="less", line=3, column=4), retry_after=7)
ANSWER = Reply(b"n\r\n1\r\n" * 50_000, "text/csv", "s", 0.5, volatile=True)


@pytest.mark.parametrize("text", ["ASK { 'é\0' ?p ?o }", "ASK { } #" + "é" * 600_000], ids=["short", "long"])
@pytest.mark.parametrize("graphs", [(), ("urn:b", "urn:c")])
def test_a_question_crosses_the_queue_unchanged(text: str, graphs: tuple[str, ...]) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    here, there = os.pipe()
    question = Question(text, QueryDataset(graphs[:1], graphs), "text/csv", None)
    queued = wire.QueuedQuestion(2**63 + 5, 12.5, 7, question)
    wire.send_question(ours, queued, there)
    os.close(there)
    received = wire.receive_question(theirs)
    assert received is not None and received[0] == queued
    wire.send_reply(received[1], Reply(b"hello"))
    assert run(receive_reply(here, 5.0)) == Reply(b"hello") and os.read(here, 1) == b""
    os.close(here)
    ours.close()
    assert wire.receive_question(theirs) is None


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
@pytest.mark.parametrize("to_file", [False, True])
def test_a_reply_crosses_its_pipe_whole_or_not_at_all(
    reply: Reply, first: int, lost: int, to_file: bool, tmp_path: Path
) -> None:
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
    new_file = (lambda: tmp_path / "body") if to_file else None
    received = run(receive_reply(reading, 5.0, new_file))
    beside.join()
    os.close(reading)
    if received and received.file:
        assert (len(reply.body) > wire.LARGE, received.body) == (True, b"")
        received = received._replace(body=Path(received.file).read_bytes(), file="")
        (tmp_path / "body").unlink()
    assert received == (None if lost else reply) and not list(tmp_path.iterdir())


def test_a_reply_that_does_not_come_is_not_waited_for_longer_than_said() -> None:
    reading, writing = os.pipe()
    os.write(writing, frame_of(FAULT)[:50])
    with pytest.raises(TimeoutError):
        run(receive_reply(reading, 0.05))
    os.close(reading)
    os.close(writing)


class Unheard(errors.QuerySyntaxError):
    """A fault that no reply names."""


def test_a_reply_carries_a_fault_with_its_place_by_the_nearest_name_there_is() -> None:
    assert FAULT[5:] == ("QueryTimedOut", "too long", "less", 3, 4, 7, "")
    assert Reply.of(Unheard("hm")).fault == "QuerySyntaxError"
    assert Reply.of(errors.CrosswalkError("hm")).fault == "StoreFault"
    assert all(issubclass(getattr(errors, name), errors.CrosswalkError) for name in wire.FAULTS)


def test_a_reply_to_one_who_has_gone_is_dropped() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    wire.send_reply(writing, ANSWER)
    with pytest.raises(OSError):
        os.fstat(writing)


TOLD = {
    Limit.QUERY_TIMEOUT: ("QueryTimedOut", "longer than the 1.5 seconds", 2),
    Limit.LONG_QUERIES: ("Overloaded", "3 long queries are running already", 2),
    Limit.QUERY_MEMORY: ("ResourceLimit", "more than the 5 MiB of memory a query may use", 2),
    Limit.TREE_MEMORY: ("ResourceLimit", "more than the 9 MiB of memory there are", 2),
    Limit.QUERY_DEPTH: ("QueryRefused", "too deep or too long", None),
    Limit.ENGINE_FAULT: ("EngineFault", "the engine failed on this query", None),
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
    reply = limit.reply(settings, wait=4)
    fault, what, retry_after = TOLD[limit]
    assert (reply.fault, reply.retry_after) == (fault, retry_after) and what in reply.what
    assert reply.hint and "{" not in reply.what + reply.hint
