"""What another server sends or takes slowly, or without end, is held to one deadline."""

from __future__ import annotations

import socket
import time

import pytest
from click.testing import CliRunner

from crosswalk.cli import main
from crosswalk.errors import (
    CrosswalkError,
    QueryTimedOut,
    ResourceLimit,
    StoreFault,
)
from crosswalk.stores import SPARQL_JSON
from crosswalk.stores.graph_store import WritableStore
from crosswalk.stores.remote import RemoteStore
from tests.nasty import JSON, STEP, YES, Exchange, Script, nasty

SECONDS = 0.6
"""The deadline of the exchanges below; what may be added is the time of one step."""
GRACE = 0.6
LONG = b"x" * 10_000


def took(began: float) -> bool:
    """Whether an exchange took as long as it may, and no longer."""
    return SECONDS * 0.9 < time.monotonic() - began < SECONDS + GRACE


# Slowness


def silent(exchange: Exchange) -> None:
    time.sleep(5)


def slow_status(exchange: Exchange) -> None:
    exchange.trickle(b"HTTP/1.1 200 " + LONG)


def slow_headers(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\n")
    exchange.trickle(b"X-Header: a\r\n" * 1000)


def waiting_headers(exchange: Exchange) -> None:
    """As fast as they come, for ever: no byte is late."""
    while True:
        exchange.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def slow_body(exchange: Exchange) -> None:
    exchange.send(f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nContent-Length: 9999\r\n\r\n".encode())
    exchange.trickle(LONG)


def slow_chunk_head(exchange: Exchange) -> None:
    """A piece of which only the size is sent, with an extension that never ends: no body arrives."""
    exchange.send(f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nTransfer-Encoding: chunked\r\n\r\n5;".encode())
    exchange.trickle(LONG)


def slow_trailers(exchange: Exchange) -> None:
    exchange.send(f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    exchange.send(f"{len(YES):x}\r\n".encode(), YES, b"\r\n0\r\n")
    exchange.trickle(b"X-Trailer: a\r\n" * 1000)


def slow_error(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 500 Oops\r\nContent-Length: 9999\r\n\r\n")
    exchange.trickle(LONG)


def slow_challenge(exchange: Exchange) -> None:
    exchange.send(b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\n')
    exchange.send(b"Content-Length: 9999\r\n\r\n")
    exchange.trickle(LONG)


def slow_redirects(exchange: Exchange) -> None:
    time.sleep(SECONDS / 4)
    exchange.answer(b"", "302 Found", Location="/again")


def slow_and_busy(exchange: Exchange) -> None:
    time.sleep(SECONDS / 3)
    exchange.answer(b"busy", "503 Busy")


SLOW = [silent, slow_status, slow_headers, waiting_headers, slow_body, slow_chunk_head, slow_trailers,
        slow_error, slow_challenge, slow_redirects]  # fmt: skip


@pytest.mark.parametrize("script", SLOW, ids=lambda script: script.__name__)
def test_one_deadline_ends_every_exchange(script: Script) -> None:
    with nasty(script) as server:
        store = RemoteStore(server.url, timeout=SECONDS, user="ann", password="secret")
        began = time.monotonic()
        with pytest.raises(QueryTimedOut, match="within 0.6 seconds"):
            store.query("ASK {}", SPARQL_JSON)
        assert took(began)


def test_a_connection_that_was_kept_is_under_the_deadline_of_the_next_request() -> None:
    def script(exchange: Exchange) -> None:
        exchange.answer(Connection="keep-alive")
        exchange.socket.recv(65536)
        slow_headers(exchange)

    with nasty(script) as server:
        store = RemoteStore(server.url, timeout=SECONDS)
        assert store.query("ASK {}", SPARQL_JSON) == YES
        began = time.monotonic()
        with pytest.raises(QueryTimedOut):
            store.query("ASK {}", SPARQL_JSON)
        assert took(began) and server.connections == 1


def test_attempts_share_the_deadline() -> None:
    with nasty(slow_and_busy) as server:
        began = time.monotonic()
        with pytest.raises(StoreFault):
            RemoteStore(server.url, timeout=SECONDS).query("ASK {}", SPARQL_JSON)
        assert time.monotonic() - began < SECONDS + GRACE


def test_the_graphs_of_an_address_are_asked_for_under_the_same_deadline() -> None:
    """They are asked for first: both answers together may take as long as one."""

    def script(exchange: Exchange) -> None:
        time.sleep(SECONDS * 0.7)
        exchange.answer(b'{"head":{"vars":["graph"]},"results":{"bindings":[]}}')

    with nasty(script) as server:
        store = RemoteStore(f"{server.url}?default-graph-uri=urn:g", timeout=SECONDS)
        began = time.monotonic()
        with pytest.raises(QueryTimedOut):
            store.query("ASK { GRAPH ?g {} }", SPARQL_JSON)
        assert took(began)


@pytest.mark.parametrize("scheme", ["https", "proxied https", "proxied http"])
@pytest.mark.parametrize("hello", [b"", b"\x16\x03\x03\x40\x00", b"HTTP/1.1 200 "])
def test_handshakes_and_proxies_are_under_the_deadline(scheme: str, hello: bytes, monkeypatch) -> None:
    """Neither TLS nor a proxy says anything whole: nothing, a record of TLS, or a status, byte by byte."""

    def script(exchange: Exchange) -> None:
        exchange.trickle(hello + LONG)

    with nasty(script, reads=False) as server:
        address = f"https://127.0.0.1:{server.port}/sparql"
        if "proxied" in scheme:
            kind = scheme.removeprefix("proxied ")
            monkeypatch.setenv(f"{kind}_proxy", f"http://127.0.0.1:{server.port}")
            monkeypatch.delenv("no_proxy", raising=False)
            address = f"{kind}://endpoint.invalid/sparql"
        began = time.monotonic()
        with pytest.raises(StoreFault):
            RemoteStore(address, timeout=SECONDS).query("ASK {}", SPARQL_JSON)
        assert time.monotonic() - began < SECONDS + GRACE


def test_a_name_that_is_not_found_in_time_is_under_the_deadline(monkeypatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *host, **options: time.sleep(3))
    began = time.monotonic()
    with pytest.raises(QueryTimedOut):
        RemoteStore("http://endpoint.invalid/sparql", timeout=SECONDS).query("ASK {}", SPARQL_JSON)
    assert took(began)


def test_many_addresses_of_a_host_share_the_deadline(monkeypatch) -> None:
    """Nobody answers at the first nine, and nobody refuses: a full queue lets every caller wait."""
    with nasty() as server, socket.create_server(("127.0.0.2", server.port), backlog=0) as full:
        waiting = [socket.socket() for _ in range(4)]
        for caller in waiting:
            caller.setblocking(False)
            caller.connect_ex(full.getsockname())
        found = [(2, 1, 6, "", (f"127.0.0.{host}", server.port)) for host in (2, 2, 1)]
        found[1] = (2, 1, 6, "", ("127.0.0.3", server.port))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *host, **options: found)
        began = time.monotonic()
        store = RemoteStore(f"http://endpoint.invalid:{server.port}/sparql", timeout=SECONDS)
        monkeypatch.undo()
        monkeypatch.setattr("crosswalk.stores.connections._addresses", lambda *of: ["127.0.0.2", "127.0.0.1"])
        assert store.query("ASK {}", SPARQL_JSON) == YES
        assert time.monotonic() - began < SECONDS
        for caller in waiting:
            caller.close()


def test_a_server_that_takes_no_graph_is_given_up() -> None:
    """It reads slowly or not at all; each piece it takes begins no timeout anew."""

    def script(exchange: Exchange) -> None:
        while exchange.socket.recv(4096):
            time.sleep(STEP)

    with nasty(script) as server:
        writing = WritableStore(server.url, server.url, timeout=SECONDS)
        for send in (
            lambda: writing.put("urn:g", b"x" * 50_000_000),
            lambda: writing.update("x" * 50_000_000),
        ):
            began = time.monotonic()
            with pytest.raises(QueryTimedOut):
                send()
            assert took(began)


@pytest.mark.parametrize("script", [slow_headers, slow_body, slow_error], ids=lambda script: script.__name__)
def test_publishing_is_under_a_deadline(script: Script) -> None:
    with nasty(script) as server:
        writing = WritableStore(server.url, server.url, timeout=SECONDS)
        for send in (lambda: writing.put("urn:g", b""), lambda: writing.update("CLEAR DEFAULT")):
            began = time.monotonic()
            with pytest.raises(QueryTimedOut):
                send()
            assert took(began)


def test_the_command_line_is_under_the_deadline() -> None:
    with nasty(slow_headers) as server:
        began = time.monotonic()
        call = ["query", "-e", "ASK {}", "--endpoint", server.url, "--query-timeout", str(SECONDS)]
        result = CliRunner().invoke(main, call)
        assert result.exit_code == 2 and took(began)
        assert result.stderr.splitlines()[0] == f"{server.url} gave no answer within 0.6 seconds"


# Without end


def endless(status: str, *headers: str) -> Script:
    """A body that never ends, as fast as it is taken."""

    def script(exchange: Exchange) -> None:
        lines = (f"HTTP/1.1 {status}", f"Content-Type: {JSON}", *headers, "", "")
        exchange.send("\r\n".join(lines).encode())
        while True:
            exchange.send(b" " * 2**20)

    return script


DIGEST = 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"'


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        (endless("200 OK"), ResourceLimit),
        (endless("500 Oops"), StoreFault),
        (endless("401 No", DIGEST), StoreFault),
        (endless("302 Found", "Location: /again"), StoreFault),
    ],
    ids=["answer", "error", "challenge", "redirect"],
)
def test_what_never_ends_is_not_read_to_its_end(script: Script, fault: type[CrosswalkError]) -> None:
    with nasty(script) as server:
        store = RemoteStore(server.url, timeout=20, result_bytes=10_000_000, user="ann", password="secret")
        began = time.monotonic()
        with pytest.raises(fault):
            store.query("ASK {}", SPARQL_JSON)
        assert time.monotonic() - began < 5


def test_a_success_without_end_is_success() -> None:
    with nasty(endless("204 No Content")) as server, nasty(endless("200 OK")) as other:
        for one in (server, other):
            WritableStore(one.url, one.url, timeout=5).update("CLEAR DEFAULT")


def test_cookies_are_not_kept() -> None:
    with nasty(
        lambda exchange: exchange.answer(Set_Cookie=f"n{time.monotonic_ns()}=1; Max-Age=999")
    ) as server:
        store = RemoteStore(server.url)
        for _ in range(3):
            store.query("ASK {}", SPARQL_JSON)
        assert not store._client._client.cookies and b"ookie" not in b"".join(server.heads)
