"""The rules are read in an order that saves rounds, and the ontology is closed as owlrl closes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad
from rdflib import URIRef
from rdflib.namespace import OWL, RDF, RDFS

from crosswalk.errors import InputError
from crosswalk.graph.inference import close_ontology, entailed_hierarchies, infer, make_store, read_rules
from crosswalk.graph.sources import read_sources
from crosswalk.namespaces import ID, SSSOM, XW

ROOT = Path(__file__).resolve().parents[1]
RULES = read_rules(ROOT)
SCHEMA = [
    quad
    for quad in read_sources(ROOT).ontology()
    if quad.predicate.value.startswith((str(RDFS), str(OWL), str(RDF)))
]
THINGS = [NamedNode(ID[f"toy/{number}"]) for number in range(5)]
PROPERTIES = [NamedNode(str(each)) for each in (
    XW.inEdition, XW.inCategory, XW.within, XW.descendsFrom, XW.object, XW.subject, XW.mapsInto, XW.linkedTo,
    XW.excludesRelation, SSSOM.mapping_justification, URIRef("http://www.w3.org/ns/prov#wasRevisionOf"),
)]  # fmt: skip
RELATIONS = [NamedNode(str(XW[name])) for name in ("Equal", "Subset", "Superset", "Intersects", "Disjoint")]
KINDS = [NamedNode(str(kind)) for kind in (XW.Guideline, XW.Section, XW.Mapping, OWL.SymmetricProperty)]
things = st.sampled_from(THINGS)
facts = st.one_of(
    st.builds(Quad, things, st.sampled_from(PROPERTIES), st.sampled_from([*THINGS, *RELATIONS])),
    st.builds(Quad, things, st.just(NamedNode(str(RDF.type))), st.sampled_from([*THINGS, *KINDS])),
    # Properties and classes that facts alone declare.
    st.builds(Quad, things, st.just(NamedNode(str(RDFS.subPropertyOf))), things),
    st.builds(Quad, things, st.just(NamedNode(str(RDFS.subClassOf))), things),
    st.builds(Quad, things, st.just(NamedNode(str(RDFS.domain))), things),
    st.builds(Quad, things, things, things),
)
graphs = st.lists(facts, min_size=1, max_size=25)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(graphs)
def test_what_follows_does_not_depend_on_the_order_of_the_rules(graph: list[Quad]) -> None:
    asserted = [*SCHEMA, *graph]
    forwards, backwards = (infer(make_store(asserted), (), rules) for rules in (RULES, RULES[::-1]))
    assert set().union(*forwards.values()) == set().union(*backwards.values())


WRONG = [
    ("#+ title: x\n#+ after: within\nCONSTRUCT {} WHERE {}", None),
    ("#+ title: x\n#+ after: new\nCONSTRUCT {} WHERE {}", "the rules new come after each other"),
]


@pytest.mark.parametrize(("text", "what"), WRONG)
def test_a_wrong_header_is_told(text: str, what: str | None, content) -> None:
    (content.root / "queries" / "rules" / "new.rq").write_text(text)
    if what is None:
        names = [rule.name for rule in read_rules(content.root)]
        assert names.index("new") > names.index("within")
        return
    with pytest.raises(InputError, match=what):
        read_rules(content.root)


def axiom(subject: str, predicate: URIRef, value: str | URIRef) -> Quad:
    target = NamedNode(str(value)) if isinstance(value, URIRef) else NamedNode(ID[value])
    return Quad(NamedNode(ID[subject]), NamedNode(str(predicate)), target)


STEPS = [
    axiom("A", RDFS.subClassOf, "B"),
    axiom("B", RDFS.subClassOf, "C"),
    axiom("p", RDFS.subPropertyOf, "q"),
]
CLOSED = {axiom("A", RDFS.subClassOf, "C").triple}


MORE = [
    ([axiom("A", OWL.equivalentClass, "Z")], axiom("Z", RDFS.subClassOf, "C")),
    ([axiom("q", OWL.equivalentProperty, "r")], axiom("p", RDFS.subPropertyOf, "r")),
    ([axiom("s", RDFS.subPropertyOf, RDFS.subClassOf)], axiom("A", RDFS.subClassOf, "C")),
]  # fmt: skip


@pytest.mark.parametrize(("more", "follows"), MORE)
def test_an_ontology_that_says_more_is_closed_as_a_whole(more: list[Quad], follows: Quad) -> None:
    assert follows.triple in close_ontology([*STEPS, *more, axiom("p", RDFS.range, "A")])


def test_the_shipped_ontology_is_closed_as_owlrl_closes_the_whole_of_it() -> None:
    """Types, domains and ranges are kept from owlrl: with them it finds the same hierarchies."""
    axioms = [quad.triple for quad in SCHEMA if isinstance(quad.object, NamedNode)]
    assert len(axioms) > 400
    assert close_ontology(SCHEMA) == entailed_hierarchies(axioms)
