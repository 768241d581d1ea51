"""Nothing that another server sends is believed: what is no answer is a fault of the store."""

from __future__ import annotations

import json
import time
from typing import Any

import pyoxigraph
import pytest

from crosswalk.errors import (
    CrosswalkError,
    InputError,
    QueryRefused,
    QueryTimedOut,
    ResourceLimit,
    StoreFault,
    Unacceptable,
)
from crosswalk.stores import SPARQL_JSON
from crosswalk.stores import remote as remote_module
from crosswalk.stores.answer_syntax import check_answer, selected_variables
from crosswalk.stores.graph_store import _counts
from crosswalk.stores.remote import RemoteStore
from tests.nasty import JSON, YES, Exchange, nasty

# Answers that are none

ROW = {"s": {"type": "uri", "value": "urn:a"}}


def table(*rows: Any, head: Any = None, **members: Any) -> bytes:
    """Results with a column ``s``."""
    document = {"head": {"vars": ["s"]} if head is None else head, "results": {"bindings": list(rows)}}
    return json.dumps(document | members).encode()


def cell(**members: Any) -> bytes:
    return table({"s": ROW["s"] | members})


GOOD = table(ROW)
DEEP = b"[" * 100_000 + b"]" * 100_000
WRONG_JSON = {
    "nothing": b"",
    "no JSON": b"<html>",
    "a list": b"[]",
    "deep": DEEP,
    "deep beside": GOOD[:-1] + b',"meta":' + DEEP + b"}",
    "deep objects": GOOD[:-1] + b',"meta":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
    "deep triples": table({"s": json.loads('{"type":"triple","value":{"subject":' * 300 + "1" + "}}" * 300)}),
    "cut": GOOD[:-3],
    "rubbish behind": GOOD + b" x",
    "twice": GOOD + GOOD,
    "no head": json.dumps({"results": {"bindings": [ROW]}}).encode(),
    "no variables": table(ROW, head={}),
    "other variables": table(head={"vars": ["t"]}),
    "variables of no head": table(ROW | {"t": ROW["s"]}),
    "variables as a text": table(ROW, head={"vars": "s"}),
    "variables as numbers": table(head={"vars": ["s", 5]}),
    "a variable twice": table(head={"vars": ["s", "s"]}),
    "no rows": b'{"head":{"vars":["s"]},"results":{}}',
    "rows as an object": b'{"head":{"vars":["s"]},"results":{"bindings":{}}}',
    "results as a list": b'{"head":{"vars":["s"]},"results":[]}',
    "a row as a list": table([]),
    "a row as null": table(None),
    "a comma too many": GOOD.replace(b"]}}", b",]}}"),
    "a comma too few": table(ROW, ROW).replace(b"}}, {", b"}} {"),
    "a cell as null": table({"s": None}),
    "a cell as a text": table({"s": "urn:a"}),
    "a cell without a type": table({"s": {"value": "x"}}),
    "a cell without a value": table({"s": {"type": "uri"}}),
    "a value as a number": cell(value=5),
    "a value as a list": cell(value=["x"]),
    "a value as null": cell(value=None),
    "another type": cell(type="thing"),
    "a type as a list": cell(type=["uri"]),
    "a language as a number": cell(type="literal", **{"xml:lang": 5}),
    "a datatype as null": cell(type="literal", datatype=None),
    "half a triple": cell(type="triple", value={"subject": ROW["s"]}),
    "a huge number": GOOD[:-1] + b',"n":' + b"9" * 5_000 + b"}",
    "a huge value": GOOD.replace(b'"urn:a"', b"9" * 5_000),
    "NaN": GOOD[:-1] + b',"n":NaN}',
    "a key twice": b'{"head":{"vars":["s"]},"head":{"vars":["s"]},"results":{"bindings":[]}}',
    "rows twice": b'{"head":{"vars":["s"]},"results":{"bindings":[],"bindings":[]}}',
    "a cell twice": table(ROW).replace(b'{"s": {', b'{"s": {"type": "uri", "value": "urn:b"}, "s": {'),
    "a value twice": table(ROW).replace(b'"value"', b'"value": "urn:b", "value"'),
    "a truth": YES,
    "a truth and rows": table(ROW, boolean=True),
    "a truth as a text": b'{"head":{},"boolean":"yes"}',
    "Latin-1": table({"s": {"type": "literal", "value": "x"}}).replace(b'"x"', b'"\xe9"'),
    "UTF-16": GOOD.decode().encode("utf-16"),
}
SELECT = "SELECT ?s { ?s ?p ?o }"


