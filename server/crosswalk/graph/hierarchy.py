"""Closes the hierarchies of an ontology by owlrl: its subclass and subproperty axioms."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, serialize
from rdflib.namespace import OWL, RDF, RDFS, XSD

from .closures import Closures

_BUILT_IN = tuple(str(namespace) for namespace in (OWL, RDF, RDFS, XSD))
_HIERARCHIES = (str(RDFS.subClassOf), str(RDFS.subPropertyOf))
_TYPE = str(RDF.type)
_ASIDE = frozenset(
    str(term)
    for term in (
        *(RDFS.domain, RDFS.range, RDFS.isDefinedBy, RDFS.seeAlso, RDF.first, RDF.rest),
        *(OWL.members, OWL.disjointWith, OWL.propertyChainAxiom, OWL.versionIRI, OWL.priorVersion),
    )
)
"""What is said of classes and properties without placing one of them above another."""
_KINDS = frozenset(
    str(term)
    for term in (
        *(OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.Ontology),
        *(OWL.TransitiveProperty, OWL.SymmetricProperty, OWL.AllDisjointClasses),
    )
)
"""The kinds of things of which the same holds."""


def close_ontology(ontology: Iterable[Quad], closures: Closures | None = None) -> set[Triple]:
    """The subclass and subproperty axioms that owlrl adds to an ontology, built-in terms left out.

    Labels, notes and the like bear no axiom and are kept from owlrl, which is slow on them. So is all else
    that places nothing in a hierarchy, as long as the ontology says nothing that might.
    """
    stated = [
        quad
        for quad in ontology
        if quad.predicate.value.startswith(_BUILT_IN) and not isinstance(quad.object, Literal)
    ]
    if all(map(_is_plain, stated)):
        stated = [quad for quad in stated if quad.predicate.value in _HIERARCHIES]
    axioms = [quad.triple for quad in stated]
    if not axioms:
        return set()
    return closures.closure(axioms, partial(_close, axioms)) if closures else _close(axioms)


def is_kept(triple: Triple) -> bool:
    """Whether an inferred triple says anything: not that a thing is a thing, or a class its own subclass."""
    predicate = triple.predicate.value
    if not predicate.startswith(_BUILT_IN):
        return True
    if predicate == _TYPE:
        return not triple.object.value.startswith(_BUILT_IN)
    if predicate in _HIERARCHIES:
        ends = (triple.subject.value, triple.object.value)
        return ends[0] != ends[1] and not any(end.startswith(_BUILT_IN) for end in ends)
    return False


def _is_plain(axiom: Quad) -> bool:
    """Whether an axiom is a step of a hierarchy between named terms, or has no part in any hierarchy."""
    predicate = axiom.predicate.value
    if predicate in _HIERARCHIES:
        ends = (axiom.subject, axiom.object)
        return all(isinstance(end, NamedNode) and not end.value.startswith(_BUILT_IN) for end in ends)
    if predicate == _TYPE:
        return axiom.object.value in _KINDS or not axiom.object.value.startswith(_BUILT_IN)
    return predicate in _ASIDE


def _close(axioms: list[Triple]) -> set[Triple]:
    import owlrl  # it is not needed where a closure has been kept
    from rdflib import Graph, URIRef

    graph = Graph().parse(data=serialize(axioms, format=RdfFormat.N_TRIPLES), format="nt")
    closure = owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False)
    closure.expand(graph)
    found = (
        Triple(*(NamedNode(str(term)) for term in triple))
        for predicate in _HIERARCHIES
        for triple in graph.triples((None, URIRef(predicate), None))
        if all(isinstance(term, URIRef) for term in triple)
    )
    return {triple for triple in found if is_kept(triple)} - set(axioms)
