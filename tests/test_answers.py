"""A named query put to a store gives rows of terms."""

from __future__ import annotations

import json

import pyoxigraph
import pytest

from crosswalk.errors import InputError, StoreFault
from crosswalk.stores.named_queries import parse
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.results import Answer, Term, ask, read_answer

DATA = b"""
<urn:a> <urn:name> "Rule"@en , "5"^^<urn:t> , <urn:b> .
<urn:b> <urn:name> _:x .
"""


@pytest.fixture
def store() -> EmbeddedStore:
    return EmbeddedStore.holding(pyoxigraph.parse(DATA, pyoxigraph.RdfFormat.TURTLE))


def test_rows_hold_each_column_with_kind_language_and_datatype(store) -> None:
    text = "SELECT ?name ?none {\n VALUES ?thing { UNDEF }\n ?thing <urn:name> ?name }"
    text += " ORDER BY ISIRI(?name) STR(?name)"
    answer = ask(store, parse(text), thing="urn:a")
    assert answer.columns == ("name", "none")
    assert [row["name"] for row in answer] == [
        Term("literal", "5", datatype="urn:t"),
        Term("literal", "Rule", lang="en"),
        Term("uri", "urn:b"),
    ]
    assert {row["none"] for row in answer} == {None}
    assert answer.texts()[1] == {"name": "Rule", "none": ""} and len(answer) == 3


def test_a_blank_node_is_told_as_one(store) -> None:
    (row,) = ask(store, parse("SELECT ?x { <urn:b> ?p ?x }"))
    assert row["x"].kind == "bnode"


@pytest.mark.parametrize(("thing", "truth"), [("urn:a", True), ("urn:nobody", False)])
def test_ask_gives_a_truth_and_no_rows(store, thing, truth) -> None:
    answer = ask(store, parse("ASK {\nVALUES ?thing { UNDEF }\n?thing ?p ?o }"), thing=thing)
    assert answer == Answer((), (), truth=truth)


def test_a_query_for_triples_has_no_rows(store) -> None:
    with pytest.raises(InputError, match="gives triples"):
        ask(store, parse("CONSTRUCT WHERE { ?s ?p ?o }"))


def test_a_parameter_may_be_called_like_an_argument_of_the_function(store) -> None:
    answer = ask(store, parse("ASK {\nVALUES ?store { UNDEF }\n?store ?p ?o }"), store="urn:b")
    assert answer.truth is True


def test_older_endpoints_may_say_typed_literal() -> None:
    binding = {"x": {"type": "typed-literal", "value": "1", "datatype": "urn:t"}}
    data = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [binding]}}).encode()
    assert read_answer(data).rows == ({"x": Term("literal", "1", datatype="urn:t")},)


@pytest.mark.parametrize("data", [b"<html>", b"[]", b"{}", b'{"head":{}}', b'"x"', b"\xff"])
def test_what_is_not_a_result_is_a_fault_of_the_store(data) -> None:
    with pytest.raises(StoreFault, match="not SPARQL JSON results"):
        read_answer(data)


@pytest.mark.parametrize(("written", "read"), [("1", "true"), ("0", "false"), ("true", "true"), ("2", "2")])
def test_a_boolean_is_read_in_its_canonical_spelling(written: str, read: str) -> None:
    for datatype, value in (("boolean", read), ("integer", written)):
        term = {
            "type": "literal",
            "value": written,
            "datatype": f"http://www.w3.org/2001/XMLSchema#{datatype}",
        }
        document = {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": term}]}}
        row = read_answer(json.dumps(document).encode()).rows[0]
        assert row["x"] is not None and row["x"].value == value
