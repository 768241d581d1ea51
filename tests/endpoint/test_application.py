"""What the application in front of the pages keeps, counts, and writes down of who asks what."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import quote

import pytest

from crosswalk.evaluation.shared_state import Counters
from crosswalk.evaluation.wire import Question, Reply
from crosswalk.settings import Settings
from crosswalk.web.endpoint.application import Endpoint
from crosswalk.web.endpoint.queries import QueryHandler

BODY = b"x\r\n" + b"1\r\n" * 5000


class Evaluator:
    """Answers every question alike, and notes who asks what."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def ask(self, question: Question, client: str = "") -> Reply:
        """Return the one answer."""
        self.asked.append((question.text, client))
        return Reply(BODY, "text/csv", "s", 0.001)


@pytest.fixture
def evaluator() -> Evaluator:
    return Evaluator()


def application(evaluator: Evaluator, counters: Counters | None = None, **settings: Any) -> Endpoint:
    chosen = Settings(**({"access_log": False} | settings))
    return Endpoint(
        lambda environ, start: [], QueryHandler(evaluator, chosen, "s", counters or Counters(1), 0)
    )


def get(endpoint: Endpoint, query: str, **headers: str) -> tuple[str, dict[str, str], bytes]:
    """Return the status, the headers and the body of the answer to a query."""
    started: list[Any] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/sparql",
        "QUERY_STRING": f"query={quote(query)}",
        "REMOTE_ADDR": "192.0.2.1",
        "HTTP_ACCEPT": "text/csv",
        "wsgi.input": io.BytesIO(),
        **headers,
    }
    body = b"".join(endpoint(environ, lambda status, fields: started.extend((status, fields))))
    return started[0], {name.lower(): value for name, value in started[1]}, body


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
    get(named, "ASK {} # 1", HTTP_X_FORWARDED_FOR="198.51.100.7, 203.0.113.9")
    get(named, "ASK {} # 2")
    get(application(evaluator), "ASK {} # 3", HTTP_X_FORWARDED_FOR="198.51.100.7")
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
    status, _, body = get(endpoint, "ASK {}", HTTP_IF_NONE_MATCH=headers["etag"])
    assert (status[:3], body) == ("304", b"")
    numbers = counters.read()
    assert (numbers["requests"], numbers["cache_hits"], numbers["not_modified"]) == (3, 2, 1)


def test_a_head_request_is_told_all_but_the_body(evaluator: Evaluator) -> None:
    endpoint = application(evaluator)
    status, headers, body = get(endpoint, "ASK {}", REQUEST_METHOD="HEAD")
    assert (status[:3], body) == ("200", b"")
    assert int(headers["content-length"]) == len(get(endpoint, "ASK {}")[2]) == len(BODY)
