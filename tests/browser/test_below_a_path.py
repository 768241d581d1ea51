"""Below a path of its host the scripts of the site ask and lead within it, as its pages do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from crosswalk.graph.snapshot import Snapshot
from tests.browser.conftest import read_address

PREFIX = "/xw"


@pytest.fixture(scope="module")
def below(snapshot: Snapshot) -> Iterator[str]:
    """The address of a server that readers reach below a path; no proxy takes the path off."""
    settings = {"CROSSWALK_PORT": "0", "CROSSWALK_WORKERS": "1",
                "CROSSWALK_BASE_IRI": f"https://example.org{PREFIX}/",
                "CROSSWALK_SNAPSHOTS": str(snapshot.path.parents[1])}  # fmt: skip
    command = [sys.executable, "-c", "from crosswalk.cli import run; run()", "serve"]
    server = subprocess.Popen(command, env=os.environ | settings, stderr=subprocess.PIPE, text=True)
    try:
        yield read_address(server)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


@pytest.fixture
def asked(browser: Browser, below: str) -> Iterator[tuple[Page, list[str]]]:
    """A page, and the paths of all that it asks for; what is not within the site fails the test."""
    page = browser.new_page(base_url=below, reduced_motion="reduce")
    page.set_default_timeout(20_000)
    paths: list[str] = []
    page.on("request", lambda request: paths.append(request.url.removeprefix(below)))
    yield page, paths
    page.close()
    own = [path for path in paths if not path.startswith(("data:", "blob:"))]
    assert [path for path in own if not path.startswith(PREFIX + "/")] == []


def test_the_drawing_reads_what_it_draws_and_finds_where_to_start(asked: tuple[Page, list[str]]) -> None:
    page, paths = asked
    page.goto(f"{PREFIX}/graph?focus=ipa/2.0/guideline/9")
    page.locator("#drawing[data-ready]").wait_for()
    page.locator("#focus").fill("")
    page.locator("#focus").press_sequentially("CLP.12")
    page.locator("#focus-names option").first.wait_for(state="attached")
    assert any(path.startswith(f"{PREFIX}/search?q=") for path in paths)
    names = page.eval_on_selector_all("#edges a", "links => links.map(link => link.getAttribute('href'))")
    assert names and all(name.startswith(PREFIX + "/") for name in names)


def test_the_editor_asks_the_endpoint_and_links_what_it_finds(asked: tuple[Page, list[str]]) -> None:
    page, paths = asked
    page.goto(f"{PREFIX}/sparql")
    page.locator("#run").click()
    page.locator("#answer table").wait_for()
    assert f"{PREFIX}/sparql" in paths
    links = page.eval_on_selector_all("#answer td a", "links => links.map(link => link.getAttribute('href'))")
    assert any(link.startswith(PREFIX + "/id/") for link in links)
    assert [link for link in links if link.startswith("/") and not link.startswith(PREFIX + "/")] == []
