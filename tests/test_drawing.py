"""The nodes and edges of a drawing: their shape, their limits, and what is said of what is left out."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import pyoxigraph
import pytest
from flask.testing import FlaskClient

from crosswalk.settings import Settings
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.results import Answer, Term
from crosswalk.web.app import create_app
from crosswalk.web.diagrams import subgraph

ID = "https://w3id.org/iot-security-crosswalk/id/"
GUIDELINE = ID + "ipa/2.0/guideline/9"
MAPPED_TO = "https://w3id.org/iot-security-crosswalk/ontology#linkedTo"


@pytest.fixture(scope="module")
def client(real_site: FlaskClient) -> FlaskClient:
    """A client of the pages over the real graph."""
    return real_site


def drawn(client: FlaskClient, **parameters: Any) -> dict[str, Any]:
    """The part of the graph that these parameters ask for."""
    response = client.get("/graph.json", query_string=parameters)
    assert response.status_code == 200, response.text
    return response.json


def names(part: dict[str, Any]) -> set[str]:
    """The short names of the things of a part."""
    return {node["id"].removeprefix(ID) for node in part["nodes"]}


def test_nodes_and_edges_hold_what_a_drawing_needs(client: FlaskClient) -> None:
    part = drawn(client, focus="ipa/2.0/guideline/9")
    assert part.keys() == {"focus", "nodes", "edges", "left_out"}
    assert part["focus"] == GUIDELINE and part["left_out"] == 0
    focus = part["nodes"][0]
    assert focus["id"] == GUIDELINE and focus["kind"] == "Guideline" and focus["alignment"] == "green"
    assert focus["title"].startswith("9 Designing so as not to cause trouble")
    assert len(focus["label"]) <= subgraph.LONGEST and focus["address"] == "/id/ipa/2.0/guideline/9"
    assert "Version 2.0" in focus["edition"]
    mapped = [edge for edge in part["edges"] if edge["kind"] == "xw:linkedTo"]
    counterparts = {edge["to"].removeprefix(ID) for edge in mapped}
    assert {name for name in counterparts if name.startswith("gsma/")} == {
        "gsma/2.0/CLP.12/section/5.7",
        "gsma/2.0/CLP.12/section/5.8.1",
        "gsma/2.0/CLP.13/section/7.2",
    }
    judged = [edge for edge in mapped if edge["to"].removeprefix(ID).startswith("gsma/")]
    assert {edge["alignment"] for edge in judged} == {"green"}
    assert all({edge["from"], edge["to"]} <= {node["id"] for node in part["nodes"]} for edge in part["edges"])


def test_statement_is_called_by_its_words(client: FlaskClient) -> None:
    titles = {
        node["title"] for node in drawn(client, focus=GUIDELINE)["nodes"] if node["kind"] == "Statement"
    }
    assert "ii Discuss suitable behaviors when abnormalities are detected." in titles


@pytest.mark.parametrize("focus", ["ipa/2.0/guideline/9", GUIDELINE, f"<{GUIDELINE}>"])
def test_focus_is_taken_in_every_spelling(client: FlaskClient, focus: str) -> None:
    assert drawn(client, focus=focus)["focus"] == GUIDELINE


def test_depth_widens_step_by_step(client: FlaskClient) -> None:
    one, two, three = (names(drawn(client, focus=GUIDELINE, depth=depth)) for depth in (1, 2, 3))
    assert one < two < three
    assert names(drawn(client, focus=GUIDELINE, depth=99)) == three, "deeper is not dearer"


def test_at_most_two_hundred_and_the_rest_counted(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = drawn(client, focus="gsma/2.0", depth=3)
    assert len(part["nodes"]) == subgraph.MOST_NODES == 200
    assert part["left_out"] > 0
    everything = len(part["nodes"]) + part["left_out"]
    monkeypatch.setattr(subgraph, "MOST_NODES", 10)
    near = drawn(client, focus="gsma/2.0", depth=1)
    assert len(near["nodes"]) == 10 and near["left_out"] > 0
    monkeypatch.setattr(subgraph, "MOST_NODES", 100_000)
    assert len(drawn(client, focus="gsma/2.0", depth=3)["nodes"]) >= everything


def test_also_widens_around_what_is_drawn(client: FlaskClient) -> None:
    plain = names(drawn(client, focus=GUIDELINE))
    wider = names(
        drawn(client, focus=GUIDELINE, also=["gsma/2.0/CLP.12/section/5.8.1", "gsma/2.0/CLP.12/section/5.8"])
    )
    assert {"gsma/2.0/CLP.12/section/5.8", "gsma/2.0/CLP.12/section/5"} <= wider - plain
    assert names(drawn(client, focus=GUIDELINE, also="owasp-iot-top-10")) == plain, (
        "what is not there widens nothing"
    )


def test_overview_has_every_edition_and_counts_mappings(client: FlaskClient) -> None:
    part = drawn(client)
    assert part["focus"] is None
    assert {"Standard", "Edition"} == {node["kind"] for node in part["nodes"]}
    (mapped,) = [
        edge for edge in part["edges"] if edge["from"] == ID + "ipa/2.0" and edge["to"] == ID + "gsma/2.0"
    ]
    assert (mapped["label"], mapped["name"]) == ("34 mappings", "mapped to")


def test_whole_is_given_on_request_alone(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    part = drawn(client, whole="yes")
    assert len(part["nodes"]) > 500 and part["left_out"] == 0
    monkeypatch.setattr(subgraph, "MOST_WHOLE", 50)
    part = drawn(client, whole="yes")
    assert len(part["nodes"]) == 50 and part["left_out"] > 400


@pytest.mark.parametrize("address", ["/graph", "/graph.json"])
@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ("focus=ipa/2.0/guideline/99", 404),
        ("focus=" + quote("<script>alert(1)</script>"), 400),
        ("focus=no:thing", 400),
        ("focus=ipa/2.0&depth=deep", 400),
        ("focus=ipa/2.0&depth=-1", 400),
        ("focus=ipa/2.0&depth=" + "9" * 5000, 400),
        ("focus=ipa/2.0&depth=%C2%B2", 400),
    ],
)
def test_wrong_questions_are_refused(client: FlaskClient, address: str, parameters: str, status: int) -> None:
    response = client.get(f"{address}?{parameters}", headers={"Accept": "text/html, application/json;q=0.5"})
    assert response.status_code == status
    assert "<script>alert" not in response.text


def test_page_says_in_a_table_what_the_data_say(client: FlaskClient) -> None:
    part = drawn(client, focus=GUIDELINE)
    text = client.get("/graph", query_string={"focus": "ipa/2.0/guideline/9"}).text
    assert text.count("<tr><td>") == len(part["edges"])
    assert "mapped to (green)" in text
    assert 'href="/graph.json?focus=ipa/2.0/guideline/9"' in text


def test_address_cannot_put_markup_into_the_page(client: FlaskClient) -> None:
    text = client.get('/graph?x="><script>alert(1)</script>&endpoint=y&_anchor=z').text
    assert "<script>alert" not in text


def test_thing_judged_in_two_ways_has_no_colour() -> None:
    text = """
        @prefix xw: <https://w3id.org/iot-security-crosswalk/ontology#> .
        @prefix id: <https://w3id.org/iot-security-crosswalk/id/> .
        id:both a xw:Guideline . id:alone a xw:Guideline ; xw:about id:both .
        id:one xw:focus id:both ; xw:alignment xw:Green . id:two xw:focus id:both ; xw:alignment xw:Red .
        id:three xw:focus id:alone ; xw:alignment xw:Red . id:four xw:focus id:alone .
        id:unjudged a xw:Guideline ; xw:about id:both .
    """
    store = EmbeddedStore.holding(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TURTLE))
    part = drawn(create_app(store, Settings(), None).test_client(), focus="both")
    assert {node["id"].removeprefix(ID): node["alignment"] for node in part["nodes"]} == {
        "both": None,
        "alone": "red",
        "unjudged": None,
    }


@pytest.mark.parametrize(("count", "label"), [("1", "1 mapping"), ("2", "2 mappings"), ("11", "11 mappings")])
def test_one_mapping_is_one(client: FlaskClient, monkeypatch, count: str, label: str) -> None:
    row = {"from": ID + "a/1", "to": ID + "b/1", "property": MAPPED_TO}
    joined = {name: Term("uri", value) for name, value in row.items()}
    answer = Answer(tuple(row), ({**joined, "mappings": Term("literal", count)},))
    real = subgraph.ask
    monkeypatch.setattr(
        subgraph,
        "ask",
        lambda name, **terms: answer if name == "pages/edition-links" else real(name, **terms),
    )
    assert [edge["label"] for edge in drawn(client)["edges"]] == [label]


def test_graph_without_editions_is_an_empty_drawing() -> None:
    client = create_app(EmbeddedStore.holding([]), Settings(), None).test_client()
    assert drawn(client) == {"focus": None, "nodes": [], "edges": [], "left_out": 0}
    assert client.get("/graph").status_code == 200


def catalogue(editions: int, sections: int = 80) -> EmbeddedStore:
    """A store of many standards; each second edition is mapped to the one before, later ones more often."""
    ontology, a = "https://w3id.org/iot-security-crosswalk/ontology#", pyoxigraph.NamedNode
    kind = a("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    quads = []

    def say(subject: str, predicate: str, value: str) -> None:
        quads.append(pyoxigraph.Quad(a(ID + subject), a(ontology + predicate), a(ID + value)))

    for number in range(editions):
        standard, edition = f"s{number:03}", f"s{number:03}/1"
        quads.append(pyoxigraph.Quad(a(ID + edition), kind, a(ontology + "Edition")))
        say(edition, "editionOf", standard)
        for place in range(sections):
            section = f"{edition}/section/{place}"
            quads.append(pyoxigraph.Quad(a(ID + section), kind, a(ontology + "Section")))
            say(section, "inEdition", edition)
            part_of = a("http://purl.org/dc/terms/isPartOf")
            quads.append(pyoxigraph.Quad(a(ID + section), part_of, a(ID + edition)))
        for place in range(number // 10 if number % 2 else 0):
            ends = f"{edition}/section/{place}", f"s{number - 1:03}/1/section/{place}"
            record = f"mapping/m/{number}-{place}"
            for predicate, end in zip(("subject", "object"), ends, strict=True):
                say(record, predicate, end)
            say(ends[0], "linkedTo", ends[1])
    return EmbeddedStore.holding(quads)


@pytest.fixture(scope="module")
def many() -> FlaskClient:
    """A client of the pages over a graph of 12,300 things."""
    return create_app(catalogue(150), Settings(), None).test_client()


def test_a_large_graph_opens_as_the_editions_that_most_mappings_join(many: FlaskClient) -> None:
    part = drawn(many)
    assert len(part["nodes"]) == subgraph.MOST_NODES and part["left_out"] == 300 - len(part["nodes"])
    assert part["edges"][0]["label"] == "14 mappings"
    assert {f"s{number:03}/1" for number in range(11, 150, 2)} <= names(part)


def test_a_whole_large_graph_is_cut_at_what_a_browser_bears(many: FlaskClient) -> None:
    part = drawn(many, whole="yes")
    assert len(part["nodes"]) == subgraph.MOST_WHOLE and part["left_out"]


def test_a_neighbourhood_takes_no_longer_in_a_graph_thirty_times_as_large(many: FlaskClient) -> None:
    """Two hundred things in both; what it takes depends on them, and not on how much else there is."""
    few = create_app(catalogue(5), Settings(), None).test_client()

    def took(client: FlaskClient) -> float:
        best = float("inf")
        for _ in range(5):
            begin = time.process_time()
            part = drawn(client, focus="s003/1", depth=2)
            best = min(best, time.process_time() - begin)
        assert len(part["nodes"]) > 80
        return best

    assert took(many) < 3 * took(few)
