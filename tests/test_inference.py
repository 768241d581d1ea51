"""The rules derive what owlrl derives: no more, no less."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import owlrl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize
from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from crosswalk.errors import InputError
from crosswalk.graph.inference import INFERRED, close_ontology, infer, is_informative, make_store, read_rules
from crosswalk.graph.sources import Sources, read_sources
from crosswalk.namespaces import ID, XW

ROOT = Path(__file__).resolve().parents[1]


@cache
def sources() -> Sources:
    return read_sources(ROOT)


@cache
def ontology() -> tuple[Quad, ...]:
    """The axioms of the real ontology; owlrl takes its time over every label and every concept."""
    schema = (str(RDF), str(RDFS), str(OWL))
    axioms = (quad for quad in sources().ontology() if quad.predicate.value.startswith(schema))
    return tuple(quad for quad in axioms if not isinstance(quad.object, Literal) and not _is_concept(quad))


def _is_concept(quad: Quad) -> bool:
    return quad.predicate.value == str(RDF.type) and quad.object.value.startswith((str(XW), str(SKOS)))


def entailed_by_owlrl(triples: Iterable[Triple]) -> set[Triple]:
    """All triples of the OWL 2 RL closure that Oxigraph can hold."""
    graph = Graph().parse(data=serialize(list(triples), format=RdfFormat.N_TRIPLES), format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(
        graph
    )
    writable = Graph()
    for triple in graph:
        if isinstance(triple[1], URIRef) and not hasattr(triple[0], "datatype"):
            writable.add(triple)
    return {quad.triple for quad in parse(writable.serialize(format="nt"), RdfFormat.N_TRIPLES)}


def differences(data: Iterable[Quad]) -> tuple[set[Triple], set[Triple]]:
    """What owlrl finds and the rules do not, and the reverse, of the facts that are kept."""
    data = list(data)
    asserted = {quad.triple for quad in (*ontology(), *data)}
    rules = [rule for rule in read_rules(ROOT) if rule.graph == INFERRED]
    ours = infer(make_store([*ontology(), *data]), ontology(), rules)[INFERRED]
    theirs = {triple for triple in entailed_by_owlrl(asserted) if is_informative(triple)} - asserted
    return {each for each in theirs - ours if _is_comparable(each)}, ours - theirs


def _is_comparable(triple: Triple) -> bool:
    """Blank nodes and the ontology's own axioms are compared elsewhere."""
    return isinstance(triple.subject, NamedNode) and isinstance(triple.object, (NamedNode, Literal))


def test_the_rules_give_owlrls_answer_on_the_real_data() -> None:
    stems = ("ipa/2.0", "ipa/1.0--2.0", "gsma/2.0", "comparisons/ipa-2.0--gsma-2.0")
    names = {f"data/{stem}.ttl" for stem in stems}
    data = [quad for source in sources() if source.name in names for quad in source.quads]
    # Long texts add nothing that follows, and cost owlrl most of its time.
    data = [quad for quad in data if not isinstance(quad.object, Literal) or len(quad.object.value) < 60]
    missing, surplus = differences(data)
    assert not missing and not surplus
    assert len(infer(make_store([*ontology(), *data]), ontology(), read_rules(ROOT))[INFERRED]) > 1000


def _terms_of(*kinds: URIRef) -> list[NamedNode]:
    kinds_of = {
        quad.subject
        for quad in ontology()
        if quad.predicate.value == str(RDF.type) and quad.object.value in map(str, kinds)
    }
    return sorted((each for each in kinds_of if isinstance(each, NamedNode)), key=str)


THINGS = [NamedNode(ID[f"toy/{number}"]) for number in range(5)]
PROPERTIES = _terms_of(OWL.ObjectProperty, OWL.TransitiveProperty, OWL.SymmetricProperty)
SUPERPROPERTIES = [quad.object for quad in ontology() if quad.predicate.value == str(RDFS.subPropertyOf)]
CLASSES = _terms_of(OWL.Class)
things = st.sampled_from(THINGS)
links = st.builds(Quad, things, st.sampled_from([*PROPERTIES, *SUPERPROPERTIES]), things)
types = st.builds(Quad, things, st.just(NamedNode(str(RDF.type))), st.sampled_from(CLASSES))


# No shrinking: at half a second an example it would outlast the time a test has.
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(st.one_of(links, links, types), min_size=1, max_size=12))
def test_the_rules_give_owlrls_answer_on_any_graph(facts: list[Quad]) -> None:
    missing, surplus = differences(facts)
    assert not missing and not surplus


@pytest.mark.parametrize("kind", [XW.within, XW.descendsFrom, XW.linkedTo, XW.mapsInto])
def test_the_rules_give_owlrls_answer_where_chains_and_circles_meet(kind: URIRef) -> None:
    """Chance seldom makes a chain of four, a circle or a link to itself."""
    first, second, third, fourth, fifth = THINGS
    pairs = [(first, second), (second, third), (third, fourth), (fourth, second), (fifth, fifth)]
    facts = [Quad(a, NamedNode(str(kind)), b) for a, b in pairs]
    facts += [Quad(fifth, NamedNode(str(XW.object)), first), Quad(first, NamedNode(str(XW.inEdition)), third)]
    missing, surplus = differences(facts)
    assert not missing and not surplus


