"""What the pages do in a real browser beyond what every page does: see tests/browser for that."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from crosswalk.graph.snapshot import Snapshot
from crosswalk.settings import Settings
from crosswalk.stores.embedded import EmbeddedStore
from crosswalk.web.app import create_app

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
COMPARISON = "/compare/ipa/2.0/gsma/2.0"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no Chromium at {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def address(snapshot: Snapshot) -> Iterator[str]:
    """The address of a site over the real graph."""
    app = create_app(EmbeddedStore.load(snapshot.dataset), Settings(), snapshot)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A fresh page that fails the test when the console reports an error or another host is asked."""
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request", lambda request: complaints.append(request.url) if "127.0.0.1" not in request.url else None
    )
    yield page
    page.close()
    assert [one for one in complaints if "404" not in one and not one.startswith("data:")] == []


def look(page: Page, address: str, width: int, scheme: str = "light") -> None:
    """Opens an address at a width and in a colour scheme."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(address)


def test_filters_and_quotations_work_without_javascript(browser: Browser, address: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(address + COMPARISON)
    page.get_by_label("Colour").select_option("yellow")
    page.get_by_role("button", name="Show").click()
    assert page.locator("table.compare tbody tr[id]").count() == 6
    page.locator("#row-3 summary").first.click()
    assert page.locator("#row-3 blockquote").first.is_visible()
    page.close()


def test_keyboard_reaches_the_content_first(tab: Page, address: str) -> None:
    look(tab, address + "/", 1280)
    tab.keyboard.press("Tab")
    assert tab.locator(":focus").inner_text() == "Skip to the content"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "content"


def test_header_of_the_table_stays_in_sight(tab: Page, address: str) -> None:
    look(tab, address + COMPARISON, 1280)
    tab.locator("#row-12").scroll_into_view_if_needed()
    tab.evaluate("scrollBy(0, 400)")
    box = tab.locator("table.compare thead th").first.bounding_box()
    assert box and box["y"] == pytest.approx(0, abs=1)
