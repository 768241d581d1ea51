"""What the guides for curators and researchers show is true: their Turtle conforms, their queries answer."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from crosswalk.errors import InputError
from crosswalk.graph.build import build, check
from crosswalk.graph.sources import read_file
from crosswalk.iris import compact, expand
from crosswalk.namespaces import XW
from crosswalk.stores import SPARQL_JSON
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.results import ask, read_answer

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


def recipe_files() -> list[tuple[str, str]]:
    """The blocks of the recipes that are files, in the order a reader comes to them: path and text."""
    text = (DOCS / "curators.md").read_text(encoding="utf-8").partition("\n# Recipes\n")[2]
    return re.findall(r"(?ms)^```(?:turtle|tsv) (data/\S+)\n(.*?)^```$", text)


def follow_recipes(repository: Path, folder: Path, *, spoil: tuple[str, str] = ("", "")) -> Path:
    """A copy of the content in which the recipes were followed; ``spoil`` is a slip of the reader."""
    for part in ("ontology", "data", "shapes", "queries"):
        shutil.copytree(repository / part, folder / part)
    for name, text in recipe_files():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        before = path.read_text(encoding="utf-8") + "\n" if path.exists() else ""
        path.write_text(before + text.replace(*spoil) if spoil[0] else before + text, encoding="utf-8")
    return folder


def test_the_recipes_add_a_standard_two_editions_and_a_mapping_set(repository: Path, tmp_path: Path):
    root = follow_recipes(repository, tmp_path / "content")
    published = build(root, tmp_path / "built")
    store = EmbeddedStore.load(published.dataset)

    def column(name: str, question: str, **terms: object) -> list[str]:
        return [compact(str(row[name])) for row in ask(store, f"questions/{question}", **terms) if row[name]]

    standard, publisher = expand("example-code"), expand("body/example-board")
    assert "example-code" in column("standard", "which-standards-are-here")
    editions = column("edition", "which-editions-are-here", standard=standard)
    assert set(editions) == {"example-code/2021", "example-code/2024"}
    kinds = column("kind", "what-became-of-each-guideline", to=expand("example-code/2024"))
    assert sorted(kinds) == ["xw:Added", "xw:Continued", "xw:Renumbered"]
    assert column("records", "which-published-crosswalks-are-here", publisher=publisher) == ["2"]
    cited = column(
        "linked", "which-elements-are-linked-to-an-element", element=expand("example-code/2024/provision/3")
    )
    assert cited == ["gsma/2.0/CLP.12/section/6.6"]


@pytest.mark.parametrize(
    ("slip", "named"),
    [
        (('xw:obligation "should"', "xw:obligation "), "data/example-code/2021.ttl:"),
        (("code:3\tskos:mappingRelation", "code:3\tskos:mapped"), "example.sssom.tsv:42"),
    ],
    ids=["turtle", "table"],
)
def test_a_slip_in_a_recipe_is_told_with_its_file(repository: Path, tmp_path: Path, slip, named: str):
    root = follow_recipes(repository, tmp_path / "content", spoil=slip)
    with pytest.raises(InputError) as caught:
        check(root)
    assert named in str(caught.value)


def test_a_recipe_left_half_done_does_not_pass(repository: Path, tmp_path: Path):
    step = "    xkos:madeOf <change/example-code-2021--example-code-2024/added-2> ;\n"
    found = check(follow_recipes(repository, tmp_path / "content", spoil=(step, ""))).violations
    assert any("example-code" in str(finding) for finding in found)


@pytest.mark.parametrize("query", blocks("model.md", "sparql"), ids=range(len(blocks("model.md", "sparql"))))
def test_the_queries_of_the_model_give_rows(query: str, real_store: EmbeddedStore):
    assert len(read_answer(real_store.query(query, SPARQL_JSON))) > 0


@pytest.mark.parametrize("name", ["curators.md", "model.md", "questions.md"])
def test_a_guide_names_only_terms_of_the_ontology(name: str):
    assert {term for term in named_terms(name) if term not in XW} == set()


def test_the_model_shows_every_class_of_things():
    ontology = Graph().parse(DOCS.parent / "ontology" / "crosswalk.ttl")
    classes = {term for term in ontology.subjects(RDF.type, OWL.Class) if term in XW}
    concepts = set(ontology.subjects(RDFS.subClassOf, SKOS.Concept))
    assert {str(term).removeprefix(str(XW._NS)) for term in classes - concepts} <= named_terms("model.md")
