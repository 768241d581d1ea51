"""What evaluating a question gives, and what it refuses."""

from __future__ import annotations

import json

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from crosswalk.errors import InputError, ResultTooLarge, Unacceptable
from crosswalk.evaluation.evaluator import MERGED, evaluate, merge
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
