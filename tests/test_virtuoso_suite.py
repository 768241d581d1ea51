"""The whole suite of questions once more, and each page's query, against Virtuoso where it is installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.virtuoso import UNION, USER, Virtuoso, binary, started
from crosswalk.errors import ResourceLimit, StoreFault
from crosswalk.stores import SPARQL_JSON
from crosswalk.stores.graph_store import publish
from crosswalk.stores.named_queries import catalogue, read_term
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.remote import RemoteStore
from crosswalk.stores.results import ask

# The tests of the questions are collected here a third time, with the store below.
from tests.test_questions import *  # noqa: F403

pytestmark = pytest.mark.skipif(
    binary() is None,
    reason="Virtuoso is not installed (Debian: virtuoso-opensource-7-bin), nor named by CROSSWALK_VIRTUOSO",
)

KNOWN = {
    "test_the_answer_is_the_one_its_sources_give[which-sections-does-nobody-map-to-1]":
        "MINUS over a variable that VALUES leaves undefined takes nothing away",
    "test_rows_are_those_of_the_embedded_store[questions/which-sections-does-nobody-map-to, unbound]":
        "MINUS over a variable that VALUES leaves undefined takes nothing away",
    "test_rows_are_those_of_the_embedded_store[questions/which-guidelines-cite-each-document, unbound]":
        "a variable that VALUES leaves undefined does not join the branches of a UNION",
    "test_rows_are_those_of_the_embedded_store[pages/compare]":
        "CONCAT spoils signs outside ASCII, such as §",
    "test_rows_are_those_of_the_embedded_store[pages/path-elements]":
        "an IRI given by VALUES comes out of a UNION as a string",
    "test_rows_are_those_of_the_embedded_store[pages/enclosing-things]":
        "COUNT(DISTINCT) of a variable bound in no row is 1",
    "test_rows_are_those_of_the_embedded_store[pages/relations-changes]":
        "GROUP_CONCAT of nothing is an empty string",
    "test_rows_are_those_of_the_embedded_store[pages/relations-records]":
        "GROUP_CONCAT of nothing is an empty string",
    "test_rows_are_those_of_the_embedded_store[pages/sitemap]":
        "sorts with a LIMIT of at most 10000 rows",
}  # fmt: skip
"""What Virtuoso 7.2.5 answers otherwise than SPARQL 1.1 says, by test: none of it passes unnoticed."""

CASES_OF_ROWS = [
    pytest.param(query, bound, id=f"{kind}/{query.name}" + ("" if bound else ", unbound"))
    for kind in ("questions", "pages")
    for query in catalogue(kind)
    if query.form == "SELECT"
    for bound in ((True, False) if kind == "questions" and query.examples else (True,))
]


@pytest.fixture(autouse=True)
def expect_what_is_known(request: pytest.FixtureRequest) -> None:
    reason = KNOWN.get(request.node.name)
    if reason:
        expected = (AssertionError, StoreFault)
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True, raises=expected))


@pytest.fixture(scope="module")
def server(snapshot, tmp_path_factory) -> Iterator[Virtuoso]:
    """A Virtuoso server that the snapshot has been published to."""
    with started(tmp_path_factory.mktemp("virtuoso")) as server:
        publish(snapshot, *server.opened(), default_graph=UNION)
        yield server


@pytest.fixture(scope="module")
def store(server) -> RemoteStore:
    """Its endpoint, asked for the union of the facts as the default graph."""
    return RemoteStore(server.queries, timeout=60, user=USER, password=server.password)


@pytest.fixture(scope="module")
def embedded(real_store: EmbeddedStore) -> EmbeddedStore:
    """The same snapshot in this process."""
    return real_store


def rows(store, query, bound: bool) -> list[str]:
    """The rows of a query's answer, in a fixed order."""
    terms = {name: read_term(text) for name, text in query.examples.items()} if bound else {}
    return sorted(repr(sorted(row.items())) for row in ask(store, query, **terms))


@pytest.mark.parametrize(("query", "bound"), CASES_OF_ROWS)
def test_rows_are_those_of_the_embedded_store(query, bound, store, embedded) -> None:
    there = [row for row in rows(store, query, bound) if "graph/published" not in row]
    assert there == rows(embedded, query, bound)


def test_what_is_there_already_is_not_sent_again(server, snapshot) -> None:
    assert publish(snapshot, *server.opened(), default_graph=UNION).sent == 0


def test_wrong_credentials_are_told_as_such(server) -> None:
    wrong = RemoteStore(server.queries, user=USER, password="wrong")
    with pytest.raises(StoreFault, match="wants other credentials"):
        wrong.query("ASK {}", SPARQL_JSON)


def test_a_fault_is_told_in_a_sentence_without_the_query(store) -> None:
    with pytest.raises(StoreFault, match="Only 10000 are allowed") as fault:
        store.query("SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 49000", SPARQL_JSON)
    assert "SELECT" not in str(fault.value)


def test_an_answer_cut_short_is_a_fault(server) -> None:
    pairs = "SELECT ?a ?b { ?a a ?x . ?b a ?x }"
    with pytest.raises(ResourceLimit, match="only a part"):
        RemoteStore(server.queries, timeout=60, user=USER, password=server.password).query(pairs, SPARQL_JSON)
