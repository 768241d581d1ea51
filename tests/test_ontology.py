"""The ontology: complete in its words, closed in its names, consistent under OWL 2 RL."""

from __future__ import annotations

import time
from functools import cache

import owlrl
import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, PROV, VANN

from crosswalk.folders import content_root
from crosswalk.iris import PREFIXES
from crosswalk.namespaces import ID, ONTOLOGY, XKOS, XW

FILES = ("prefixes", "schemes", "crosswalk")
PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty)
OTHER_IRIS = ("https://w3id.org/iot-security-crosswalk/ontology", "https://creativecommons.org/licenses/")


@cache
def ontology() -> Graph:
    graph = Graph()
    for name in FILES:
        graph.parse(content_root() / "ontology" / f"{name}.ttl")
    return graph


def ours() -> set[URIRef]:
    namespace = PREFIXES["xw"]
    return {subject for subject in ontology().subjects(RDF.type) if str(subject).startswith(namespace)}


def of_kind(*kinds: URIRef) -> set[URIRef]:
    return {term for kind in kinds for term in ontology().subjects(RDF.type, kind)} & ours()


def said(term: URIRef, predicate: URIRef, language: str = "en") -> list[str]:
    found = ontology().objects(term, predicate)
    return [str(each) for each in found if isinstance(each, Literal) and each.language == language]


def close(*facts: tuple[URIRef, URIRef, URIRef]) -> Graph:
    """The ontology and some facts, closed by owlrl."""
    graph = Graph()
    for triple in (*ontology(), *facts):
        graph.add(triple)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return graph


def complaints(graph: Graph) -> list[str]:
    """What owlrl finds contradictory."""
    error = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
    return [str(each) for each in graph.objects(None, error)]


def test_the_closed_namespace_has_the_terms_of_the_ontology_and_no_others() -> None:
    names = set(XW.__annotations__) - {"_NS", "_fail"}
    assert names == {str(term).removeprefix(PREFIXES["xw"]) for term in ours()}


def test_every_term_has_one_english_label_and_one_definition() -> None:
    for term in ours():
        assert len(said(term, SKOS.prefLabel)) == 1, term
        assert len(said(term, SKOS.definition)) == 1, term
        assert len(said(term, SKOS.prefLabel, "ja")) <= 1, term


def test_no_two_terms_share_a_definition() -> None:
    definitions = [text for term in ours() for text in said(term, SKOS.definition)]
    assert len(definitions) == len(set(definitions))


def test_every_class_and_property_has_an_example() -> None:
    for term in of_kind(OWL.Class, *PROPERTIES):
        assert len(said(term, SKOS.example)) == 1, term


def test_every_concept_is_of_a_class_of_ours_and_in_one_scheme_of_its_own() -> None:
    graph = ontology()
    kinds = set(graph.subjects(RDFS.subClassOf, SKOS.Concept))
    concepts = {term for kind in kinds for term in graph.subjects(RDF.type, kind)}
    assert concepts == ours() - of_kind(OWL.Class, *PROPERTIES)
    schemes: dict[URIRef, set[URIRef]] = {}
    for concept in concepts:
        (scheme,) = graph.objects(concept, SKOS.inScheme)
        (kind,) = graph.objects(concept, RDF.type)
        schemes.setdefault(scheme, set()).add(kind)
    assert all(len(each) == 1 for each in schemes.values())
    assert len(schemes) == len(kinds) and all(str(scheme).startswith(ID) for scheme in schemes)


def test_notations_are_unique_in_their_scheme() -> None:
    graph = ontology()
    pairs = [
        (scheme, notation)
        for concept, scheme in graph.subject_objects(SKOS.inScheme)
        for notation in graph.objects(concept, SKOS.notation)
    ]
    assert len(pairs) == len(set(pairs)) == 5


def test_every_iri_is_in_a_declared_namespace() -> None:
    known = (*PREFIXES.values(), *OTHER_IRIS, *(each.rstrip("#") for each in PREFIXES.values()))
    iris = {term for triple in ontology() for term in triple if isinstance(term, URIRef)}
    assert [str(iri) for iri in iris if not str(iri).startswith(known)] == []


