"""What evaluating a question gives, and what it refuses."""

from __future__ import annotations

import json
import os
import re
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from crosswalk.errors import InputError, ResultTooLarge, Unacceptable
from crosswalk.evaluation import evaluator, sandbox
from crosswalk.evaluation.client import Evaluation
from crosswalk.evaluation.evaluator import MERGED, evaluate, merge
from crosswalk.evaluation.shared_state import QuestionQueue, Slot
from crosswalk.evaluation.wire import Question, QueuedQuestion, read_reply, send_question
from crosswalk.settings import Settings
from crosswalk.stores import SPARQL_JSON, QueryDataset
from crosswalk.stores.oxigraph import EmbeddedStore
from tests.rsgi import run

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture
def store() -> EmbeddedStore:
    """Two graphs that share one of their triples."""
    engine = pyoxigraph.Store()
    for graph, values in (("urn:g1", "ab"), ("urn:g2", "bc")):
        for value in values:
            engine.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal(value), NamedNode(graph)))
    return EmbeddedStore(engine)


def number(store: EmbeddedStore, question: Question) -> int:
    """The number a counting question gives."""
    (row,) = json.loads(evaluate(store, question, Settings()).body)["results"]["bindings"]
    return int(row["n"]["value"])


def test_a_merged_graph_holds_each_triple_once(store) -> None:
    both = QueryDataset(("urn:g1", "urn:g2"), ("urn:g2",))
    assert number(store, Question(COUNT, both, SPARQL_JSON)) == 3
    assert number(store, Question(COUNT.replace("{", "{ GRAPH ?g {") + "}", both, SPARQL_JSON)) == 2
    with_from = COUNT.replace("{", "FROM <urn:g1> FROM <urn:g2> {")
    assert number(store, Question(with_from, table_type=SPARQL_JSON)) == 3


def test_a_query_cannot_name_the_merged_graph(store) -> None:
    asked = Question(
        f"ASK {{ GRAPH <{MERGED}> {{ ?s ?p ?o }} }}", QueryDataset(("urn:g1", "urn:g2")), "text/csv"
    )
    assert evaluate(store, asked, Settings()).body.startswith(b"false")
    assert len(merge(store, asked.dataset).engine) == 3


def test_a_graph_to_merge_has_to_be_an_iri(store) -> None:
    with pytest.raises(InputError, match="absolute IRI"):
        evaluate(store, Question(COUNT, QueryDataset(("urn:g1", "no iri")), SPARQL_JSON), Settings())


@pytest.mark.parametrize("text", ["SELECT * { ?s ?p ?o }", "ASK { }"])
def test_a_table_nobody_accepts_is_not_looked_for(store, text: str) -> None:
    assert evaluate(store, Question(text, table_type="text/csv"), Settings()).media_type == "text/csv"
    with pytest.raises(Unacceptable, match=text[:3]):
        evaluate(store, Question(text, graph_type="text/turtle"), Settings())


@pytest.mark.parametrize("text", ["CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE <urn:s>"])
def test_a_graph_nobody_accepts_is_not_looked_for(store, text: str) -> None:
    assert evaluate(store, Question(text, graph_type="text/turtle"), Settings()).media_type == "text/turtle"
    with pytest.raises(Unacceptable, match=text[:8]):
        evaluate(store, Question(text, table_type="text/csv"), Settings())


def test_a_result_that_is_too_large_is_no_result(store) -> None:
    question = Question("SELECT * { GRAPH ?g { ?s ?p ?o } }", table_type=SPARQL_JSON)
    with pytest.raises(ResultTooLarge, match="more than the 100"):
        evaluate(store, question, Settings(result_bytes=100))


@contextmanager
def running(store: EmbeddedStore, settings: Settings) -> Iterator[tuple[QuestionQueue, Slot, int]]:
    """Run an evaluator; give its queue, its slot, and its process."""
    queue = QuestionQueue(settings)
    slot = queue.slots[0]

    def evaluate_alone() -> None:
        queue.sender.close()
        evaluator.run(queue, slot, store, "edition")

    process = sandbox.fork(evaluate_alone)
    try:
        yield queue, slot, process
    finally:
        queue.sender.close()  # nobody asks any more
        os.waitpid(process, 0)
        queue.receiver.close()


def test_an_evaluator_answers_one_question_after_the_other_and_charges_who_asked(store) -> None:
    question = Question(COUNT, table_type="text/csv")
    with running(store, Settings(rate_limit=1)) as (queue, slot, process):
        replies = [run(Evaluation(queue).ask(question, "client")) for _ in range(3)]
        assert {(reply.body, reply.snapshot) for reply in replies} == {(b"n\r\n0\r\n", "edition")}
        assert all(0 < reply.seconds < 5 for reply in replies)
        assert slot.thread and slot.thread != process
        number = slot.client
        assert number and queue.buckets._find(number).client == number
        assert queue.buckets._find(number).full_at > time.monotonic() - 5


def test_an_evaluator_that_is_to_leave_does_so_after_its_question(store) -> None:
    with running(store, Settings()) as (queue, slot, process):
        watch = os.pidfd_open(process)
        slot.leaving = True
        assert not select.select([watch], [], [], 0.1)[0]
        assert run(Evaluation(queue).ask(Question(COUNT, table_type="text/csv"))).body
        assert select.select([watch], [], [], 5)[0] and slot.job == 0
        os.close(watch)


def test_a_question_that_has_waited_too_long_is_not_evaluated(store) -> None:
    with running(store, Settings(waiting_time=1)) as (queue, _slot, _process):
        reading, writing = os.pipe()
        question = Question(COUNT, table_type="text/csv")
        send_question(queue.sender, QueuedQuestion(1, time.monotonic() - 1.1, 0, question), writing)
        os.close(writing)
        reply = read_reply(bytearray(os.read(reading, 2**16)))
        os.close(reading)
        assert "within 1 seconds" in reply.what


def test_an_evaluator_keeps_no_file_but_the_queue_and_is_confined(store) -> None:
    with running(store, Settings(query_memory=2**30)) as (queue, slot, process):
        assert run(Evaluation(queue).ask(Question(COUNT, table_type="text/csv"))).body
        while slot.job:  # the pipe of its reply is open until it has finished
            time.sleep(0.001)
        files = {int(path.name) for path in Path(f"/proc/{process}/fd").iterdir()}
        assert files - {0, 1, 2} == {queue.receiver.fileno()}
        status = Path(f"/proc/{process}/task/{slot.thread}/status").read_text()
        assert "NoNewPrivs:\t1" in status
        if os.uname().machine in ("x86_64", "aarch64"):
            assert "Seccomp:\t2" in status
        limits = Path(f"/proc/{process}/limits").read_text()
        assert re.search(r"Max address space +\d+ ", limits) and re.search(r"Max core file size +0 ", limits)
