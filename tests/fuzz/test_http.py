"""Requests that nobody would make: every route and parameter, by Flask's client and over sockets."""

# ruff: noqa: E501
from __future__ import annotations

import gzip
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import Rule

from crosswalk.stores.named_queries import catalogue
from tests.endpoint.conftest import Site, serving
from tests.fuzz.campaign import NASTY, examples, spoilt, texts, ways
from tests.fuzz.replies import Reply, faults

WEB = Path(__file__).resolve().parents[2] / "server" / "crosswalk" / "web"
CASES = Path(__file__).parent / "cases" / "http"
READ = re.compile(r'(?:get|getlist|_parameter|graph_names|parameters)\(\s*(?:parameters, )?"([a-z-]+)"')
PARAMETERS = sorted(
    {name for path in WEB.rglob("*.py") for name in READ.findall(path.read_text(encoding="utf-8"))}
    | {name for kind in ("questions", "pages") for query in catalogue(kind) for name in query.parameters}
    | {"query", "update", "default-graph-uri", "named-graph-uri", "using-graph-uri", "graph", "default", "format",
       "standard", "type", "category", "colour", "document", "unfold"}
)  # fmt: skip
"""Every parameter that some page or protocol reads."""

ENDPOINT = ("/sparql", "/rdf-graph-store", "/.well-known/void", "/metrics")
KNOWN = ["ipa/2.0", "gsma/2.0", "ipa", "gsma", "1.0", "2.0", "2.2", "ipa/2.0/guideline/9", "ttl", "nt", "jsonld", "csv",
         "which-guidelines-were-added", "style.css", "mapping/ipa-2.0--gsma-2.0", "xw:Green", "1", "bodies"]  # fmt: skip
