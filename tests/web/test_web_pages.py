"""Every page stands, says what the graph says, links to pages that stand, and is valid HTML."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections import deque
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import html5lib
import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from crosswalk.iris import ID, PREFIXES
from crosswalk.stores.results import Term
from crosswalk.web.labels import named
from crosswalk.web.urls import local
from crosswalk.web.views import search, things

COMPARISON = "/compare/ipa/2.0/gsma/2.0"
FIRST_PAGES = (
    "/",
    "/standards",
    "/compare",
    COMPARISON,
    "/lineage",
    "/lineage/ipa",
    "/matrix",
    "/matrix?all=yes",
    "/matrix/ipa/2.0/gsma/2.0",
    "/gaps",
    "/gaps/ipa/2.0/gsma/2.0",
    "/path?from=ipa/2.0/guideline/9&to=etsi-en-303-645/2.1.1/provision/5.10-1",
    "/stale",
    "/stale/gsma/2.0/2.2",
    "/conflicts",
    "/agreement",
    "/search",
    "/search?q=anomaly",
    "/completeness",
    "/notes",
    "/data/",
    "/ontology",
    "/questions",
    "/questions/which-editions-are-here",
    "/graph/ipa/2.0",
    "/id/ipa",
    "/id/ipa/2.0",
    "/id/ipa/2.0/category/design",
    "/id/ipa/2.0/guideline/3",
    "/id/ipa/2.0/guideline/9/statement/1",
    "/id/gsma/2.0/CLP.12",
    "/id/gsma/2.0/CLP.12/section/5.8.1",
    "/id/mapping/ipa-2.0--gsma-2.0/9-CLP.12-5.7",
    "/id/mapping/ipa-2.0--gsma-2.0",
    "/id/comparison/ipa-2.0--gsma-2.0",
    "/id/comparison/ipa-2.0--gsma-2.0/6",
    "/id/change/ipa-1.0--ipa-2.0",
    "/id/change/ipa-1.0--ipa-2.0/removed-7",
    "/id/note/guideline-6-empty-cell",
    "/id/source/ipa-gsma-comparison",
    "/id/body/ipa",
    "/nowhere",
)
ELSEWHERE = ("/sparql", "/rdf-graph-store", "/.well-known/void")


def soup(client: FlaskClient, address: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(address, headers={"Accept": "text/html"}).data, "html.parser")


class Anchors(HTMLParser):
    """The places that a page leads to, and those that lead into it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        self.ids.add(named.get("id") or "")
        if tag in ("a", "link") and "href" in named:
            self.links.append(named["href"] or "")


@pytest.mark.parametrize("address", FIRST_PAGES)
def test_pages_are_valid_html_with_landmarks(site: FlaskClient, address: str) -> None:
    text = site.get(address, headers={"Accept": "text/html"}).get_data(as_text=True)
    html5lib.HTMLParser(strict=True).parse(text)
    page = BeautifulSoup(text, "html.parser")
    assert len(page.find_all("h1")) == len(page.find_all("main")) == 1
    assert page.title.get_text().strip() and page.find("meta", attrs={"name": "description"})
    assert page.html["lang"] == "en"
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert not page.find_all(style=True) and not page.find_all("style")
    assert all(
        script.get("type") == "application/ld+json" or script.get("src") for script in page.find_all("script")
    )
    for control in page.find_all(["select", "input"]):
        assert control.get("type") == "hidden" or page.find("label", attrs={"for": control["id"]})
    levels = [int(tag.name[1]) for tag in page.find_all(re.compile("^h[1-6]$"))]
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


def test_links_of_every_page_resolve(site: FlaskClient) -> None:
    """Follows the links of the pages, a sample of each kind, and wants 200 and the anchors that are named."""
    waiting = deque(FIRST_PAGES[:-1])
    seen: set[str] = set(waiting)
    kinds: dict[str, int] = {}
    while waiting:
        address = waiting.popleft()
        response = site.get(address, headers={"Accept": "text/html"})
        assert response.status_code == 200, address
        if response.mimetype != "text/html":
            continue
        page = Anchors(response.text)
        for link in page.links:
            target = urlsplit(urljoin(address, link))
            if not target.path.startswith("/") or target.netloc or target.path.startswith(ELSEWHERE):
                continue
            if link.startswith("#"):
                assert target.fragment in page.ids, (address, link)
                continue
            whole = target.path + (f"?{target.query}" if target.query else "")
            kind = re.sub(r"[\d.]+", "N", whole)
            if whole not in seen and kinds.get(kind, 0) < 2 and len(seen) < 400:
                kinds[kind] = kinds.get(kind, 0) + 1
                seen.add(whole)
                waiting.append(whole)
    assert len(seen) > 200