@pytest.mark.parametrize("body", WRONG_JSON.values(), ids=WRONG_JSON)
def test_what_is_no_answer_is_a_fault_of_the_store(body: bytes) -> None:
    with pytest.raises(StoreFault, match="the store's answer is no application/sparql-results") as fault:
        check_answer(body, SPARQL_JSON, SELECT)
    assert len(str(fault.value)) < 200


@pytest.mark.parametrize(
    ("body", "query"),
    [
        (GOOD, SELECT),
        (table(), SELECT),
        (b" \n" + GOOD + b"\r\n", SELECT),
        (GOOD, "SELECT * { ?s ?p ?o }"),
        (table(ROW, {}), SELECT),
        (table(ROW, meta={"took": [1, 2.5, None, {"a": True}]}), SELECT),
        (table(ROW, head={"vars": ["s"], "link": []}), SELECT),
        (b'{"results":{"distinct":false,"ordered":true,"bindings":[]},"head":{"vars":["s"]}}', SELECT),
        (table(ROW, head={"vars": ["s", "t"]}), SELECT),
        (cell(type="typed-literal", datatype="urn:d"), SELECT),
        (cell(value="an IRI of the wild"), SELECT),
        (cell(type="triple", value=dict.fromkeys(("subject", "predicate", "object"), ROW["s"])), SELECT),
        (YES, "ASK {}"),
        (b'{"boolean":false}', "ASK {}"),
    ],
)
def test_what_is_an_answer_is_taken(body: bytes, query: str) -> None:
    check_answer(body, SPARQL_JSON, query)


XML = (
    '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>'
    '<variable name="s"/></head><results><result><binding name="s"><uri>urn:a</uri></binding></result>'
    "</results></sparql>"
)
LAUGHS = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
WRONG_OTHERS = [
    ("application/sparql-results+xml", ""),
    ("application/sparql-results+xml", XML[:-3]),
    ("application/sparql-results+xml", XML.replace("?>", "?>" + LAUGHS, 1)),
    ("application/sparql-results+xml", "<sparql/>"),
    ("application/sparql-results+xml", XML.replace('name="s"/', 'name="t"/')),
    ("application/sparql-results+xml", XML.replace("results>", "boolean>")),
    ("application/sparql-results+xml", XML.replace("urn:a", "\x0b")),
    ("application/sparql-results+xml", XML.replace('"1.0"', '"1.0" encoding="klingon"')),
    ("text/csv", ""),
    ("text/csv", "t\r\n1\r\n"),
    ("text/csv", "s\r\n1,2\r\n"),
    ("text/csv", 's\r\n"1\r\n'),
    ("text/csv", "true"),
    ("text/tab-separated-values", "?s\n<urn:a>\t<urn:b>\n"),
    ("text/tab-separated-values", "?t\n<urn:a>\n"),
    ("text/turtle", "<urn:a> <urn:b> "),
    ("text/turtle", "<html>"),
    ("application/n-triples", "<urn:a> <urn:b> <urn:c>"),
    ("application/ld+json", '{"@context":"http://127.0.0.1:9/x","a":1}'),
    ("application/ld+json", DEEP.decode()),
    ("application/rdf+xml", f'<?xml version="1.0"?>{LAUGHS}<r/>'),
    ("application/rdf+xml", "<r>"),
    ("application/trig", "<urn:g> { <urn:a> <urn:b> }"),
    ("application/n-quads", "<urn:a> <urn:b> <urn:c> <urn:d> <urn:e> ."),
]


