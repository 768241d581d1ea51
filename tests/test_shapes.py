"""Every shape lets the good example pass, and is the only one that its bad example breaks."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Quad, Store
from rdflib import Literal, URIRef
from rdflib.namespace import RDF, SH

from crosswalk.folders import content_root
from crosswalk.graph.findings import Finding
from crosswalk.graph.inference import (
    INFERRED,
    close_ontology,
    implausible_types,
    infer,
    make_store,
    read_rules,
)
from crosswalk.graph.rdf_files import read_rdf
from crosswalk.graph.shapes import Shapes, read_shapes
from crosswalk.graph.validation import validate
from crosswalk.iris import PREFIXES
from crosswalk.namespaces import ID, SHAPE

EXAMPLES = Path(__file__).parent / "shapes"
ROOT = content_root()


@cache
def shapes() -> Shapes:
    return read_shapes(ROOT)


@cache
def named_shapes() -> frozenset[URIRef]:
    kinds = (SH.NodeShape, SH.PropertyShape)
    return frozenset(shape for kind in kinds for shape in shapes().graph.subjects(RDF.type, kind))


def read_updates(path: Path) -> dict[str, str]:
    """The updates of a file by their headings, the lines that begin with ``#!``."""
    found = re.findall(r"^#! ([^\n]+)\n(.*?)(?=^#!|\Z)", path.read_text(), re.MULTILINE | re.DOTALL)
    assert len({heading for heading, _ in found}) == len(found), f"{path.name} has a heading twice"
    return dict(found)


@cache
def bad_examples() -> dict[str, str]:
    """The updates that spoil the good example, by heading: the shape's name, perhaps a comma and the case."""
    paths = sorted(path for path in EXAMPLES.glob("*.ru") if path.name != "good.ru")
    return {heading: update for path in paths for heading, update in read_updates(path).items()}


def broken_shape(heading: str) -> str:
    """The IRI of the shape that a bad example is about."""
    return str(SHAPE[heading.partition(",")[0]])


@cache
def good_example() -> tuple[Quad, ...]:
    """The invented example, with the ontology closed once."""
    ontology = [quad for path in sorted((ROOT / "ontology").glob("*.ttl")) for quad in read_rdf(path)]
    closed = [Quad(*triple) for triple in close_ontology(ontology)]
    return (*ontology, *closed, *read_rdf(EXAMPLES / "base.ttl"))


@cache
def rules() -> tuple:
    return tuple(read_rules(ROOT))


def change(update: str) -> list[Quad]:
    """The good example after a SPARQL update, which must change something."""
    store = Store()
    store.bulk_extend(
        Quad(quad.subject, quad.predicate, quad.object, DefaultGraph()) for quad in good_example()
    )
    before = set(store)
    prefixes = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
    store.update(f"BASE <{ID}>\n{prefixes}{update}")
    after = list(store)
    assert set(after) != before, "the update changes nothing"
    return after


def findings(quads: tuple[Quad, ...] | list[Quad]) -> list[Finding]:
    store = make_store(quads)
    derived = infer(store, (), rules())
    for each in implausible_types(quads, derived[INFERRED]):
        store.remove(Quad(*each))
    return validate(store, shapes())


def test_the_good_example_conforms_to_every_shape() -> None:
    assert findings(good_example()) == []


@pytest.mark.parametrize("case", sorted(read_updates(EXAMPLES / "good.ru")))
def test_what_is_unusual_and_right_conforms(case: str) -> None:
    assert findings(change(read_updates(EXAMPLES / "good.ru")[case])) == []


@pytest.mark.parametrize("case", sorted(bad_examples()))
def test_the_bad_example_breaks_its_shape_and_no_other(case: str) -> None:
    found = findings(change(bad_examples()[case]))
    assert {finding.shape for finding in found} == {broken_shape(case)}


def test_every_shape_has_a_bad_example() -> None:
    assert set(map(broken_shape, bad_examples())) == set(map(str, named_shapes()))


def test_bad_examples_stand_in_the_file_named_like_their_shapes() -> None:
    for path in sorted((ROOT / "shapes").glob("*.ttl")):
        demanded = set(re.findall(r"^shape:(\w+)", path.read_text(), re.MULTILINE))
        shown = {heading.partition(",")[0] for heading in read_updates(EXAMPLES / f"{path.stem}.ru")}
        assert demanded == shown, f"compare shapes/{path.name} with tests/shapes/{path.stem}.ru"


MILD: dict[str, str] = {}
"""Shapes whose breach stops no build, by what it is instead: Warning or Info."""


def test_the_breach_of_every_shape_stops_the_build_unless_it_is_known_to_be_mild() -> None:
    for shape in named_shapes():
        wanted = SH[MILD.get(str(shape).rpartition("/")[2], "Violation")]
        assert list(shapes().graph.objects(shape, SH.severity)) == [wanted], shape


def test_every_shape_tells_curators_what_to_do_in_one_sentence() -> None:
    graph = shapes().graph
    for shape in named_shapes():
        messages = [*graph.objects(shape, SH.message)]
        messages += [
            text for each in graph.objects(shape, SH.sparql) for text in graph.objects(each, SH.message)
        ]
        assert len(messages) == 1, shape
        assert isinstance(messages[0], Literal) and messages[0].language == "en", shape
        assert re.fullmatch(r"[A-Z].*\.", str(messages[0]), re.DOTALL), shape


def test_no_constraint_that_asks_a_question_is_put_to_each_element() -> None:
    """One question about a whole set is many times faster than one question for each of its members."""
    small = {
        "Edition",
        "Standard",
        "ComparisonSet",
        "MappingSet",
        "CurationNote",
        "Correspondence",
        "Dataset",
    }
    graph = shapes().graph
    for shape in graph.subjects(SH.sparql):
        for target in graph.objects(shape, SH.targetClass):
            assert re.split(r"[#/]", str(target))[-1] in small, shape
