"""What benchmarks rest on: catalogues that conform, a driver that notices wrong answers, honest exponents."""

from __future__ import annotations

import json
import socket
import socketserver
import sys
import threading
import time
from contextlib import suppress
from itertools import count, repeat
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.catalogues import built
from bench.driver import Driver, WrongAnswer
from bench.endpoint import _against
from bench.generator import Catalogue
from bench.growth import LOCAL, SIZES, WHOLE, Growth, texts
from bench.mix import LOOKUPS, Ask, choose, lines, passes, questions
from bench.peers import free_port, running
from crosswalk.graph.build import check
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.results import Term, ask
from crosswalk.web.page_queries import EVERYTHING
from crosswalk.web.search_index import index_rows, rows_with


@pytest.mark.parametrize("size", [1, 2])
def test_a_synthetic_catalogue_conforms(size: int, repository: Path, tmp_path: Path) -> None:
    graph = check(Catalogue(size).write(tmp_path, repository))
    assert graph.findings == []
    assert len(graph.sources.files) > 6 * size


def test_a_catalogue_is_the_same_each_time_and_its_first_unit_in_every_size() -> None:
    one, three = dict(Catalogue(1).files()), dict(Catalogue(3).files())
    assert one == dict(Catalogue(1).files())
    assert one.items() <= three.items() and len(three) == 3 * len(one)
    assert one != dict(Catalogue(1, seed=2).files())


def test_every_shape_of_the_mix_has_answers(repository: Path, tmp_path: Path) -> None:
    made = built(1, tmp_path)
    asks = choose(1, EmbeddedStore.load(made.snapshot.dataset), 10 * len(LOOKUPS), mix="lookups")
    assert len(LOOKUPS) == 14
    for place in range(len(LOOKUPS)):
        assert sum(ask.lines for ask in asks[place :: len(LOOKUPS)]) > 0, LOOKUPS[place].name


def test_the_mix_of_questions_has_answers_about_every_unit(repository: Path, tmp_path: Path) -> None:
    store = EmbeddedStore.load(built(2, tmp_path).snapshot.dataset)
    shapes = questions(Catalogue(2).units[0], store)
    assert len(shapes) > 25
    asks = choose(2, store, 10 * len(shapes))
    assert len({ask.encoded for ask in asks}) > 2 * len(shapes)
    owned = ("ipa", "gsma", "left-2", "right-2", "comparison-2")
    assert all(any(name in ask.encoded for name in owned) for ask in asks)


def test_every_shipped_query_is_measured() -> None:
    names = {(kind, query.name) for kind, query, _ in texts()}
    folder = Path(__file__).parents[1] / "queries"
    assert names == {
        (kind, path.stem) for kind in ("questions", "pages") for path in (folder / kind).glob("*.rq")
    }


def test_an_exponent_tells_constant_from_linear() -> None:
    constant = Growth("questions", "a", False, (0.002, 0.002, 0.002), (1, 1, 1))
    linear = Growth("questions", "b", True, (0.002, 0.02, 0.2), (1, 10, 100))
    assert constant.exponent == 0 and constant.limit == LOCAL
    assert round(linear.exponent, 6) == 1 and linear.limit == WHOLE
    assert SIZES[-1] / SIZES[0] == 100


class Canned(socketserver.StreamRequestHandler):
    """Answers every request with the bytes its server was given."""

    def handle(self) -> None:
        while self.rfile.readline():
            while self.rfile.readline().strip():
                pass
            self.wfile.write(self.server.answer)


class Once(socketserver.StreamRequestHandler):
    """Answers one request and closes; every second one is kept waiting until another connection is closed."""

    def handle(self) -> None:
        while self.rfile.readline().strip():
            pass
        if next(self.server.numbers) % 2:
            assert self.server.closed.wait(10)
        self.wfile.write(self.server.answer)

    def finish(self) -> None:
        super().finish()
        with suppress(OSError):  # the client may have gone
            self.request.shutdown(socket.SHUT_RDWR)
        self.server.closed.set()