def test_home_describes_the_dataset(site: FlaskClient) -> None:
    page = soup(site, "/")
    described = json.loads(page.find("script", type="application/ld+json").string)
    assert described["@type"] == "Dataset"
    assert described["url"].startswith("https://w3id.org/")
    assert page.find("a", href=COMPARISON)
    assert page.svg.find("title") or page.find("svg", class_="timeline").find("title")
    assert "17 of 17" in page.get_text()


def test_comparison_shows_every_row_with_colour_symbol_and_word(site: FlaskClient) -> None:
    page = soup(site, COMPARISON)
    rows = page.select("table.compare tbody tr[id]")
    assert [row["id"] for row in rows] == [f"row-{number}" for number in range(1, 18)]
    for row in rows:
        chip = row.select_one(".c-colour .colour")
        assert chip.find("svg") and chip.get_text().strip() in ("Green", "Yellow")
        assert "inferred from the remark" in row.select_one(".basis").get_text()
        assert row.select_one(".rationale").get_text().strip()
    yellow = [row["id"] for row in rows if row.select_one(".colour-yellow")]
    assert yellow == [f"row-{number}" for number in (1, 2, 3, 8, 12, 16)]
    assert len(page.select("tr.category")) == 5


def test_comparison_counts_its_rows_by_colour(site: FlaskClient) -> None:
    """The source's table has yellow 6, green 11 and red 0 rows; of the earlier one 20 have no colour."""
    for address, expected in (
        (COMPARISON, {"green": 11, "yellow": 6}),
        ("/compare/ipa/1.0/gsma/1.0", {"red": 1, "none": 20}),
    ):
        page = soup(site, address)
        counted = {}
        for chip in page.select("p.counts a.colour"):
            count, word = chip.get_text(" ").split()[:2]
            colour = chip["href"].partition("colour=")[2]
            assert word == ("without" if colour == "none" else colour)
            counted[colour] = int(count)
            assert len(soup(site, f"{address}?colour={colour}").select("tr[id]")) == int(count)
        assert counted == expected
        assert sum(counted.values()) == len(page.select("table.compare tbody tr[id]"))


def test_row_six_says_that_its_cell_is_empty(site: FlaskClient) -> None:
    row = soup(site, COMPARISON).find(id="row-6")
    text = " ".join(row.get_text().split())
    assert "The printed cell is empty. It is read as one cell with row 5" in text
    assert "CLP.13 §3.4" in text
    assert row.find("a", class_="note", href="/id/note/guideline-6-empty-cell")


def test_quotations_are_folded_until_asked_for(site: FlaskClient) -> None:
    folded = soup(site, COMPARISON).select("table details")
    assert len(folded) > 20 and not any(one.has_attr("open") for one in folded)
    unfolded = soup(site, COMPARISON + "?unfold=yes").select("table details")
    assert len(unfolded) == len(folded) and all(one.has_attr("open") for one in unfolded)
    assert "Each system must be monitored" in soup(site, COMPARISON).find(id="row-9").get_text()