def test_every_axiom_of_the_ontology_is_one_the_rules_know() -> None:
    """Another kind of axiom needs a rule; without one its consequences would silently be absent."""
    kinds = (OWL.TransitiveProperty, OWL.SymmetricProperty, OWL.ObjectProperty, OWL.DatatypeProperty)
    names = (OWL.AnnotationProperty, OWL.Class, OWL.Ontology)
    # These tell of contradictions and versions, and entail no fact.
    silent = (OWL.AllDisjointClasses, OWL.members, OWL.disjointWith, OWL.versionIRI, OWL.priorVersion)
    axioms = (OWL.propertyChainAxiom,)
    used = {term.value for quad in ontology() for term in (quad.predicate, quad.object)}
    found = {each for each in used if each.startswith(str(OWL))}
    assert found <= set(map(str, (*kinds, *names, *silent, *axioms)))
    chains = [
        quad.subject.value for quad in ontology() if quad.predicate.value == str(OWL.propertyChainAxiom)
    ]
    assert chains == [str(XW.mapsInto)]


def test_transitive_properties_each_have_their_rule() -> None:
    text = "\n".join(rule.text for rule in read_rules(ROOT))
    transitive = _terms_of(OWL.TransitiveProperty)
    assert transitive
    assert all(f"xw:{each.value.removeprefix(str(XW))}+" in text for each in transitive)


def triple(subject: str, predicate: URIRef, value: str) -> Triple:
    return Triple(NamedNode(ID[subject]), NamedNode(str(predicate)), NamedNode(value))


def toy(*facts: tuple[str, URIRef, str]) -> dict[str, set[Triple]]:
    quads = [Quad(*triple(subject, predicate, value)) for subject, predicate, value in facts]
    return infer(make_store([*ontology(), *quads]), ontology(), read_rules(ROOT))


def test_a_mapping_maps_into_all_its_object_is_within() -> None:
    found = toy(
        ("mapping/1", XW.object, ID["s/5.8.1"]),
        ("s/5.8.1", URIRef("http://purl.org/dc/terms/isPartOf"), ID["s/5.8"]),
        ("s/5.8", URIRef("http://purl.org/dc/terms/isPartOf"), ID["s"]),
        ("s/5.8.1", XW.inEdition, ID["edition"]),
    )[INFERRED]
    wholes = {
        each.object.value.removeprefix(ID) for each in found if each.predicate.value == str(XW.mapsInto)
    }
    assert wholes == {"s/5.8", "s", "edition"}


def test_the_ends_of_a_mapping_are_linked_in_a_graph_of_their_own() -> None:
    found = toy(("mapping/1", XW.subject, ID["a"]), ("mapping/1", XW.object, ID["b"]))
    assert found["links"] == {triple("a", XW.linkedTo, ID["b"]), triple("b", XW.linkedTo, ID["a"])}
    assert not any(each.predicate.value == str(XW.linkedTo) for each in found[INFERRED])


def test_ends_known_to_share_nothing_are_not_linked() -> None:
    excluded = [("mapping/1", XW.excludesRelation, str(XW[name])) for name in ("Equal", "Subset", "Superset")]
    ends = [("mapping/1", XW.subject, ID["a"]), ("mapping/1", XW.object, ID["b"])]
    assert toy(*ends, *excluded).get("links")
    assert not toy(*ends, *excluded, ("mapping/1", XW.excludesRelation, str(XW.Intersects))).get("links")


def test_what_is_asserted_is_not_inferred_again() -> None:
    real = infer(make_store(sources().quads()), sources().ontology(), read_rules(ROOT))
    asserted = {quad.triple for quad in sources().quads()}
    assert real[INFERRED] and not asserted & real[INFERRED]
    assert not real[INFERRED] & real["links"]


def test_nothing_is_said_in_the_language_of_schemas_alone() -> None:
    real = infer(make_store(sources().quads()), sources().ontology(), read_rules(ROOT))[INFERRED]
    kinds = {each.object.value for each in real if each.predicate.value == str(RDF.type)}
    assert str(XW.Element) in kinds
    assert not [kind for kind in kinds if kind.startswith((str(OWL), str(RDFS), str(RDF)))]


def test_the_ontology_is_closed() -> None:
    closed = close_ontology(
        Quad(*each)
        for each in (
            triple("A", RDFS.subClassOf, ID["B"]),
            triple("B", RDFS.subClassOf, ID["C"]),
            triple("p", RDFS.subPropertyOf, ID["q"]),
            triple("q", RDFS.subPropertyOf, ID["r"]),
        )
    )
    assert closed == {triple("A", RDFS.subClassOf, ID["C"]), triple("p", RDFS.subPropertyOf, ID["r"])}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("CONSTRUCT {} WHERE {}", "the rule has no title"),
        ("#+ title: x\nCONSTRUCT { ?s ?p }", "rules/new.rq:2:19: the rule is wrong"),
    ],
)
def test_a_wrong_rule_is_named(text: str, what: str, content) -> None:
    (content.root / "queries" / "rules" / "new.rq").write_text(text)
    with pytest.raises(InputError, match=what):
        infer(make_store([]), [], read_rules(content.root))