@pytest.fixture
def serve():
    """Starts servers that give one answer; returns the function that asks one of them for a moment."""
    servers = []

    def start(answer: bytes, expected: int, asks: int | None = None, handler: type = Canned) -> int:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        server.daemon_threads, server.answer = True, answer
        server.numbers, server.closed = count(), threading.Event()
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        asked = Ask("ASK%7B%7D", expected)
        asking = repeat(asked) if asks is None else repeat(asked, asks)
        with Driver(server.server_address[1], "/sparql", 2, asking) as driver:
            return len(driver.run(0.1 if asks is None else 60.0).took)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na\r\nb\r\nc\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na\r\nb\r\n3\r\n\r\nc\r\n0\r\n\r\n"


@pytest.mark.parametrize("answer", [PLAIN, CHUNKED])
def test_right_answers_are_counted(serve, answer: bytes) -> None:
    assert serve(answer, 2) >= 2


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(PLAIN, 3), (CHUNKED, 1), (PLAIN.replace(b"200 OK", b"503 No"), 2), (b"HTTP/1.1 200 OK\r\n\r\nabc", 0)],
)
def test_a_fast_wrong_server_fails(serve, answer: bytes, expected: int) -> None:
    with pytest.raises(WrongAnswer):
        serve(answer, expected)


def test_a_load_ends_where_there_is_no_more_to_ask(serve) -> None:
    assert serve(PLAIN, 2, asks=5) == 5


def test_a_connection_that_is_closed_after_its_last_answer_is_no_fault(serve) -> None:
    assert serve(PLAIN, 2, asks=2, handler=Once) == 2


def test_a_pass_asks_each_shape_once_and_is_always_whole() -> None:
    asks = [Ask(f"shape{number % 3}-{number}", number % 3) for number in range(12)]
    asked = list(passes(asks, 3, 0.01))
    assert len(asked) % 3 == 0
    assert len({each.encoded for each in asked}) == len(asked)
    for start in range(0, len(asked), 3):
        assert {each.lines for each in asked[start : start + 3]} == {0, 1, 2}


def test_ratios_are_those_of_neighbours() -> None:
    # In the last round the host was fast; of the medians alone it would be 2.
    found = _against("we", {"we": [1.0, 4.0, 9.0], "they": [1.0, 2.0, 9.0]})
    assert found == {"rates": {"we": 4.0, "they": 2.0}, "ratios": {"they": 1.0}}


def test_lines_are_counted_alike_however_the_last_one_ends() -> None:
    assert lines(b"a\r\nb\r\n") == lines(b"a\nb") == 1


@pytest.mark.parametrize("words", ["pump", "CLOCK its", "見直す", "no such words"])
def test_a_search_through_the_texts_in_memory_finds_what_the_store_finds(words: str, tmp_path: Path) -> None:
    store = EmbeddedStore.load(built(1, tmp_path).snapshot.dataset)
    first, *others = words.split()
    rows = [row for row in ask(store, "pages/search", words=Term("literal", first))
            if all(other in row["text"].value.lower() for other in map(str.lower, others))]  # fmt: skip
    index = index_rows(ask(store, "pages/search", words=EVERYTHING))
    assert sorted(map(repr, rows_with(words.split(), index))) == sorted(map(repr, rows))
    assert bool(rows) == (words != "no such words")


LEAVING = """
import os, signal, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
child = os.fork()
if not child:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
open(sys.argv[2], "w").write(str(child))
HTTPServer(("127.0.0.1", int(sys.argv[1])), BaseHTTPRequestHandler).serve_forever()
"""


def test_a_peer_is_ended_with_all_the_processes_it_has_begun(tmp_path: Path) -> None:
    port, told = free_port(), tmp_path / "child"
    with running("leaving", [sys.executable, "-c", LEAVING, str(port), str(told)], port, "/"):
        child = Path("/proc", told.read_text())
        assert child.exists()
    deadline = time.monotonic() + 5
    while _lives(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _lives(child)


def _lives(process: Path) -> bool:
    """Whether a process has not ended; one that nobody has buried yet has."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_part_that_fails_is_told_and_stops_no_other(monkeypatch, tmp_path: Path) -> None:
    def wrong() -> None:
        raise WrongAnswer("peer: the server hung up")

    monkeypatch.setattr("bench.catalogues.FOLDER", tmp_path)
    monkeypatch.setattr("bench.__main__.PARTS", {"first": wrong, "second": lambda: {"ratio": 2}})
    monkeypatch.setattr("sys.argv", ["bench"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    kept = json.loads((tmp_path / "results.json").read_text())
    assert kept["first"]["found"] == {"failed": "peer: the server hung up"}
    assert kept["second"]["found"] == {"ratio": 2}
