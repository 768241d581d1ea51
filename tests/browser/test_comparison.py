"""The comparison and the way into every page, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

COMPARISON = "/compare/ipa/2.0/gsma/2.0"


def test_filters_and_quotations_work_without_javascript(browser: Browser, address: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(address + COMPARISON)
    page.get_by_label("Colour").select_option("yellow")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("table.compare tbody tr[id]")).to_have_count(6)
    page.locator("#row-3 summary").first.click()
    expect(page.locator("#row-3 blockquote").first).to_be_visible()
    page.close()


def test_keyboard_reaches_the_content_first(tab: Page) -> None:
    tab.goto("/")
    tab.keyboard.press("Tab")
    assert tab.locator(":focus").inner_text() == "Skip to the content"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "content"


def test_header_of_the_table_stays_in_sight(tab: Page) -> None:
    tab.goto(COMPARISON)
    tab.locator("#row-12").scroll_into_view_if_needed()
    tab.evaluate("scrollBy(0, 400)")
    box = tab.locator("table.compare thead th").first.bounding_box()
    assert box and box["y"] == pytest.approx(0, abs=1)