def test_references_stand_in_reading_order(site: FlaskClient) -> None:
    places = [tag.get_text().strip() for tag in soup(site, COMPARISON).find(id="row-9").select(".place")]
    assert places == ["CLP.12 §5.7", "CLP.12 §5.8.1", "CLP.13 §7.2"]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("category=policy", [1, 2, 3]),
        ("colour=yellow", [1, 2, 3, 8, 12, 16]),
        ("colour=red", []),
        ("document=CLP.14", [1, 14]),
        ("category=policy&document=CLP.12", [1, 3]),
        ("category=&colour=&document=", list(range(1, 18))),
        ("colour=no-such", []),
    ],
)
def test_filters_agree_between_page_and_data(site: FlaskClient, query: str, numbers: list[int]) -> None:
    page = soup(site, f"{COMPARISON}?{query}")
    assert [int(row["id"][4:]) for row in page.select("table.compare tbody tr[id]")] == numbers
    table = list(
        csv.DictReader(io.StringIO(site.get(f"{COMPARISON}?{query}&format=csv").get_data(as_text=True)))
    )
    assert [int(row["number"]) for row in table] == numbers
    listed = json.loads(site.get(f"{COMPARISON}?{query}&format=json").data)
    assert [int(row["number"]["value"]) for row in listed] == numbers
    markdown = site.get(f"{COMPARISON}?{query}&format=md").get_data(as_text=True)
    assert len(markdown.splitlines()) == len(numbers) + 2
    turtle = site.get(f"{COMPARISON}?{query}&format=ttl").get_data(as_text=True)
    assert turtle.count("a xw:Comparison") == len(numbers)


def test_csv_has_every_column_of_the_page(site: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(site.get(COMPARISON + "?format=csv").get_data(as_text=True))))
    ninth = rows[8]
    assert ninth["references"] == "CLP.12 §5.7; CLP.12 §5.8.1; CLP.13 §7.2"
    assert ninth["previous"] == "9"
    assert ninth["remark"].startswith("Both recognize the importance to prepare")
    assert "Each system must be monitored" in ninth["quotations"]
    assert rows[1]["pages"] == "35; 36-37"
    assert rows[5]["sharesCellWith"].endswith("/5")


def test_thing_pages_name_what_they_show(site: FlaskClient) -> None:
    page = soup(site, "/id/ipa/2.0/guideline/9")
    assert "Designing so as not to cause trouble" in page.h1.get_text()
    assert page.find("a", href="/graph/ipa/2.0")
    assert page.find(attrs={"lang": "ja"})
    section = soup(site, "/id/gsma/2.0/CLP.12/section/5.7")
    assert "CLP.12 §5.7" in " ".join(section.h1.get_text().split())


def test_guideline_page_tells_what_it_says_what_is_mapped_and_where_it_was(site: FlaskClient) -> None:
    page = soup(site, "/id/ipa/2.0/guideline/9")
    text = " ".join(page.main.get_text().split())
    assert "Discuss the designs to enable the detection of abnormalities" in text
    assert [tag["href"] for tag in page.select(".breadcrumb a")] == [
        "/",
        "/id/ipa",
        "/id/ipa/2.0",
        "/id/ipa/2.0/category/design",
    ]
    assert page.find("a", rel="prev")["href"] == "/id/ipa/2.0/guideline/8"
    assert page.find("a", rel="next")["href"] == "/id/ipa/2.0/guideline/10"
    mapped = [tag["href"] for tag in page.select("section .reference .head > a")]
    cited = [one for one in mapped if one.startswith("/id/gsma/2.0/")]
    assert cited == [
        f"/id/gsma/2.0/{one}" for one in ("CLP.12/section/5.7", "CLP.12/section/5.8.1", "CLP.13/section/7.2")
    ]
    assert len(page.select("section .reference blockquote")) == 4
    assert page.find("a", href="/id/ipa/1.0/guideline/9")
    assert "From The comparison of IPA 2.0 with GSMA 2.0, after" in text
    assert "Cite this" in text


def test_section_page_tells_which_guidelines_cite_it(site: FlaskClient) -> None:
    page = soup(site, "/id/gsma/2.0/CLP.13/section/3.4")
    mapped = {tag["href"] for tag in page.select("section .reference .head > a")}
    assert {one for one in mapped if "/ipa/" in one} == {"/id/ipa/2.0/guideline/5", "/id/ipa/2.0/guideline/6"}
    unmapped = soup(site, "/id/gsma/2.0/CLP.11/section/1").get_text()
    assert "it is not assessed" in unmapped


