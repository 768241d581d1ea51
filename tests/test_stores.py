"""Both stores give what the engine wrote, and each translates its own faults."""

from __future__ import annotations

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pyoxigraph
import pytest
import rdflib

from crosswalk.errors import (
    EngineFault,
    InputError,
    QueryRefused,
    QuerySyntaxError,
    QueryTimedOut,
    ResourceLimit,
    StoreFault,
)
from crosswalk.sparql_tokens import query_form, tokens
from crosswalk.stores import SPARQL_JSON, QueryDataset
from crosswalk.stores.named_queries import Query, catalogue, read_term
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.remote import RemoteStore
from crosswalk.stores.results import ask

TRIG = b"""
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
GRAPH <urn:g> { <urn:a> <urn:p> "x"@en , "5"^^<urn:t> ; a skos:Concept . }
GRAPH <urn:h> { <urn:a> <urn:p> "x"@en . }
"""
BOTH = (("urn:h",), ("urn:g",))
P = "PREFIX e: <http://example.org/>\n"


@pytest.fixture
def store() -> EmbeddedStore:
    return EmbeddedStore.holding(pyoxigraph.parse(TRIG, pyoxigraph.RdfFormat.TRIG))


# The embedded store


@pytest.mark.parametrize(
    ("media_type", "beginning"),
    [
        (SPARQL_JSON, b'{"head":'),
        ("application/json", b'{"head":'),
        ("application/sparql-results+xml", b"<?xml"),
        ("text/csv", b"x\r\n"),
        ("text/tab-separated-values", b"?x\n"),
    ],
)
def test_rows_are_written_in_every_result_format(store, media_type, beginning) -> None:
    assert store.query("SELECT ?x { <urn:a> <urn:p> ?x }", media_type).startswith(beginning)


def test_language_and_datatype_survive(store) -> None:
    answer = json.loads(store.query("SELECT ?x { <urn:a> <urn:p> ?x } ORDER BY STR(?x)", SPARQL_JSON))
    assert [row["x"] for row in answer["results"]["bindings"]] == [
        {"type": "literal", "value": "5", "datatype": "urn:t"},
        {"type": "literal", "value": "x", "xml:lang": "en"},
    ]


@pytest.mark.parametrize(
    ("media_type", "rdflib_name"),
    [
        ("text/turtle", "turtle"),
        ("application/trig", "trig"),
        ("application/n-triples", "nt"),
        ("application/n-quads", "nquads"),
        ("application/ld+json", "json-ld"),
        ("application/rdf+xml", "xml"),
    ],
)
def test_triples_are_written_in_every_syntax_and_each_once(store, media_type, rdflib_name) -> None:
    data = store.query("CONSTRUCT { ?s <urn:q> 'once' } { ?s ?p ?o }", media_type)
    assert len(rdflib.Dataset(default_union=True).parse(data=data, format=rdflib_name)) == 1
    assert data.count(b"once") == 1


@pytest.mark.parametrize("text", ["CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE ?s ?t { ?s ?p ?o . ?t ?p ?o }"])
def test_the_same_triples_give_the_same_bytes(text) -> None:
    quads = [pyoxigraph.Quad(pyoxigraph.NamedNode(f"urn:{n % 5}"), pyoxigraph.NamedNode("urn:p"),
                             pyoxigraph.Literal(str(n))) for n in range(40)]  # fmt: skip
    one, other = (EmbeddedStore.holding(some).query(text, "text/turtle") for some in (quads, quads[::-1]))
    assert one == other and one.count(b"<urn:p>") == 5


def test_turtle_declares_the_prefixes_it_uses_and_no_others(store) -> None:
    data = store.query("CONSTRUCT WHERE { ?s ?p ?o }", "text/turtle").decode()
    assert "@prefix skos:" in data and "skos:Concept" in data and "@prefix xw:" not in data