@pytest.mark.parametrize(("media_type", "body"), WRONG_OTHERS)
def test_other_forms_of_answers_are_held_to_their_rules_too(media_type: str, body: str) -> None:
    query = (
        SELECT if "results" in media_type or "values" in media_type or "csv" in media_type else "DESCRIBE ?s"
    )
    if body == "true":
        query = "SELECT ?true ?s {}"
    with pytest.raises(StoreFault, match="the store's answer is no"):
        check_answer(body.encode("latin-1"), media_type, query)


@pytest.mark.parametrize("media_type", ["json", "xml", "csv", "tsv"])
@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s (?o AS ?v) { VALUES (?s ?o) { (<urn:a> 'a,\"b\\n') (UNDEF 'é'@en) } }",
        "SELECT ?s { VALUES ?s { UNDEF UNDEF } }",
        "SELECT * { }",
        "ASK { ?s ?p ?o }",
        "SELECT ?s { FILTER(false) }",
    ],
)
def test_answers_of_the_engine_pass(media_type: str, query: str) -> None:
    form = pyoxigraph.QueryResultsFormat.from_extension(
        {"json": "srj", "xml": "srx"}.get(media_type, media_type)
    )
    assert form is not None
    body = pyoxigraph.Store().query(query).serialize(format=form)
    check_answer(body, form.media_type.partition(";")[0], query)


def test_the_columns_of_a_query_are_told() -> None:
    told = selected_variables(
        "PREFIX x: <urn:select> SELECT DISTINCT ?a $b (COUNT(?c) AS ?n) (EXISTS { ?x ?y ?z } AS ?e) "
        "FROM <urn:g> { ?q ?r ?t { SELECT ?u {} } }"
    )
    assert told == {"a", "b", "n", "e"}
    assert not selected_variables("SELECT * { ?s ?p ?o }") and not selected_variables("ASK { ?s ?p ?o }")


HEADERS = [
    ({"Content_Type": f"{JSON}; charset=utf-16"}, "answers in utf-16"),
    ({"Content_Type": "text/html"}, "answers text/html"),
    ({"Content_Type": f"{JSON}, text/html"}, "answers"),
    ({"Content_Encoding": "gzip"}, "compresses its answer"),
    ({"Content_Encoding": "gzip, gzip"}, "compresses its answer"),
    ({"Content_Length": "5"}, "does not parse|no application"),
    ({"Content_Length": "-5"}, "broke off"),
    ({"Content_Length": "1, 2"}, "broke off"),
    ({"X_Long": "x" * 200_000}, "broke off"),
    ({"X_Bad\x00Name": "x"}, "broke off"),
    ({"Transfer_Encoding": "gzip"}, "broke off"),
]


@pytest.mark.parametrize(("headers", "told"), HEADERS, ids=[str(given)[:40] for given, _ in HEADERS])
def test_headers_that_contradict_the_answer_make_it_none(headers: dict[str, str], told: str) -> None:
    with (
        nasty(lambda exchange: exchange.answer(GOOD, **headers)) as server,
        pytest.raises(StoreFault, match=told),
    ):
        RemoteStore(server.url, timeout=3).query(SELECT, SPARQL_JSON)


@pytest.mark.parametrize(
    "charset", ["", "; charset=utf-8", '; charset="UTF-8"', "; charset=US-ASCII; x=1", ";"]
)
def test_a_charset_that_is_meant_is_taken(charset: str) -> None:
    with nasty(lambda exchange: exchange.answer(GOOD, Content_Type=JSON + charset)) as server:
        assert RemoteStore(server.url).query(SELECT, SPARQL_JSON) == GOOD


def test_a_byte_order_mark_is_taken_off() -> None:
    with nasty(lambda exchange: exchange.answer(b"\xef\xbb\xbf" + GOOD)) as server:
        assert RemoteStore(server.url).query(SELECT, SPARQL_JSON) == GOOD


STATUSES = [("204 Nothing", StoreFault), ("304 Not Modified", StoreFault), ("300 Choices", StoreFault),
            ("206 Part", ResourceLimit), ("999 What", StoreFault), ("413 Long", QueryRefused),
            ("414 Long", QueryRefused), ("406 No", Unacceptable), ("400 Bad", QueryRefused),
            ("418 Teapot", StoreFault), ("500 Oops", StoreFault), ("401 No", StoreFault),
            ("408 Late", QueryTimedOut)]  # fmt: skip


