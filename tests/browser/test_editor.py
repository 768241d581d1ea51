"""The query editor in a real browser: typing, running, completing, marking, downloading, sharing."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

COUNT = """SELECT ?kind (COUNT(*) AS ?number) WHERE { ?thing a ?kind }
GROUP BY ?kind ORDER BY DESC(?number) LIMIT 5"""
EDITIONS = """PREFIX xw: <https://w3id.org/iot-security-crosswalk/ontology#>
SELECT ?edition ?standard WHERE { ?edition xw:editionOf ?standard } ORDER BY ?edition"""
TRIPLES = """PREFIX xw: <https://w3id.org/iot-security-crosswalk/ontology#>
CONSTRUCT WHERE { ?edition xw:editionOf ?standard }"""


def open_editor(tab: Page, query: str | None = None) -> None:
    """Opens the page, and replaces its query."""
    tab.goto("/sparql")
    tab.locator(".cm-content").wait_for()
    if query is not None:
        write(tab, query)


def write(tab: Page, query: str) -> None:
    """Replaces the text of the editor."""
    tab.evaluate(
        "text => { const { view } = document.querySelector('.editor');"
        " view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }); }",
        query,
    )


def text_of(tab: Page) -> str:
    """The text of the editor."""
    return tab.evaluate("document.querySelector('.editor').view.state.doc.toString()")


def run(tab: Page) -> None:
    """Presses the button and waits for an answer."""
    tab.get_by_role("button", name="Run the query").click()
    tab.locator("#answer .summary strong, #answer .fault").first.wait_for()


def test_first_example_runs_and_things_bear_their_labels(tab: Page) -> None:
    open_editor(tab)
    assert "#+" not in text_of(tab)
    run(tab)
    rows = tab.locator("#answer tbody tr")
    assert rows.count() >= 18
    link = tab.locator("#answer tbody a").first
    expect(link).not_to_contain_text("ipa/2.0")
    assert link.get_attribute("href") == "/id/ipa/2.0/guideline/1"
    expect(tab.locator("#answer .summary")).to_contain_text("complete")


def test_keyboard_alone_writes_runs_and_leaves(tab: Page) -> None:
    open_editor(tab)
    tab.locator(".cm-content").focus()
    tab.keyboard.press("Control+a")
    tab.keyboard.type("ASK { ?s ?p ?o }")
    tab.keyboard.press("Home")
    tab.keyboard.press("Tab")
    assert text_of(tab).startswith("  ASK"), "Tab indents"
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("#answer .summary strong")).to_have_text("Yes")
    tab.keyboard.press("Escape")
    assert tab.evaluate("document.activeElement.id") == "run"
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.value") == "csv"


def test_wrong_query_is_marked_at_its_line_and_column(tab: Page) -> None:
    tab.expected.append("400")  # type: ignore[attr-defined]
    open_editor(tab, "SELECT ?thing\nWHERE { ?thing nowhere:name ?name }")
    run(tab)
    expect(tab.get_by_role("alert")).to_contain_text("Line 2, column 16")
    expect(tab.get_by_role("alert")).to_contain_text("nowhere:")
    mark = tab.locator(".cm-lintRange-error")
    expect(mark).to_have_text("nowhere:name")
    assert tab.locator(".cm-lint-marker-error").count() == 1
    write(tab, COUNT)
    run(tab)
    tab.locator("#answer table").wait_for()
    assert mark.count() == 0


def test_mark_at_the_end_of_the_text(tab: Page) -> None:
    tab.expected.append("400")  # type: ignore[attr-defined]
    open_editor(tab, "SELECT ?s WHERE { ?s ?p ?o")
    run(tab)
    assert tab.locator(".cm-lintRange-error, .cm-lintPoint-error").count() == 1


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [("xw:Guidel", "xw:Guideline"), ("xw:inEdi", "xw:inEdition"), ("dctermss", None), ("skos", "skos:")],
)
def test_completion_declares_the_prefix(tab: Page, typed: str, chosen: str | None) -> None:
    open_editor(tab, "")
    tab.locator(".cm-content").focus()
    tab.keyboard.type("SELECT * WHERE ")
    tab.keyboard.type(typed)
    if chosen is None:
        tab.wait_for_timeout(400)
        assert tab.locator(".cm-tooltip-autocomplete").count() == 0
        return
    tab.locator(".cm-tooltip-autocomplete [aria-selected]").get_by_text(chosen, exact=True).wait_for()
    tab.wait_for_timeout(150)  # a list that has just opened takes no key
    tab.keyboard.press("Enter")
    prefix = chosen.split(":")[0]
    assert text_of(tab).splitlines()[0].startswith(f"PREFIX {prefix}: <http")
    assert text_of(tab).endswith(f"WHERE {chosen}")
    tab.keyboard.type(" ")
    assert text_of(tab).count("PREFIX") == 1


def test_completion_offers_the_variables_of_the_query_and_escape_closes_it(tab: Page) -> None:
    open_editor(tab, "SELECT ?guideline WHERE { ")
    tab.locator(".cm-content").focus()
    tab.keyboard.press("Control+End")
    tab.keyboard.type("?g")
    tab.locator(".cm-tooltip-autocomplete").get_by_text("?guideline").wait_for()
    tab.wait_for_timeout(150)
    tab.keyboard.press("Escape")
    expect(tab.locator(".cm-tooltip-autocomplete")).to_have_count(0)
    assert tab.evaluate("document.querySelector('.editor').view.hasFocus"), (
        "the first Escape only closes the list"
    )


TABLES: dict[str, Callable[[str], bool]] = {
    "CSV": lambda body: next(csv.reader(io.StringIO(body))) == ["kind", "number"],
    "TSV": lambda body: body.splitlines()[0] == "?kind\t?number",
    "JSON": lambda body: len(json.loads(body)["results"]["bindings"]) == 5,
    "XML": lambda body: body.count("<result>") == 5,
}
GRAPHS: dict[str, Callable[[str], bool]] = {
    "Turtle": lambda body: "editionOf" in body,
    "JSON-LD": lambda body: bool(json.loads(body)),
    "N-Triples": lambda body: body.count(" .\n") > 10,
    "RDF/XML": lambda body: "<rdf:RDF" in body,
}


@pytest.mark.parametrize(("query", "formats"), [(COUNT, TABLES), (TRIPLES, GRAPHS)], ids=["rows", "triples"])
def test_answer_is_kept_in_each_format(
    tab: Page, tmp_path: Path, query: str, formats: dict[str, Callable[[str], bool]]
) -> None:
    open_editor(tab, query)
    for title, check in formats.items():
        with tab.expect_download() as download:
            tab.get_by_role("button", name=title, exact=True).click()
        assert download.value.suggested_filename.startswith("answer.")
        assert check(Path(download.value.path()).read_text(encoding="utf-8")), title


def test_only_formats_that_fit_are_offered(tab: Page) -> None:
    open_editor(tab, "# SELECT in a comment\nPREFIX s: <http://e.org/SELECT>\n" + TRIPLES)
    offered = tab.locator(".downloads button:visible").all_inner_texts()
    assert offered == ["Turtle", "JSON-LD", "N-Triples", "RDF/XML"]


def test_query_longer_than_an_address_can_be(tab: Page) -> None:
    open_editor(tab, "# " + "long " * 40_000 + "\n" + COUNT)
    run(tab)
    expect(tab.locator("#answer .summary strong")).to_have_text("5 rows")
    expect(tab.locator("#answer .summary")).to_contain_text("Too long for a link")
    with tab.expect_download() as download:
        tab.get_by_role("button", name="CSV", exact=True).click()
    assert Path(download.value.path()).read_text().count("\n") == 6


def test_what_is_not_shown_is_marked(tab: Page) -> None:
    open_editor(tab, "SELECT * WHERE { ?s ?p ?o } LIMIT 1200")
    run(tab)
    marks = tab.locator("#answer .cut").all_inner_texts()
    assert any("LIMIT" in mark and "1,200" in mark for mark in marks)
    assert any("first 1,000 rows of 1,200" in mark for mark in marks)
    assert tab.locator("#answer tbody tr").count() == 1000
    assert "complete" not in tab.locator("#answer .summary").inner_text()


def test_answer_too_large_is_refused_in_words(tab: Page) -> None:
    tab.expected.append("413")  # type: ignore[attr-defined]
    open_editor(tab, "SELECT * WHERE { ?s ?p ?o }")
    run(tab)
    expect(tab.get_by_role("alert")).to_contain_text("bytes")


def test_tabs_show_table_raw_chart_and_graph(tab: Page, until: Callable[[str], None]) -> None:
    open_editor(tab, COUNT)
    run(tab)
    assert tab.get_by_role("tab").all_inner_texts() == ["Table", "Raw", "Chart"]
    tab.get_by_role("tab", name="Table").focus()
    tab.keyboard.press("ArrowRight")
    assert json.loads(tab.locator("#answer .raw").inner_text())["head"]["vars"] == ["kind", "number"]
    tab.keyboard.press("ArrowRight")
    expect(tab.locator("#answer .chart .bar")).to_have_count(5)
    write(tab, EDITIONS)
    run(tab)
    tab.get_by_role("tab", name="Graph").click()
    until("document.querySelector('.network')?.network?.nodes().length > 10")
    labels = tab.evaluate("document.querySelector('.network').network.nodes().map(one => one.data('label'))")
    assert any("IPA IoT Security Guidelines" in label for label in labels)


def test_triples_come_as_turtle_and_as_a_drawing(tab: Page, until: Callable[[str], None]) -> None:
    open_editor(tab, TRIPLES)
    run(tab)
    expect(tab.locator("#answer .raw")).to_contain_text("editionOf")
    tab.get_by_role("tab", name="Graph").click()
    until("document.querySelector('.network')?.network?.edges().length > 10")


def test_link_to_a_query_runs_it(tab: Page, address: str) -> None:
    open_editor(tab, COUNT)
    run(tab)
    link = tab.get_by_role("link", name="Link to this query").get_attribute("href")
    assert tab.url == f"{address}/sparql?query={quote(COUNT, safe=chr(39) + '()*!~')}"
    tab.locator("#answer").get_by_role("button", name="Copy").click()
    assert tab.evaluate("navigator.clipboard.readText()") == tab.url
    tab.goto("/sparql" + link)
    expect(tab.locator("#answer .summary strong")).to_have_text("5 rows")
    assert text_of(tab) == COUNT


def test_named_question_is_loaded_and_has_a_form(tab: Page) -> None:
    open_editor(tab)
    options = tab.locator("#named option").evaluate_all("all => all.map(one => one.value)")
    assert len(options) > 5
    for name in options[1:4]:
        tab.goto("/sparql")
        tab.locator("#named").select_option(name)
        tab.get_by_role("button", name="Load").click()
        tab.wait_for_url(f"**/sparql?question={name}")
        assert tab.locator(".asked strong").inner_text()
        assert tab.locator("#named").input_value() == name
        run(tab)
        assert tab.locator("#answer .fault").count() == 0


def snippet(tab: Page, language: str) -> str:
    """The query as a program."""
    if not tab.locator("#snippets[open]").count():
        tab.get_by_text("This query in your program").click()
    tab.get_by_role("tab", name=language, exact=True).click()
    return tab.locator("#snippets pre").inner_text()


AWKWARD = (
    r"""SELECT ?word WHERE {
  VALUES ?word { "it's" "a \\ b" "QUERY" '''three """
    + '""" quotes'
    + r"""''' "`${tick}`" }
}"""
)


def test_programs_run(tab: Page) -> None:
    open_editor(tab, AWKWARD)
    wanted = {"it's", "a \\ b", "QUERY", 'three """ quotes', "`${tick}`"}
    answer = subprocess.run(
        ["bash", "-c", snippet(tab, "curl")], capture_output=True, text=True, check=True
    ).stdout
    assert {row[0] for row in csv.reader(io.StringIO(answer))} == {"word", *wanted}
    for language in ("Python (SPARQLWrapper)", "Python (pandas)"):
        program = snippet(tab, language)
        if "pandas" in language:
            program += "\nprint(sorted(rows['word']))"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert all(repr(word) in done.stdout for word in wanted), done.stdout
    program = snippet(tab, "JavaScript")
    words = tab.evaluate(f"(async () => {{ {program}\nreturn rows.map(row => row.word.value); }})()")
    assert set(words) == wanted
    assert "req_body_form" in snippet(tab, "R")


def test_programs_for_triples_run(tab: Page) -> None:
    open_editor(tab, TRIPLES)
    for command in (
        ["bash", "-c", snippet(tab, "curl")],
        [sys.executable, "-c", snippet(tab, "Python (SPARQLWrapper)")],
    ):
        assert "editionOf" in subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert tab.get_by_role("tab", name="Python (pandas)").count() == 0


def test_editor_and_button_are_in_sight_on_a_telephone(tab: Page) -> None:
    tab.set_viewport_size({"width": 390, "height": 844})
    open_editor(tab)
    button = tab.get_by_role("button", name="Run the query").bounding_box()
    assert button and button["y"] < 900
    assert tab.locator(".editor").bounding_box()["y"] < 500


def test_without_javascript_the_answer_is_a_file(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sparql")
    page.locator("textarea").fill("# " + "long " * 20_000 + "\n" + COUNT)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    assert Path(download.value.path()).read_text().startswith("kind,number")
    page.goto("/sparql")
    page.locator("#named").select_option(index=1)
    page.get_by_role("button", name="Load").click()
    page.wait_for_url("**question=**")
    expect(page.locator("textarea")).to_have_value(re.compile("select", re.IGNORECASE))
    context.close()
