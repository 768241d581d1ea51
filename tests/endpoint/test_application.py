"""What the application in front of the pages keeps, counts, and writes down of who asks what."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from crosswalk.errors import Overloaded, QuerySyntaxError, QueryTimedOut, RateExceeded
from crosswalk.evaluation.shared_state import Counters
from crosswalk.evaluation.wire import Question, Reply
from crosswalk.settings import Settings
from crosswalk.web.endpoint import protocol
from crosswalk.web.endpoint.application import Endpoint
from crosswalk.web.endpoint.queries import QueryHandler
from tests.rsgi import Protocol, Scope, answer, no_page, run

BODY = b"x\r\n" + b"1\r\n" * 5000


class Evaluator:
    """Answers every question alike, and notes who asks what."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def ask(self, question: Question, client: str = "") -> Reply:
        """Return the one answer."""
        self.asked.append((question.text, client))
        return Reply(BODY, "text/csv", "s", 0.001)


@pytest.fixture
def evaluator() -> Evaluator:
    return Evaluator()


def application(evaluator: Evaluator, counters: Counters | None = None, **settings: Any) -> Endpoint:
    chosen = Settings(**({"access_log": False} | settings))
    return Endpoint(no_page, QueryHandler(evaluator, chosen, "s", counters or Counters(1), 0))


def get(
    endpoint: Endpoint, query: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Return the status, the headers and the body of the answer to a query."""
    scope = Scope(query_string=f"query={quote(query)}", method=method, **{"accept": "text/csv"} | headers)
    return answer(endpoint, scope)


def test_of_the_answers_that_are_kept_the_one_used_longest_ago_goes(evaluator: Evaluator) -> None:
    endpoint = application(evaluator, cache_bytes=7 * len(BODY))
    for name in "abcdae":
        assert get(endpoint, f"ASK {{}} # {name}")[2] == BODY
    assert [text[-1] for text, _ in evaluator.asked] == list("abcde")
    for name in "eacd":
        get(endpoint, f"ASK {{}} # {name}")
    assert len(evaluator.asked) == 5, "b was used longest ago"
    get(endpoint, "ASK {} # b")
    assert len(evaluator.asked) == 6


def test_who_asks_is_whom_the_proxy_itself_has_named(evaluator: Evaluator) -> None:
    named = application(evaluator, client_header="X-Forwarded-For")
    get(named, "ASK {} # 1", x_forwarded_for="198.51.100.7, 203.0.113.9")
    get(named, "ASK {} # 2")
    get(application(evaluator), "ASK {} # 3", x_forwarded_for="198.51.100.7")
    assert [client for _, client in evaluator.asked] == ["203.0.113.9", "192.0.2.1", "192.0.2.1"]


def test_the_log_tells_a_query_by_its_hash_and_never_its_text(evaluator: Evaluator, capsys) -> None:
    endpoint = application(evaluator, access_log=True)
    get(endpoint, "ASK { ?somebody ?did ?something }")
    get(endpoint, "ASK { ?somebody ?did ?something }")
    written = capsys.readouterr().err
    first, second = map(json.loads, written.splitlines())
    assert first["query"] == second["query"] and len(first["query"]) == 16
    assert (first.get("cache"), second["cache"], second["status"]) == (None, "hit", 200)
    assert "somebody" not in written


def test_what_becomes_of_requests_is_counted(evaluator: Evaluator) -> None:
    counters = Counters(1)
    endpoint = application(evaluator, counters)
    _, headers, _ = get(endpoint, "ASK {}")
    get(endpoint, "ASK {}")
    status, _, body = get(endpoint, "ASK {}", if_none_match=headers["etag"])
    assert (status, body) == (304, b"")
    numbers = counters.read()
    assert (numbers["requests"], numbers["cache_hits"], numbers["not_modified"]) == (3, 2, 1)


def test_a_head_request_is_told_all_but_the_body(evaluator: Evaluator) -> None:
    endpoint = application(evaluator)
    status, headers, body = get(endpoint, "ASK {}", method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) == len(get(endpoint, "ASK {}")[2]) == len(BODY)


def gather(endpoint: Endpoint, *clients: str) -> list[int]:
    """Put one query at once for several clients, and return the statuses of the answers."""

    async def ask_together() -> list[Any]:
        asked = {"query_string": "query=ASK%7B%7D", "accept": "text/csv"}
        scopes = (Scope(client=f"{name}:1", **asked) for name in clients)
        return await asyncio.gather(*(endpoint.answer(scope, Protocol()) for scope in scopes))

    return [response.status.value for response in run(ask_together())]


class Slow(Evaluator):
    """Answers after a moment, with a reply for each client."""

    def __init__(self, **replies: Reply) -> None:
        super().__init__()
        self.replies = replies

    async def ask(self, question: Question, client: str = "") -> Reply:
        """Return the client's reply, or the one answer."""
        reply = await super().ask(question, client)
        await asyncio.sleep(0.01)
        return self.replies.get(client, reply)


def test_a_query_put_by_many_at_once_is_evaluated_once() -> None:
    evaluator = Slow()
    assert gather(application(evaluator), "a", "b", "c") == [200, 200, 200]
    assert [client for _, client in evaluator.asked] == ["a"]


@pytest.mark.parametrize(
    ("reply", "statuses", "asked"),
    [
        (Reply.of(QueryTimedOut("too long")), [503, 503], "a"),
        (Reply.of(QuerySyntaxError("wrong")), [400, 400], "a"),
        (Reply.of(RateExceeded("too much")), [429, 200], "ab"),
        (Reply.of(Overloaded("too many")), [503, 200], "ab"),
        (Reply(BODY, "text/csv", "s", volatile=True), [200, 200], "ab"),
    ],
)
def test_what_one_client_is_told_alone_is_told_no_other(
    reply: Reply, statuses: list[int], asked: str
) -> None:
    evaluator = Slow(a=reply)
    assert gather(application(evaluator), "a", "b") == statuses
    assert "".join(client for _, client in evaluator.asked) == asked


def test_a_large_answer_goes_out_from_one_file_and_is_stored_as_that() -> None:
    evaluator = Slow()
    evaluator.replies["192.0.2.1"] = Reply(b"x\r\n" * 100_000, "text/csv", "s")
    endpoint = application(evaluator, cache_bytes=2**16)
    first, again = (run(endpoint.answer(large(), Protocol())) for _ in range(2))
    assert first.file and (first.file, first.body) == (again.file, again.body) and len(evaluator.asked) == 1
    assert dict(first.headers)["Content-Length"] == "300000"
    packed = run(endpoint.answer(large(accept_encoding="gzip"), Protocol()))
    assert gzip.decompress(Path(packed.file).read_bytes()) == b"x\r\n" * 100_000
    Path(first.file).unlink()
    assert answer(endpoint, large())[2] == b"x\r\n" * 100_000 and len(evaluator.asked) == 2


def large(**headers: str) -> Scope:
    return Scope(query_string="query=ASK%7B%7D", accept="text/csv", **headers)


def test_a_body_that_does_not_come_is_not_waited_for_longer_than_said(evaluator, monkeypatch) -> None:
    monkeypatch.setattr(protocol, "_BODY_SECONDS", 0.05)

    class Silent(Protocol):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            await asyncio.sleep(5)
            yield b"ASK {}"

    scope = Scope(method="POST", content_type="application/sparql-query")
    response = run(application(evaluator).answer(scope, Silent()))
    assert response.status == 408 and dict(response.headers)["Connection"] == "close"
