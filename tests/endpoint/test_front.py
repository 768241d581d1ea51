"""What clients and strangers send around a query: addresses, hosts, encodings, and what is logged of it."""

from __future__ import annotations

import gzip
import json
import re
import socket
from collections.abc import Iterator
from urllib.parse import quote

import pytest

ASK = quote("ASK { ?s ?p ?o }")
DIRECT = {"Content-Type": "application/sparql-query"}
LONG_NUMBER = "9" * 5000


def send(port: int, request: bytes) -> bytes:
    """Send bytes as they are, and return all that comes back."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(request)
        answer = b""
        try:
            while part := connection.recv(65536):
                answer += part
        except ConnectionResetError:
            pass  # the server has answered before it had read everything
    return answer


def get(port: int, path: str, *headers: str, host: str | None = "localhost") -> bytes:
    lines = [
        f"GET {path} HTTP/1.1",
        *([] if host is None else [f"Host: {host}"]),
        *headers,
        "Connection: close",
    ]
    return send(port, "\r\n".join([*lines, "", ""]).encode("latin-1"))


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize("path", ["/sparql/", "//sparql", "/sparql//"])
def test_slashes_around_the_address_of_the_endpoint_are_no_part_of_it(site, path: str) -> None:
    assert site.request("GET", f"{path}?query={ASK}").json["boolean"] is True
    assert site.request("POST", path, DIRECT, b"ASK { ?s ?p ?o }").json["boolean"] is True
    page = site.request("GET", f"{path}?query={ASK}", {"Accept": "text/html"})
    assert page.status == 200 and b"ASK { ?s ?p ?o }" in page.body
    assert site.request("GET", path, {"Accept": "text/turtle"}).status == 200
    assert site.request("PUT", path).status == 405


def test_who_names_results_gets_them_although_pages_come_first(site) -> None:
    accept = {"Accept": "text/html,application/sparql-results+xml;q=0.1;version=1.2,*/*;q=0.5"}
    answer = site.request("GET", f"/sparql?query={ASK}", accept)
    assert answer.headers["content-type"] == "application/sparql-results+json"
    assert site.request("GET", "/sparql", accept).headers["content-type"] == "text/html; charset=utf-8"


def test_what_is_accepted_may_stand_in_several_headers(site) -> None:
    lines = ("Accept: text/boolean", "Accept: application/sparql-results+xml;q=0.8", "Accept: text/csv;q=0.1")
    assert b"application/sparql-results+xml\r\n" in get(site.port, f"/sparql?query={ASK}", *lines)


@pytest.mark.parametrize(
    "encoding", ["gzip", "GZIP", "x-gzip", "deflate", "br", "zstd", "gzip, br", "y" * 400]
)
def test_a_body_that_is_encoded_gets_415_by_name(site, encoding: str) -> None:
    body = gzip.compress(b"ASK {}")
    for kind in ("application/sparql-query", "application/x-www-form-urlencoded"):
        headers = {"Content-Type": kind, "Content-Encoding": encoding}
        answer = site.request("POST", "/sparql", headers, body)
        assert (answer.status, answer.headers["accept-encoding"]) == (415, "identity")
        assert f"Content-Encoding: {encoding.lower()[:40]}" in answer.json["detail"]


@pytest.mark.parametrize("encoding", ["identity", "Identity", ""])
def test_a_body_that_is_not_encoded_may_say_so(site, encoding: str) -> None:
    headers = DIRECT | {"Content-Encoding": encoding}
    assert site.request("POST", "/sparql", headers, b"ASK {}").json["boolean"] is True


def test_an_address_that_is_too_long_is_told_to_use_post(site) -> None:
    for path in (f"/sparql?query={ASK}%23", "/id/", "/?"):
        assert site.request("GET", path + "x" * 30_000).status != 414
        for length in (33_000, 50_000, 64_000):
            answer = site.request("GET", path + "x" * length)
            assert answer.status == 414
            assert answer.headers["content-type"] == "application/problem+json"
            assert "POST" in answer.json["detail"]
    assert status(get(site.port, "/sparql?query=" + "x" * 70_000)) == 414


HOSTS = [
    "evil.example", "a..b", ".", "..", "x" * 64 + ".example", "x" * 3000, "a." * 200, "", "a b", "[::1",
    "[zz]:1", "a:99999", "a:" + LONG_NUMBER, "a:-1", "\xe9.example", "xn--a" * 20, "xn--\xff", "a\tb",
    "a\x00b", "\x7f", "a\x1b[31mb", "a/b", "user:pw@evil.example", "//evil.example",
    "evil.example, localhost", "<script>", "%00", "*",
]  # fmt: skip


@pytest.mark.parametrize("host", [*HOSTS, None], ids=[f"{number}" for number in range(len(HOSTS) + 1)])
def test_any_host_gets_the_same_answer_or_400(site, host: str | None) -> None:
    for path in ("/", "/data", "/id//x", f"/sparql?query={ASK}", "/sparql", "/nowhere"):
        plain, claimed = get(site.port, path), get(site.port, path, host=host)
        assert status(claimed) in (400, status(plain)), path
        if status(claimed) == status(plain):
            varying = rb"(?m)^(date|server-timing): .*$"
            assert re.sub(varying, b"", claimed) == re.sub(varying, b"", plain)


def test_an_address_that_names_a_host_itself_is_answered_as_one_of_here(site) -> None:
    for path in ("http://evil.example/data", "http://evil.example//data", "http://a..b/data"):
        answer = get(site.port, path, host="evil.example")
        assert status(answer) in (308, 200, 400) and b"evil" not in answer


NUMBERS = {
    "Content-Length": "POST", "Max-Forwards": "GET", "If-Modified-Since": "GET", "Range": "GET", "Age": "GET",
    "X-Forwarded-Port": "GET", "Keep-Alive": "GET", "Upgrade-Insecure-Requests": "GET", "DNT": "GET",
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize(
    "value", [LONG_NUMBER, "-" + LONG_NUMBER, "bytes=0-" + LONG_NUMBER, "0x" + "f" * 5000]
)
def test_no_number_in_a_header_is_a_fault_of_the_server(site, name: str, value: str) -> None:
    for path in ("/", "/sparql", "/data/", "/static/style.css"):
        lines = [
            f"{NUMBERS[name]} {path} HTTP/1.1",
            "Host: x",
            f"{name}: {value}",
            "Connection: close",
            "",
            "",
        ]
        assert status(send(site.port, "\r\n".join(lines).encode())) < 500


def test_no_number_in_a_parameter_is_a_fault_of_the_server(site) -> None:
    for name in ("query", "format", "default-graph-uri", "named-graph-uri", "timeout", "limit", "maxrows"):
        answer = site.request("GET", f"/sparql?query={ASK}&{name}={LONG_NUMBER}")
        assert answer.status in (200, 400, 406)
    for path in (f"/rdf-graph-store?graph={LONG_NUMBER}", f"/.well-known/void?format={LONG_NUMBER}"):
        assert site.request("GET", path).status in (400, 406)


STEERING = "\x80\x85\x9b31m"
"""What an HTTP header may hold of the characters that steer; the server itself refuses the others."""


@pytest.fixture(scope="module")
def proxied(start, small) -> Iterator:
    """A server that believes what X-Forwarded-For says."""
    with start("--graph", str(small), client_header="X-Forwarded-For", rate_limit="1000") as running:
        yield running


def test_nothing_of_a_request_steers_the_log(proxied, eventually) -> None:
    steering = quote('\x00\x1b[31m\r\n\x7f\x85\u2028\u202e{"client": "forged"}')
    get(
        proxied.port,
        f"/sparql?query={ASK}{steering}",
        f"X-Forwarded-For: 192.0.2.1{STEERING}",
        f"User-Agent: {STEERING}",
    )
    get(proxied.port, f"/{steering}?{steering}={steering}", f"Referer: {STEERING}")
    get(proxied.port, f"/sparql/?{steering}={steering}", f"X-Forwarded-For: \x80{STEERING}")
    get(proxied.port, "/sparql", 'X-Forwarded-For: 192.0.2.1, last\t"of\tall')
    assert eventually(lambda: any("last" in line for line in proxied.log))
    lines = [line for line in proxied.log if not line.startswith("Serving on")]
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\ufffd]", "".join(lines))
    assert all("forged" not in json.loads(line)["client"] for line in lines)


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        (["X-Forwarded-For: 192.0.2.7"], "192.0.2.7"),
        (["x-forwarded-for: 198.51.100.1, 192.0.2.8"], "192.0.2.8"),
        (["X-Forwarded-For: 198.51.100.1", "X-Forwarded-For: 192.0.2.9"], "192.0.2.9"),
        (["X_Forwarded_For: 192.0.2.10"], "127.0.0.1"),
        (["X-Forwarded-For: 192.0.2.11", "X_Forwarded_For: 198.51.100.1"], "192.0.2.11"),
        (
            ["X_Forwarded-For: 198.51.100.1", "Forwarded: for=198.51.100.1", "X-Real-IP: 198.51.100.1"],
            "127.0.0.1",
        ),
        (["X-Forwarded-For: ,"], "127.0.0.1"),
    ],
)
def test_a_client_is_whom_that_header_alone_names(
    proxied, eventually, headers: list[str], client: str
) -> None:
    name = quote(f"ASK {{ <urn:{len(proxied.log)}> ?p ?o }}")
    before = len(proxied.log)
    get(proxied.port, f"/sparql?query={name}", *headers)
    assert eventually(lambda: len(proxied.log) > before)
    assert json.loads(proxied.log[-1])["client"] == client
