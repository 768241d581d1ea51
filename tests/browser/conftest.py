"""What the tests in a real browser share: a server over the real graph, and pages that keep accounts."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from crosswalk.graph.snapshot import Snapshot

CHROMIUM = os.environ.get("CROSSWALK_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MOST_BYTES = 2_000_000
"""A limit on results that the whole graph is over and every other question here is under."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test of this folder, and skips it where there is no Chromium."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")
            if not Path(CHROMIUM).exists():
                item.add_marker(pytest.mark.skip(reason=f"no Chromium at {CHROMIUM}"))


@pytest.fixture(scope="session")
def address(snapshot: Snapshot) -> Iterator[str]:
    """The address of the real server over the real graph."""
    settings = {
        "CROSSWALK_PORT": "0",
        "CROSSWALK_WORKERS": "1",
        "CROSSWALK_SNAPSHOTS": str(snapshot.path.parents[1]),
        "CROSSWALK_RESULT_BYTES": str(MOST_BYTES),
    }
    command = [sys.executable, "-c", "from crosswalk.cli import run; run()", "serve"]
    server = subprocess.Popen(command, env=os.environ | settings, stderr=subprocess.PIPE, text=True)
    try:
        yield read_address(server)
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def read_address(server: subprocess.Popen[str]) -> str:
    """Return the address that a server tells when it is ready; what it tells later is read and dropped."""
    assert server.stderr
    log = ""
    for line in server.stderr:
        log += line
        if match := re.search(r"Serving on (http://\S+)", line):
            threading.Thread(target=server.stderr.read, daemon=True).start()
            return match[1]
    raise AssertionError(f"the server did not start:\n{log}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def visitor(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """One visitor, without motion, for all tests of a worker: what the site sends is fetched once."""
    context = browser.new_context(base_url=address, reduced_motion="reduce", accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture
def tab(visitor: BrowserContext, address: str) -> Iterator[Page]:
    """A page of its own that fails its test over errors in the console and over other hosts.

    What a test expects to be refused, it lists in ``page.expected``.
    """
    page = visitor.new_page()
    page.set_default_timeout(20_000)
    page.expected = []  # type: ignore[attr-defined]
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request", lambda request: complaints.append(request.url) if foreign(request.url, address) else None
    )
    yield page
    page.close()
    assert visitor.cookies() == [], "the site remembers nothing of its visitors"
    expected = page.expected  # type: ignore[attr-defined]
    assert [one for one in complaints if not any(each in one for each in expected)] == []


@pytest.fixture
def until(tab: Page) -> Callable[[str], None]:
    """Waits for a condition on the page; the policy refuses the one that Playwright would evaluate there."""

    def wait(condition: str, seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not tab.evaluate(f"Boolean({condition})"):
            assert time.monotonic() < end, f"never came true: {condition}"
            tab.wait_for_timeout(50)

    return wait


def foreign(url: str, address: str) -> bool:
    """Whether a request goes to another host."""
    return not url.startswith((address, "data:", "blob:"))