def test_a_numbered_element_is_named_with_the_word_for_its_kind(site: FlaskClient) -> None:
    names = {
        "nistir-8259a/2020/provision/DP": "Provision DP: Data Protection",
        "etsi-en-303-645/2.1.1/provision/5.10-1": "Provision 5.10-1",
        "ipa/2.0/guideline/14": "Guideline 14: ",
        "gsma/2.0/CLP.12/section/5.7": "CLP.12 §5.7 ",
        "ipa/2.0": "IPA IoT Security Guidelines, Version 2.0",
    }
    with site.application.test_request_context():
        found = {path: named(f"{ID}{path}") for path in names}
    assert {path: name for path, name in found.items() if not name.startswith(names[path])} == {}


def test_a_thing_shows_what_it_is_called_in_every_language(site: FlaskClient) -> None:
    def row(language: str | None) -> dict[str, Term | None]:
        return {"property": Term("uri", "urn:p"), "value": Term("literal", "IoT", language)}

    ((_, values),) = things.by_property([row("en"), row("ja"), row("en"), row(None)], "value")
    assert [value["value"].lang for value in values] == ["en", "ja", None]


@pytest.mark.parametrize(
    "iri", ["javascript:alert(1)", "data:text/html,x", "urn:isbn:1", "HTTPS:x", "//evil.org"]
)
def test_nothing_in_the_data_becomes_a_link_but_web_addresses(iri: str) -> None:
    assert local(iri) == "#"
    assert local("https://example.org/x?y#z") == "https://example.org/x?y#z"


def test_removed_guideline_says_that_it_ended(site: FlaskClient) -> None:
    text = " ".join(soup(site, "/id/ipa/1.0/guideline/15").main.get_text().split())
    assert "not in the next edition" in text
    assert "asserted none" in text or "nothing comparable" in text.lower() or "Red" in text


def test_note_page_keeps_both_readings(site: FlaskClient) -> None:
    page = soup(site, "/id/note/guideline-6-empty-cell")
    assert len(page.select(".readings li")) == 2
    assert len(page.select(".readings .followed")) == 1


def test_lineage_draws_and_lists_the_same_steps(site: FlaskClient) -> None:
    page = soup(site, "/lineage/ipa")
    assert (
        len(page.select("svg.lineage path.change")) == len(page.select("table tbody tr:not(.category)")) == 24
    )
    kinds = [tag.get_text() for tag in page.select("p.counts .tag")]
    assert kinds == ["3 added", "7 continued", "7 removed", "7 renumbered"]
    assert len(page.select("path.approximate")) == 1
    assert len(json.loads(site.get("/lineage/ipa?format=json").data)) == 24


def test_matrix_tells_not_assessed_from_none(site: FlaskClient) -> None:
    text = " ".join(soup(site, "/matrix").get_text().split())
    assert "17 of 17 mapped" in text
    assert "1 said to have none" in text and "20 not named" in text
    assert "not assessed" in text
    cells = soup(site, "/matrix/ipa/2.0/gsma/2.0").select("table.heatmap a.heatmap-mark")
    assert len(cells) == 34
    assert all(cell.find("svg") and cell.get_text().strip() for cell in cells)


def test_the_map_of_a_pair_says_how_many_columns_it_leaves_out(site: FlaskClient) -> None:
    some, every = (soup(site, f"/matrix/ipa/2.0/gsma/2.0{query}") for query in ("", "?all=yes"))
    shown, whole = (len(page.select("table.heatmap tbody tr")[1].find_all("td")) for page in (some, every))
    (told,) = re.findall(r"(\d+) elements of .* that no mapping names are left out", some.main.get_text())
    assert 0 < shown < whole and int(told) == whole - shown


def test_the_more_of_an_edition_is_mapped_the_darker_is_its_cell(site: FlaskClient) -> None:
    tinted: dict[str, set[float]] = {}
    for cell in soup(site, "/matrix").select("table.matrix td[class^=step-]"):
        if counted := re.search(r"(\d+) of (\d+) mapped", cell.get_text()):
            tinted.setdefault(cell["class"][0], set()).add(int(counted[1]) / int(counted[2]))
    assert tinted["step-5"] == {1.0} and len(tinted) > 2
    darker = [tinted[step] for step in sorted(tinted)]
    assert all(max(less) <= min(more) for less, more in itertools.pairwise(darker))