QUERIES = ["SELECT * { ?s ?p ?o } LIMIT 3", "ASK {}", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 2", "DESCRIBE <urn:x>",
           "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "SELECT ?x { VALUES ?x { 'a,\"b\"\\n' <urn:x> UNDEF } }"]  # fmt: skip
MEDIA = ["text/html", "*/*", "text/*", "application/json", "application/ld+json", "text/turtle", "text/csv",
         "application/sparql-results+xml", "application/rdf+xml", "application/n-triples", "text/plain",
         "application/problem+json", "application/x-www-form-urlencoded", "application/sparql-query",
         "application/sparql-update", "multipart/form-data; boundary=x", "image/png", "text/markdown"]  # fmt: skip
FORMATS = [
    "html",
    "json",
    "csv",
    "ttl",
    "nt",
    "rdf",
    "xml",
    "jsonld",
    "md",
    "tsv",
    "trig",
    "nq",
    "text/turtle",
]
HEADERS = ["Accept", "Accept-Encoding", "Accept-Language", "Content-Type", "Content-Encoding", "If-None-Match",
           "If-Modified-Since", "Range", "If-Range", "Origin", "Referer", "Cookie", "Authorization", "Host",
           "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Prefix", "X-Forwarded-Proto", "Forwarded",
           "Access-Control-Request-Method", "Expect", "Upgrade", "Transfer-Encoding", "Content-Length", "TE",
           "X-HTTP-Method-Override", "X_Forwarded_For", "Connection", "X-Original-URL", "User-Agent"]  # fmt: skip
METHODS = ["GET"] * 12 + [
    "HEAD",
    "POST",
    "POST",
    "POST",
    "OPTIONS",
    "PUT",
    "DELETE",
    "PATCH",
    "TRACE",
    "FOO",
    "get",
]

known = st.one_of(st.sampled_from(KNOWN), st.sampled_from(KNOWN), texts)
given_texts = st.one_of(known, st.sampled_from(QUERIES), st.sampled_from(MEDIA), st.sampled_from(FORMATS))
header_values = st.one_of(
    st.lists(
        st.tuples(st.sampled_from(MEDIA), st.sampled_from(["", ";q=0", ";q=0.5", ";q=2", ";q=x", ";charset=utf-8", ";v=1"])),
        min_size=1,
        max_size=4,
    ).map(lambda parts: ", ".join(map("".join, parts))),
    st.sampled_from(["gzip", "identity;q=0", "chunked", "br, gzip;q=0", "*", 'W/"a"', '"a", *', "bytes=0-1", "bytes=5-1",
                     "bytes=-0", "0", "-5", "5, 5", "1e3", "evil.example", "evil.example:99999", "a..b", "[::1]:80",
                     "a" * 70 + ".example", "100-continue", "websocket", "close, keep-alive", "null", "h2c"]),
    texts,
    st.sampled_from(["x" * 9000, "," * 2000, ";" * 2000, '"' * 999]),
)  # fmt: skip
headers = st.lists(st.tuples(st.sampled_from(HEADERS), header_values), max_size=4)


@dataclass
class Asked:
    """A request before it is written."""

    method: str
    path: str
    arguments: list[tuple[str, str]]
    headers: list[tuple[str, str]]
    body: bytes
    raw_query: str | None = field(default=None)

    @property
    def address(self) -> str:
        """The path and the query string, as one writes them in a request."""
        query = urlencode(self.arguments, errors="replace") if self.raw_query is None else self.raw_query
        return self.path + (f"?{query}" if query else "")


@st.composite
def requests(draw: Any, rules: list[Rule]) -> Asked:
    """A request for something that is there, or nearly."""
    rule = draw(st.sampled_from([*(rule.rule for rule in rules), *ENDPOINT * 5]))
    path = re.sub(
        r"<(?:\w+:)?\w+>",
        lambda _: quote(draw(known), errors="replace", safe=draw(st.sampled_from("/:")) + "/"),
        rule,
    )
    path = draw(
        st.sampled_from(
            [path] * 6 + [path + "/", "/" + path, path.upper(), path + ".ttl", path + "%00", path + "/../x"]
        )
    )
    arguments = draw(st.lists(st.tuples(st.sampled_from(PARAMETERS), given_texts), max_size=4))
    if path.startswith("/sparql") and draw(st.booleans()):
        arguments.append(("query", draw(st.sampled_from(QUERIES))))
    raw = draw(
        st.one_of(st.none(), st.none(), st.none(), st.sampled_from(NASTY), st.just("query=ASK%7B%7D&query=x"))
    )
    body = draw(st.one_of(st.just(b""), st.sampled_from(QUERIES).map(str.encode), spoilt(b"query=ASK%20%7B%7D&format=json"),
                          st.just(urlencode(arguments, errors="replace").encode()), st.binary(max_size=30)))  # fmt: skip
    method = draw(st.sampled_from(METHODS))
    raw = None if raw is None else quote(raw, safe="%&=?/{}", errors="replace")
    return Asked(
        method,
        path,
        arguments,
        draw(headers),
        body if method in ("POST", "PUT", "PATCH", "FOO") else b"",
        raw,
    )


def written_header(name: str, value: str) -> str:
    """A header as it may be sent: what would end it is left out."""
    return (
        f"{name}: "
        + re.sub(r"[\x00-\x08\x0a-\x1f\x7f]", "", value).encode("utf-8", "replace").decode("latin-1").strip()
    )


# Through Flask's client: many, quickly


@pytest.fixture(scope="module")
def rules(real_site: FlaskClient) -> list[Rule]:
    return list(real_site.application.url_map.iter_rules())


@ways
def test_pages_answer_whatever_is_asked(way: str, real_site: FlaskClient, rules: list[Rule]) -> None:
    @examples(way, 120)
    @given(requests(rules))
    def each(asked: Asked) -> None:
        given_headers = [
            tuple(written_header(*pair).split(": ", 1)) for pair in asked.headers if pair[1].strip()
        ]
        kept = [
            pair for pair in given_headers if len(pair) == 2 and pair[0] not in ("Content-Length", "Host")
        ]
        response = real_site.open(asked.address, method=asked.method, headers=kept, data=asked.body)
        with response:
            packed = response.headers.get("Content-Encoding") == "gzip" and asked.method != "HEAD"
            body = gzip.decompress(response.data) if packed and response.data else response.data
            reply = Reply(response.status_code, {k.lower(): v for k, v in response.headers}, body)
        wrong = faults(asked.method.upper(), reply)
        assert not wrong, f"{wrong}\n{asked}\n{reply.status} {reply.headers}\n{reply.body[:600]!r}"

    each()


# Over sockets: the server as it is


@pytest.fixture(scope="module")
def site(snapshot) -> Iterator[Site]:
    with serving(snapshots=str(snapshot.path.parent.parent), metrics="yes", query_timeout="5") as running:
        yield running
        told = [line for line in running.log if "Traceback" in line or not line.isprintable()]
        assert not told, told[:3]


def exchange(port: int, request: bytes, method: str, *, more: bool = True) -> Reply | None:
    """Send bytes, and return the reply; None where the server ends the connection without one.

    Where no ``more`` is to come, the server is told so: it need not wait for the rest of a body.
    """
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        with suppress(ConnectionError, BrokenPipeError):
            connection.sendall(request)
            if not more:
                connection.shutdown(socket.SHUT_WR)
        try:
            response = HTTPResponse(connection, method=method)
            response.begin()
            body = response.read()
        except (HTTPException, ConnectionError):
            return None
    named = {name.lower(): value for name, value in response.getheaders()}
    return Reply(
        response.status, named, gzip.decompress(body) if body and named.get("content-encoding") else body
    )


def written(asked: Asked, host: str = "localhost") -> bytes:
    """A request that is well-formed, but for what its headers say."""
    names = {name for name, _ in asked.headers}
    lines = [f"{asked.method} {asked.address} HTTP/1.1", *(written_header(*pair) for pair in asked.headers)]
    lines += [] if "Host" in names else [f"Host: {host}"]
    lines += [] if names & {"Content-Length", "Transfer-Encoding"} else [f"Content-Length: {len(asked.body)}"]
    lines += ["Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + asked.body


FRAMED = {"Content-Length", "Transfer-Encoding", "Expect", "Upgrade", "Host", "Connection"}
"""Headers that say where a request ends or whom it is for: a server may hang up on those it doubts."""


@ways
def test_the_server_answers_whatever_is_asked(way: str, site: Site, rules: list[Rule]) -> None:
    workers = set(site.workers)

    @examples(way, 120)
    @given(requests(rules))
    def each(asked: Asked) -> None:
        asked.path = re.sub(r"[^!-~]", "", asked.path) or "/"
        framed = FRAMED & {name for name, _ in asked.headers}
        reply = exchange(site.port, written(asked), asked.method, more=not framed)
        if reply is None:
            assert framed or asked.method not in ("GET", "HEAD", "POST"), asked
            return
        if reply.status in (400, 431) and not reply.body:
            return  # of the HTTP parser, which knows nothing of the site
        wrong = faults(asked.method, reply)
        assert not wrong, f"{wrong}\n{asked}\n{reply.status} {reply.headers}\n{reply.body[:600]!r}"

    each()
    assert site.easy().status == 200 and set(site.workers) <= workers, "a worker has ended"


REQUEST = (
    b"POST /sparql?format=json HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n"
    b"Content-Type: application/sparql-query\r\nContent-Length: 27\r\n\r\nSELECT * { ?s ?p ?o } LIMIT 1"
)


@ways
def test_what_is_hardly_a_request_harms_nobody(way: str, site: Site) -> None:
    workers = set(site.workers)

    @examples(way, 60)
    @given(spoilt(REQUEST))
    def each(request: bytes) -> None:
        with socket.create_connection(("127.0.0.1", site.port), 5) as connection:
            with suppress(ConnectionError):
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
            answer = b""
            with suppress(ConnectionError, TimeoutError):
                while piece := connection.recv(65536):
                    answer += piece
        assert b" 500 " not in answer[:20] and b"Traceback" not in answer, f"{request!r}\n{answer[:500]!r}"

    each()
    assert site.easy().status == 200 and set(site.workers) <= workers, "a worker has ended"


@pytest.mark.parametrize("path", sorted(CASES.glob("*")), ids=lambda path: path.name)
def test_what_once_went_wrong_is_answered(path: Path, site: Site) -> None:
    """Each file is a request as it is sent, with LF for CR LF in its head."""
    head, _, body = path.read_bytes().partition(b"\n\n")
    request = head.replace(b"\n", b"\r\n") + b"\r\nConnection: close\r\n\r\n" + body
    method = head.split(b" ", 1)[0].decode()
    reply = exchange(site.port, request, method)
    assert reply is not None and not faults(method, reply), reply