@pytest.mark.parametrize(("status", "kind"), STATUSES)
def test_no_status_but_200_brings_an_answer(status: str, kind: type[CrosswalkError]) -> None:
    with (
        nasty(lambda exchange: exchange.answer(b"" if status[0] in "23" else b"told", status)) as server,
        pytest.raises(CrosswalkError) as fault,
    ):
        RemoteStore(server.url, timeout=3).query(SELECT, SPARQL_JSON)
    assert type(fault.value) is kind


CHALLENGES = [
    "Digest", "Digest realm", "Digest realm=, nonce=", 'Digest realm="r"', "Digest nonce=a, realm=b, qop=x",
    "Digest nonce=a, realm=b, algorithm=ROT13", "Digest ,,,=,", 'Digest realm="é", nonce="', "\x7f",
]  # fmt: skip


@pytest.mark.parametrize("challenge", CHALLENGES)
def test_a_challenge_that_is_none_is_a_fault_of_the_store(challenge: str) -> None:
    with (
        nasty(lambda exchange: exchange.answer(b"", "401 No", WWW_Authenticate=challenge)) as server,
        pytest.raises(StoreFault),
    ):
        RemoteStore(server.url, timeout=3, user="ann", password="secret").query(SELECT, SPARQL_JSON)


LOCATIONS = [
    "file:///etc/passwd", "ftp://127.0.0.1/", "http://", "//", "http://[::1", "http://a..b/", "\u00e9",
    f"http://{'a' * 64}.example/", "http://127.0.0.1:99999/", "http://127.0.0.1:0/", "http://a%00b/",
    "http://\u00e9\u2028/", "javascript:1", "http://127.0.0.1:9\u00b2/", " ", "http://a b/",
]  # fmt: skip


@pytest.mark.parametrize("location", LOCATIONS)
def test_an_address_that_is_none_leads_nowhere(location: str) -> None:
    def script(exchange: Exchange) -> None:
        head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\nLocation: "
        exchange.send(head, location.encode(), b"\r\n\r\n")

    with nasty(script) as server, pytest.raises((StoreFault, InputError)):
        RemoteStore(server.url, timeout=3).query(SELECT, SPARQL_JSON)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "http://[::1", "gopher://x", "http://a:99999"])
def test_a_proxy_that_cannot_be_used_is_told(proxy: str, monkeypatch) -> None:
    monkeypatch.setenv("all_proxy", proxy)
    with pytest.raises(InputError, match="proxy"):
        RemoteStore("http://127.0.0.1:9/sparql")


def test_what_counts_triples_in_no_number_is_a_fault_of_the_store() -> None:
    count = {"graph": ROW["s"], "triples": {"type": "literal", "value": "9" * 5000}}
    for value in ("many", "-1", "9" * 5000, "1.5"):
        count["triples"] = {"type": "literal", "value": value}
        body = json.dumps({"head": {"vars": ["graph", "triples"]}, "results": {"bindings": [count]}}).encode()
        with (
            nasty(lambda exchange, body=body: exchange.answer(body)) as server,
            pytest.raises(StoreFault, match="number"),
        ):
            _counts(RemoteStore(server.url))


# The parser that tells what is wrong with a query

HEAVY = (
    "ASK { "
    + " ".join(f"VALUES ?v{n} {{ {' '.join(map(str, range(99)))} }}" for n in range(9))
    + (" FILTER(?v0 + ?v8 < 0) }")
)


@pytest.mark.parametrize("query", [HEAVY, "ASK { SERVICE <http://127.0.0.1:9/x> {} }", "SELECT ?s {}"])
def test_a_query_is_parsed_and_not_evaluated(query: str) -> None:
    """If this fails, find how the engine reads a query without evaluating it: remote._parse needs that."""
    began = time.monotonic()
    assert remote_module._parse(query) is None and time.monotonic() - began < 1
    assert "expected" in str(remote_module._parse(query + "}"))
