"""Every page in a real browser: axe finds nothing, nothing hangs over, keys are enough, scripts are small."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Response

FRONTEND = "server/crosswalk/web/frontend"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COUNT = "SELECT ?kind (COUNT(*) AS ?n) WHERE { ?thing a ?kind } GROUP BY ?kind LIMIT 5"
PAGES = {
    "home": "/",
    "standards": "/standards",
    "comparisons": "/compare",
    "comparison": "/compare/ipa/2.0/gsma/2.0?unfold=yes",
    "standard": "/id/ipa",
    "edition": "/id/gsma/2.0",
    "document": "/id/gsma/2.0/CLP.12",
    "category": "/id/ipa/2.0/category/design",
    "guideline": "/id/ipa/2.0/guideline/9",
    "statement": "/id/ipa/2.0/guideline/9/statement/1",
    "provision": "/id/nistir-8259a/2020/provision/DP",
    "section": "/id/gsma/2.0/CLP.12/section/5.8.1",
    "mapping": "/id/mapping/ipa-2.0--gsma-2.0/9-CLP.12-5.7",
    "row": "/id/comparison/ipa-2.0--gsma-2.0/6",
    "change": "/id/change/ipa-1.0--ipa-2.0/2--3",
    "note": "/id/note/guideline-6-empty-cell",
    "named-graph": "/graph/ipa/2.0",
    "lineages": "/lineage",
    "lineage": "/lineage/ipa",
    "matrix": "/matrix?all=yes",
    "heat-map": "/matrix/ipa/2.0/gsma/2.0",
    "gaps": "/gaps",
    "gaps-of-two": "/gaps/ipa/2.0/gsma/2.0",
    "paths": "/path",
    "path": "/path?from=ipa/2.0/guideline/9&to=etsi-en-303-645/2.1.1/provision/5.10-1",
    "stale": "/stale",
    "stale-edition": "/stale/gsma/2.0/2.2",
    "conflicts": "/conflicts",
    "agreement": "/agreement",
    "mapping-set": "/id/mapping/ipa-2.0--gsma-2.0",
    "comparison-set": "/id/comparison/ipa-2.0--gsma-2.0",
    "source": "/id/source/ipa-gsma-comparison",
    "body": "/id/body/ipa",
    "search": "/search?q=risk",
    "search-japanese": "/search?q=安全",
    "search-empty": "/search?q=zzzz",
    "completeness": "/completeness",
    "notes": "/notes",
    "data": "/data/",
    "vocabulary": "/ontology",
    "questions": "/questions",
    "question": "/questions/which-editions-are-here",
    "editor": "/sparql",
    "editor-answer": "/sparql?query=" + COUNT,
    "editor-fault": "/sparql?query=SELECT",
    "overview": "/graph",
    "drawing": "/graph?focus=ipa/2.0/guideline/9",
    "unknown": "/id/ipa/2.0/guideline/99",
    "not-in-force": "/compare/ipa/2.0/gsma/2.0?as-of=2017-01-15",
}
WALKED = ["home", "comparison", "guideline", "heat-map", "search", "question", "editor-answer", "drawing"]
HEAVY = {"editor", "editor-answer", "editor-fault", "overview", "drawing"}
EXPECTED = {"unknown": "404", "editor-fault": "400", "not-in-force": "400"}


@pytest.fixture
def opened(tab: Page, until: Callable[[str], None]) -> Callable[[str], Page]:
    """Opens a page of the list and waits until its script has done its work."""

    def open_page(name: str) -> Page:
        if name in EXPECTED:
            tab.expected.append(EXPECTED[name])  # type: ignore[attr-defined]
        tab.goto(PAGES[name])
        if name.startswith("editor"):
            tab.locator(".cm-content").wait_for()
        if name in ("overview", "drawing"):
            tab.locator("#drawing[data-ready]").wait_for()
        if name == "editor-answer":
            tab.get_by_role("tab", name="Chart").click()
            tab.get_by_text("This query in your program").click()
        if name == "editor-fault":
            tab.get_by_role("alert").wait_for()
        if name == "drawing":
            tab.locator("#drawing").focus()
            tab.keyboard.press("ArrowRight")
        return tab

    return open_page


@pytest.fixture(scope="session")
def axe(repository: Path) -> str:
    """The source of the checker, which comes with the packages of the front end and is never served."""
    source = repository / FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
    if not source.exists():
        pytest.skip("axe-core is not installed: npm ci in the folder of the front end")
    return source.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(opened: Callable[[str], Page], axe: str, name: str) -> None:
    page = opened(name)
    page.evaluate(axe)
    found = []
    for scheme, width in (("dark", 390), ("light", 1280)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        report = page.evaluate("rules => axe.run({ runOnly: rules })", RULES)
        assert len(report["passes"]) > 10
        found += [
            (scheme, width, one["id"], node["target"], node["failureSummary"][:300])
            for one in report["violations"]
            for node in one["nodes"]
        ]
    assert found == []


def test_axe_would_find_a_fault(opened: Callable[[str], Page], axe: str) -> None:
    page = opened("home")
    page.evaluate("document.querySelector('#site-search').removeAttribute('aria-label')")
    page.evaluate("document.querySelector('label[for=site-search]')?.remove()")
    page.evaluate("document.querySelector('#site-search').removeAttribute('placeholder')")
    page.evaluate(axe)
    report = page.evaluate("rules => axe.run({ runOnly: rules })", RULES)
    assert "label" in {one["id"] for one in report["violations"]}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_hangs_over_the_edge(opened: Callable[[str], Page], repository: Path, name: str) -> None:
    folder = repository / "test-output" / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    for width, scheme in ((390, "dark"), (1280, "light"), (1920, "light")):
        page = opened(name)
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if width < 1920:
            page.screenshot(path=folder / f"{name}-{width}.png", caret="initial", full_page=True)


@pytest.mark.parametrize("name", WALKED)
def test_keyboard_walks_through_the_page(opened: Callable[[str], Page], name: str) -> None:
    page = opened(name)
    page.evaluate("document.activeElement.blur()")
    page.locator("body").press("Shift+Tab") if name == "drawing" else None
    page.evaluate("document.querySelector('.skip').focus()")
    assert page.locator(".skip").bounding_box()["y"] >= 0, "the skip link shows itself"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    state = """() => { const one = document.activeElement; const style = getComputedStyle(one);
        const label = one.closest('.chip'); const mark = label ? getComputedStyle(label) : style;
        const inner = one.shadowRoot ? getComputedStyle(one.shadowRoot.querySelector('.cm-editor')) : mark;
        return { body: one === document.body || one === document.documentElement, tag: one.tagName,
          name: one.outerHTML.slice(0, 120), footer: Boolean(one.closest('footer')),
          marked: parseFloat(inner.outlineWidth) >= 2 && inner.outlineStyle !== 'none' }; }"""
    for _ in range(600):
        page.keyboard.press("Tab")
        at: dict[str, Any] = page.evaluate(state)
        if at["tag"] == "DIV" and "editor" in at["name"]:
            page.keyboard.press("Escape")
            at = page.evaluate(state)
        if at["footer"]:
            return
        assert not at["body"], "the focus is lost before the end of the page"
        assert at["marked"], f"nobody sees the focus on {at['name']}"
    raise AssertionError("the end of the page cannot be reached")


@pytest.mark.parametrize("name", PAGES)
def test_scripts_are_small(tab: Page, name: str) -> None:
    scripts: list[Response] = []
    tab.on("response", lambda response: scripts.append(response) if ".js" in response.url else None)
    tab.expected.append(EXPECTED.get(name, "nothing else"))  # type: ignore[attr-defined]
    tab.goto(PAGES[name], wait_until="networkidle")
    size = sum(len(gzip.compress(script.body(), 6)) for script in scripts)
    assert size <= (200_000 if name in HEAVY else 50_000)
    assert bool(scripts) == (name in HEAVY)


def test_checker_is_not_served(repository: Path) -> None:
    built = list((repository / "server/crosswalk/web/static/built").glob("*.js"))
    assert built
    assert not any("axe.run" in path.read_text(encoding="utf-8") or "deque" in path.name for path in built)
