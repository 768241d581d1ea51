"""Each rule of the SPARQL 1.1 Protocol, and of the Graph Store Protocol for reading."""

from __future__ import annotations

from urllib.parse import quote

import pytest

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
NAMED = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
G1, G2, NOWHERE = (f"http://example.org/{name}" for name in ("g1", "g2", "nowhere"))
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}


def test_a_query_comes_by_get_by_form_or_by_itself(site) -> None:
    by_itself = site.request("POST", "/sparql", DIRECT, COUNT.encode())
    assert [site.get(COUNT).number, site.post(COUNT).number, by_itself.number] == [3, 3, 3]


def test_the_content_type_may_name_its_charset(site) -> None:
    headers = {"Content-Type": "application/sparql-query; charset=UTF-8"}
    assert site.request("POST", "/sparql", headers, COUNT.encode()).number == 3
    headers = {"Content-Type": "application/sparql-query; charset=utf-16"}
    assert site.request("POST", "/sparql", headers, COUNT.encode("utf-16")).status == 415


@pytest.mark.parametrize("send", ["get", "post"])
def test_the_protocol_chooses_the_default_graphs(site, send: str) -> None:
    ask = getattr(site, send)
    assert ask(COUNT, **{"default-graph-uri": G1}).number == 1
    assert ask(COUNT, **{"default-graph-uri": G2}).number == 3
    assert ask(COUNT, **{"default-graph-uri": NOWHERE}).number == 0
    assert ask(NAMED, **{"default-graph-uri": G2}).number == 0


def test_the_protocol_chooses_the_named_graphs(site) -> None:
    assert site.get(NAMED).number == 4
    assert site.get(NAMED, **{"named-graph-uri": G1}).number == 1
    assert site.get(COUNT, **{"named-graph-uri": G1}).number == 0


def test_a_directly_posted_query_takes_its_dataset_from_the_address(site) -> None:
    path = f"/sparql?default-graph-uri={quote(G1)}&named-graph-uri={quote(G2)}"
    assert site.request("POST", path, DIRECT, COUNT.encode()).number == 1
    assert site.request("POST", path, DIRECT, NAMED.encode()).number == 3


def test_what_the_protocol_chooses_goes_before_what_the_query_says(site) -> None:
    asked = COUNT.replace("{", f"FROM <{G1}> {{", 1)
    assert site.get(asked).number == 1
    assert site.get(asked, **{"default-graph-uri": G2}).number == 3


def test_a_triple_of_two_graphs_counts_once_where_they_are_merged(site) -> None:
    both = f"/sparql?default-graph-uri={quote(G1)}&default-graph-uri={quote(G2)}"
    assert site.request("POST", both, DIRECT, COUNT.encode()).number == 3
    assert site.get(COUNT.replace("{", f"FROM <{G1}> FROM <{G2}> {{", 1)).number == 3
    prologue = "BASE <http://example.org/x/> PREFIX e: <http://example.org/> "
    assert site.get(prologue + COUNT.replace("{", "FROM e:g1 FROM <../g2> {", 1)).number == 3


def test_a_merged_default_graph_leaves_the_named_graphs_as_chosen(site) -> None:
    clauses = f"FROM <{G1}> FROM <{G2}> FROM NAMED <{G1}> {{"
    assert site.get(NAMED.replace("{", clauses, 1)).number == 1
    assert site.get(COUNT.replace("{", clauses, 1)).number == 3


def test_graphs_that_are_not_here_are_empty_and_never_fetched(site) -> None:
    elsewhere = "FROM <http://127.0.0.1:9/a> FROM NAMED <file:///etc/passwd> FROM <file:///etc/hostname> {"
    assert site.get(COUNT.replace("{", elsewhere, 1)).number == 0
    assert site.get(NAMED.replace("{", elsewhere, 1)).number == 0


@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("GET", f"/sparql?query={quote(COUNT)}&query={quote(COUNT)}", {}, None),
        ("POST", "/sparql", FORM, b"query=ASK{}&query=ASK{}"),
        ("POST", f"/sparql?query={quote(COUNT)}", DIRECT, COUNT.encode()),
        ("POST", "/sparql", FORM, b""),
        ("POST", "/sparql", FORM, b"nothing=here"),
        ("POST", "/sparql", DIRECT, b""),
        ("POST", "/sparql", DIRECT, "ASK { ?s ?p 'é' }".encode("latin-1")),
        ("POST", "/sparql", FORM, b"query=ASK%20%7B%20%ff%20%7D"),
        ("GET", "/sparql?query=", {}, None),
        ("GET", "/sparql?query=ASK%7B%ff%7D", {}, None),
        ("GET", f"/sparql?query={quote(COUNT)}&default-graph-uri=not%20an%20iri", {}, None),
        ("GET", f"/sparql?query={quote(COUNT)}&named-graph-uri=relative", {}, None),
        ("GET", f"/sparql?query={quote(COUNT)}" + "&x=1" * 6000, {}, None),
        ("GET", "/sparql?query=SELECT", {}, None),
        ("GET", "/sparql?query=%00", {}, None),
    ],
)
def test_a_malformed_request_gets_400(site, method, path, headers, body) -> None:
    answer = site.request(method, path, headers, body)
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["status"] == 400 and len(answer.json["detail"]) > 10


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data; boundary=x", ""])
def test_another_content_type_gets_415_and_hears_of_the_right_ones(site, kind: str) -> None:
    answer = site.request("POST", "/sparql", {"Content-Type": kind}, COUNT.encode())
    assert answer.status == 415
    assert answer.headers["accept-post"] == "application/x-www-form-urlencoded, application/sparql-query"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_another_method_gets_405_with_those_there_are(site, method: str) -> None:
    answer = site.request(method, "/sparql", {}, b"")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")