def test_the_default_graph_is_the_union_with_each_triple_once(store) -> None:
    answer = json.loads(store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", SPARQL_JSON))
    assert answer["results"]["bindings"][0]["n"]["value"] == "3"


def test_a_filled_default_graph_stays_as_it_is() -> None:
    data = b"<urn:a> <urn:b> <urn:c> .\n<urn:d> <urn:e> <urn:f> <urn:g> ."
    store = EmbeddedStore.holding(pyoxigraph.parse(data, pyoxigraph.RdfFormat.N_QUADS))
    assert b"true" in store.query("ASK { <urn:a> ?p ?o FILTER NOT EXISTS { <urn:d> ?q ?r } }", SPARQL_JSON)


COUNT = "SELECT (COUNT(*) AS ?n) "
LOCAL = (
    COUNT + "{ ?s ?p ?o }",
    COUNT + "{ ?s (<urn:p>|<urn:none>)* ?o }",
    COUNT + "{ ?s <urn:p>? ?o FILTER NOT EXISTS { ?s a ?o } }",
    "SELECT ?o { { SELECT DISTINCT ?o { ?s ?p ?o } } MINUS { ?o ?p ?s } } ORDER BY STR(?o)",
    "ASK { <urn:a> ?p ?o }",
)
FAR = (
    COUNT + "{ graph ?g { ?s ?p ?o } }",
    COUNT + "{ ?s ?p ?o FILTER EXISTS { GrApH <urn:h> { ?s ?p ?o } } }",
    COUNT + "{ { ?s ?p ?o } UNION {GRAPH?g{ ?s ?p ?o }} }",
    COUNT + "FROM <urn:h> { ?s ?p ?o }",
    COUNT + "FROM NAMED <urn:h> { GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?g { GRAPH ?g {} } ORDER BY ?g",
    "ASK { \\u0047RAPH <urn:h> { ?s ?p ?o } }",
    "ASK { \\U00000047RAPH <urn:h> { ?s ?p ?o } }",
    "ASK F\\u0052OM <urn:h> { ?s ?p 'x'@en }",
)
"""Queries of the default graph, and queries that reach further, or would where an escape is a letter."""


def answered(store: EmbeddedStore, text: str, media_type: str = SPARQL_JSON) -> bytes | str:
    try:
        return store.query(text, media_type)
    except QuerySyntaxError as error:
        return str(error)


@pytest.fixture
def apart() -> EmbeddedStore:
    """The same triples, the default graph set apart."""
    store = EmbeddedStore.holding(pyoxigraph.parse(TRIG, pyoxigraph.RdfFormat.TRIG))
    store.set_apart()
    return store


@pytest.mark.parametrize("text", LOCAL + FAR)
def test_a_default_graph_set_apart_changes_no_answer(store, apart, text: str) -> None:
    assert answered(apart, text) == answered(store, text)


@pytest.mark.parametrize("text", ["DESCRIBE <urn:a>", "CONSTRUCT WHERE { ?s ?p ?o }"])
def test_a_default_graph_set_apart_changes_no_triples(store, apart, text: str) -> None:
    assert answered(apart, text, "text/turtle") == answered(store, text, "text/turtle")


@pytest.fixture(scope="module")
def published(snapshot) -> tuple[EmbeddedStore, EmbeddedStore]:
    """The project's own graph twice, in the second the default graph set apart."""
    whole, apart = (EmbeddedStore.load(snapshot.dataset) for _ in range(2))
    apart.set_apart()
    return whole, apart


@pytest.mark.parametrize("question", catalogue("questions"), ids=lambda question: question.name)
def test_a_default_graph_set_apart_answers_every_question_alike(published, question: Query) -> None:
    examples = {name: read_term(text) for name, text in question.examples.items()}
    for terms in ({}, examples):
        whole, apart = (ask(store, question, **terms) for store in published)
        assert whole == apart


def test_only_queries_of_the_default_graph_are_put_to_what_is_set_apart(apart) -> None:
    expected = [answered(apart, text) for text in FAR]
    # Without the quads that were copied, only the copy can answer.
    kept = [quad for quad in apart.engine if quad.graph_name == pyoxigraph.DefaultGraph()]
    for quad in kept:
        apart.engine.remove(quad)
    assert b'"3"' in answered(apart, LOCAL[0])
    changed = [answered(apart, text) != before for text, before in zip(FAR, expected, strict=True)]
    assert changed == ["?s ?p ?o FILTER" in text or "UNION" in text for text in FAR]


def test_a_chosen_dataset_is_not_the_graph_set_apart(store, apart) -> None:
    for dataset in (QueryDataset(("urn:h",)), QueryDataset((), ("urn:g",))):
        found = (each.query(LOCAL[0], SPARQL_JSON, dataset=dataset) for each in (store, apart))
        assert len(set(found)) == 1


def test_a_chosen_dataset_is_all_there_is(store) -> None:
    text = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    counts = [
        json.loads(store.query(text, SPARQL_JSON, dataset=dataset))["results"]["bindings"][0]["n"]["value"]
        for dataset in (
            QueryDataset(("urn:h",)),
            QueryDataset((), ("urn:g",)),
            QueryDataset(("urn:h",), ("urn:g",)),
        )
    ]
    assert counts == ["1", "3", "4"]


def test_a_chosen_graph_must_be_an_iri(store) -> None:
    with pytest.raises(InputError, match="not an absolute IRI"):
        store.query("ASK {}", SPARQL_JSON, dataset=QueryDataset(("no iri",)))


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        ("SELECT * { ?s ?p ?o }", "text/turtle"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "text/csv"),
        ("ASK {}", "image/png"),
    ],
)
def test_a_form_without_that_media_type_is_an_input_error(store, text, media_type) -> None:
    with pytest.raises(InputError, match=f"no answer in {media_type}"):
        store.query(text, media_type)


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("SELEC ?x WHERE {\n ?x e:f ?y }", (2, 1), "SELEC is not expected here"),
        ("SELECT ?x WHRE {\n ?x e:f ?y }", (2, 11), "WHRE is not expected here"),
        ("SELECT * WHRE { ?x e:f ?y }", (2, 10), "WHRE is not expected here"),
        ("SELECT * { ?x e:f ?y . OPTIONL { ?y e:f ?z } }", (2, 24), "OPTIONL is not expected here"),
        ("SELECT ?x WHERE {\n ?x e:f ?y\n FILTR(?x = 1) }", (4, 2), "FILTR is not expected here"),
        ("SELECT ?x WHERE {\n ?x e:f ?y } ORDR BY ?x", (3, 14), "ORDR is not expected here"),
        ("SELECT ?x WHERE {\n ?x e:f ?y }\n LIMIT many", (4, 8), "many is not expected here"),
        ("SELECT (COUNT(?x) AS ?n WHERE {\n ?x e:f ?y }", (2, 25), "WHERE is not expected here"),
        ("SELECT ?x {\n FILTER(STRLENN(?x) = 1) }", (3, 9), "STRLENN is not expected here"),
        ("SELECT ?x {\n ?x f:f ?y }", (3, 5), "the prefix f: is not declared"),
        ("SELECT ?x {\n ?x e:f 'abc }", (3, 9), "this quotation mark is never closed on its line"),
        ("SELECT ?x {\n ?x e:f ?y", (3, 11), "the query ends where more is expected"),
        ("SELECT ?x {\n ?x e:f", (3, 8), "the query ends where more is expected"),
        ("SELECT ?x {\n ?é e:f 'ééé' ; e:f }", (3, 17), "e:f is not expected here"),
        ("ASK { ?x e:f ?y } }", (2, 19), "} is not expected here"),
        ("hello", (2, 1), "hello is not expected here"),
        (
            "SELECT ?x (COUNT(?y) AS ?n) { ?x e:f ?y }",
            (2, 42),
            "the SELECT contains a variable that is unbound",
        ),
        ("ASK { ?x e:f ?y\n BIND(1 AS ?x) }", (3, 17), "what ends here breaks a rule of SPARQL"),
    ],
)
def test_a_typo_is_told_with_line_column_and_the_word(store, text, place, what) -> None:
    with pytest.raises(QuerySyntaxError) as fault:
        store.query(P + text, SPARQL_JSON)
    assert ((fault.value.line, fault.value.column), fault.value.what) == (place, what)
    assert fault.value.excerpt == (P + text).split("\n")[place[0] - 1]


