"""Every page in a real browser: axe finds nothing, nothing hangs over, keys are enough, scripts are small."""

from __future__ import annotations

import gzip
import os
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
SIZES = ((390, "dark"), (1920, "light"), (1280, "light"))
LOOKED_AT = (390, 1280)
"""The widths at which the checker looks, and pictures are kept."""


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
def test_a_page_is_faultless_at_every_width(
    tab: Page, opened: Callable[[str], Page], axe: str, repository: Path, name: str
) -> None:
    """Axe finds nothing, nothing hangs over the edge, scripts are small, and keys are enough.

    A page that runs scripts is loaded anew at each width; what is only HTML and CSS is the same then.
    """
    faults: list[object] = []
    scripts: list[Response] = []
    tab.on("response", lambda response: scripts.append(response) if ".js" in response.url else None)
    for width, scheme in SIZES:
        tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        tab.set_viewport_size({"width": width, "height": 900})
        if width == SIZES[0][0]:
            opened(name)
            faults += faults_of_scripts(name, tab, scripts)
        elif name in HEAVY:
            opened(name)
        if tab.evaluate("document.documentElement.scrollWidth") > width:
            faults.append((width, "something hangs over the edge"))
        if width in LOOKED_AT:
            take_picture(tab, repository, f"{name}-{width}")
            faults += [(scheme, width, *fault) for fault in faults_by_axe(tab, axe)]
    if name in WALKED:
        faults += faults_of_keyboard(tab, name)
    assert faults == []


def faults_of_scripts(name: str, tab: Page, scripts: list[Response]) -> list[object]:
    """Return what is wrong with the scripts a page has loaded: too many bytes, or any where none are due."""
    if name in HEAVY:
        tab.wait_for_load_state("networkidle")
    size = sum(len(gzip.compress(script.body(), 6)) for script in scripts)
    wrong = size > (200_000 if name in HEAVY else 50_000) or bool(scripts) != (name in HEAVY)
    return [(f"{size} bytes of scripts", [script.url for script in scripts])] if wrong else []


CHECK = """async rules => {
    const report = await axe.run({ runOnly: rules, resultTypes: ['violations'] });
    return [report.passes.length, report.violations];
}"""
"""How many rules the page keeps, and each that it breaks; what keeps them would take long to write out."""


def faults_by_axe(tab: Page, axe: str) -> list[tuple[str, list[str], str]]:
    """Return the rule, the place and the summary of each fault that the checker finds."""
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(axe)
    passed, violations = tab.evaluate(CHECK, RULES)
    assert passed > 10
    return [
        (rule["id"], node["target"], node["failureSummary"][:300])
        for rule in violations
        for node in rule["nodes"]
    ]


def take_picture(tab: Page, repository: Path, name: str) -> None:
    """Keep a picture of the page for people to look at, where CROSSWALK_PICTURES is set."""
    if os.environ.get("CROSSWALK_PICTURES"):
        folder = repository / "test-output" / "pages"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.png").write_bytes(tab.screenshot(caret="initial", full_page=True))


def test_axe_would_find_a_fault(opened: Callable[[str], Page], axe: str) -> None:
    page = opened("home")
    page.evaluate("document.querySelector('#site-search').removeAttribute('aria-label')")
    page.evaluate("document.querySelector('label[for=site-search]')?.remove()")
    page.evaluate("document.querySelector('#site-search').removeAttribute('placeholder')")
    assert "label" in {rule for rule, _, _ in faults_by_axe(page, axe)}


FOCUS = """() => { const one = document.activeElement; const style = getComputedStyle(one);
    const label = one.closest('.chip'); const mark = label ? getComputedStyle(label) : style;
    const inner = one.shadowRoot ? getComputedStyle(one.shadowRoot.querySelector('.cm-editor')) : mark;
    return { body: one === document.body || one === document.documentElement, tag: one.tagName,
      name: one.outerHTML.slice(0, 120), footer: Boolean(one.closest('footer')),
      marked: parseFloat(inner.outlineWidth) >= 2 && inner.outlineStyle !== 'none' }; }"""
"""Where the focus is, and whether it can be seen there."""


def faults_of_keyboard(page: Page, name: str) -> list[object]:
    """Return where somebody with a keyboard alone is stopped, on the way from the skip link to the footer."""
    page.evaluate("document.activeElement.blur()")
    page.locator("body").press("Shift+Tab") if name == "drawing" else None
    page.evaluate("document.querySelector('.skip').focus()")
    if page.locator(".skip").bounding_box()["y"] < 0:
        return ["the skip link does not show itself"]
    page.keyboard.press("Enter")
    if page.evaluate("document.activeElement.id") != "content":
        return ["the skip link does not lead to the content"]
    for _ in range(600):
        page.keyboard.press("Tab")
        focus: dict[str, Any] = page.evaluate(FOCUS)
        if focus["tag"] == "DIV" and "editor" in focus["name"]:
            page.keyboard.press("Escape")
            focus = page.evaluate(FOCUS)
        if focus["footer"]:
            return []
        if focus["body"]:
            return ["the focus is lost before the end of the page"]
        if not focus["marked"]:
            return [f"nobody sees the focus on {focus['name']}"]
    return ["the end of the page cannot be reached"]


def test_checker_is_not_served(repository: Path) -> None:
    built = list((repository / "server/crosswalk/web/static/built").glob("*.js"))
    assert built
    assert not any("axe.run" in path.read_text(encoding="utf-8") or "deque" in path.name for path in built)
