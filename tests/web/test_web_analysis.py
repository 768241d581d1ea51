"""The pages of the analyses say what follows from the records, and no more."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup

from crosswalk.web.page_queries import PageQueries


def read(site, address: str, status: int = 200) -> BeautifulSoup:
    response = site.get(address)
    assert response.status_code == status, response.text[:500]
    return BeautifulSoup(response.data, "html.parser")


def data(site, address: str) -> list[dict]:
    response = site.get(address + ("&" if "?" in address else "?") + "format=json")
    assert response.status_code == 200, response.text[:500]
    return json.loads(response.data)


def facts(page: BeautifulSoup) -> dict[str, str]:
    return {name.text: name.find_next("dd").text for name in page.select("dl.facts dt")}


def test_nothing_comparable_is_told_from_a_counterpart_without_name(site) -> None:
    page = read(site, "/gaps/ipa/1.0/gsma/1.0")
    found = facts(page)
    assert found["Asserted none"] == "1 of 21" and found["Counterpart not named"] == "20 of 21"
    assert found["Touched"] == "0% to 96%"
    row = page.select("tbody tr")[14]
    assert "15" in row.th.text and row.select_one(".tag").text == "asserted none"


def test_what_nobody_compared_is_not_called_a_gap(site) -> None:
    rows = data(site, "/gaps/ipa/1.0/gsma/2.0")
    assert len(rows) == 21
    assert {row["outcome"]["value"].rpartition("#")[2] for row in rows} == {"NotAssessed"}


def test_the_empty_cell_shows_both_readings(site) -> None:
    row = read(site, "/gaps/ipa/2.0/gsma/2.0").select("tbody tr")[5]
    assert "mapped" in row.select_one(".tag").text
    assert "By the printed reading: source silent." in row.text
    assert row.find("a", href="/id/note/guideline-6-empty-cell")


def test_where_no_source_counts_the_sections_no_share_is_given(site) -> None:
    page = read(site, "/gaps/gsma/2.0/ipa/2.0")
    assert facts(page)["Touched"] == "not computable"
    assert "no source says how many sections there are" in " ".join(page.text.split())


def test_the_index_leads_to_every_pair_and_back(site) -> None:
    links = {link["href"] for link in read(site, "/gaps").select("main a")}
    assert {"/gaps/ipa/2.0/gsma/2.0", "/gaps/gsma/2.0/ipa/2.0"} <= links


@pytest.mark.parametrize("address", ["/gaps/ipa/9.9/gsma/2.0", "/gaps/ipa/2.0/nobody/1"])
def test_an_unknown_edition_is_not_found_and_pairs_are_offered(site, address: str) -> None:
    page = read(site, address, 404)
    assert page.find("a", href="/gaps/ipa/2.0/gsma/2.0")


def test_an_edition_not_in_force_on_a_day_is_refused(site) -> None:
    page = read(site, "/gaps/ipa/2.0/gsma/2.0?as-of=2017-01-15", 400)
    assert "ipa/2.0 is not known to have been in force on 2017-01-15" in " ".join(page.text.split())
    assert "ipa/1.0" in " ".join(page.text.split())


def test_a_day_that_is_none_is_refused(site) -> None:
    assert "no date" in read(site, "/gaps/ipa/2.0/gsma/2.0?as-of=soon", 400).text


def test_a_path_shows_every_hop_with_its_record_and_source(site) -> None:
    page = read(site, "/path?from=ipa/2.0/guideline/9&to=etsi-en-303-645/2.1.1/provision/5.10-1")
    first = page.select_one("article.card")
    assert "Linked, relation not assessed" in first.text
    hops = first.select("ol li")
    assert len(hops) == 4 and "was continued as (wording not compared)" in hops[1].text
    assert first.find("a", href="/id/mapping/ipa-2.0--gsma-2.0/9-CLP.12-5.7")
    assert all(hop.select('a[href^="/id/source/"]') for hop in hops)


def test_a_path_asks_before_it_answers_and_names_what_is_unknown(site) -> None:
    assert read(site, "/path").select_one("form input[name=from]")
    assert "nothing is called" in read(site, "/path?from=ipa/2.0/guideline/99&to=gsma/2.0", 400).text
    assert "from 1 to 6" in read(site, "/path?from=ipa/2.0&to=gsma/2.0&hops=99", 400).text


def test_a_path_is_also_rows(site) -> None:
    rows = data(site, "/path?from=ipa/2.0/guideline/9&to=uk-cop/2018/provision/10")
    assert [row["kind"] for row in rows] == ["record", "continued", "record"]


def test_a_new_edition_shows_what_it_leaves_and_which_numbers_moved(site) -> None:
    page = read(site, "/stale/ipa/1.0/2.0")
    found = facts(page)
    assert (found["Carried"], found["Re-review"], found["Orphaned"]) == ("0", "14", "7")
    numbers = [cell.text for cell in page.select("table")[0].select("tbody th")]
    assert numbers == [*"234567", "14", "15", "16", "17"]
    assert len(data(site, "/stale/ipa/1.0/2.0")) == 24


def test_every_recorded_step_between_editions_is_offered(site) -> None:
    links = {link["href"] for link in read(site, "/stale").select("main a")}
    assert {"/stale/ipa/1.0/2.0", "/stale/gsma/2.0/2.2"} <= links
    assert read(site, "/stale/ipa/2.0/1.0", 404).find("a", href="/stale/ipa/1.0/2.0")


def test_a_graph_without_contradiction_says_so(site) -> None:
    assert "No records contradict each other." in read(site, "/conflicts").text
    assert data(site, "/conflicts") == []


def test_the_sets_that_can_be_compared_are_offered(site) -> None:
    options = {option["value"] for option in read(site, "/agreement").select("option")}
    assert "comparison/ipa-2.0--gsma-2.0" in options


def test_a_comparison_is_refused_for_a_day_on_which_it_could_not_hold(site) -> None:
    assert "ipa/1.0" in read(site, "/compare/ipa/2.0/gsma/2.0?as-of=2017-01-15", 400).text
    assert read(site, "/compare/ipa/2.0/gsma/2.0?as-of=2017-10-15").select("tbody tr")


def ways(site, address: str) -> list[tuple[list[str], str]]:
    """The chains of a page: the links of each in order, and what is said of it."""
    chains = read(site, address).select("details.paths ul.path-list > li")
    return [
        ([a["href"] for a in one.select("ol.path-steps a[href^='/id/']")], " ".join(one.text.split()))
        for one in chains
    ]


GUIDELINE, PROVISION = "/id/ipa/2.0/guideline/9", "/id/etsi-en-303-645/2.1.1/provision/5.10-1"
BETWEEN = [
    "/id/gsma/2.0/CLP.12/section/5.7",
    "/id/gsma/2.2/CLP.12/section/5.7",
    "/id/uk-cop/2018/provision/10",
]


@pytest.mark.parametrize(
    ("here", "there", "way"), [(GUIDELINE, PROVISION, BETWEEN), (PROVISION, GUIDELINE, BETWEEN[::-1])]
)
def test_a_path_stands_on_the_pages_of_both_its_ends(site, here: str, there: str, way: list[str]) -> None:
    links, text = next(found for found in ways(site, here) if there in found[0])
    passed = [link for link in links if link in (here, *BETWEEN, there)]
    assert list(dict.fromkeys(passed)) == [here, *way, there]
    assert sum("/id/mapping/" in link for link in links) >= 3 and any("/id/change/" in x for x in links)
    assert sum("/id/source/" in link for link in links) >= 4, "every hop names its source"
    assert "Linked, relation not assessed; the weakest is step 1: relation not assessed." in text


def test_a_page_folds_all_but_the_first_paths(site) -> None:
    page = read(site, "/id/nistir-8259a/2020/provision/DP")
    editions = page.select("section > details.paths")
    assert len(editions) > 3 and [one.has_attr("open") for one in editions] == [True] + [False] * (
        len(editions) - 1
    )
    assert all(len(one.select(":scope > ul.path-list > li")) <= 3 for one in editions)
    assert any(one.select("details ul.path-list > li") for one in editions)


def test_what_a_record_joins_directly_is_no_path_across(site) -> None:
    page = read(site, GUIDELINE)
    # What was derived is no record: the path across shows another way to the same end.
    said = page.select("section[aria-labelledby=mapped] .by-graph")
    said = [one for one in said if not one.find("a", href="/graph/derived")]
    mapped = {a["href"] for one in said for a in one.select(".head a")}
    ends = {a["href"] for a in page.select("details.paths ol.path-steps > li:last-child > a")}
    assert ends and not {link for link in ends & mapped if "/provision/" in link}


@pytest.mark.parametrize("remembered", [0, 8])
def test_the_network_behind_the_paths_is_not_read_for_every_page(real_store, monkeypatch, remembered) -> None:
    asked: list[str] = []

    class Counting:
        def query(self, text: str, media_type: str) -> bytes:
            asked.append(text)
            return real_store.query(text, media_type)

    now = [100.0]
    monkeypatch.setattr("crosswalk.web.page_queries.monotonic", lambda: now[0])
    queries = PageQueries(Counting(), remembered=remembered)
    first = queries.network()
    once = len(asked)
    assert once and queries.network() is first and len(asked) == once
    now[0] += 61
    assert (queries.network() is first) == bool(remembered), "what may have changed is read again in a minute"


def test_an_element_that_nothing_joins_has_no_paths_across(site) -> None:
    assert not read(site, "/id/ipa/2.0/guideline/9/statement/1").find(id="onward")


def test_paths_have_at_most_five_steps_where_nobody_says_otherwise(site) -> None:
    address = "/path?from=gsma/2.0/CLP.11/section/1&to=ipa/2.0/guideline/9"
    assert "No path of at most 5 steps" in read(site, address).text
    assert "No path of at most 2 steps" in read(site, address + "&hops=2").text