XSD = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"


@pytest.mark.parametrize(
    ("text", "kind", "what", "place"),
    [
        ("SELECT (<urn:f>(1) AS ?x) {}", InputError, "there is no function <urn:f>", (1, 9)),
        (P + "ASK { FILTER(e:f(1)) }", InputError, "there is no function <http://example.org/f>", (2, 14)),
        ("SELECT (COALESCE(<urn:f>(1), 2) AS ?x) {}", InputError, "there is no function <urn:f>", (1, 18)),
        ("SELECT (<urn:f>(?x) AS ?n) { ?x ?p ?o } GROUP BY ?x", InputError, "no function <urn:f>", (1, 9)),
        ("SELECT * { ?s ?p ?o } ORDER BY <urn:f>(?o)", InputError, "no function <urn:f>", (1, 32)),
        (XSD + "SELECT (xsd:anyURI(1) AS ?x) {}", InputError, "no function <http://www.w3.org/2001", (2, 9)),
        (XSD + "SELECT (xsd:integer() AS ?x) {}", InputError, "takes 1 argument, not 0", (2, 9)),
        (XSD + "SELECT (xsd:integer(1, 2) AS ?x) {}", InputError, "takes 1 argument, not 2", (2, 9)),
        ("ASK { ?x <urn:p> '\udcff' }", QuerySyntaxError, "U+DCFF is no character", (1, 19)),
    ],
)  # fmt: skip
def test_what_the_engine_will_never_answer_is_no_fault_of_the_store(store, text, kind, what, place) -> None:
    with pytest.raises(kind) as fault:
        store.query(text, SPARQL_JSON)
    assert type(fault.value) is kind and what in fault.value.what
    assert (fault.value.line, fault.value.column) == place


