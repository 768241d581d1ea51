"""What is offered for download is what it says: sizes, hashes, terms, and the named graphs in one file."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pyoxigraph
import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from crosswalk.graph.snapshot import Snapshot
from crosswalk.settings import Settings
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.web.app import create_app
from crosswalk.web.dataset import measure_graphs, write_trig
from crosswalk.web.http.delivery import AnswerFiles
from crosswalk.web.views import data

WHOLE = "/data/crosswalk.nq"
GRAPH = "https://w3id.org/iot-security-crosswalk/graph/"


def test_the_file_of_quads_bears_the_hash_of_the_snapshot(site: FlaskClient, snapshot: Snapshot) -> None:
    response = site.get(WHOLE)
    assert response.mimetype == "application/n-quads"
    assert hashlib.sha256(response.data).hexdigest() == snapshot.hash
    assert "filename=crosswalk.nq" in response.headers["Content-Disposition"].replace('"', "")
    assert int(response.headers["Content-Length"]) == len(response.data)


def test_the_quads_travel_compressed_and_not_twice(site: FlaskClient, snapshot: Snapshot) -> None:
    squeezed = site.get(WHOLE, headers={"Accept-Encoding": "gzip"})
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert hashlib.sha256(gzip.decompress(squeezed.data)).hexdigest() == snapshot.hash
    tag = squeezed.headers["ETag"]
    assert tag.endswith('-gzip"') and tag != site.head(WHOLE).headers["ETag"]
    again = site.get(WHOLE, headers={"Accept-Encoding": "gzip", "If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert site.head(WHOLE, headers={"Accept-Encoding": "gzip"}).headers["ETag"] == tag


def test_neither_form_is_held_in_memory(site: FlaskClient) -> None:
    for headers in ({}, {"Accept-Encoding": "gzip"}):
        response = site.get(WHOLE, headers=headers, buffered=False)
        pieces = response.iter_encoded()
        assert 0 < len(next(pieces)) < 2**20
        response.close()


def test_trig_holds_the_same_named_graphs_as_the_quads(site: FlaskClient, snapshot: Snapshot) -> None:
    response = site.get("/data/crosswalk.trig", headers={"Accept-Encoding": "gzip"})
    assert (response.mimetype, response.headers["Content-Encoding"]) == ("application/trig", "gzip")
    text = gzip.decompress(response.data)
    read = set(pyoxigraph.parse(text, pyoxigraph.RdfFormat.TRIG))
    quads = pyoxigraph.parse(path=str(snapshot.dataset), format=pyoxigraph.RdfFormat.N_QUADS)
    named = {quad for quad in quads if not isinstance(quad.graph_name, pyoxigraph.DefaultGraph)}
    plain, blank = (
        [{one for one in some if _blank(one) is kind} for some in (named, read)] for kind in (False, True)
    )
    assert plain[0] == plain[1] and len(blank[0]) == len(blank[1])
    assert b"xw:" in text and text.count(b"@prefix xw:") == 1
    tag = response.headers["ETag"]
    again = site.get("/data/crosswalk.trig", headers={"Accept-Encoding": "gzip", "If-None-Match": tag})
    assert again.status_code == 304


def _blank(quad: pyoxigraph.Quad) -> bool:
    return any(isinstance(term, pyoxigraph.BlankNode) for term in (quad.subject, quad.object))


def test_trig_is_written_graph_by_graph() -> None:
    read: list[str] = []

    def turtle(iri: str) -> bytes:
        read.append(iri)
        return b"<urn:s> <urn:p> <urn:o> .\n"

    parts = write_trig(["urn:a", "urn:b"], turtle)
    assert b"{" not in next(parts) and read == []
    assert next(parts).count(b"{\n") == 1 and read == ["urn:a"]


def test_a_whole_is_made_once_for_each_form_and_encoding(
    site: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files = AnswerFiles(2**30, tmp_path)
    monkeypatch.setitem(site.application.extensions, "crosswalk-files", files)
    plain = site.get("/data/crosswalk.trig").data
    monkeypatch.setattr(data.dataset, "write_trig", lambda *_: [b"another"])
    assert site.get("/data/crosswalk.trig").data == plain
    packed = site.get("/data/crosswalk.trig", headers={"Accept-Encoding": "gzip"})
    assert (gzip.decompress(packed.data), packed.headers["Content-Encoding"]) == (b"another", "gzip")
    assert "Last-Modified" not in packed.headers


def test_the_page_folds_its_graphs_and_needs_no_script(site: FlaskClient, snapshot: Snapshot) -> None:
    page = BeautifulSoup(site.get("/data/").data, "html.parser")
    folded = page.select("details.group")
    assert len(folded) < len(snapshot.graphs) / 2 and not any(one.has_attr("open") for one in folded)
    assert len(page.select("details.group tbody tr")) == len(snapshot.graphs)
    titles = [one.summary.get_text(" ", strip=True) for one in folded]
    assert titles[0].startswith("Comparisons") and titles[-1].startswith("Worked out")


def test_without_a_built_snapshot_there_is_no_such_file(tiny: FlaskClient) -> None:
    assert tiny.get(WHOLE).status_code == 404
    page = BeautifulSoup(tiny.get("/data/").data, "html.parser")
    assert not page.find("a", href=WHOLE) and page.find("a", href="/data/crosswalk.ttl")


def test_every_graph_is_as_large_as_it_says_and_bears_its_hash(site: FlaskClient, snapshot: Snapshot) -> None:
    measures = measure_graphs(snapshot.dataset)
    assert {graph["iri"] for graph in snapshot.graphs} - set(measures) <= {GRAPH + "ontology/crosswalk"}
    for graph, measured in measures.items():
        body = site.get(f"/graph/{graph.removeprefix(GRAPH)}.nt").data
        assert (len(body), hashlib.sha256(body).hexdigest()) == (measured.size, measured.hash), graph


def test_a_line_without_graph_is_told_from_one_with(tmp_path: Path) -> None:
    triples = ("<urn:a> <urn:b> <urn:c>", '<urn:a> <urn:b> "x <urn:c>"', '<urn:a> <urn:b> "y <z"^^<urn:t>')
    file = tmp_path / "dataset.nq"
    file.write_text("".join(f"{one} .\n{one} <urn:g> .\n" for one in triples), encoding="utf-8")
    expected = "".join(f"{one} .\n" for one in triples).encode()
    measured = measure_graphs(file)
    assert list(measured) == ["urn:g"] and measured["urn:g"].size == len(expected)
    assert measured["urn:g"].hash == hashlib.sha256(expected).hexdigest()


def test_a_graph_with_blank_nodes_has_no_hash(tmp_path: Path) -> None:
    file = tmp_path / "dataset.nq"
    lines = ("<urn:a> <urn:b> _:x <urn:g>", "_:x <urn:b> <urn:c> <urn:h>", "<urn:a> <urn:b> <urn:c> <urn:i>")
    file.write_text("".join(f"{line} .\n" for line in lines), encoding="utf-8")
    assert list(measure_graphs(file)) == ["urn:i"]


def test_the_page_gives_size_source_terms_and_hash_of_each_graph(site: FlaskClient) -> None:
    page = BeautifulSoup(site.get("/data/").data, "html.parser")
    row = page.find("a", href="/graph/ipa/2.0").find_parent("tr")
    text = " ".join(row.get_text(" ").split())
    assert "triples" in text and "kB as N-Triples" in text and "CC BY 4.0" in text
    assert row.find("a", href="/id/source/ipa-gsma-comparison")
    assert len(row.find("code", class_="digest").text) == 64
    for address in (WHOLE, "/context.jsonld", "/.well-known/void"):
        assert page.find("a", href=address)


def test_the_description_inside_the_page_names_every_graph_with_its_licence(
    site: FlaskClient, snapshot: Snapshot
) -> None:
    page = BeautifulSoup(site.get("/data/").data, "html.parser")
    described = json.loads(page.find("script", type="application/ld+json").string)
    parts = {part["@id"]: part for part in described["hasPart"]}
    assert set(parts) == {graph["iri"] for graph in snapshot.graphs}
    ours = parts[GRAPH + "ipa/2.0"]
    assert ours["dcterms:license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}
    assert ours["distribution"][0]["contentUrl"] == GRAPH + "ipa/2.0.ttl"
    read = list(pyoxigraph.parse(json.dumps(described), pyoxigraph.RdfFormat.JSON_LD))
    dataset = pyoxigraph.NamedNode("http://www.w3.org/ns/dcat#Dataset")
    assert len([quad for quad in read if quad.object == dataset]) == len(parts) + 1


def test_the_lines_of_a_graph_are_sorted_however_a_store_gives_them() -> None:
    graph = pyoxigraph.NamedNode(GRAPH + "toy")
    names = [f"urn:{number * 7919 % 101}" for number in range(1, 40)]
    facts = [pyoxigraph.Triple(*[pyoxigraph.NamedNode(name)] * 3) for name in names]
    store = EmbeddedStore.holding(pyoxigraph.Quad(*fact, graph) for fact in facts)
    lines = create_app(store, Settings(), None).test_client().get("/graph/toy.nt").text.splitlines()
    assert lines == sorted(f"<{name}> <{name}> <{name}> ." for name in names)
