"""The queries of pages: what was asked last is kept, and a fault of the store is told by its status."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from crosswalk.errors import CrosswalkError, QueryRefused, QueryTimedOut, StoreFault
from crosswalk.settings import Settings
from crosswalk.web.app import create_app
from crosswalk.web.page_queries import PageQueries

SNAPSHOT = SimpleNamespace(hash="a" * 64, triples=1)


class Scripted:
    """A store that gives no rows, or a fault, and counts what it is asked."""

    def __init__(self, fault: CrosswalkError | None = None) -> None:
        self.fault, self.asked = fault, 0

    def query(self, text: str, media_type: str, *, dataset: object = None) -> bytes:
        """Answer without rows."""
        self.asked += 1
        if self.fault:
            raise self.fault
        return b'{"head": {"vars": []}, "results": {"bindings": []}}'


def test_the_answers_used_last_are_kept_and_the_one_used_longest_ago_goes() -> None:
    store = Scripted()
    queries = PageQueries(store, remembered=3)
    for name in "abcad":
        queries.ask("pages/thing-statements", thing=f"urn:{name}")
    assert store.asked == 4
    for name in "dac":
        queries.ask("pages/thing-statements", thing=f"urn:{name}")
    assert store.asked == 4, "b was used longest ago"
    queries.ask("pages/thing-statements", thing="urn:b")
    assert store.asked == 5


def test_nothing_is_kept_where_the_data_may_change() -> None:
    store = Scripted()
    queries = PageQueries(store, remembered=0)
    for _ in range(3):
        queries.ask("pages/editions")
    assert store.asked == 3


@pytest.mark.parametrize(
    ("fault", "status"), [(QueryRefused("no"), 403), (QueryTimedOut("slow"), 503), (StoreFault("gone"), 503)]
)
def test_a_fault_of_the_store_has_the_status_it_has_at_the_endpoint(
    fault: CrosswalkError, status: int
) -> None:
    client = create_app(Scripted(fault), Settings(), SNAPSHOT).test_client()
    response = client.get("/standards", headers={"Accept": "application/json"})
    assert (response.status_code, json.loads(response.data)["status"]) == (status, status)
    assert json.loads(response.data)["detail"] == fault.what
    assert response.headers["Cache-Control"] == "no-store"
    assert ("Retry-After" in response.headers) == (status == 503)
    assert client.get("/standards").mimetype == "text/html"