REPORTS = {
    "The variable encoding the service name is unbound": QueryRefused,
    '"a" is not a valid service name': QueryRefused,
    "The service <urn:a> is not supported": QueryRefused,
    "A URI scheme must be set, found urn:a": QueryRefused,
    "The SPARQL dataset returned a triple term that is not a valid RDF 1.2 term": EngineFault,
    "Unexpected default graph": EngineFault,
}
"""What the engine may say of a query that it has parsed, and the fault that it is."""


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("kind", [OSError, RuntimeError])
def test_whatever_else_the_engine_says_is_told(kind: type[Exception], report: str) -> None:
    with pytest.raises(REPORTS[report], match=re.escape(report)) as fault:
        EmbeddedStore(FailingEngine(kind(report))).query("ASK {}", SPARQL_JSON)
    assert type(fault.value) is REPORTS[report]


class FailingEngine:
    """An engine that raises an error at every query."""

    def __init__(self, fault: BaseException) -> None:
        self.fault = fault

    def query(self, *_: object, **__: object) -> None:
        raise self.fault


class PanicException(BaseException):
    """Stands for the class of this name that the engine raises where it is built to survive a failure."""


def test_a_panic_is_a_fault_of_the_engine() -> None:
    with pytest.raises(EngineFault, match="^the engine failed on this query$") as fault:
        EmbeddedStore(FailingEngine(PanicException("no total order"))).query("ASK {}", SPARQL_JSON)
    assert "ORDER BY" in fault.value.hint
    with pytest.raises(KeyboardInterrupt):
        EmbeddedStore(FailingEngine(KeyboardInterrupt())).query("ASK {}", SPARQL_JSON)


@pytest.mark.parametrize(("word", "meant"), [("SELEC", "SELECT"), ("SELECT ?x WHRE", "WHERE")])
def test_a_misspelt_word_gets_the_one_it_was_meant_to_be(store, word, meant) -> None:
    with pytest.raises(QuerySyntaxError) as fault:
        store.query(word + " { ?x ?y ?z }", SPARQL_JSON)
    assert fault.value.hint == f"Did you mean {meant}?"


@pytest.mark.parametrize("text", ["", "  \n", "# only a comment"])
def test_an_empty_query_is_called_empty(store, text) -> None:
    with pytest.raises(QuerySyntaxError, match="the query is empty"):
        store.query(text, SPARQL_JSON)


@pytest.mark.parametrize("text", ["INSERT DATA { <urn:a> <urn:b> 1 }", "CLEAR ALL", "delete where {}"])
def test_updates_are_refused_and_change_nothing(store, text) -> None:
    with pytest.raises(QueryRefused, match="read-only"):
        store.query(text, SPARQL_JSON)
    assert len(store.engine) == 7


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "ASK { FILTER EXISTS { { SELECT * { service silent <http://127.0.0.1:9/> { ?s ?p ?o } } } } }",
        "# SERVICE\nSELECT * {\n  SERVICE ?g { } }",
    ],
)
def test_service_is_refused_wherever_it_stands(store, text) -> None:
    with pytest.raises(QueryRefused, match="SERVICE is not answered") as fault:
        store.query(text, SPARQL_JSON)
    lines = text.split("\n")
    assert lines[fault.value.line - 1][fault.value.column - 1 :].upper().startswith("SERVICE")


@pytest.mark.parametrize(
    "text",
    [
        "ASK { ?s ?p 'SERVICE' } # SERVICE",
        'ASK { ?s <urn:SERVICE> """a " SERVICE"""@en , ?SERVICE }',
        "PREFIX service: <urn:> ASK { ?s service:SERVICE $SERVICE }",
    ],
)
def test_the_word_service_in_a_name_or_a_text_is_no_service(store, text) -> None:
    assert b"false" in store.query(text, SPARQL_JSON)


