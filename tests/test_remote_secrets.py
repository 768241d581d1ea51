"""Whoever uses a site learns neither where its store is nor what it says of its faults."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from crosswalk.cli import main
from crosswalk.evaluation.remote import RemoteEvaluation
from crosswalk.evaluation.wire import Question
from crosswalk.settings import Settings
from crosswalk.stores import SPARQL_JSON
from crosswalk.stores.remote import RemoteStore
from crosswalk.web.app import create_app
from tests.endpoint.conftest import Site, serving
from tests.nasty import JSON, Exchange, NastyServer, Script, nasty
from tests.rsgi import run
from tests.test_remote_answers import DEEP, SELECT, table
from tests.test_remote_deadline import slow_headers

# Nobody but the operator learns of the store


class Watched:
    """A site over a nasty store, with what must appear in no answer of it."""

    def __init__(self, server: NastyServer) -> None:
        self.server = server
        self.secrets = (str(server.port), "secret", "annabel", "127.0.0.1", "0xdead", "innermost")

    def reveals(self, *texts: str) -> list[str]:
        """The secrets that stand in texts."""
        return [secret for secret in self.secrets for text in texts if secret in text]


TALKATIVE = b"<h1>java.lang.Error 0xdead</h1> at innermost.Secret(annabel:secret) \x1b[31m\x00\n{line}"


def refused(exchange: Exchange) -> None:
    exchange.socket.close()


def no_http(exchange: Exchange) -> None:
    exchange.send(b"SSH-2.0-innermost\r\n")


def told(status: str, **headers: str) -> Script:
    return lambda exchange: exchange.answer(TALKATIVE, status, **headers)


REVEALING = {
    "500": told("500 innermost"),
    "400": told("400 innermost"),
    "401": told("401 innermost", WWW_Authenticate='Basic realm="innermost"'),
    "403": told("403 innermost"),
    "404": told("404 innermost"),
    "406": told("406 innermost"),
    "414": told("414 innermost"),
    "503": told("503 innermost"),
    "504": told("504 innermost"),
    "page": told("200 OK", Content_Type="text/innermost"),
    "charset": told("200 OK", Content_Type=f"{JSON}; charset=innermost"),
    "encoding": told("200 OK", Content_Encoding="innermost"),
    "redirect": told("302 Found", Location="ftp://annabel:secret@innermost/0xdead"),
    "circle": told("302 Found", Location="/innermost"),
    "rubbish": told("200 OK"),
    "key": lambda exchange: exchange.answer(b'{"innermost":1,"innermost":2}'),
    "column": lambda exchange: exchange.answer(table(head={"vars": ["innermost"]})),
    "deep": lambda exchange: exchange.answer(DEEP),
    "refused": refused,
    "no HTTP": no_http,
    "late": lambda exchange: time.sleep(3),
    "slow": slow_headers,
}


@pytest.fixture(scope="module")
def store() -> Iterator[NastyServer]:
    with nasty() as server:
        yield server


@pytest.fixture(scope="module")
def site(store: NastyServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server over the nasty store."""
    settings = {
        "store": store.url,
        "store_user": "annabel",
        "store_password": "secret",
        "query_timeout": "1",
        "snapshots": str(tmp_path_factory.mktemp("none")),
    }
    with serving(**settings) as running:
        yield running


@pytest.fixture(scope="module")
def pages(store: NastyServer) -> FlaskClient:
    remote = RemoteStore(store.url, timeout=1, user="annabel", password="secret")
    return create_app(remote, Settings(store=store.url), None).test_client()


@pytest.mark.parametrize("name", REVEALING)
def test_a_stranger_never_learns_of_the_store(name: str, store: NastyServer, site: Site, pages) -> None:
    store.script = REVEALING[name]
    watched = Watched(store)
    expected = {"400": 403, "414": 403, "406": 406}.get(name, 503)
    for answer in (site.get(SELECT), site.get(SELECT, "text/csv, text/plain"), site.post(SELECT)):
        assert answer.status == expected, answer.text
        own = {key: value for key, value in answer.headers.items() if key not in ("date", "server")}
        assert watched.reveals(answer.text, str(own)) == []
        assert answer.seconds < 2.5
    document = site.get(SELECT).json
    assert document["status"] == expected and document["detail"].startswith("the store")
    for accept in ("text/html", "application/json"):
        page = pages.get("/standards", headers={"Accept": accept})
        assert page.status_code == 503, "what a page asks has no mistake"
        assert watched.reveals(page.text, str(page.headers)) == []
    page = site.request("GET", "/standards")
    assert page.status == 503 and watched.reveals(page.text, str(page.headers)) == []


def test_the_operator_is_told_in_one_line(store: NastyServer, site: Site) -> None:
    store.script = told("500 innermost")
    before = len(site.log)
    site.get(SELECT)
    time.sleep(0.3)
    lines = [line for line in site.log[before:] if "failed (HTTP 500)" in line]
    assert len(lines) == 1 and store.url in lines[0] and "0xdead" in lines[0]
    assert lines[0].isprintable() and lines[0].count("secret)") == 1


def test_a_caller_at_the_command_line_is_told_all_but_the_password(store: NastyServer, monkeypatch) -> None:
    monkeypatch.setenv("CROSSWALK_STORE_USER", "ann")
    monkeypatch.setenv("CROSSWALK_STORE_PASSWORD", "hunter2")
    store.script = told("500 innermost")
    result = CliRunner().invoke(main, ["query", "-e", "ASK {}", "--endpoint", store.url])
    assert result.exit_code == 2 and f"{store.url} failed (HTTP 500)" in result.stderr
    assert "hunter2" not in result.stderr and "\x1b" not in result.stderr


def test_the_evaluation_of_many_at_once_is_bounded(store: NastyServer) -> None:
    """As many questions as there is room for hang; the next is turned away in time."""
    store.script = lambda exchange: time.sleep(1.5)
    settings = Settings(long_queries=1, young_queries=1, waiting_time=0.2)
    evaluation = RemoteEvaluation(RemoteStore(store.url, timeout=1), settings)
    question = Question("ASK {}", table_type=SPARQL_JSON)
    threads = [threading.Thread(target=lambda: run(evaluation.ask(question))) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    assert run(evaluation.ask(question)).fault == "Overloaded"
    for thread in threads:
        thread.join()
