"""Closes the hierarchies of an ontology by owlrl: its subclass and subproperty axioms."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, serialize
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
    stated = list(ontology)
    if (steps := _steps(stated)) is None:
        steps = [quad for quad in stated if _is_axiom(quad)]
    axioms = [quad.triple for quad in steps]
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


def _steps(ontology: Iterable[Quad]) -> list[Quad] | None:
    """The steps of the hierarchies, where all of them are plain and nothing else can place a term in one."""
    steps = []
    for quad in ontology:
        predicate = quad.predicate.value
        if predicate in _ASIDE or not predicate.startswith(_BUILT_IN):
            continue
        if predicate in _HIERARCHIES:
            ends = (quad.subject, quad.object)
            if not all(isinstance(end, NamedNode) and not end.value.startswith(_BUILT_IN) for end in ends):
                return None
            steps.append(quad)
        elif not isinstance(kind := quad.object, Literal) and not (predicate == _TYPE and _is_aside(kind)):
            return None
    return steps


def _is_aside(kind: NamedNode | BlankNode) -> bool:
    """Whether to be of a kind, known to owlrl or not, has no part in any hierarchy."""
    return kind.value in _KINDS or not kind.value.startswith(_BUILT_IN)


def _is_axiom(quad: Quad) -> bool:
    return quad.predicate.value.startswith(_BUILT_IN) and not isinstance(quad.object, Literal)


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