def test_a_fault_of_evaluation_is_a_fault_of_the_store(store, monkeypatch) -> None:
    class Broken:
        def query(self, text: str, **options: object) -> None:
            raise OSError("disk gone")

    with pytest.raises(StoreFault, match="disk gone"):
        EmbeddedStore(Broken()).query("ASK {}", SPARQL_JSON)


def test_the_default_graph_that_a_file_lacks_is_the_union_of_its_graphs_but_the_findings(tmp_path) -> None:
    file = tmp_path / "data.trig"
    findings = "<https://w3id.org/iot-security-crosswalk/graph/findings>"
    file.write_text(
        "GRAPH <urn:g> { <urn:a> <urn:p> 1 } GRAPH _:h { <urn:a> <urn:p> 1, 2 }"
        f"GRAPH {findings} {{ <urn:a> <urn:p> 2, 3 }}"
    )
    rows = EmbeddedStore.load(file).query("SELECT ?o { ?s <urn:p> ?o } ORDER BY ?o", "text/csv")
    assert rows.split() == [b"o", b"1", b"2"]


def test_files_are_loaded_and_a_wrong_line_is_told(tmp_path) -> None:
    good, bad, odd = tmp_path / "good.trig", tmp_path / "bad.ttl", tmp_path / "odd.pdf"
    good.write_bytes(TRIG)
    bad.write_text("<urn:a> <urn:b> 1 .\n<urn:a> nope:b 1 .\n")
    odd.write_text("")
    assert b"true" in EmbeddedStore.load(good).query("ASK { <urn:a> ?p ?o }", SPARQL_JSON)
    with pytest.raises(InputError, match=r"bad\.ttl:2"):
        EmbeddedStore.load(bad)
    with pytest.raises(InputError, match=r"odd\.pdf: .*does not say"):
        EmbeddedStore.load(odd)
    with pytest.raises(InputError, match=r"gone\.ttl: "):
        EmbeddedStore.load(tmp_path / "gone.ttl")


def test_only_what_the_program_wrote_itself_is_not_examined(tmp_path) -> None:
    odd = tmp_path / "odd.nq"
    odd.write_text("<urn:a b> <urn:p> <urn:c> .\n")
    with pytest.raises(InputError, match=r"odd\.nq:1"):
        EmbeddedStore.load(odd)
    assert b"true" in EmbeddedStore.load(odd, trusted=True).query("ASK { ?s <urn:p> <urn:c> }", SPARQL_JSON)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("# ASK\nselect * {}", "SELECT"),
        ("PREFIX ask: <urn:> DESCRIBE ask:x", "DESCRIBE"),
        ("CLEAR ALL", None),
    ],
)
def test_the_form_is_a_word_and_not_a_part_of_one(text, form) -> None:
    assert query_form(text) == form


def test_tokens_cover_all_but_space_and_comments() -> None:
    text = "ASK { ?s e:p/^<urn:q> 'it''s'@en , 1.5 } # end"
    assert "".join(token.text for token in tokens(text)) == text.partition(" #")[0].replace(" ", "")


# The remote store, before an endpoint that answers as the test wants


