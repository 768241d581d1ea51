"""Readers that take nothing of a large answer cost others nothing, and are ended."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.endpoint.conftest import Site, serving

READERS = 2000
LINES = 60_000
STALLED_SECONDS = 30
EASY = "SELECT ?o { <http://example.org/1> <http://example.org/p> ?o } LIMIT %d"
WHOLE = "/sparql?query=" + quote("SELECT ?a ?b { ?a ?p ?o . ?b ?p ?o FILTER(?o < 5) } LIMIT 330000")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A server whose dump has 12 MB, and that gives an answer of 50 MB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * READERS:
        pytest.skip(f"{hard} open files are too few for {READERS} readers and their server")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    data = tmp_path / "data.nt"
    lines = (f"<http://example.org/{n}> <http://example.org/p> {n % 100} ." for n in range(LINES))
    typed = (line.replace(f" {n % 100} .", f' "{n % 100}"^^<http://www.w3.org/2001/XMLSchema#integer> .')
             for n, line in enumerate(lines))  # fmt: skip
    data.write_text("\n".join(typed) + "\n")
    with serving("--graph", str(data), access_log="no") as server:
        yield server
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def reading_nothing(site: Site, path: str, number: int) -> Iterator[list[socket.socket]]:
    """Ask for something on many connections, and take nothing of the answers."""
    sockets = []
    try:
        for _ in range(number):
            opened = socket.socket()
            sockets.append(opened)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            opened.settimeout(30)
            opened.connect(("127.0.0.1", site.port))
            opened.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        yield sockets
    finally:
        for opened in sockets:
            opened.close()


def held(port: int) -> int:
    """How many connections to a port the system still holds on the server's side."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "01" for row in rows)


@pytest.mark.parametrize("path", ["/data/crosswalk.nt", WHOLE, "/data/"], ids=["dump", "answer", "page"])
def test_beside_two_thousand_readers_that_take_nothing_an_easy_query_is_answered(
    site: Site, path: str
) -> None:
    with reading_nothing(site, path, READERS):
        time.sleep(3)  # until all of them have been heard
        answers = [site.get(EASY % (number + 1)) for number in range(10)]
        assert {answer.status for answer in answers} == {200}
        assert sum(answer.seconds < 1 for answer in answers) >= 5


def test_a_reader_that_takes_nothing_is_ended(site: Site) -> None:
    with reading_nothing(site, "/data/crosswalk.nt", 20):
        time.sleep(STALLED_SECONDS / 2)
        assert held(site.port) >= 20
        end = time.monotonic() + 2 * STALLED_SECONDS
        while held(site.port) and time.monotonic() < end:
            time.sleep(0.5)
        assert held(site.port) == 0
