"""What comes out of the printer: the words and quotations, without what only a screen needs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

COMPARISON = "/compare/ipa/2.0/gsma/2.0"
GUIDELINE = "/id/ipa/2.0/guideline/9"
COLOURS = "[...document.querySelectorAll('.colour')].map(one => getComputedStyle(one).color)"


def printed(tab: Page, address: str, scheme: str = "light") -> None:
    """Opens a page as it goes to the printer."""
    tab.emulate_media(media="print", color_scheme=scheme)  # type: ignore[arg-type]
    tab.goto(address)


@pytest.mark.parametrize(("page", "most"), [(COMPARISON, 10), (GUIDELINE, 7)])
def test_print_takes_few_pages(tab: Page, page: str, most: int) -> None:
    tab.emulate_media(color_scheme="dark")
    tab.goto(page)
    pages = len(re.findall(rb"/Type\s*/Page\b", tab.pdf(format="A4", prefer_css_page_size=True)))
    assert 2 <= pages <= most


@pytest.mark.parametrize("page", [COMPARISON, GUIDELINE])
def test_quotations_and_source_are_printed_and_navigation_is_not(tab: Page, page: str) -> None:
    printed(tab, page)
    quotations = tab.locator("main blockquote")
    assert quotations.count() >= 4
    assert all(one.bounding_box()["height"] > 8 for one in quotations.all())
    for gone in ("header.site", "footer.site", ".formats", ".breadcrumb", ".skip"):
        assert not any(one.is_visible() for one in tab.locator(gone).all()), gone
    imprint = tab.locator(".imprint")
    assert imprint.is_visible()
    assert "https://w3id.org/iot-security-crosswalk" + page in imprint.inner_text()
    assert "snapshot" in imprint.inner_text()


def test_heads_of_the_table_stand_on_every_page_and_colours_have_words(tab: Page) -> None:
    printed(tab, COMPARISON)
    head = tab.locator(".compare thead")
    assert head.evaluate("one => getComputedStyle(one).display") == "table-header-group"
    words = {one.split()[-1] for one in tab.locator(".compare .colour").all_inner_texts()}
    assert words == {"Green", "Yellow"}
    assert all(one.locator("svg").count() for one in tab.locator(".compare .colour").all())


def test_print_from_a_dark_screen_is_on_white_paper(tab: Page) -> None:
    printed(tab, COMPARISON)
    light = tab.evaluate(COLOURS)
    assert light
    printed(tab, COMPARISON, "dark")
    assert tab.evaluate(COLOURS) == light


def test_imprint_is_for_paper_only(tab: Page) -> None:
    tab.goto(COMPARISON)
    assert not tab.locator(".imprint").is_visible()
