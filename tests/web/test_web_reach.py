"""No page is an orphan: each that has no parameter is linked from some other page."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

READERS = ("/", "/compare/ipa/2.0/gsma/2.0", "/matrix", "/matrix/ipa/2.0/gsma/2.0", "/lineage",
           "/lineage/ipa",
           "/completeness", "/gaps", "/data/", "/questions", "/id/ipa/2.0/guideline/9")  # fmt: skip
FOR_PROGRAMS = {"/robots.txt", "/sitemap.xml", "/favicon.ico", "/graph.json", "/data"}
"""Addresses that nobody reads: known by convention, used by a script, or only leading on."""


def links(site: FlaskClient, address: str) -> set[str]:
    page = BeautifulSoup(site.get(address, headers={"Accept": "text/html"}).data, "html.parser")
    found = page.find_all(["a", "link"], href=True) + page.find_all("form", action=True)
    return {str(tag.get("href") or tag.get("action")) for tag in found}


def test_every_page_without_parameters_is_linked_from_another(site: FlaskClient) -> None:
    reached = {link.partition("?")[0] for address in READERS for link in links(site, address)}
    rules = site.application.url_map.iter_rules()
    pages = {rule.rule for rule in rules if "GET" in rule.methods and not rule.arguments} - FOR_PROGRAMS
    assert len(pages) > 15
    assert pages - reached == set()


@pytest.mark.parametrize("page", ["/completeness", "/gaps"])
def test_what_needs_attention_is_one_step_away(site: FlaskClient, page: str) -> None:
    assert {"/stale", "/conflicts", "/agreement"} <= links(site, page)


def test_the_analyses_of_a_pair_are_linked_from_its_comparison_and_its_map(site: FlaskClient) -> None:
    for page in ("/compare/ipa/2.0/gsma/2.0", "/matrix/ipa/2.0/gsma/2.0"):
        assert "/gaps/ipa/2.0/gsma/2.0" in links(site, page)
    assert "/stale/ipa/1.0/2.0" in links(site, "/lineage/ipa")


def test_an_element_with_mappings_leads_on_to_paths(site: FlaskClient) -> None:
    onward = [link for link in links(site, "/id/ipa/2.0/guideline/9") if link.startswith("/path?from=")]
    assert len(onward) == 1
    page = BeautifulSoup(site.get(onward[0]).data, "html.parser")
    assert page.find("input", attrs={"name": "from"})["value"] == "ipa/2.0/guideline/9"
    alone = links(site, "/id/ipa/2.0/category/policy")
    assert not any(link.startswith("/path?from=") for link in alone)
