"""Validation in parts finds what validation of the whole finds, by parts of pySHACL it does not document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from inspect import signature
from pathlib import Path

import pyoxigraph
import pyshacl
import pytest
from pyoxigraph import Quad, Store
from pyshacl.graph_abstraction import OxigraphDataGraph
from pyshacl.shape import Shape
from rdflib import BNode, Graph, Literal
from rdflib.namespace import DCTERMS, SH, SKOS

from bench.generator import Catalogue
from crosswalk.graph import validation
from crosswalk.graph.inference import infer, make_store, read_rules
from crosswalk.graph.shapes import Shapes, read_shapes
from crosswalk.graph.sources import read_sources
from crosswalk.namespaces import XW

ROOT = Path(__file__).resolve().parents[1]
TAKEN = {
    str(each) for each in (DCTERMS.source, XW.inEdition, XW.ordinal, XW.outcome, XW.object, SKOS.notation)
}
"""Properties of which some facts are taken away, or given once more with another value."""


@pytest.fixture(scope="module", params=["shipped", "generated"])
def broken(request, tmp_path_factory) -> Store:
    """A graph with mistakes of many kinds: the shipped one, or a generated one of two units."""
    root = ROOT
    if request.param == "generated":
        root = Catalogue(2).write(tmp_path_factory.mktemp("catalogue"), ROOT)
    sources = read_sources(root)
    store = make_store(sources.facts())
    some = sorted((fact for fact in store if fact.predicate.value in TAKEN), key=str)
    for place, fact in enumerate(some):
        if place % 9 == 0:
            store.remove(fact)
        elif place % 9 == 1:
            store.add(Quad(fact.subject, fact.predicate, pyoxigraph.Literal("something else")))
    infer(store, sources.ontology(), read_rules(root))
    return store


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return read_shapes(ROOT)


CHANGED = (
    "pySHACL {version} no longer has what reports() in crosswalk/graph/validation.py uses: compare it with"
    " Validator.run of that version, then move the upper bound of pyshacl in pyproject.toml."
)


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (pyshacl.Validator.__init__, ("data_graph", "shacl_graph", "options")),
        (pyshacl.Validator.make_executor, ()),
        (pyshacl.Validator.create_validation_report, ("sg", "conforms", "results")),
        (Shape.focus_nodes, ("data_graph",)),
        (Shape.validate, ("executor", "target_graph", "focus")),
        (OxigraphDataGraph.objects, ("subject", "predicate", "unique")),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_pyshacl_takes_what_validation_gives_it(function: Callable, parameters: tuple[str, ...]) -> None:
    assert set(parameters) <= set(signature(function).parameters), CHANGED.format(version=pyshacl.__version__)


def test_pyshacl_has_what_validation_looks_at(content) -> None:
    graph = read_shapes(content.root).graph
    validator = pyshacl.Validator(OxigraphDataGraph(Store()), shacl_graph=graph, options={"inplace": True})
    message = CHANGED.format(version=pyshacl.__version__)
    assert isinstance(validator.data_graph, OxigraphDataGraph), message
    assert {type(shape) for shape in validator.shacl_graph.shapes} == {Shape}, message
    assert {shape.deactivated for shape in validator.shacl_graph.shapes} == {False}, message


def results(reports: Iterable[Graph], shapes: Shapes) -> Counter[frozenset[tuple[str, str]]]:
    """All that is said of each result, with shapes that have no name as the named ones around them."""

    def said(report: Graph, result: BNode) -> frozenset[tuple[str, str]]:
        facts = ((name, shapes.name(value)) for name, value in report.predicate_objects(result))
        return frozenset((str(name), str(value)) for name, value in facts)

    return Counter(said(report, result) for report in reports for result in report.objects(None, SH.result))


@pytest.mark.parametrize("nodes", [3, 1000])
def test_parts_find_what_the_whole_finds(nodes: int, broken: Store, shapes: Shapes, monkeypatch) -> None:
    monkeypatch.setattr(validation, "NODES", nodes)
    parts = list(validation.reports(broken, shapes.graph))
    found = results(parts, shapes)
    assert found == results([validation.report(broken, shapes.graph)], shapes)
    assert len(found) > 100 and len(parts) > 20
    component = str(SH.sourceConstraintComponent)
    assert len({value for result in found for name, value in result if name == component}) > 6


def test_a_text_in_place_of_a_thing_is_found_and_stops_nothing(content) -> None:
    content.write("data/toy/2.ttl", "<toy/2/guideline/1> xw:inCategory 'a text' .")
    content.write(
        "shapes/way.ttl",
        "<../shape/Way> a sh:NodeShape ; sh:targetObjectsOf xw:inCategory ;\n"
        " sh:property [ sh:path skos:prefLabel ; sh:minCount 1 ; sh:message 'No label.' ] .",
    )
    store = make_store(read_sources(content.root).facts())
    found = list(validation.reports(store, read_shapes(content.root).graph))
    focused = {focus for report in found for focus in report.objects(None, SH.focusNode)}
    assert [str(focus) for focus in focused if isinstance(focus, Literal)] == ["a text"]


def test_a_shape_that_is_switched_off_is_applied_to_no_part(content) -> None:
    path = content.root / "shapes" / "toy.ttl"
    path.write_text(path.read_text().replace("a sh:NodeShape ;", "a sh:NodeShape ; sh:deactivated true ;"))
    path.write_text(
        path.read_text().replace("a sh:PropertyShape ;", "a sh:PropertyShape ; sh:deactivated true ;")
    )
    store = make_store(read_sources(content.root).facts())
    assert not list(validation.reports(store, read_shapes(content.root).graph))
    path.write_text(path.read_text().replace("sh:deactivated true ;", ""))
    store.update(f"DELETE WHERE {{ ?thing <{DCTERMS.source}> ?source }}")
    assert list(validation.reports(store, read_shapes(content.root).graph))
