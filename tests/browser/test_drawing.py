"""The drawing in a real browser: widened, filtered, laid out, kept and shared, by mouse and by keyboard."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

GUIDELINE = "/graph?focus=ipa/2.0/guideline/9"
TWENTY = "/graph?focus=ipa/2.0/guideline/6"
"""With two links away, some twenty things."""
SVG = "{http://www.w3.org/2000/svg}"
MOST = 200
PLACES = """network.nodes(':visible').map(one =>
    [one.id(), Math.round(one.position('x')), Math.round(one.position('y'))]).sort()"""
NAMES = "network.nodes().map(one => one.boundingBox({ includeNodes: false, includeLabels: true }))"


def open_drawing(tab: Page, address: str = GUIDELINE) -> None:
    """Opens a drawing and waits until it is drawn."""
    tab.goto(address)
    tab.locator("#drawing[data-ready]").wait_for()


def of_network(tab: Page, expression: str) -> Any:
    """What an expression over the network gives."""
    return tab.evaluate(f"(network => {expression})(document.querySelector('#drawing').network)")


def shown(tab: Page) -> set[str]:
    """The things that are drawn and not hidden."""
    return set(of_network(tab, "network.nodes(':visible').map(one => one.id())"))


def press(tab: Page, *keys: str) -> None:
    """Presses keys in the drawing."""
    tab.locator("#drawing").focus()
    for key in keys:
        tab.keyboard.press(key)


def chosen(tab: Page) -> list[str]:
    """The chosen things."""
    return of_network(tab, "network.nodes(':selected').map(one => one.id())")


def click(tab: Page, ending: str, times: int = 1) -> None:
    """Clicks a thing in the drawing, where it is."""
    spot = of_network(
        tab, f"network.nodes().filter(one => one.id().endsWith('{ending}'))[0].renderedPosition()"
    )
    tab.locator("#drawing").click(position=spot, click_count=times, delay=20)


def test_what_is_drawn_is_what_the_data_and_the_table_say(tab: Page) -> None:
    open_drawing(tab)
    data = tab.request.get("/graph.json?focus=ipa/2.0/guideline/9").json()
    assert shown(tab) == {node["id"] for node in data["nodes"]}
    assert of_network(tab, "network.edges().length") == len(data["edges"])
    rows = tab.locator("#edges tbody tr")
    assert rows.count() == len(data["edges"])
    assert any("mapped to (green)" in text for text in rows.all_inner_texts())
    expect(tab.locator("#drawing-status")).to_have_text(
        f"{len(data['nodes'])} things, {len(data['edges'])} links."
    )


def test_click_chooses_and_the_panel_widens(tab: Page) -> None:
    open_drawing(tab)
    before = shown(tab)
    click(tab, "CLP.12/section/5.8.1")
    expect(tab.locator("#chosen h2")).to_contain_text("CLP.12 5.8.1")
    tab.get_by_role("button", name="Show its neighbours").click()
    tab.wait_for_url("**also=**")
    after = shown(tab)
    assert before < after
    assert any(iri.endswith("section/5.8") for iri in after - before)
    assert "also=gsma%2F2.0%2FCLP.12%2Fsection%2F5.8.1" in tab.url
    assert tab.locator("#edges tbody tr").count() == of_network(tab, "network.edges().length")


def test_shared_address_shows_the_same_picture(tab: Page) -> None:
    open_drawing(tab)
    click(tab, "CLP.12/section/5.8.1", times=2)
    tab.wait_for_url("**also=**")
    tab.get_by_label("Layout").select_option("columns")
    tab.locator("#things").get_by_text("statement").click()
    tab.locator("#kinds").get_by_text("revises").click()
    things, links = shown(tab), of_network(tab, "network.edges(':visible').length")
    tab.get_by_role("button", name="Copy link").click()
    address = tab.evaluate("navigator.clipboard.readText()")
    assert address == tab.url
    stood = of_network(tab, PLACES)
    tab.goto("/graph")
    open_drawing(tab, address)
    assert shown(tab) == things
    assert of_network(tab, "network.edges(':visible').length") == links
    assert tab.get_by_label("Layout").input_value() == "columns"
    assert not tab.locator("#things input[value=Statement]").is_checked()
    assert of_network(tab, PLACES) == stood


def test_the_same_address_lays_out_the_same_way_twice(tab: Page) -> None:
    open_drawing(tab, GUIDELINE + "&depth=2")
    first = of_network(tab, PLACES)
    open_drawing(tab, GUIDELINE + "&depth=2")
    assert of_network(tab, PLACES) == first


def test_kinds_of_links_and_of_things_are_filtered_in_drawing_and_table(tab: Page) -> None:
    open_drawing(tab)
    tab.locator("#kinds").get_by_text("mapped to").click()
    assert of_network(tab, "network.edges(':visible').filter('[kind = \"xw:linkedTo\"]').length") == 0
    assert not any("mapped to" in text for text in tab.locator("#edges tbody tr").all_inner_texts())
    assert "without=xw%3AlinkedTo" in tab.url
    tab.locator("#things").get_by_text("section").click()
    assert not any("/section/" in iri for iri in shown(tab))
    expect(tab.locator("#drawing-status")).to_contain_text("hidden by the filters")
    tab.locator("#things").get_by_text("section").click()
    tab.locator("#kinds").get_by_text("mapped to").click()
    assert "without" not in tab.url and "hide" not in tab.url


def test_find_chooses_what_is_called_so(tab: Page) -> None:
    open_drawing(tab)
    tab.get_by_label("Find").fill("anomaly")
    expect(tab.locator("#drawing-status")).to_have_text("1 found.")
    assert [iri.rpartition("/")[2] for iri in chosen(tab)] == ["7.2"]
    tab.get_by_label("Find").fill("")
    assert chosen(tab) == []


@pytest.mark.parametrize("layout", ["forces", "columns", "circles", "tree", "grid"])
def test_layouts_put_no_two_things_on_one_place(tab: Page, layout: str) -> None:
    open_drawing(tab, f"{TWENTY}&depth=2&layout={layout}")
    assert of_network(tab, "network.nodes().length") >= 19
    boxes = of_network(
        tab, "network.nodes().map(one => one.boundingBox({ includeLabels: false, includeOverlays: false }))"
    )
    for one, other in itertools.combinations(boxes, 2):
        apart = one["x2"] <= other["x1"] + 2 or other["x2"] <= one["x1"] + 2
        assert apart or one["y2"] <= other["y1"] + 2 or other["y2"] <= one["y1"] + 2
    assert of_network(tab, "network.zoom()") > 0.3


def overlap(boxes: list[dict[str, float]]) -> int:
    """How many pairs of names cover more than a tenth of one another."""
    pairs = 0
    for one, other in itertools.combinations(boxes, 2):
        width = min(one["x2"], other["x2"]) - max(one["x1"], other["x1"])
        height = min(one["y2"], other["y2"]) - max(one["y1"], other["y1"])
        smaller = min(box["w"] * box["h"] for box in (one, other))
        pairs += width > 0 and height > 0 and width * height > smaller / 10
    return pairs


@pytest.mark.parametrize("width", [390, 1280])
def test_names_of_twenty_things_can_be_read(tab: Page, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    open_drawing(tab, TWENTY + "&depth=2")
    boxes = of_network(tab, NAMES)
    assert len(boxes) >= 19
    assert overlap(boxes) <= 1
    size = of_network(tab, "network.zoom() * network.nodes()[1].numericStyle('font-size')")
    assert size >= 6.5


def test_overview_names_the_mappings_and_overlaps_nothing(tab: Page) -> None:
    tab.set_viewport_size({"width": 1280, "height": 900})
    open_drawing(tab, "/graph")
    labels = of_network(tab, "network.edges('.named').map(one => one.data('short'))")
    assert "34 mappings" in labels
    boxes = of_network(tab, NAMES)
    assert overlap(boxes) == 0
    assert tab.get_by_label("Layout").input_value() == "rows"
    assert of_network(tab, "network.zoom() * network.nodes()[0].numericStyle('font-size')") >= 6.5


def test_keyboard_reaches_everything_widens_zooms_and_lets_go(tab: Page) -> None:
    open_drawing(tab)
    everything = shown(tab)
    met = set()
    for _ in range(len(everything) + 1):
        press(tab, "ArrowRight")
        met |= set(chosen(tab))
    assert met == everything
    expect(tab.locator("#chosen")).to_be_visible()
    press(tab, "ArrowLeft", "ArrowDown", "ArrowUp")
    assert len(chosen(tab)) == 1
    zoom = of_network(tab, "network.zoom()")
    press(tab, "+")
    assert of_network(tab, "network.zoom()") == pytest.approx(zoom * 1.25)
    press(tab, "-", "0")
    press(tab, "Escape")
    assert chosen(tab) == []
    press(tab, "ArrowRight", "Enter")
    tab.wait_for_url("**also=**")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.id") != "drawing", "Tab leaves the drawing"


def test_wheel_scrolls_the_page_until_the_drawing_has_the_focus(
    tab: Page, until: Callable[[str], None]
) -> None:
    open_drawing(tab)
    tab.locator("#drawing").scroll_into_view_if_needed()
    tab.locator("#drawing").hover(position={"x": 5, "y": 5})
    zoom, top = of_network(tab, "network.zoom()"), tab.evaluate("scrollY")
    tab.mouse.wheel(0, 200)
    until(f"scrollY > {top}")
    assert of_network(tab, "network.zoom()") == zoom
    tab.locator("#drawing").focus()
    tab.locator("#drawing").hover(position={"x": 5, "y": 305})
    tab.wait_for_timeout(500)  # while the page still scrolls, the wheel belongs to it
    top = tab.evaluate("scrollY")
    for _ in range(5):
        tab.mouse.wheel(0, 60)
        tab.wait_for_timeout(50)
    until(f"document.querySelector('#drawing').network.zoom() !== {zoom}")
    assert tab.evaluate("scrollY") == top


def test_png_is_a_picture(tab: Page) -> None:
    open_drawing(tab)
    with tab.expect_download() as download:
        tab.get_by_role("button", name="PNG").click()
    assert download.value.suggested_filename == "crosswalk-ipa-2.0-guideline-9.png"
    picture = Path(download.value.path()).read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    assert width > 600 and height > 400 and len(picture) > 20_000


def test_svg_holds_every_thing_in_its_shape(tab: Page) -> None:
    open_drawing(tab)
    tab.locator("#things").get_by_text("statement").click()
    with tab.expect_download() as download:
        tab.get_by_role("button", name="SVG").click()
    picture = ElementTree.parse(download.value.path()).getroot()
    things = [group for group in picture.iter(f"{SVG}g") if group.get("class") == "node"]
    assert len(things) == len(shown(tab))
    links = [group for group in picture.iter(f"{SVG}g") if group.get("class") == "edge"]
    assert len(links) == of_network(tab, "network.edges(':visible').length")
    shapes = {
        shape.tag for thing in things for shape in thing if shape.tag not in (f"{SVG}title", f"{SVG}text")
    }
    assert shapes == {f"{SVG}ellipse", f"{SVG}polygon"}
    titles = {thing.findtext(f"{SVG}title") for thing in things}
    assert titles == set(of_network(tab, "network.nodes(':visible').map(one => one.data('title'))"))


def test_legend_names_each_kind_with_a_shape_of_its_own(tab: Page) -> None:
    open_drawing(tab, GUIDELINE + "&depth=3")
    chips = tab.locator("#things .chip")
    shapes = chips.evaluate_all(
        "all => all.map(one => { const shape = one.querySelector('.shape');"
        " return shape.tagName + (shape.getAttribute('points') ?? ''); })"
    )
    fills = chips.evaluate_all("all => all.map(one => getComputedStyle(one.querySelector('.shape')).fill)")
    assert len(shapes) >= 6
    assert len(set(shapes)) == len(shapes), "told apart without colour"
    assert len(set(fills)) == len(fills)
    drawn = of_network(tab, "[...new Set(network.nodes().map(one => one.data('kind')))]")
    assert len(drawn) == len(shapes)


def test_colours_follow_the_scheme_while_the_page_is_open(tab: Page, until: Callable[[str], None]) -> None:
    tab.emulate_media(color_scheme="light")
    open_drawing(tab)
    look = "[network.nodes()[0].style('color'), network.nodes('.Section')[0].style('background-color')]"
    light = of_network(tab, look)
    tab.emulate_media(color_scheme="dark")
    network = look.replace("network.", "document.querySelector('#drawing').network.")
    until(f"{network}.every((one, place) => one !== {light}[place])")


def test_colours_have_lines_of_their_own(tab: Page) -> None:
    open_drawing(tab, GUIDELINE + "&depth=2")
    lines = of_network(
        tab, "['green', 'yellow'].map(name => network.nodes('.' + name)[0].style('border-style'))"
    )
    assert lines == ["solid", "dashed"]


def test_never_more_than_two_hundred_things(tab: Page, until: Callable[[str], None]) -> None:
    open_drawing(tab, "/graph?focus=gsma/2.0&depth=3")
    assert len(shown(tab)) == MOST
    expect(tab.locator("#drawing-status")).to_contain_text("more not drawn")
    press(tab, "ArrowRight", "Enter")
    until("!document.querySelector('#drawing-status').textContent.startsWith('Reading')")
    assert len(shown(tab)) == MOST


def test_whole_graph_is_drawn_on_request_by_edition_with_names_of_what_is_near(
    tab: Page, until: Callable[[str], None]
) -> None:
    tab.goto("/graph")
    tab.get_by_role("link", name="Draw everything").click()
    tab.wait_for_url("**/graph?whole=yes")
    tab.locator("#drawing[data-ready]").wait_for(timeout=60_000)
    assert len(shown(tab)) > 500
    assert tab.get_by_label("Layout").input_value() == "editions"
    named = "network.nodes().filter(one => one.style('label')).map(one => one.data('kind'))"
    assert set(of_network(tab, named)) == {"Edition"}
    edition = "one.data('edition') === 'IPA IoT Security Guidelines, Version 2.0'"
    inside = f"network.nodes('.Guideline').filter(one => {edition})"
    block = of_network(tab, f"{inside}.boundingBox({{ includeLabels: false }})")
    assert 0 < block["w"] * block["h"] < 1e6, "an edition's parts stand together"
    view, all_ = of_network(tab, "[network.extent(), network.nodes().boundingBox({ includeLabels: false })]")
    assert view["x1"] < all_["x1"] and view["y2"] > all_["y2"], "all of it is in the view"
    press(tab, "ArrowRight", "ArrowDown")
    (one,) = chosen(tab)
    assert of_network(tab, f"network.getElementById('{one}').style('label')")
    assert of_network(tab, "network.elements('.away').length") == 0, "the others are not drawn anew"
    press(tab, *["+"] * 10)
    network = "document.querySelector('#drawing').network"
    until(f"{network}.nodes('.named').length > 5")
    assert of_network(tab, "network.nodes('.named').length") <= 250
    press(tab, "0", "Escape")
    until(f"{network}.nodes('.named').length === 0")
    assert chosen(tab) == []
    assert of_network(tab, "network.elements('.near').length") == 0


def test_filters_hold_for_the_keys_and_for_the_table(tab: Page) -> None:
    open_drawing(tab)
    rows = tab.locator("#edges tbody tr")
    first = rows.all_inner_texts()
    press(tab, "ArrowRight")
    tab.locator("#things").get_by_text("section").click()
    for _ in range(len(first) + 2):
        press(tab, "ArrowRight")
        assert not any("/section/" in iri for iri in chosen(tab))
    assert rows.count() < len(first)
    tab.locator("#things").get_by_text("section").click()
    assert rows.all_inner_texts() == first


def test_start_is_found_by_words(tab: Page) -> None:
    open_drawing(tab, "/graph")
    tab.get_by_label("Start from").press_sequentially("anomaly detection", delay=5)
    tab.locator("#focus-names option[value$='CLP.13/section/7.2']").wait_for(state="attached")
    tab.get_by_label("Start from").fill("gsma/2.0/CLP.13/section/7.2")
    tab.get_by_role("button", name="Draw", exact=True).click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Anomaly Detection")


def test_unknown_start_is_said_in_words(tab: Page) -> None:
    tab.expected.append("404")  # type: ignore[attr-defined]
    assert tab.goto("/graph?focus=ipa/2.0/guideline/99").status == 404
    expect(tab.locator("main")).to_contain_text("ipa/2.0/guideline/99")
