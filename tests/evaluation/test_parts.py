"""The parts of evaluation, each on its own: merging, remembering, rationing, confining, messages."""

from __future__ import annotations

import json
import os
import time

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from crosswalk.errors import InputError, ResultTooLarge, Unacceptable
from crosswalk.evaluation import pool
from crosswalk.evaluation.evaluator import MERGED, evaluate, merge
from crosswalk.evaluation.shared_state import Allowance
from crosswalk.evaluation.wire import Question
from crosswalk.settings import Settings
from crosswalk.stores import SPARQL_JSON, QueryDataset
from crosswalk.stores.oxigraph import EmbeddedStore

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


def test_an_answer_nobody_accepts_is_not_looked_for(store) -> None:
    with pytest.raises(Unacceptable, match="SELECT"):
        evaluate(store, Question(COUNT, graph_type="text/turtle"), Settings())


def test_a_result_that_is_too_large_is_no_result(store) -> None:
    question = Question("SELECT * { GRAPH ?g { ?s ?p ?o } }", table_type=SPARQL_JSON)
    with pytest.raises(ResultTooLarge, match="more than the 100"):
        evaluate(store, question, Settings(result_bytes=100))


def test_an_allowance_is_spent_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    allowance = Allowance(6)
    for _ in range(200):
        assert allowance.wait(1) == 0
        allowance.spend(1, 0.01)
    allowance.spend(2, 9.0)
    assert 30 <= allowance.wait(2) <= 31
    assert allowance.wait(2, running=3.0) > allowance.wait(2)
    assert allowance.wait(3) == 0 and allowance.wait(3, running=6.0) > 0
    now[0] += 31
    assert allowance.wait(2) == 0


@pytest.mark.parametrize("per_minute", [1, 6, 90])
@pytest.mark.parametrize("seconds", [1, 5, 30, 59])
def test_a_token_bucket_fills_up_in_a_minute_and_no_sooner(
    monkeypatch: pytest.MonkeyPatch, per_minute: int, seconds: int
) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    allowance = Allowance(per_minute)
    allowance.spend(7, per_minute * (1 + seconds / 60))
    assert allowance.wait(7) in (seconds, seconds + 1)
    now[0] += seconds - 0.5
    assert allowance.wait(7) == 1
    now[0] += 1
    assert allowance.wait(7) == 0
    # The bucket holds what half a second has brought back; a whole second of it is too much.
    allowance.spend(7, per_minute / 60)
    assert allowance.wait(7) == 1


def test_very_many_clients_are_forgotten_together(monkeypatch: pytest.MonkeyPatch) -> None:
    now, allowance, looks = [1000.0], Allowance(6), 0
    level = Allowance._level

    def look(self: Allowance, client: int) -> float:
        nonlocal looks
        looks += 1
        return level(self, client)

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(Allowance, "_level", look)
    for client in range(1, 50_001):
        allowance.spend(client, 3.0)
    assert looks < 200_000
    now[0] += 60
    for client in range(50_001, 100_001):
        allowance.spend(client, 3.0)
    assert len(allowance._spent) < 80_000
    assert allowance.wait(100_000, running=4.0) > 0


def test_without_a_limit_nobody_waits() -> None:
    allowance = Allowance(0)
    allowance.spend(4, 1e9)
    assert allowance.wait(4, 1e9) == 0


def test_memory_is_read_from_the_kernel() -> None:
    before = pool.resident("self")
    held = bytearray(os.urandom(1)) * (64 * 2**20)
    assert pool.resident("self") - before > 50 * 2**20
    assert pool.proportional(os.getpid()) > len(held)
    assert pool.resident(2**22 + 1) == 0
    assert os.getpid() in pool.family(os.getpid())
