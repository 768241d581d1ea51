"""The editor's page: the query it holds, the questions it offers, and words that stay inside their script."""

from __future__ import annotations

import json
import re
from html import unescape

import pyoxigraph
import pytest
from flask.testing import FlaskClient

from crosswalk.settings import Settings
from crosswalk.stores.named_queries import catalogue
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.web.app import create_app

PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client(real_site: FlaskClient) -> FlaskClient:
    """A client of the pages over the real graph."""
    return real_site


def held(text: str) -> str:
    """The query in the page."""
    match = re.search(r"<textarea[^>]*>(.*?)</textarea>", text, re.DOTALL)
    assert match
    return unescape(match[1])


def vocabulary(text: str) -> dict:
    """What the page gives its script."""
    match = re.search(r'<script type="application/json" id="vocabulary">(.*?)</script>', text, re.DOTALL)
    assert match
    return json.loads(match[1])


def test_first_example_stands_without_its_header_and_runs(
    client: FlaskClient, real_store: EmbeddedStore
) -> None:
    query = held(client.get("/sparql", headers=PAGE).text)
    assert query.startswith("PREFIX") and "#+" not in query
    rows = json.loads(real_store.query(query, "application/sparql-results+json"))
    assert len(rows["results"]["bindings"]) >= 18


def test_query_of_the_address_is_held_as_it_is_and_run(client: FlaskClient) -> None:
    query = '#+ mine\nSELECT ?x WHERE { ?x ?y "</textarea><script>alert(1)</script>" }'
    text = client.get("/sparql", query_string={"query": query}, headers=PAGE).text
    assert held(text) == query
    assert "<script>alert" not in text
    assert 'data-run="yes"' in text
    assert 'data-run="yes"' not in client.get("/sparql", headers=PAGE).text


@pytest.mark.parametrize("name", [query.name for query in catalogue("questions")][:5])
def test_named_question_is_held_and_told(client: FlaskClient, name: str) -> None:
    (query,) = [one for one in catalogue("questions") if one.name == name]
    text = client.get("/sparql", query_string={"question": name}, headers=PAGE).text
    assert held(text).strip() in query.text
    assert query.title in unescape(text)
    assert f'<option value="{name}" selected>' in text
    assert (f'href="/questions/{name}"' in text) == bool(query.parameters)


def test_every_question_is_offered(client: FlaskClient) -> None:
    offered = re.findall(r'<option value="([^"]+)"', client.get("/sparql", headers=PAGE).text)
    assert set(offered) == {query.name for query in catalogue("questions")}


def test_unknown_question_gets_404_and_a_suggestion(client: FlaskClient) -> None:
    name = catalogue("questions")[0].name
    response = client.get("/sparql", query_string={"question": name + "x"}, headers=PAGE)
    assert response.status_code == 404
    assert f"/sparql?question={name}" in response.text


def test_page_queries_are_no_questions(client: FlaskClient) -> None:
    assert client.get("/sparql?question=first-query", headers=PAGE).status_code == 404


def test_script_is_given_prefixes_and_terms(client: FlaskClient) -> None:
    words = vocabulary(client.get("/sparql", headers=PAGE).text)
    assert words["prefixes"]["xw"] == "https://w3id.org/iot-security-crosswalk/ontology#"
    kinds = {term["name"]: term["kind"] for term in words["terms"]}
    assert kinds["xw:Guideline"] == "class" and kinds["xw:inEdition"] == "property"
    assert "VALUES ?thing { UNDEF }" in words["labels"]


def test_words_of_the_graph_cannot_end_the_script() -> None:
    evil = "</script><script>alert(1)</script><!--"
    text = f"""
        @prefix owl: <http://www.w3.org/2002/07/owl#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        <https://w3id.org/iot-security-crosswalk/ontology#Evil> a owl:Class ; rdfs:label "{evil}"@en ;
            skos:definition "{evil}"@en ;
            rdfs:isDefinedBy <https://w3id.org/iot-security-crosswalk/ontology> .
    """
    store = EmbeddedStore.holding(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TURTLE))
    page = create_app(store, Settings(), None).test_client().get("/sparql", headers=PAGE).text
    assert "<script>alert" not in page and "<!--" not in page
    assert vocabulary(page)["terms"][0]["label"] == evil
