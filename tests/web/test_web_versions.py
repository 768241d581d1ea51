"""A version of the vocabulary and one of the dataset have addresses of their own, for no other version."""

from __future__ import annotations

import hashlib
import json

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from rdflib import OWL, RDF, Graph, URIRef
from rdflib.compare import isomorphic

from crosswalk.graph.snapshot import Snapshot
from crosswalk.iris import BASE

ONTOLOGY = URIRef(BASE + "ontology")


def test_the_version_iri_of_the_vocabulary_gives_the_vocabulary(site: FlaskClient) -> None:
    found = Graph().parse(data=site.get("/ontology.ttl").data, format="turtle")
    version = str(found.value(ONTOLOGY, OWL.versionIRI))
    assert version == f"{ONTOLOGY}/{found.value(ONTOLOGY, OWL.versionInfo)}"
    address = "/" + version.removeprefix(BASE)
    there = site.get(address, headers={"Accept": "text/turtle"})
    same = Graph().parse(data=there.data, format="turtle")
    assert there.mimetype == "text/turtle" and isomorphic(same, found)
    assert (ONTOLOGY, RDF.type, OWL.Ontology) in same
    assert site.get(address + ".nt").mimetype == "application/n-triples"
    page = BeautifulSoup(site.get(address, headers={"Accept": "text/html"}).data, "html.parser")
    assert page.find(id="Guideline")
    assert f"Version {found.value(ONTOLOGY, OWL.versionInfo)}" in page.find("main").text


@pytest.mark.parametrize(
    "address", ["/ontology/9.9", "/ontology/x/y", "/snapshot/0123456789abcdef", "/snapshot/0"]
)
def test_another_version_is_not_given_for_it(site: FlaskClient, address: str) -> None:
    response = site.get(address, headers={"Accept": "text/html"})
    assert response.status_code == 404
    links = [a["href"] for a in BeautifulSoup(response.data, "html.parser").select("main a")]
    (offered,) = [href for href in links if href.startswith(address[:10])]
    assert site.get(offered).status_code in (200, 303)


def test_the_version_of_the_dataset_leads_to_the_very_file(site: FlaskClient, snapshot: Snapshot) -> None:
    address = f"/snapshot/{snapshot.hash[:16]}"
    page = site.get(address, headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["Location"]) == (303, "/data/")
    file = site.get(f"{address}.nq")
    assert (file.status_code, file.headers["Location"]) == (303, "/data/crosswalk.nq")
    assert hashlib.sha256(site.get(file.headers["Location"]).data).hexdigest() == snapshot.hash
    assert site.get("/snapshot/current").headers["Location"] == address
    asked = site.get(address, headers={"Accept": "text/turtle"})
    assert asked.headers["Location"] == "/data/crosswalk.ttl"


def test_the_catalogue_names_the_version_that_is_served(site: FlaskClient, snapshot: Snapshot) -> None:
    page = BeautifulSoup(site.get("/data/").data, "html.parser")
    said = json.loads(page.find("script", type="application/ld+json").string)
    assert said["dcat:version"] == snapshot.hash
    iri = said["dcat:hasCurrentVersion"]["@id"]
    assert iri == f"{BASE}snapshot/{snapshot.hash[:16]}"
    assert site.get("/" + iri.removeprefix(BASE)).status_code == 303


def test_without_a_built_snapshot_there_is_no_version(tiny: FlaskClient) -> None:
    assert tiny.get("/ontology/0.1.0").status_code == 404
