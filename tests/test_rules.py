"""A rule that is passed over would have added nothing: what its header says of it is true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, Triple
from rdflib import URIRef, Variable
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.paths import Path as PropertyPath
from rdflib.plugins.sparql import prepareQuery

from crosswalk.errors import InputError
from crosswalk.graph import inference
from crosswalk.graph.inference import Rule, close_ontology, holding, infer, infer_in, read_rules
from crosswalk.graph.sources import read_sources
from crosswalk.namespaces import ID, SSSOM, XW

ROOT = Path(__file__).resolve().parents[1]
RULES = read_rules(ROOT)
ASKED_ALWAYS = [replace(rule, reads=None, repeats=True) for rule in RULES]
SELDOM = [rule for rule in RULES if rule.reads is not None]

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


@settings(max_examples=150, deadline=None, derandomize=True)
@given(graphs)
def test_rules_that_are_passed_over_would_have_added_nothing(graph: list[Quad]) -> None:
    asserted = [*SCHEMA, *graph]
    assert infer(asserted, (), RULES) == infer(asserted, (), ASKED_ALWAYS)


CHAINS = [
    Quad(THINGS[place], NamedNode(str(predicate)), THINGS[place + 1])
    for predicate in (RDFS.subClassOf, RDFS.subPropertyOf, XW.within, XW.descendsFrom, THINGS[0].value)
    for place in range(4)
]
CHAINS.append(Quad(THINGS[4], NamedNode(str(RDF.type)), THINGS[0]))


@settings(max_examples=100, deadline=None, derandomize=True)
@example(CHAINS)
@given(graphs)
def test_a_rule_that_need_not_be_repeated_adds_nothing_to_its_own_results(graph: list[Quad]) -> None:
    for rule in RULES:
        if not rule.repeats:
            store = holding([*SCHEMA, *graph])
            infer_in(store, (), [rule])
            assert not any(infer_in(store, (), [rule]).values()), rule.name


def _read(node: Any) -> Iterator[tuple[Any, Any]]:
    """The subject and predicate of each pattern that a query looks for, those it must not find left out."""
    if isinstance(node, dict):
        if getattr(node, "name", "") == "Builtin_NOTEXISTS":
            return
        if getattr(node, "name", "") == "Minus":
            yield from _read(node["p1"])
            return
        if getattr(node, "name", "") == "BGP":
            yield from ((subject, predicate) for subject, predicate, _ in node.triples)
        for value in node.values():
            yield from _read(value)
    elif isinstance(node, (list, tuple)):
        for each in node:
            yield from _read(each)


def _properties(predicate: Any) -> Iterator[URIRef]:
    """The properties of a path."""
    if isinstance(predicate, URIRef):
        yield predicate
    elif isinstance(predicate, PropertyPath):
        parts = getattr(predicate, "args", None) or [getattr(predicate, "path", None) or predicate.arg]
        for part in parts:
            yield from _properties(part)


@pytest.mark.parametrize("rule", SELDOM, ids=lambda rule: rule.name)
def test_a_rule_reads_no_property_but_those_of_its_header(rule: Rule) -> None:
    found = list(_read(prepareQuery(rule.text).algebra.p))
    assert found
    named = {str(each) for _, predicate in found for each in _properties(predicate)}
    assert named <= rule.reads
    for variable in {predicate for _, predicate in found if isinstance(predicate, Variable)}:
        markers = {
            str(each)
            for subject, predicate in found
            if subject == variable
            for each in _properties(predicate)
        }
        assert markers & set(rule.reads_with), f"{variable} may be any property"


def test_few_questions_are_asked_where_few_things_follow(monkeypatch) -> None:
    asked = []
    real = inference._apply
    monkeypatch.setattr(inference, "_apply", lambda rule, store: asked.append(rule.name) or real(rule, store))
    part = Triple(THINGS[0], NamedNode(str(XW.within)), THINGS[1])
    whole = Triple(THINGS[1], NamedNode(str(XW.within)), THINGS[2])
    found = infer([*SCHEMA, part, whole], (), RULES)
    assert Triple(THINGS[0], NamedNode(str(XW.within)), THINGS[2]) in found["inferred"]
    assert asked.count("within") == asked.count("superproperties") == 1
    assert len(asked) < 1.5 * len(RULES)


WRONG = [
    ("#+ title: x\n#+ reads: object\nCONSTRUCT {} WHERE {}", "reads 'object'"),
    ("#+ title: x\n#+ reads: any with nix:object\nCONSTRUCT {} WHERE {}", "reads 'nix:object'"),
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


def test_what_places_nothing_in_a_hierarchy_is_kept_from_owlrl(monkeypatch) -> None:
    from crosswalk.graph import inference

    seen = []
    real = inference._close
    monkeypatch.setattr(inference, "_close", lambda axioms: seen.append(len(axioms)) or real(axioms))
    aside = [axiom("p", RDFS.domain, "A"), axiom("A", RDF.type, OWL.Class), axiom("A", OWL.disjointWith, "D")]
    assert close_ontology([*STEPS, *aside]) == CLOSED
    assert seen == [3]


MORE = [
    ([axiom("A", OWL.equivalentClass, "Z")], axiom("Z", RDFS.subClassOf, "C")),
    ([axiom("q", OWL.equivalentProperty, "r")], axiom("p", RDFS.subPropertyOf, "r")),
    ([axiom("s", RDFS.subPropertyOf, RDFS.subClassOf)], axiom("A", RDFS.subClassOf, "C")),
]  # fmt: skip


@pytest.mark.parametrize(("more", "follows"), MORE)
def test_an_ontology_that_says_more_is_closed_as_a_whole(more: list[Quad], follows: Quad) -> None:
    assert follows.triple in close_ontology([*STEPS, *more, axiom("p", RDFS.range, "A")])


def test_the_shipped_ontology_is_closed_as_owlrl_closes_the_whole_of_it() -> None:
    from crosswalk.graph import inference

    axioms = [quad.triple for quad in SCHEMA if isinstance(quad.object, NamedNode)]
    assert len(axioms) > 400
    assert close_ontology(SCHEMA) == inference._close(axioms)
