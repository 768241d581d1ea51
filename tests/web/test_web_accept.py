"""Accept as clients write it: what each of them gets of a thing, of a table and of a graph."""

from __future__ import annotations

import time
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crosswalk.web.http.negotiation import ERRORS, THING, by_accept, negotiate, read_accept

SPARQL_JSON, SPARQL_XML = "application/sparql-results+json", "application/sparql-results+xml"
TURTLE, JSONLD, NTRIPLES = "text/turtle", "application/ld+json", "application/n-triples"
RDFXML, TRIG, NQUADS, HTML = "application/rdf+xml", "application/trig", "application/n-quads", "text/html"


class Client(NamedTuple):
    """What a client sends, and what it gets: of a thing, of SELECT, of CONSTRUCT; None is 406.

    ``page`` and ``editor`` tell whether it gets the page of the endpoint, without a query and with one.
    """

    accept: str | None
    thing: str | None
    table: str | None
    graph: str | None
    page: bool = False
    editor: bool = False


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

CLIENTS = {
    "curl, requests, wget, httpx": Client("*/*", HTML, SPARQL_JSON, TURTLE),
    "urllib": Client(None, HTML, SPARQL_JSON, TURTLE),
    "Firefox": Client(BROWSER, HTML, SPARQL_XML, RDFXML, page=True, editor=True),
    "Firefox 132": Client("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                          HTML, SPARQL_XML, RDFXML, page=True, editor=True),
    "Chrome": Client("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,"
                     "*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
                     HTML, SPARQL_XML, RDFXML, page=True, editor=True),
    "Edge 18": Client("text/html, application/xhtml+xml, image/jxr, */*",
                      HTML, SPARQL_JSON, TURTLE, page=True, editor=True),
    "Opera 12": Client("text/html, application/xml;q=0.9, application/xhtml+xml, image/png, */*;q=0.1",
                       HTML, SPARQL_XML, RDFXML, page=True, editor=True),
    "Java's own": Client("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
                         HTML, SPARQL_JSON, TURTLE, page=True, editor=True),
    "rdflib, anything": Client("application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5, */*;q=0.1",
                               RDFXML, SPARQL_JSON, RDFXML),
    "rdflib, Turtle": Client("text/turtle, application/x-turtle, */*;q=0.1", TURTLE, SPARQL_JSON, TURTLE),
    "rdflib, N-Triples": Client("text/plain, */*;q=0.1", NTRIPLES, SPARQL_JSON, NTRIPLES),
    "rdflib's SPARQL store": Client("application/sparql-results+xml, application/rdf+xml",
                                    RDFXML, SPARQL_XML, RDFXML),
    "SPARQLWrapper, JSON": Client("application/sparql-results+json,application/json,text/javascript,"
                                  "application/javascript", "application/json", SPARQL_JSON, JSONLD),
    "SPARQLWrapper, graphs": Client("application/turtle,text/turtle,text/rdf+n3,application/n-triples,"
                                    "application/n3,text/n3,application/rdf+xml", TURTLE, None, TURTLE),
    "Jena, graphs": Client("text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,"
                           "application/rdf+xml;q=0.7,*/*;q=0.3", TURTLE, SPARQL_JSON, TURTLE),
    "Jena, datasets": Client("application/trig,application/n-quads;q=0.9,text/x-nquads;q=0.8,"
                             "application/x-trig;q=0.7,application/ld+json;q=0.5,*/*;q=0.5",
                             JSONLD, SPARQL_JSON, TRIG),
    "Jena, tables": Client("application/sparql-results+json, application/sparql-results+xml;q=0.9, "
                           "text/tab-separated-values;q=0.7, text/csv;q=0.5, application/json;q=0.2, "
                           "application/xml;q=0.2, */*;q=0.1", "application/json", SPARQL_JSON, JSONLD),
    "a linked data browser on Jena": Client(
        "application/n-triples;q=0.9, x/ld-json-10;q=0.8, application/rdf+xml;q=0.8, "
        "application/rdf+thrift, text/rdf+n3;q=0.8, text/turtle;q=0.8, application/ld+json;q=0.8, "
        "application/sparql-results+xml;q=0.6, text/csv;q=0.5, application/sparql-results+json;q=0.6",
        NTRIPLES, SPARQL_XML, NTRIPLES),
    "RDF4J, tables": Client("text/csv;q=0.8, application/sparql-results+json;q=0.8, application/json;q=0.8, "
                            "application/sparql-results+xml, application/xml, "
                            "text/tab-separated-values;q=0.8, application/x-binary-rdf-results-table;q=0.8",
                            RDFXML, SPARQL_XML, RDFXML),
    "RDF4J, ASK": Client("text/boolean, application/sparql-results+xml;q=0.8, application/xml;q=0.8, "
                         "application/sparql-results+json;q=0.8, application/json;q=0.8",
                         RDFXML, SPARQL_XML, RDFXML),
    "GraphDB": Client("application/x-sparqlstar-results+json, application/sparql-results+json;q=0.9, "
                      "*/*;q=0.8", HTML, SPARQL_JSON, TURTLE),
    "GraphDB of RDF 1.2": Client("application/x-sparqlstar-results+json;version=1.2, "
                                 "application/sparql-results+json;version=1.2;q=0.9, */*;version=1.2;q=0.8",
                                 HTML, SPARQL_JSON, TURTLE),
    "Comunica, documents": Client(
        "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,"
        "text/turtle;q=0.6,application/rdf+xml;q=0.5,application/json;q=0.45,text/n3;q=0.35,"
        "application/xml;q=0.3,image/svg+xml;q=0.3,text/xml;q=0.3,text/html;q=0.2,"
        "application/xhtml+xml;q=0.18", JSONLD, SPARQL_JSON, NQUADS),
    "Comunica, tables": Client("application/sparql-results+json;q=1.0,application/sparql-results+xml;q=0.7",
                               None, SPARQL_JSON, None),
    "YASGUI, tables": Client("application/sparql-results+json,*/*;q=0.9", HTML, SPARQL_JSON, TURTLE),
    "YASGUI, graphs": Client("application/n-triples,*/*;q=0.9", NTRIPLES, SPARQL_JSON, NTRIPLES),
    "Protégé": Client("application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, "
                      "*/*; q=0.09", RDFXML, SPARQL_XML, RDFXML),
    "OWL API 5": Client(
        "application/ld+json; q=1.0, application/x-trig; q=1.0, application/owl+xml; q=1.0, "
        "application/rdf+xml; q=1.0, text/turtle; q=1.0, application/xhtml+xml; q=1.0, text/n3; q=1.0, "
        "text/plain; q=1.0, text/x-nquads; q=1.0, application/xml; q=0.5, application/x-turtle; q=0.5, "
        "text/xml; q=0.5, text/html; q=0.3, */*; q=0.09", JSONLD, SPARQL_XML, JSONLD),
    "SWI-Prolog": Client(
        "application/sparql-results+xml, application/n-triples, application/x-turtle; q=0.9, "
        "application/turtle; q=0.9, text/turtle, application/sparql-results+json, application/rdf+xml, "
        "text/rdf+xml; q=0.8, */*; q=0.1", NTRIPLES, SPARQL_XML, NTRIPLES),
    "R, httr and crul": Client("application/json, text/xml, application/xml, */*",
                               "application/json", SPARQL_JSON, JSONLD),
    "R, SPARQL": Client("application/sparql-results+xml", None, SPARQL_XML, None),
    "axios": Client("application/json, text/plain, */*", "application/json", SPARQL_JSON, JSONLD),
    "JSON-LD, with a profile": Client('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"',
                                      JSONLD, None, JSONLD),
    "JSON-LD, with two": Client(
        'application/ld+json;q=0.8;profile="http://www.w3.org/ns/json-ld#flattened, urn:x", text/html;q=0.9',
        HTML, None, JSONLD, page=True),
    "Turtle of RDF 1.2": Client("text/turtle;version=1.2, text/turtle;q=0.9", TURTLE, None, TURTLE),
    "results with a charset": Client("application/sparql-results+json;charset=utf-8;q=0.9",
                                     None, SPARQL_JSON, None),
    "CSV without a header line": Client("text/csv;header=absent", None, "text/csv", None),
    "pages first, then results": Client("text/html,application/sparql-results+json;q=0.1",
                                        HTML, SPARQL_JSON, None, page=True),
    "pages first, then Turtle": Client("text/html, text/turtle;q=0.01, */*;q=0.5",
                                       HTML, SPARQL_JSON, JSONLD, page=True),
    "pages, and no results": Client("text/html, application/sparql-results+json;q=0, text/*;q=0.1",
                                    HTML, "text/csv", TURTLE, page=True, editor=True),
}  # fmt: skip
"""Who sends what, as their sources and reports of their users show it."""


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS.keys())
def test_every_client_gets_the_form_it_asks_for(client: Client) -> None:
    thing = by_accept(client.accept, THING)
    assert (thing and thing.media_type) == client.thing
    asking = negotiate(client.accept, None, asking=True)
    assert asking.media_types == (client.table, client.graph)
    assert (negotiate(client.accept, None).page, asking.page) == (client.page, client.editor)


