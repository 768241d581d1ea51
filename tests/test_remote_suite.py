"""The whole suite of questions once more, asked over HTTP of a server this project has not written."""

from __future__ import annotations

import pytest

from crosswalk.stores.named_queries import catalogue, read_term
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.remote import RemoteStore
from crosswalk.stores.results import ask

# The tests of the questions are collected here a second time, with the store below.
from tests.test_questions import *  # noqa: F403

PAGES = [page for page in catalogue("pages") if page.form == "SELECT"]


@pytest.fixture(scope="module")
def store(native_server: str) -> RemoteStore:
    """A native Oxigraph server that the snapshot has been published to."""
    return RemoteStore(f"{native_server}/query", timeout=60)


@pytest.fixture(scope="module")
def embedded(real_store: EmbeddedStore) -> EmbeddedStore:
    """The same snapshot in this process."""
    return real_store


def rows(store, query) -> list[str]:
    """The rows of a query's answer to its examples, in their order where it asks for one."""
    terms = {name: read_term(text) for name, text in query.examples.items()}
    found = [repr(sorted(row.items())) for row in ask(store, query, **terms)]
    return found if "ORDER BY" in query.text else sorted(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_the_same_rows_over_http(page, store, embedded) -> None:
    there = [row for row in rows(store, page) if "graph/published" not in row]
    assert there == rows(embedded, page)