def test_matrix_puts_the_mapped_editions_first_and_counts_both_directions(site: FlaskClient) -> None:
    table = soup(site, "/matrix").select_one("table.matrix")
    columns = [tag["href"].removeprefix("/id/") for tag in table.select("thead a")]
    assert columns[:2] == ["ipa/2.0", "gsma/2.0"]
    cells: dict[tuple[str, str], str] = {}
    for row in table.select("tbody tr"):
        for column, cell in zip(columns, row.find_all("td"), strict=True):
            cells[row.th.a["href"].removeprefix("/id/"), column] = " ".join(cell.get_text(" ").split())
    assert cells["ipa/2.0", "gsma/2.0"] == "17 of 17 mapped"
    assert cells["gsma/2.0", "ipa/2.0"].endswith("named by it")
    assert cells["gsma/1.0", "ipa/1.0"] == "compared from the other side"
    for (left, right), said in cells.items():
        assert (said == "not assessed") == (cells[right, left] == "not assessed"), (left, right)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("CLP.12 5.8.1", "/id/gsma/2.0/CLP.12/section/5.8.1"),
        ("CLP.12 §5.8.1", "/id/gsma/2.0/CLP.12/section/5.8.1"),
        ("clp.12", "/id/gsma/1.0/CLP.12"),
        ("internal fraud", "/id/ipa/1.0/guideline/2"),
        ("つながることによるリスク", "/id/ipa/2.0/guideline/5"),
        ("Erratic reboots", "/id/mapping/ipa-2.0--gsma-2.0/9-CLP.13-7.2/quotation/1"),
        ("detect, and respond to an anomaly", "/id/comparison/ipa-2.0--gsma-2.0/9"),
    ],
)
def test_search_finds_numbers_titles_quotations_and_remarks(
    site: FlaskClient, words: str, first: str
) -> None:
    response = site.get("/search", query_string={"q": words})
    found = [tag["href"] for tag in BeautifulSoup(response.data, "html.parser").select(".results h2 a")]
    assert found[0] == first, found[:5]


def test_search_filters_by_type_and_standard(site: FlaskClient) -> None:
    everything = json.loads(site.get("/search?q=risk&format=json").data)
    guidelines = json.loads(site.get("/search?q=risk&type=xw:Guideline&standard=ipa&format=json").data)
    assert 0 < len(guidelines) < len(everything)
    assert {row["kind"]["value"].split("#")[1] for row in guidelines} == {"Guideline"}
    assert {row["standard"]["value"].split("/id/")[1] for row in guidelines} == {"ipa"}


def test_what_holds_the_words_one_after_the_other_comes_first(site: FlaskClient, monkeypatch) -> None:
    def row(name: str, text: str, about: str) -> dict[str, Term]:
        return {"thing": Term("uri", name), "text": Term("literal", text), "property": Term("uri", about)}

    rows = [
        row("urn:apart", "Risk of a change", PREFIXES["skos"] + "prefLabel"),
        row("urn:together", "The change risk is low", PREFIXES["xw"] + "remark"),
    ]
    monkeypatch.setattr(search, "rows_with", lambda words, *index: rows)
    monkeypatch.setattr(search, "search_index", lambda word: [], raising=False)
    assert [str(found["thing"]) for found in search.find_texts("change risk")] == [
        "urn:together",
        "urn:apart",
    ]


@pytest.mark.parametrize("words", ["<script>", '"', "\\", "} UNION {", "%", "[a-z", "a" * 5000, "\x00"])
def test_search_takes_any_words(site: FlaskClient, words: str) -> None:
    response = site.get("/search", query_string={"q": words})
    assert response.status_code == 200
    assert not BeautifulSoup(response.data, "html.parser").main.find_all("script")


def test_data_page_offers_every_graph_and_the_whole(site: FlaskClient) -> None:
    page = soup(site, "/data/")
    assert page.find("a", href="/graph/ipa/2.0.ttl")
    for tag in page.select("section.card a[href^='/data/']"):
        response = site.get(tag["href"])
        assert response.status_code == 200
        assert "attachment" in response.headers["Content-Disposition"]
    assert site.get("/data").headers["Location"] == "/data/"
    assert site.get("/data/crosswalk.zip").status_code == 404


