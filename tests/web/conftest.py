"""What the tests of the pages share: a site over a tiny graph, and one over the real graph."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from crosswalk.settings import Settings
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.web.app import create_app


@pytest.fixture(scope="session")
def tiny() -> FlaskClient:
    """A client of a site over two editions, two rows, and words that would be markup unescaped."""
    store = EmbeddedStore.load(Path(__file__).with_name("tiny.trig"))
    snapshot = SimpleNamespace(hash="a" * 64, triples=50)
    return create_app(store, Settings(), snapshot).test_client()


@pytest.fixture(scope="session")
def site(real_site: FlaskClient) -> FlaskClient:
    """A client of the site over the real graph."""
    return real_site
