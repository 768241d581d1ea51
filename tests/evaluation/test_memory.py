"""What a worker remembers: bounded in bytes, whatever it is asked."""

from __future__ import annotations

import ctypes
import tracemalloc

import pytest

from crosswalk.evaluation import pool
from crosswalk.evaluation.shared_state import Counters
from crosswalk.evaluation.wire import Question, Reply
from crosswalk.settings import Settings
from crosswalk.web.endpoint.application import Endpoint
from crosswalk.web.endpoint.queries import QueryHandler
from crosswalk.web.warmup import return_memory
from tests.rsgi import Scope, answer, no_page

FORM = "application/x-www-form-urlencoded"


class Terse:
    """An engine that answers everything with one row."""

    asked = 0

    async def ask(self, question: Question, client: str = "") -> Reply:
        """The same row each time."""
        self.asked += 1
        return Reply(b"x\r\n1\r\n", "text/csv", "s", 0.001)


def post(endpoint: Endpoint, text: str) -> bytes:
    """The body of the answer to a query that is posted."""
    scope = Scope(method="POST", accept="text/csv", content_type=FORM)
    return answer(endpoint, scope, f"query={text}".encode())[2]


def test_long_queries_with_short_answers_are_not_kept_beside_them() -> None:
    engine = Terse()
    settings = Settings(cache_bytes=2**20, access_log=False)
    endpoint = Endpoint(no_page, QueryHandler(engine, settings, "s", Counters(1), 0))
    long = "ASK%7B%7D%23" + "x" * 200_000
    post(endpoint, long)
    tracemalloc.start()
    try:
        for number in range(50):
            assert post(endpoint, f"{long}{number}") == b"x\r\n1\r\n"
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert taken < 2 * 2**20
    before = engine.asked
    assert post(endpoint, f"{long}49") == b"x\r\n1\r\n" and engine.asked == before


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="not the C library of GNU")
def test_what_lies_free_between_answers_that_are_remembered_is_given_back() -> None:
    answers = [bytes(2000) for _ in range(40_000)]
    remembered = answers[::100]
    del answers
    before = pool.resident_bytes("self")
    return_memory()
    assert before - pool.resident_bytes("self") > 30 * 2**20
    assert sum(map(len, remembered)) == 800_000
