"""The query endpoint without its server: what it keeps, what it forgets, and the status of every fault."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from crosswalk import errors
from crosswalk.errors import CrosswalkError
from crosswalk.evaluation.shared_state import Counters
from crosswalk.evaluation.wire import Question, Reply
from crosswalk.settings import Settings
from crosswalk.web.endpoint.application import Endpoint
from crosswalk.web.endpoint.queries import QueryHandler
from crosswalk.web.http.status import STATUS, status_of
from tests.rsgi import Scope, answer, no_page

ROWS = 10_000
SIZE = 3 * ROWS * 3 // 2 + 1024
"""The bytes that one answer takes in the cache, plain and compressed."""


class Engine:
    """An evaluator that gives everything the same answer, or a fault, and notes what it is asked."""

    def __init__(self, rows: int = ROWS) -> None:
        self.body = b"x\r\n" * rows
        self.asked: list[str] = []
        self.error: CrosswalkError | None = None

    async def ask(self, question: Question, client: str = "") -> Reply:
        """Return the same reply each time."""
        self.asked.append(question.text)
        return Reply.of(self.error) if self.error else Reply(self.body, str(question.table_type), "s")


def endpoint(engine: Engine, **settings: object) -> Endpoint:
    """The application over an engine, without pages."""
    handler = QueryHandler(engine, Settings(access_log=False, **settings), "s", Counters(1), 0)
    return Endpoint(no_page, handler)


def get(application: Endpoint, query: str, **headers: str) -> tuple[int, dict[str, str]]:
    """The status and the headers of the answer to a query."""
    return answer(application, Scope(query_string=urlencode({"query": query}), **headers))[:2]


def test_the_answers_used_last_are_kept_within_their_bytes() -> None:
    engine = Engine()
    application = endpoint(engine, cache_bytes=4 * SIZE + 10)
    for query in "abcdae":
        get(application, query)
    assert engine.asked == list("abcde")
    for query in "acde":
        get(application, query)
    assert engine.asked == list("abcde"), "b was used longest ago"
    get(application, "b")
    assert engine.asked == list("abcdeb")


def test_an_answer_larger_than_a_quarter_of_the_cache_is_not_kept() -> None:
    engine = Engine()
    application = endpoint(engine, cache_bytes=4 * SIZE - 4)
    assert get(application, "a") == get(application, "a")
    assert engine.asked == ["a", "a"]


def test_whoever_holds_an_answer_is_asked_for_nothing_and_star_stands_for_what_exists() -> None:
    engine = Engine()
    tag = get(endpoint(engine), "a", accept_encoding="gzip")[1]["etag"]
    assert tag.endswith('-gzip"')
    status, headers = get(endpoint(engine), "a", if_none_match=tag)
    assert (status, headers["etag"], len(engine.asked)) == (304, tag, 1)
    assert get(endpoint(engine), "a", if_none_match="*")[0] == 304
    engine.error = errors.QuerySyntaxError("wrong")
    assert get(endpoint(engine), "b", if_none_match="*")[0] == 400


def faults(
    kind: type[CrosswalkError] = CrosswalkError,
) -> Iterator[type[CrosswalkError]]:
    """A class of faults and all that extend it."""
    yield kind
    for extended in kind.__subclasses__():
        if extended.__module__ == errors.__name__:
            yield from faults(extended)


EXPECTED = {
    "CrosswalkError": 500, "InputError": 400, "QuerySyntaxError": 400, "QueryRefused": 403,
    "Unacceptable": 406, "ResultTooLarge": 413, "NonconformingData": 500, "StoreFault": 503,
    "QueryTimedOut": 503, "ResourceLimit": 503, "Overloaded": 503, "RateExceeded": 429,
    "EngineFault": 503,
}  # fmt: skip


def test_every_fault_has_one_status() -> None:
    assert {kind.__name__: status_of(kind("what")) for kind in faults()} == EXPECTED


@pytest.mark.parametrize("name", [name for name in EXPECTED if name in STATUS and name != "CrosswalkError"])
def test_a_fault_of_a_query_has_its_status_and_says_when_to_come_back(name: str) -> None:
    engine = Engine()
    engine.error = getattr(errors, name)("the reason")
    status, headers = get(endpoint(engine), "a", accept="text/csv, application/json")
    assert status == EXPECTED[name]
    assert ("retry-after" in headers) == (status in (429, 503) and name != "EngineFault")
    assert (headers["cache-control"], headers["content-type"]) == ("no-store", "application/problem+json")