def test_sitemap_names_pages_and_things(site: FlaskClient) -> None:
    text = site.get("/sitemap.xml").get_data(as_text=True)
    assert "<loc>https://w3id.org/iot-security-crosswalk/id/ipa/2.0/guideline/9</loc>" in text
    robots = site.get("/robots.txt").get_data(as_text=True).splitlines()
    assert {"Disallow: /sparql", "Disallow: /search"} <= set(robots)
    assert "Sitemap: https://w3id.org/iot-security-crosswalk/sitemap.xml" in robots


def test_unknown_things_suggest_what_was_meant(site: FlaskClient) -> None:
    for wrong, meant in (
        ("/id/ipa/2.0/guideline/99", "/id/ipa/2.0/guideline/9"),
        ("/id/gsma/2.0/CLP.12/section/5.8.2", "/id/gsma/2.0/CLP.12/section/5.8.1"),
        ("/id/ipaa", "/id/ipa"),
        ("/questions/which-edition-is-here", "/questions/which-editions-are-here"),
        ("/compare/ipa/2.0/gsma/1.1", COMPARISON),
        ("/lineage/nobody", "/lineage/ipa"),
        ("/standard", "/standards"),
    ):
        response = site.get(wrong, headers={"Accept": "text/html"})
        assert response.status_code == 404
        assert BeautifulSoup(response.data, "html.parser").main.find("a", href=meant), wrong


@pytest.mark.parametrize(
    "bad",
    [
        "/id/<x>",
        "/id/a b",
        "/id/a%0Ab",
        '/id/a"b',
        "/id/%7Bx%7D",
        "/graph/<x>",
        "/compare/<x>/1/gsma/2.0",
        "/matrix/ipa/2.0/gsma/a b",
        "/gaps/ipa/%0A/gsma/2.0",
    ],
)
def test_what_cannot_be_an_iri_is_simply_not_found(site: FlaskClient, bad: str) -> None:
    assert site.get(bad).status_code == 404


def test_ontology_has_an_anchor_for_every_term_it_defines(site: FlaskClient) -> None:
    page = soup(site, "/ontology")
    for term in ("Guideline", "inEdition", "Green", "Mapped", "text"):
        article = page.find("article", id=term)
        assert article and article.p.get_text().strip()
    assert b"xw:Guideline" in site.get("/ontology.ttl").data
    assert site.get("/ontology", headers={"Accept": "text/turtle"}).mimetype == "text/turtle"


def test_questions_are_answered_with_their_examples_and_with_others(site: FlaskClient) -> None:
    page = soup(site, "/questions/which-editions-are-here")
    assert page.find("input", id="p-standard")["value"]
    answered = site.get("/questions/which-editions-are-here?standard=ipa&format=json")
    assert {row["standard"]["value"] for row in json.loads(answered.data)} == {
        "https://w3id.org/iot-security-crosswalk/id/ipa"
    }
    everything = json.loads(site.get("/questions/which-editions-are-here?standard=&format=json").data)
    assert len(everything) > len(json.loads(answered.data))


def test_health_names_the_snapshot_and_is_never_kept(site: FlaskClient) -> None:
    response = site.get("/health")
    assert response.json["status"] == "ok"
    assert len(response.json["snapshot"]) == 64 and response.json["triples"] > 1000
    assert "no-store" in response.headers["Cache-Control"] and "ETag" not in response.headers


def test_markup_in_the_data_stays_text(tiny: FlaskClient) -> None:
    for address in (
        "/",
        "/standards",
        "/compare/a/2.0/b/1",
        "/id/a",
        "/id/a/2.0",
        "/id/a/2.0/guideline/1",
        "/notes",
    ):
        page = BeautifulSoup(tiny.get(address).data, "html.parser")
        assert not page.find_all("img")
        assert not [tag for tag in page.find_all("script") if tag.get("type") != "application/ld+json"]
        assert not page.find_all("b") and not page.find_all("i")
    assert "<script>alert('x')</script>" in soup(tiny, "/id/a/2.0/guideline/1").h1.get_text()


def test_spreadsheets_run_nothing_and_markdown_keeps_its_cells(tiny: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(tiny.get("/compare/a/2.0/b/1?format=csv").get_data(as_text=True))))
    assert rows[1]["title"].startswith("'=cmd")
    lines = tiny.get("/compare/a/2.0/b/1?format=md").get_data(as_text=True).splitlines()
    assert "Both &lt;i>agree&lt;/i> \\| so" in lines[2]


