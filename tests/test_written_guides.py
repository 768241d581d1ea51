"""What the guides for curators and researchers show is true: their Turtle conforms, their queries answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from crosswalk.answers import read_answer
from crosswalk.graph.build import check
from crosswalk.graph.sources import read_file
from crosswalk.namespaces import XW
from crosswalk.stores import SPARQL_JSON
from crosswalk.stores.embedded import EmbeddedStore

DOCS = Path(__file__).parents[1] / "docs"


def blocks(name: str, language: str) -> list[str]:
    text = (DOCS / name).read_text(encoding="utf-8")
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", text)


def named_terms(name: str) -> set[str]:
    return set(re.findall(r"\bxw:(\w+)", (DOCS / name).read_text(encoding="utf-8")))


def findings(path: Path, repository: Path) -> list[str]:
    checked = check(repository, [read_file(path)])
    return [str(finding) for finding in checked.violations if "example" in str(finding)]


def test_the_curators_example_conforms(tmp_path: Path, repository: Path):
    path = tmp_path / "example.ttl"
    path.write_text("\n".join(blocks("curators.md", "turtle")), encoding="utf-8")
    assert findings(path, repository) == []


def test_the_curators_example_is_really_checked(tmp_path: Path, repository: Path):
    path = tmp_path / "example.ttl"
    text = "\n".join(blocks("curators.md", "turtle"))
    path.write_text(text.replace("    xw:declaredCount 1 ;", "    xw:declaredCount 2 ;"), encoding="utf-8")
    assert findings(path, repository)


@pytest.mark.parametrize("query", blocks("model.md", "sparql"), ids=range(len(blocks("model.md", "sparql"))))
def test_the_queries_of_the_model_give_rows(query: str, snapshot):
    store = EmbeddedStore.load(snapshot.dataset)
    assert len(read_answer(store.query(query, SPARQL_JSON))) > 0


@pytest.mark.parametrize("name", ["curators.md", "model.md", "questions.md"])
def test_a_guide_names_only_terms_of_the_ontology(name: str):
    assert {term for term in named_terms(name) if term not in XW} == set()


def test_the_model_shows_every_class_of_things():
    ontology = Graph().parse(DOCS.parent / "ontology" / "crosswalk.ttl")
    classes = {term for term in ontology.subjects(RDF.type, OWL.Class) if term in XW}
    concepts = set(ontology.subjects(RDFS.subClassOf, SKOS.Concept))
    assert {str(term).removeprefix(str(XW._NS)) for term in classes - concepts} <= named_terms("model.md")
