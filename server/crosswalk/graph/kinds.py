"""Sets aside inferred kinds that nobody can have meant, so that the mistake itself is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain

from pyoxigraph import NamedNode, Quad, Triple
from rdflib.namespace import OWL, RDF, RDFS

_TYPE, _FIRST, _REST = (NamedNode(str(term)) for term in (RDF.type, RDF.first, RDF.rest))
_MEMBERS, _SUBCLASS = NamedNode(str(OWL.members)), NamedNode(str(RDFS.subClassOf))


def doubtful_kinds(asserted: Collection[Quad | Triple], inferred: set[Triple]) -> set[Triple]:
    """The inferred types of things that no file describes, or whose stated type excludes them.

    A property that points to the wrong thing makes it a member of the property's range: whatever is demanded
    of such members would be demanded of it, and drown the one mistake, which shapes of their own tell.
    """
    described = {triple.subject for triple in asserted}
    above = _superclasses(chain(asserted, inferred))
    excluded = _exclusions(asserted)
    stated: dict[object, set[NamedNode]] = {}
    for triple in asserted:
        if triple.predicate == _TYPE:
            stated.setdefault(triple.subject, set()).update({triple.object} | above.get(triple.object, set()))

    def is_doubtful(triple: Triple) -> bool:
        if triple.subject not in described:
            return True
        ruled_out = {kind for one in stated.get(triple.subject, ()) for kind in excluded.get(one, ())}
        return bool(ruled_out & ({triple.object} | above.get(triple.object, set())))

    return {triple for triple in inferred if triple.predicate == _TYPE and is_doubtful(triple)}


def _superclasses(triples: Iterable[Quad | Triple]) -> dict[NamedNode, set[NamedNode]]:
    """All superclasses of each class; the closed ontology states the indirect ones too."""
    found: dict[NamedNode, set[NamedNode]] = {}
    for triple in triples:
        if triple.predicate == _SUBCLASS:
            found.setdefault(triple.subject, set()).add(triple.object)
    return found


def _exclusions(triples: Collection[Quad | Triple]) -> dict[NamedNode, set[NamedNode]]:
    """For each class those that it shares no member with, as lists of disjoint classes have it."""
    links = {(triple.subject, triple.predicate): triple.object for triple in triples if _is_link(triple)}
    found: dict[NamedNode, set[NamedNode]] = {}
    for triple in triples:
        if triple.predicate == _MEMBERS:
            classes, node = set(), triple.object
            while (node, _FIRST) in links:
                classes.add(links[node, _FIRST])
                node = links.get((node, _REST))
            for one in classes:
                found.setdefault(one, set()).update(classes - {one})
    return found


def _is_link(triple: Quad | Triple) -> bool:
    return triple.predicate in (_FIRST, _REST)