def test_a_graph_of_another_vocabulary_breaks_no_page() -> None:
    import pyoxigraph

    from crosswalk.settings import Settings
    from crosswalk.stores.oxigraph import EmbeddedStore
    from crosswalk.web.app import create_app

    engine = pyoxigraph.Store()
    engine.load(b"<urn:a> <urn:b> <urn:c> .", format=pyoxigraph.RdfFormat.TURTLE)
    client = create_app(EmbeddedStore(engine), Settings(), None).test_client()
    for address in ("/", "/standards", "/compare", "/questions", "/notes", "/ontology", "/health"):
        response = client.get(address)
        assert response.status_code == 200, address
        assert "ETag" not in response.headers


def test_a_question_shows_its_example_as_people_write_it(site: FlaskClient) -> None:
    page = soup(site, "/questions/which-editions-are-here")
    shown = page.find("input", id="p-standard")["value"]
    assert shown and "://" not in shown and "<" not in shown
    spelt = f"/questions/which-editions-are-here?standard=%3Chttps://w3id.org/iot-security-crosswalk/id/{shown}%3E"
    assert page.select("table.answer td")[0].text == soup(site, spelt).select("table.answer td")[0].text


def test_the_questions_and_the_notes_begin_with_an_index(site: FlaskClient) -> None:
    for address in ("/questions", "/notes"):
        page = soup(site, address)
        anchors = [link["href"][1:] for link in page.select("ul.index a")]
        assert len(anchors) > 5 and anchors == [heading["id"] for heading in page.select("main h2")]


@pytest.mark.parametrize(
    ("address", "said", "unsaid"),
    [
        ("/questions/which-editions-are-here", "GSMA IoT Security Guidelines, Version 2.0", "gsma/2.0"),
        ("/gaps/ipa/2.0/gsma/2.0", "CLP.13 §7.2 Anomaly Detection", "gsma/2.0/CLP.13/section/7.2"),
        ("/notes", "CLP.11 §7", "gsma/2.0/CLP.11/section/7"),
        ("/id/note/guideline-6-empty-cell", "Guideline 6 against GSMA", "comparison/ipa-2.0--gsma-2.0/6"),
        ("/id/source/ipa-gsma-comparison", "Guideline 2 → Guideline 3", "change/ipa-1.0--ipa-2.0/2--3"),
        ("/id/mapping/ipa-2.0--gsma-2.0/9-CLP.12-5.7", "mapping relation", "skos:mappingRelation"),
        ("/graph/ipa/2.0", "rights holder", "dcterms:rightsHolder"),
        ("/search?q=anomaly", "section · GSMA IoT Security Guidelines, Version 2.0", "gsma/2.0"),
        ("/id/body/ipa", "organisation", "foaf:Organization"),
        ("/search?q=5.10-1", "Provision 10 to Provision 5.10-1", "provision/5.10-1 to"),
    ],
)
def test_pages_call_things_by_their_names(site: FlaskClient, address: str, said: str, unsaid: str) -> None:
    page = soup(site, address)
    for code in page.select("code, input, .citation, #all ~ details"):
        code.decompose()
    text = " ".join(page.find("main").get_text(" ").split())
    assert said in text
    assert unsaid not in text


def test_what_joins_two_things_is_named_after_both(site: FlaskClient) -> None:
    """Also where one of the two is named in the same breath, as the thing that the page is about."""
    page = soup(site, "/id/owasp-isvs/2026-06/provision/3.5.2")
    record = page.select_one("dl.facts a[href$='/3.5.2--5.4-1']")
    assert record.get_text() == "Provision 3.5.2 to Provision 5.4-1"


def test_set_without_colours_has_no_column_for_them(site: FlaskClient) -> None:
    heads = {}
    for kind in ("mapping", "comparison"):
        page = soup(site, f"/id/{kind}/ipa-2.0--gsma-2.0")
        heads[kind] = [each.get_text() for each in page.select("#records ~ div th[scope=col]")]
    assert heads == {"mapping": ["Record", "From", "To"], "comparison": ["Record", "From", "To", "Colour"]}