@pytest.mark.parametrize("parameters", ["", ";charset=utf-8", "; version=1.2;q=0.1", ";"])
def test_a_media_type_that_a_parameter_names_may_have_parameters(parameters: str) -> None:
    assert negotiate(None, f"application/sparql-results+xml{parameters}").media_types[0] == SPARQL_XML
    assert negotiate("*/*", f"text/turtle{parameters}").media_types[1] == TURTLE


@pytest.mark.parametrize(
    ("header", "ranges"),
    [
        ("TEXT/Turtle ; Q = 0.5", {"text/turtle": 0.5}),
        ('text/turtle;q="0.5"', {"text/turtle": 0.5}),
        ("text/turtle;q=1.5, text/html;q=.5", {"text/turtle": 1.0, "text/html": 0.5}),
        ("text/turtle;q=1.;x=q=0.2", {"text/turtle": 1.0}),
        ("text/turtle;;q=0.2;", {"text/turtle": 0.2}),
        ("text/turtle;q=0.2;q=0.9", {"text/turtle": 0.2}),
        ("text/turtle;q=0.2, text/turtle;charset=utf-8", {"text/turtle": 1.0}),
        ("text/turtle;q=0, text/turtle;version=1.2", {"text/turtle": 1.0}),
        ("text/html, *;q=.2, */*;q=0.1", {"text/html": 1.0, "*/*": 0.2}),
        ('a/b;x="q=0.1, c/d;q=1", e/f', {"a/b": 1.0, "e/f": 1.0}),
        ('a/b;x="\\", c/d";q=0.5', {"a/b": 0.5}),
        ('a/b;x="never ended, c/d', {"a/b": 1.0}),
        ("a/b;qQ=0.1;iq=0.2;q1=0.3", {"a/b": 1.0}),
        ("text/turtle;q=-1, text/turtle;q=high, text/turtle;q=nan, text/turtle;q=", {}),
        ("text/turtle;q=1e-1, text/turtle;q=0x1, text/turtle;q=١, text/turtle;q=0.5.5", {}),
        (",, ;q=1,;", {}),
        ("", {}),
        (None, {}),
    ],
)
def test_a_header_is_read_with_patience(header: str | None, ranges: dict[str, float]) -> None:
    assert {name: wanted.quality for name, wanted in read_accept(header).items()} == ranges


