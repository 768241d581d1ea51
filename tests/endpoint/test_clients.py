"""The clients people use get their answers."""

from __future__ import annotations

import io
import shutil
import subprocess
from urllib.error import HTTPError

import pandas
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, URLENCODED, XML
from SPARQLWrapper import SPARQLWrapper as Wrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

SELECT = "SELECT ?o { ?s ?p ?o } ORDER BY STR(?o)"
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p ?o }"


@pytest.mark.parametrize(("method", "way"), [("GET", URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
def test_sparqlwrapper_reads_tables(site, method: str, way: str) -> None:
    client = Wrapper(site.url)
    client.setMethod(method)
    client.setRequestMethod(way)
    client.setQuery(SELECT)
    client.setReturnFormat(JSON)
    rows = client.queryAndConvert()["results"]["bindings"]
    assert [row["o"]["value"] for row in rows] == ["5", 'a,"b"\n<c>', "hello"]
    client.setReturnFormat(XML)
    assert len(client.queryAndConvert().getElementsByTagName("result")) == 3
    client.setReturnFormat(CSV)
    assert client.queryAndConvert().startswith(b"o\r\n5\r\n")
    client.setReturnFormat(TSV)
    assert b'"hello"@en' in client.queryAndConvert()


@pytest.mark.parametrize("form", [TURTLE, N3, RDFXML, JSONLD])
def test_sparqlwrapper_reads_graphs(site, form: str) -> None:
    client = Wrapper(site.url)
    client.setQuery(CONSTRUCT)
    client.setReturnFormat(form)
    found = client.queryAndConvert()
    graph = found if isinstance(found, Graph) else Graph().parse(data=found, format="turtle")
    assert len(graph) == 3


def test_sparqlwrapper_takes_a_default_graph(site) -> None:
    client = Wrapper(site.url, defaultGraph="http://example.org/g1")
    client.setQuery("ASK { ?s ?p 5 }")
    client.setReturnFormat(JSON)
    assert client.queryAndConvert()["boolean"] is False


def test_sparqlwrapper_understands_what_is_refused(site) -> None:
    client = Wrapper(site.url)
    client.setQuery("SELECT * { ?s ?p }")
    with pytest.raises(QueryBadFormed, match="line"):
        client.query()
    client.setMethod(POST)
    client.setQuery("INSERT DATA { <urn:a> <urn:b> 1 }")
    with pytest.raises(HTTPError, match="403"):
        client.query()


def test_rdflib_asks_through_its_sparql_store(site) -> None:
    graph = Graph(SPARQLStore(site.url))
    assert {str(row.o) for row in graph.query(SELECT)} == {"5", "hello", 'a,"b"\n<c>'}
    assert (URIRef("http://example.org/a"), None, Literal("hello", lang="en")) in graph
    assert len(list(graph.triples((None, URIRef("http://example.org/n"), None)))) == 1
    part = Graph(SPARQLStore(site.url, context_aware=True), URIRef("http://example.org/g1"))
    assert len(list(part.triples((None, None, None)))) == 1


def test_pandas_reads_a_table_of_csv(site) -> None:
    body = site.get("SELECT ?s ?o { ?s <http://example.org/n> ?o }", "text/csv").text
    frame = pandas.read_csv(io.StringIO(body))
    assert list(frame.columns) == ["s", "o"] and frame["o"].tolist() == [5]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_gets_what_it_asks_for(site) -> None:
    def curl(*arguments: str) -> str:
        return subprocess.run(["curl", "-sf", *arguments], capture_output=True, check=True).stdout.decode()

    assert '"bindings"' in curl(site.url, "--data-urlencode", f"query={SELECT}")
    assert (
        curl("-G", site.url, "-H", "Accept: text/csv", "--data-urlencode", f"query={SELECT}")[:3] == "o\r\n"
    )
    direct = ["-H", "Content-Type: application/sparql-query", "--data-binary", CONSTRUCT]
    assert "hello" in curl(site.url, *direct)
    assert "hello" in curl("--compressed", site.url, *direct, "-H", "Expect: 100-continue")