def test_each_property_is_either_of_objects_or_of_data_and_its_range_agrees() -> None:
    graph = ontology()
    assert not of_kind(OWL.ObjectProperty) & of_kind(OWL.DatatypeProperty)
    for term in of_kind(*PROPERTIES):
        of_data = (term, RDF.type, OWL.DatatypeProperty) in graph
        for target in graph.objects(term, RDFS.range):
            assert of_data == str(target).startswith(PREFIXES["xsd"]), term


def test_domains_and_ranges_are_known_classes() -> None:
    graph = ontology()
    for predicate in (RDFS.domain, RDFS.range):
        for target in graph.objects(None, predicate):
            assert target in of_kind(OWL.Class) or str(target).startswith(PREFIXES["xsd"])


def test_the_vocabulary_is_versioned_licensed_and_described() -> None:
    graph = ontology()
    for predicate in (DCTERMS.title, DCTERMS.description, DCTERMS.creator, DCTERMS.license, DCTERMS.modified):
        assert graph.value(ONTOLOGY, predicate), predicate
    version = str(graph.value(ONTOLOGY, OWL.versionInfo))
    assert str(graph.value(ONTOLOGY, OWL.versionIRI)) == f"{ONTOLOGY}/{version}"
    assert str(graph.value(ONTOLOGY, VANN.preferredNamespaceUri)) == PREFIXES["xw"]
    assert str(graph.value(ONTOLOGY, VANN.preferredNamespacePrefix)) == "xw"


def test_the_closure_is_consistent_and_quick() -> None:
    begin = time.process_time()
    closed = close()
    assert complaints(closed) == []
    assert time.process_time() - begin < 20


def test_a_thing_of_two_kinds_is_a_contradiction() -> None:
    thing = ID["x"]
    found = complaints(close((thing, RDF.type, XW.Guideline), (thing, XW.editionOf, ID["y"])))
    assert any(str(thing) in complaint for complaint in found)


@pytest.mark.parametrize("kind", ["Category", "Guideline", "Statement", "Section", "Provision", "Document"])
def test_what_can_be_addressed_is_an_element(kind: str) -> None:
    assert (XW[kind], RDFS.subClassOf, XW.Element) in ontology()


def test_a_change_is_a_concept_association() -> None:
    assert (XW.Change, RDFS.subClassOf, XKOS.ConceptAssociation) in ontology()


def test_a_mapping_reaches_section_document_and_edition() -> None:
    mapping, section, chapter, paper, edition = (ID[name] for name in ("m", "s", "c", "d", "e"))
    closed = close(
        (mapping, XW.object, section),
        (section, DCTERMS.isPartOf, chapter),
        (chapter, DCTERMS.isPartOf, paper),
        (paper, XW.inEdition, edition),
    )
    assert set(closed.objects(mapping, XW.mapsInto)) == {chapter, paper, edition}
    assert set(closed.objects(section, XW.within)) == {chapter, paper, edition}
    assert set(closed.objects(section, DCTERMS.isPartOf)) == {chapter}
    assert (edition, RDF.type, XW.Edition) in closed and (section, RDF.type, XW.Element) in closed


def test_a_category_is_a_parent_and_descent_goes_through_editions() -> None:
    old, middle, new, category, other = (ID[name] for name in ("o", "m", "n", "c", "t"))
    closed = close(
        (new, XW.inCategory, category),
        (new, PROV.wasRevisionOf, middle),
        (middle, PROV.wasRevisionOf, old),
        (new, XW.linkedTo, other),
    )
    assert (new, DCTERMS.isPartOf, category) in closed
    assert set(closed.objects(new, XW.descendsFrom)) == {middle, old}
    assert set(closed.objects(new, PROV.wasRevisionOf)) == {middle}
    assert (other, XW.linkedTo, new) in closed


def test_the_chain_is_made_of_the_object_and_what_it_lies_within() -> None:
    graph = ontology()
    (chain,) = graph.objects(XW.mapsInto, OWL.propertyChainAxiom)
    assert list(Collection(graph, chain)) == [XW.object, XW.within]