@pytest.mark.parametrize(
    "header",
    [
        "text/turtle;q=" + "9" * 5000,
        "text/turtle;q=0." + "5" * 60_000,
        "text/turtle;x=" + '\\"' * 30_000 + "\\",
        "text/turtle" + ';x="' * 16_000,
        "text/turtle" + ";x" * 30_000,
        "text/turtle;" + " " * 60_000 + "q",
        "text/turtle;" + '"\\' * 30_000,
        ",".join(f"a/b{number}" for number in range(8000)),
        ",".join(["text/turtle;q=0.1"] * 3500),
        "," * 65_000,
        "*" * 65_000,
        '"' * 64_999,
    ],
    ids=lambda header: header[:20],
)
def test_no_header_takes_long(header: str) -> None:
    began = time.process_time()
    by_accept(header, THING)
    by_accept(header, ERRORS)
    negotiate(header, None, asking=True)
    assert time.process_time() - began < 0.5


PARTS = [
    "text/turtle", "*/*", "*", "text/*", "q", "Q", "=", ";", ",", '"', "\\", "0.5", "1", ".", "-1", " ",
    "\t", "profile", "application/ld+json", "é", "\x00", "text/html", "/",
]  # fmt: skip


@given(some.lists(some.sampled_from(PARTS), max_size=40).map("".join))
def test_any_header_is_read_into_weights_from_0_to_1(header: str) -> None:
    ranges = read_accept(header)
    assert all(0 <= wanted.quality <= 1 and name == name.lower() for name, wanted in ranges.items())
    assert by_accept(header, THING) in (*THING, None)
