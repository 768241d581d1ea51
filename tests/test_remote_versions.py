"""The oldest native Oxigraph that can be got, next to the newest: the same answers, the same sentences."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crosswalk.errors import CrosswalkError, InputError, QueryRefused, QuerySyntaxError
from crosswalk.stores import SPARQL_JSON
from crosswalk.stores.graph_store import WritableStore, publish
from crosswalk.stores.named_queries import Query, catalogue, read_term
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.remote import RemoteStore
from crosswalk.stores.results import ask
from tests.native import OLDEST, binary, oldest_binary, oxigraph

needs_oldest = pytest.mark.skipif(
    oldest_binary() is None,
    reason=f"Oxigraph {OLDEST} is not installed (make build/oxigraph-oldest/installed), "
    "nor named by CROSSWALK_OLDEST_OXIGRAPH",
)
QUERIES = [query for kind in ("questions", "pages") for query in catalogue(kind) if query.form == "SELECT"]


def opened(address: str) -> tuple[RemoteStore, WritableStore]:
    """Both sides of a server."""
    return RemoteStore(f"{address}/query", timeout=60), WritableStore(f"{address}/store", f"{address}/update")


@pytest.fixture(scope="module")
def oldest(snapshot, tmp_path_factory) -> Iterator[str]:
    """The address of a server of the oldest version that the snapshot has been published to."""
    with oxigraph(tmp_path_factory.mktemp("oldest"), oldest_binary()) as address:
        publish(snapshot, *opened(address))
        yield address


def rows(store, query: Query) -> list[str]:
    """The rows of a query's answer to its examples, in a fixed order."""
    terms = {name: read_term(text) for name, text in query.examples.items()}
    return sorted(repr(sorted(row.items())) for row in ask(store, query, **terms))


@needs_oldest
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_the_oldest_server_gives_the_same_rows(query: Query, oldest: str, real_store: EmbeddedStore) -> None:
    there = [row for row in rows(opened(oldest)[0], query) if "graph/published" not in row]
    assert there == rows(real_store, query)


@needs_oldest
def test_what_the_oldest_server_holds_is_not_sent_again(oldest: str, snapshot) -> None:
    assert publish(snapshot, *opened(oldest)).sent == 0


NEWER = "SELECT ?s { ?s ?p ?o . BIND(TRIPLE(?s, ?p, ?o) AS ?t) FILTER(ISTRIPLE(?t)) } LIMIT 1"
TERMS = "SELECT ?t { BIND(<<( <urn:s> <urn:p> 'o'@en )>> AS ?t) }"
QUOTED = "SELECT ?s { << ?s ?p ?o >> ?q ?r } LIMIT 1"


@pytest.fixture(params=["oldest", "newest"])
def either(request, tmp_path) -> Iterator[RemoteStore]:
    """An empty server of each version."""
    program = oldest_binary() if request.param == "oldest" else binary()
    if program is None:
        pytest.skip(f"Oxigraph {OLDEST} is not installed (make build/oxigraph-oldest/installed)")
    with oxigraph(tmp_path / "native", program) as address:
        yield opened(address)[0]


def test_each_version_answers_or_says_what_it_does_not_understand(either: RemoteStore) -> None:
    """What one version knows and another does not is a refusal in a sentence, or an answer in full."""
    for query in (NEWER, TERMS, QUOTED):
        for media_type in (SPARQL_JSON, "application/sparql-results+xml", "text/tab-separated-values"):
            try:
                assert either.query(query, media_type)
            except QueryRefused as fault:
                assert "refuses the query" in str(fault) and "127.0.0.1" not in str(fault.public)


def test_each_version_tells_mistakes_alike(either: RemoteStore) -> None:
    with pytest.raises(QuerySyntaxError, match="line 1, column 11: WHRE"):
        either.query("SELECT ?s WHRE { ?s ?p ?o }", SPARQL_JSON)
    with pytest.raises(InputError, match="prefix nope: is not declared"):
        either.query("ASK { nope:a ?p ?o }", SPARQL_JSON)
    for update in ("CLEAR ALL", "INSERT DATA { <urn:a> <urn:b> <urn:c> }"):
        with pytest.raises(CrosswalkError):
            either.query(update, SPARQL_JSON)


def test_each_version_gives_every_form(either: RemoteStore) -> None:
    for media_type in (
        SPARQL_JSON,
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    ):
        assert either.query("SELECT ?x ?y { VALUES ?x { 1 'a,\"' 'é'@en } }", media_type)
        assert b"true" in either.query("ASK {}", media_type)
    for media_type in ("text/turtle", "application/n-triples", "application/rdf+xml"):
        assert b"urn:o" in either.query("CONSTRUCT { <urn:s> <urn:p> <urn:o> } {}", media_type)
