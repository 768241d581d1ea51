"""What the tests of the endpoint share: a server of their own over a small graph, and a plain HTTP client."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

SMALL = """
<http://example.org/a> <http://example.org/p> "hello"@en <http://example.org/g1> .
<http://example.org/a> <http://example.org/p> "hello"@en <http://example.org/g2> .
<http://example.org/b> <http://example.org/n> "5"^^<http://www.w3.org/2001/XMLSchema#integer> <http://example.org/g2> .
<http://example.org/b> <http://example.org/q> "a,\\"b\\"\\n<c>" <http://example.org/g2> .
"""  # noqa: E501
"""Three distinct triples, one of them in two graphs."""


@dataclass
class Answer:
    """A response, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def number(self) -> int:
        """The one number a counting query gives."""
        (row,) = self.json["results"]["bindings"]
        (term,) = row.values()
        return int(term["value"])


@dataclass
class Site:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    log: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/sparql"

    def request(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        timeout: float = 40,
    ) -> Answer:
        """One exchange over a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        began = time.monotonic()
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named, content, time.monotonic() - began)

    def get(self, query: str, accept: str | None = None, **parameters: str) -> Answer:
        headers = {"Accept": accept} if accept else {}
        return self.request("GET", "/sparql?" + urlencode({"query": query, **parameters}), headers)

    def post(self, query: str, accept: str | None = None, timeout: float = 40, **parameters: str) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | (
            {"Accept": accept} if accept else {}
        )
        body = urlencode({"query": query, **parameters}).encode()
        return self.request("POST", "/sparql", headers, body, timeout)

    def easy(self) -> Answer:
        """A query nobody has asked before, that costs next to nothing."""
        return self.post(f"SELECT * {{ ?s <http://example.org/p> ?o }} LIMIT 3 # {time.monotonic_ns()}")

    def family(self) -> dict[int, list[int]]:
        """Every process of the server, with its children."""
        found: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                except (OSError, IndexError):
                    continue
                found.setdefault(parent, []).append(int(entry.name))
        tree, ahead = {}, [self.process.pid]
        while ahead:
            one = ahead.pop()
            tree[one] = found.get(one, [])
            ahead += tree[one]
        return tree

    @property
    def supervisor(self) -> int:
        """The process that forks evaluators."""
        tree = self.family()
        return next(pid for pid in tree[self.process.pid] if tree[pid])

    @property
    def workers(self) -> list[int]:
        """The processes that serve requests."""
        tree = self.family()
        return [pid for pid in tree[self.process.pid] if not tree[pid]]

    @property
    def evaluators(self) -> list[int]:
        """The processes that evaluate."""
        return self.family()[self.supervisor]


class Crowd:
    """Queries that run beside the test."""

    def __init__(self, site: Site, pool: ThreadPoolExecutor) -> None:
        self.site = site
        self.pool = pool
        self.answers: list[Any] = []

    def send(self, *queries: str) -> None:
        self.answers += [self.pool.submit(self.site.post, query) for query in queries]

    def results(self) -> list[Answer]:
        return [one.result() for one in self.answers]


@contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[Site]:
    """A server started as a user starts it, on a free port; it is ended, and its log kept, in any case."""
    variables = {f"CROSSWALK_{name.upper()}": value for name, value in environment.items()}
    process = subprocess.Popen(
        [sys.executable, "-c", "from crosswalk.cli import main; main()", "serve", *arguments],
        env=os.environ | {"CROSSWALK_PORT": "0", "PYTHONUNBUFFERED": "1"} | variables,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    site = Site(process, 0)
    ready = threading.Event()
    reader = threading.Thread(target=_read, args=(site, ready), daemon=True)
    reader.start()
    try:
        assert ready.wait(60) and site.port, site.log
        yield site
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join(5)


def _read(site: Site, ready: threading.Event) -> None:
    assert site.process.stderr is not None
    for line in site.process.stderr:
        text = line.decode(errors="replace").rstrip()
        site.log.append(text)
        if found := re.search(r"Serving on http://127\.0\.0\.1:(\d+)", text):
            site.port = int(found[1])
            ready.set()
    ready.set()


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the small graph."""
    path = tmp_path_factory.mktemp("small") / "small.nq"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with some thirty thousand triples, over which a join without a condition never ends."""
    path = tmp_path_factory.mktemp("large") / "large.nq"
    base = "http://example.org/"
    lines = [
        f"<{base}s{i % 4000}> <{base}p{i % 23}> <{base}s{i * 7919 % 4000}> <{base}g{i % 9}> .\n"
        for i in range(25_000)
    ]
    lines += [
        f'<{base}s{i % 4000}> <{base}label> "label aaaaaa {i}"@en <{base}g{i % 9}> .\n' for i in range(8000)
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def site(small: Path) -> Iterator[Site]:
    """A server over the small graph, with the settings it comes with."""
    with serving("--graph", str(small), metrics="yes") as running:
        yield running


@pytest.fixture(scope="session")
def hasty(large: Path) -> Iterator[Site]:
    """A server over the large graph that ends queries after a second."""
    with serving("--graph", str(large), query_timeout="1") as running:
        yield running


@pytest.fixture(scope="session")
def eventually() -> Callable[..., bool]:
    """Whether something comes true within a time."""

    def wait(happens: Callable[[], Any], seconds: float = 3.0) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if happens():
                return True
            time.sleep(0.02)
        return bool(happens())

    return wait


@pytest.fixture(scope="session")
def start() -> Callable[..., Any]:
    """Starts a server of a test's own."""
    return serving


@pytest.fixture
def crowd() -> Iterator[Callable[[Site], Crowd]]:
    """Sends queries to run beside the test, and waits for those that nobody has waited for."""
    with ThreadPoolExecutor(64) as pool:
        yield lambda site: Crowd(site, pool)