UPDATES = [
    "INSERT DATA { <urn:a> <urn:b> 1 }",
    "INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
    "DELETE DATA { <urn:a> <urn:b> 1 }",
    "PREFIX e: <urn:> DELETE WHERE { ?s ?p ?o }",
    "DELETE { ?s ?p ?o } INSERT { ?o ?p ?s } WHERE { ?s ?p ?o }",
    "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "# a comment\nLOAD <file:///etc/passwd>",
    "drop all",
    "CLEAR DEFAULT",
    "CREATE GRAPH <urn:g>",
    "COPY <urn:a> TO <urn:b>",
    "MOVE <urn:a> TO <urn:b>",
    "ADD <urn:a> TO <urn:b>",
]
"""Every form of an update in SPARQL 1.1: https://www.w3.org/TR/sparql11-query/#rUpdate1."""


@pytest.mark.parametrize("update", UPDATES)
def test_an_update_gets_403_wherever_it_stands(site, update: str) -> None:
    body = "update=" + quote(update)
    answers = [
        site.get(update),
        site.post(update),
        site.request("POST", "/sparql", FORM, body.encode()),
        site.request("GET", "/sparql?" + body),
        site.request("POST", "/sparql", {"Content-Type": "application/sparql-update"}, update.encode()),
    ]
    assert [one.status for one in answers] == [403] * 5
    assert site.get(COUNT, "text/csv").text == "n\r\n3\r\n"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o FILTER EXISTS { { service silent ?s { ?s ?p ?o } } } }",
        "SELECT * { ?s ?p ?o FILTER(?o<'x>'||EXISTS{SERVICE<http://127.0.0.1:9/>{?a ?b ?c}}||'y'='z') }",
    ],
)
def test_service_gets_403_wherever_it_stands(site, query: str) -> None:
    answer = site.get(query)
    assert answer.status == 403 and "SERVICE" in answer.json["detail"]


def test_the_word_service_is_free_elsewhere(site) -> None:
    query = (
        "PREFIX service: <urn:SERVICE:> SELECT ?SERVICE { ?SERVICE service:SERVICE 'SERVICE {' } # SERVICE"
    )
    assert site.get(query).status == 200


def test_a_syntax_error_says_line_and_column(site) -> None:
    wrong = "SELECT *\nWHERE { ?s nope:p ?o }"
    answer = site.get(wrong)
    assert answer.status == 400
    assert (answer.json["line"], answer.json["column"]) == (2, 12)
    told = site.get(wrong, "text/csv, text/plain;q=0.5")
    assert told.headers["content-type"] == "text/plain; charset=utf-8"
    assert told.text.startswith("400 Bad Request") and "(line 2, column 12)" in told.text


def test_head_gives_the_headers_of_get_alone(site) -> None:
    path = f"/sparql?query={quote(COUNT)}"
    get, head = site.request("GET", path), site.request("HEAD", path)
    assert head.body == b"" and head.status == 200
    for name in ("content-type", "content-length", "etag", "vary", "cache-control"):
        assert head.headers[name] == get.headers[name]


def test_options_answers_a_preflight_of_another_site(site) -> None:
    headers = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST",
               "Access-Control-Request-Headers": "content-type"}  # fmt: skip
    answer = site.request("OPTIONS", "/sparql", headers)
    assert answer.status == 204 and answer.body == b""
    assert answer.headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "Content-Type" in answer.headers["access-control-allow-headers"]


def test_every_answer_may_be_read_by_scripts_of_other_sites(site) -> None:
    answers = [site.get(COUNT), site.get("SELECT"), site.get(UPDATES[0]), site.request("PUT", "/sparql"),
               site.request("GET", "/sparql"), site.request("GET", "/rdf-graph-store?default")]  # fmt: skip
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["vary"] == "Accept, Accept-Encoding"


def test_unknown_parameters_are_ignored(site) -> None:
    assert site.get(COUNT, timeout="1", debug="on", callback="alert").number == 3


def test_neither_host_nor_forwarded_host_is_reflected(site) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Accept": "text/turtle"}
    for path in ("/sparql", "/.well-known/void", "/sparql?query=x"):
        answer = site.request("GET", path, headers)
        assert "evil" not in answer.text + str(answer.headers)


def test_a_graph_is_read_whole_by_the_graph_store_protocol(site) -> None:
    accept = {"Accept": "application/n-triples"}
    one = site.request("GET", f"/rdf-graph-store?graph={quote(G1)}", accept)
    assert one.text == '<http://example.org/a> <http://example.org/p> "hello"@en .\n'
    assert len(site.request("GET", "/rdf-graph-store?default", accept).text.splitlines()) == 3
    head = site.request("HEAD", f"/rdf-graph-store?graph={quote(G1)}", accept)
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(one.body)))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/rdf-graph-store?graph={quote(NOWHERE)}", 404),
        ("GET", "/rdf-graph-store", 400),
        ("GET", f"/rdf-graph-store?default&graph={quote(G1)}", 400),
        ("GET", f"/rdf-graph-store?graph={quote(G1)}&graph={quote(G2)}", 400),
        ("GET", "/rdf-graph-store?graph=%3E%20x", 400),
        ("PUT", f"/rdf-graph-store?graph={quote(G1)}", 405),
        ("POST", "/rdf-graph-store?default", 405),
        ("DELETE", "/rdf-graph-store?default", 405),
        ("PATCH", "/rdf-graph-store?default", 405),
    ],
)
def test_the_graph_store_refuses_the_rest(site, method: str, path: str, status: int) -> None:
    answer = site.request(method, path)
    assert answer.status == status
    assert status != 405 or answer.headers["allow"] == "GET, HEAD, OPTIONS"