class Endpoint(BaseHTTPRequestHandler):
    """Answers each request by the function its server holds, and remembers the request."""

    def do_GET(self) -> None:
        self._answer(urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _answer(self, form: str) -> None:
        self.server.seen.append((self.command, parse_qs(form), dict(self.headers)))
        status, kind, body, wait = self.server.reply
        time.sleep(wait)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            return

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def endpoint():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    server.seen, server.reply = [], (200, SPARQL_JSON, b'{"head":{},"boolean":true}', 0)
    server.url = f"http://127.0.0.1:{server.server_port}/sparql"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_short_query_is_got_and_a_long_one_posted(endpoint) -> None:
    store = RemoteStore(endpoint.url)
    long = "ASK {} #" + "x" * 2000
    assert store.query("ASK {}", SPARQL_JSON) == store.query(long, SPARQL_JSON) == endpoint.reply[2]
    assert [(method, form["query"]) for method, form, _ in endpoint.seen] == [
        ("GET", ["ASK {}"]),
        ("POST", ["ASK {} " + " " * 2001]),  # a comment becomes blanks
    ]


def test_the_media_type_and_the_dataset_are_asked_for(endpoint) -> None:
    empty = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
    endpoint.reply = (200, "application/rdf+xml; charset=utf-8", empty, 0)
    dataset = QueryDataset(("urn:a", "urn:b"), ("urn:c",))
    assert (
        RemoteStore(endpoint.url).query("DESCRIBE <urn:x>", "application/rdf+xml", dataset=dataset) == empty
    )
    _, form, headers = endpoint.seen[0]
    assert headers["Accept"] == "application/rdf+xml"
    assert (form["default-graph-uri"], form["named-graph-uri"]) == (["urn:a", "urn:b"], ["urn:c"])


def test_credentials_go_into_the_request_and_nowhere_else(endpoint) -> None:
    store = RemoteStore(endpoint.url, user="ann", password="hunter2")
    store.query("ASK {}", SPARQL_JSON)
    assert endpoint.seen[0][2]["Authorization"] == "Basic YW5uOmh1bnRlcjI="
    endpoint.reply = (401, "text/plain", b"who are you?", 0)
    with pytest.raises(StoreFault, match="other credentials") as fault:
        store.query("ASK {}", SPARQL_JSON)
    assert "hunter2" not in repr(store) + str(fault.value)
    assert "secret" not in RemoteStore("http://ann:secret@example.org/sparql?key=secret").shown


def test_a_wrong_query_is_told_with_line_and_column(endpoint) -> None:
    endpoint.reply = (400, "text/plain", b"Bad query", 0)
    with pytest.raises(QuerySyntaxError, match="line 2, column 11: WHRE"):
        RemoteStore(endpoint.url).query("# one\nSELECT ?x WHRE { ?x ?y ?z }", SPARQL_JSON)


def test_a_right_query_the_endpoint_refuses_is_told_in_its_words(endpoint) -> None:
    endpoint.reply = (400, "text/html", b"<p>No   such function\n</p>", 0)
    with pytest.raises(QueryRefused, match=r"refuses the query: No such function"):
        RemoteStore(endpoint.url).query("ASK {}", SPARQL_JSON)


def test_an_endpoint_that_is_late_has_timed_out(endpoint) -> None:
    endpoint.reply = (200, SPARQL_JSON, b"{}", 1.5)
    with pytest.raises(QueryTimedOut, match="within 0.5 seconds") as fault:
        RemoteStore(endpoint.url, timeout=0.5).query("ASK {}", SPARQL_JSON)
    assert "CROSSWALK_QUERY_TIMEOUT" in fault.value.hint


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (504, b"", QueryTimedOut, "no answer within"),
        (503, b"Query timed out", QueryTimedOut, "no answer within"),
        (503, b"Maintenance", StoreFault, "HTTP 503.*Maintenance"),
        (500, b"Boom", StoreFault, "HTTP 500.*Boom"),
        (403, b"", StoreFault, "HTTP 403"),
        (404, b"", StoreFault, "does not exist"),
        (418, b"", StoreFault, "HTTP 418.*does not say why"),
    ],
)
def test_each_status_becomes_one_of_our_faults(endpoint, status, body, kind, message) -> None:
    endpoint.reply = (status, "text/plain", body, 0)
    with pytest.raises(StoreFault, match=message) as fault:
        RemoteStore(endpoint.url).query("ASK {}", SPARQL_JSON)
    assert type(fault.value) is kind


def test_a_page_instead_of_an_answer_is_a_fault(endpoint) -> None:
    endpoint.reply = (200, "text/html", b"<html>Welcome", 0)
    with pytest.raises(StoreFault, match="answers text/html"):
        RemoteStore(endpoint.url).query("ASK {}", SPARQL_JSON)


def test_a_result_larger_than_allowed_is_not_read_to_its_end(endpoint) -> None:
    endpoint.reply = (200, SPARQL_JSON, b"x" * 300_000, 0)
    with pytest.raises(ResourceLimit, match="larger than 1000 bytes"):
        RemoteStore(endpoint.url, result_bytes=1000).query("ASK {}", SPARQL_JSON)


def test_nobody_listening_is_a_fault_with_a_hint(endpoint) -> None:
    endpoint.shutdown()
    endpoint.server_close()
    with pytest.raises(StoreFault, match="cannot be reached") as fault:
        RemoteStore(endpoint.url).query("ASK {}", SPARQL_JSON)
    assert "running" in fault.value.hint
