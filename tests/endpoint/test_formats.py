"""What an answer looks like: its format, its tag, its compression, and what the endpoint says of itself."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import xml.etree.ElementTree as ElementTree

import pytest
from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS, RDF, VOID, Namespace

SELECT = "SELECT ?s ?o { ?s ?p ?o } ORDER BY ?s ?o"
CONSTRUCT = "CONSTRUCT { ?s <urn:said> ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
TABLES = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
}
GRAPHS = {
    "ttl": ("text/turtle; charset=utf-8", "turtle"),
    "nt": ("application/n-triples", "nt"),
    "jsonld": ("application/ld+json", "json-ld"),
    "rdf": ("application/rdf+xml", "xml"),
    "trig": ("application/trig", "trig"),
    "nq": ("application/n-quads", "nquads"),
}


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (None, "json"),
        ("*/*", "json"),
        ("application/*", "json"),
        ("application/json", "json"),
        ("application/sparql-results+json", "json"),
        ("application/xml", "xml"),
        ("text/xml", "xml"),
        ("application/sparql-results+xml, application/sparql-results+json;q=0.9", "xml"),
        ("text/csv;q=0.2, text/tab-separated-values;q=0.8", "tsv"),
        ("text/*", "csv"),
        ("text/turtle, text/csv;q=0.1", "csv"),
        ("application/sparql-results+json;q=0, text/csv", "csv"),
        ("application/json;q=0, */*", "json"),
    ],
)
def test_a_table_comes_in_the_format_the_client_likes_best(site, accept, name: str) -> None:
    answer = site.get(SELECT, accept)
    assert (answer.status, answer.headers["content-type"]) == (200, TABLES[name])


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (None, "ttl"),
        ("*/*", "ttl"),
        ("text/turtle", "ttl"),
        ("application/x-turtle", "ttl"),
        ("application/ld+json", "jsonld"),
        ("application/rdf+xml;q=0.5, application/n-triples", "nt"),
        ("application/rdf+xml", "rdf"),
        ("application/xml", "rdf"),
        ("application/trig", "trig"),
        ("application/n-quads", "nq"),
        ("application/sparql-results+json, application/rdf+xml;q=0.2", "rdf"),
    ],
)
def test_a_graph_comes_in_the_format_the_client_likes_best(site, accept, name: str) -> None:
    answer = site.get(CONSTRUCT, accept)
    assert (answer.status, answer.headers["content-type"]) == (200, GRAPHS[name][0])


@pytest.mark.parametrize("name", [*TABLES, "application/sparql-results+xml"])
def test_the_format_parameter_goes_before_the_header(site, name: str) -> None:
    answer = site.get(SELECT, "text/csv", format=name)
    assert answer.headers["content-type"] == TABLES.get(name, name)


@pytest.mark.parametrize("name", ["turtle", "ntriples", "json-ld", "rdfxml", "trig", "nquads", "text/turtle"])
def test_graphs_have_names_too(site, name: str) -> None:
    assert site.get(CONSTRUCT, format=name).status == 200


@pytest.mark.parametrize(
    ("query", "accept", "wish"),
    [
        (SELECT, "image/png", None),
        (SELECT, "text/turtle", None),
        (CONSTRUCT, "text/csv", None),
        (SELECT, "*/*;q=0", None),
        (SELECT, None, "turtle"),
        (CONSTRUCT, None, "csv"),
        (SELECT, None, "docx"),
    ],
)
def test_what_there_is_not_gets_406(site, query: str, accept, wish) -> None:
    answer = site.get(query, accept, **({"format": wish} if wish else {}))
    assert answer.status == 406


def test_language_datatype_and_marks_survive_in_every_table(site) -> None:
    terms = {(row["o"]["value"], row["o"].get("xml:lang"), row["o"].get("datatype"))
             for row in site.get(SELECT).json["results"]["bindings"]}  # fmt: skip
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    assert terms == {("hello", "en", None), ("5", None, integer), ('a,"b"\n<c>', None, None)}
    rows = list(csv.DictReader(io.StringIO(site.get(SELECT, "text/csv").text, newline="")))
    assert {row["o"] for row in rows} == {"hello", "5", 'a,"b"\n<c>'}
    assert '"hello"@en' in site.get(SELECT, "text/tab-separated-values").text
    literals = ElementTree.fromstring(site.get(SELECT, "application/xml").body).iter(
        "{http://www.w3.org/2005/sparql-results#}literal"
    )
    assert 'a,"b"\n<c>' in {each.text for each in literals}


def test_text_direction_survives(site) -> None:
    answer = site.get('SELECT ("שלום"@he--rtl AS ?x) {}')
    assert '"rtl"' in answer.text
    assert "@he--rtl" in site.get('CONSTRUCT { <urn:a> <urn:b> "שלום"@he--rtl } WHERE {}', "text/turtle").text


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_says_the_same_in_every_format_and_nothing_twice(site, name: str) -> None:
    answer = site.get(CONSTRUCT, format=name)
    read = Dataset(default_union=True) if name in ("trig", "nq") else Graph()
    read.parse(data=answer.body, format=GRAPHS[name][1])
    found = Graph()
    for triple in read.triples((None, None, None)):
        found.add(triple)
    expected = Graph()
    for subject, value in (
        ("a", Literal("hello", lang="en")),
        ("b", Literal(5)),
        ("b", Literal('a,"b"\n<c>')),
    ):
        expected.add((URIRef(f"http://example.org/{subject}"), URIRef("urn:said"), value))
    assert isomorphic(found, expected)
    if name in ("nt", "nq"):
        assert len(answer.text.splitlines()) == 3


def test_ask_has_every_format_of_tables(site) -> None:
    assert site.get("ASK { ?s ?p 5 }").json["boolean"] is True
    for name, kind in TABLES.items():
        answer = site.get("ASK { ?s ?p 6 }", format=name)
        assert (answer.headers["content-type"], b"false" in answer.body) == (kind, True)


def test_describe_gives_what_is_said_of_a_thing(site) -> None:
    answer = site.get("DESCRIBE <http://example.org/b>", "application/n-triples")
    assert len(answer.text.splitlines()) == 2


def test_each_format_has_a_strong_tag_of_its_own_that_holds(site) -> None:
    tags = {name: site.get(SELECT, format=name).headers["etag"] for name in TABLES}
    assert len(set(tags.values())) == 4
    for name, tag in tags.items():
        assert not tag.startswith("W/")
        assert site.get(SELECT, format=name).headers["etag"] == tag


def test_who_has_the_answer_gets_304_whether_it_is_remembered_here_or_not(site) -> None:
    fresh = "SELECT * { ?s ?p ?o } # never asked but here"
    tag = site.get(fresh).headers["etag"]
    path = "/sparql?query=" + fresh.replace(" ", "%20").replace("#", "%23").replace("?", "%3F")
    for value in (tag, f'"other", W/{tag}', "*"):
        answer = site.request("GET", path, {"If-None-Match": value})
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", tag)
        assert "max-age" in answer.headers["cache-control"]
    assert site.request("GET", path, {"If-None-Match": '"other"'}).status == 200
    assert site.request("GET", "/sparql?query=SELECT", {"If-None-Match": "*"}).status == 400


def test_an_answer_is_remembered_and_errors_are_not(site) -> None:
    query = "SELECT * { ?s ?p ?o } # remembered"
    timings = [site.get(query).headers["server-timing"] for _ in range(8)]
    assert sum("cache" in timing for timing in timings) >= 6, "each of the two workers evaluates it once"
    wrong = site.get("SELECT *")
    assert wrong.headers["cache-control"] == "no-store" and "etag" not in wrong.headers


@pytest.mark.parametrize("function", ["NOW()", "RAND()", "UUID()", "STRUUID()", "BNODE()"])
def test_what_changes_each_time_is_not_tagged_and_not_kept(site, function: str) -> None:
    first, second = (site.get(f"SELECT ({function} AS ?x) {{}}") for _ in range(2))
    assert first.headers["cache-control"] == "no-store" and "etag" not in first.headers
    assert "cache" not in second.headers["server-timing"]


def test_a_longer_answer_is_compressed_for_who_understands_it(site) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    plain = site.get(query)
    path = "/sparql?query=" + query.replace(" ", "%20").replace("?", "%3F")
    packed = site.request("GET", path, {"Accept-Encoding": "br;q=1.0, gzip;q=0.5"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body and len(packed.body) < len(plain.body)
    assert packed.headers["etag"] != plain.headers["etag"]
    again = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
    assert site.request("GET", path, again).status == 304
    assert "content-encoding" not in site.request("GET", path, {"Accept-Encoding": "gzip;q=0"}).headers


@pytest.mark.parametrize("name", GRAPHS)
def test_without_a_query_the_endpoint_describes_itself(site, name: str) -> None:
    kind, parser = GRAPHS[name]
    answer = site.request("GET", "/sparql", {"Accept": kind.partition(";")[0]})
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    found = Dataset(default_union=True) if name in ("trig", "nq") else Graph()
    found.parse(data=answer.body, format=parser)
    service = URIRef(site.url)
    assert (service, RDF.type, SD.Service) in found
    assert (service, SD.endpoint, service) in found
    assert (service, SD.supportedLanguage, SD.SPARQL11Query) in found
    said = " ".join(found.objects(service, URIRef("http://purl.org/dc/terms/description")))
    for limit in ("10 seconds", "1073741824 bytes", "1048576 bytes", "67108864 bytes", "At most 8 queries"):
        assert limit in said


def test_a_browser_gets_the_page(site) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
    answer = site.request("GET", "/sparql", {"Accept": accept})
    assert answer.headers["content-type"].startswith("text/html")
    assert site.get(SELECT, accept, format="json").json["results"]["bindings"]


def test_the_limits_stand_in_the_headers(site) -> None:
    for answer in (site.get(SELECT), site.get("SELECT"), site.request("GET", "/sparql")):
        if "x-limit-query-seconds" in answer.headers:
            assert answer.headers["x-limit-query-seconds"] == "10"
            assert answer.headers["x-limit-query-memory"] == str(2**30)
            assert answer.headers["x-limit-query-bytes"] == str(2**20)
            assert answer.headers["x-limit-result-bytes"] == str(64 * 2**20)


def test_void_counts_the_dataset_and_its_graphs(site) -> None:
    answer = site.request("GET", "/.well-known/void", {"Accept": "text/turtle"})
    found = Graph().parse(data=answer.body, format="turtle")
    dataset = URIRef(f"http://127.0.0.1:{site.port}/.well-known/void#dataset")
    assert (dataset, VOID.triples, Literal(3)) in found
    assert (dataset, VOID.sparqlEndpoint, URIRef(site.url)) in found
    assert str(found.value(dataset, DCTERMS.license)) == "https://creativecommons.org/licenses/by/4.0/"
    assert found.value(dataset, DCTERMS.title) and found.value(dataset, VOID.uriSpace)
    sizes = {str(part): int(found.value(part, VOID.triples)) for part in found.objects(dataset, VOID.subset)}
    assert sizes == {"http://example.org/g1": 1, "http://example.org/g2": 3}
    uses = {str(found.value(part, VOID.property)): int(found.value(part, VOID.triples))
            for part in found.objects(dataset, VOID.propertyPartition)}  # fmt: skip
    assert uses == {f"http://example.org/{name}": 1 for name in "pqn"}


def test_the_numbers_are_shown_to_prometheus_where_that_is_set(site, eventually) -> None:
    def read() -> dict[str, float]:
        lines = site.request("GET", "/metrics").text.splitlines()
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if line[0] != "#"}

    before = read()
    site.easy()
    site.get("SELECT * {")
    outcomes = [f'crosswalk_queries_total{{outcome="{name}"}}' for name in ("answered", "QuerySyntaxError")]
    # An answer is on its way a moment before it is counted.
    assert eventually(lambda: all(read()[name] >= before[name] + 1 for name in outcomes))
    assert read()["crosswalk_requests_total"] >= before["crosswalk_requests_total"] + 2


def test_the_access_log_tells_query_time_size_and_outcome(site, eventually) -> None:
    text = "SELECT ?s ?p ?o { ?s ?p ?o } # for the log"
    query = hashlib.sha256(text.encode()).hexdigest()[:16]
    size = len(site.get(text).body)
    site.get("SELECT ?s {{")

    def told(**facts: object) -> dict:
        lines = (json.loads(line) for line in reversed(site.log) if line.startswith("{"))
        return next((line for line in lines if facts.items() <= line.items()), {})

    answered = {"query": query, "status": 200, "bytes": size}
    assert eventually(lambda: told(**answered) and told(outcome="QuerySyntaxError", status=400))
    assert told(**answered)["milliseconds"] > 0


@pytest.mark.parametrize(
    ("query", "accept", "what"),
    [
        ("CONSTRUCT { <urn:a> <urn:b:1> 1 } {}", "application/rdf+xml", "RDF/XML has no place for <urn:b:1>"),
        ("CONSTRUCT { <urn:a> <urn:b> '\\u0001' } {}", "application/rdf+xml", "the character U+0001"),
        ("SELECT ('\\uFFFF' AS ?x) {}", "application/sparql-results+xml", "the character U+FFFF"),
        ("CONSTRUCT { <urn:a> <urn:b> <<( <urn:a> <urn:b> 1 )>> } {}", "application/ld+json", "triple terms"),
    ],
)
def test_what_a_format_has_no_place_for_is_not_acceptable_in_it(site, query, accept, what: str) -> None:
    answer = site.get(query, accept)
    assert answer.status == 406 and what in answer.json["detail"] and "written as" in answer.json["hint"]
    assert "retry-after" not in answer.headers
    assert site.get(query).status == 200


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("CONSTRUCT { <urn:a> <urn:b> 'a\\r\\nb\\r' } {}", "application/rdf+xml"),
        ("SELECT ('a\\r\\nb\\r' AS ?x) {}", "application/sparql-results+xml"),
    ],
)
def test_carriage_returns_survive_in_xml(site, query, accept) -> None:
    document = ElementTree.fromstring(site.get(query, accept).body)
    assert "a\r\nb\r" in document.itertext()
