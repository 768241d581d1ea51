"""Derive mappings from the asserted facts, and write them with the premises that each rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Quad, Triple
from rdflib.namespace import DCAT, DCTERMS, PROV, RDF, XSD

from crosswalk.graph.mappings import OF_SET, PREDICATES, UNTYPED, describe
from crosswalk.namespaces import ID, SEMAPV, SSSOM, XW
from crosswalk.relations.algebra import CONCEPTS, IRIS, RELATIONS, Candidates, excluded_by
from crosswalk.relations.derivation import derive
from crosswalk.relations.model import Change, Claim, MappingRecord, Part

DERIVED = "derived"

_VERSION = str(DCAT) + "version"
_READ = {
    str(term)
    for term in (
        *(XW.subject, XW.object, XW.excludesRelation, XW.rationaleKind, XW.inMappingSet, SSSOM.confidence),
        *(XW.inEdition, XW.inCategory, DCTERMS.isPartOf, DCTERMS.source, DCTERMS.license, _VERSION),
        *(XW.changeKind, XW.changeFrom, XW.changeTo, XW.keepsWording, XW.approximate),
        SSSOM.mapping_justification,
    )
}
"""The properties whose values are read; all others of a large graph would take much memory."""
_TRUE = ("true", "1")


def chain_mappings(asserted: Iterable[Quad | Triple]) -> set[Triple]:
    """Return the derived mappings, their premises and their mapping sets, from what is asserted."""
    facts = _Facts(asserted)
    editions = {iri: facts.first(iri, XW.inEdition) for iri in facts.subjects(XW.inEdition)}
    triples: set[Triple] = set()
    sets: dict[str, list[MappingRecord]] = {}
    for mapping in derive(_records(facts), _changes(facts), _parts(facts), editions):
        triples.update(_mapping(mapping))
        sets.setdefault(mapping.mapping_set, []).append(mapping)
    for name, members in sets.items():
        triples.update(_mapping_set(name, members, facts))
    return triples


def computed_relations(derived: dict[str, set[Triple]]) -> set[Triple]:
    """Return the set relations that were computed; validation leaves them out, to find those set by hand."""
    computed = str(XW.setRelation)
    return {
        triple for triples in derived.values() for triple in triples if triple.predicate.value == computed
    }


class _Facts:
    """The values that are read here, by subject and predicate."""

    def __init__(self, triples: Iterable[Quad | Triple]) -> None:
        self._values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for triple in triples:
            if triple.predicate.value in _READ and not isinstance(triple.subject, Triple):
                self._values[triple.subject.value][triple.predicate.value].append(triple.object.value)

    def subjects(self, predicate: str) -> list[str]:
        """Return what has a property."""
        return [subject for subject, values in self._values.items() if str(predicate) in values]

    def all(self, subject: str, predicate: str) -> list[str]:
        """Return the values of a property, sorted."""
        return sorted(self._values[subject].get(str(predicate), ())) if subject in self._values else []

    def first(self, subject: str, predicate: str) -> str | None:
        """Return the least value of a property, or None."""
        return next(iter(self.all(subject, predicate)), None)


def _records(facts: _Facts) -> Iterator[MappingRecord]:
    for iri in facts.subjects(XW.subject):
        subject, target = facts.first(iri, XW.subject), facts.first(iri, XW.object)
        if not (subject and target):
            continue
        confidence = facts.first(iri, SSSOM.confidence)
        yield MappingRecord(
            iri,
            subject,
            target,
            facts.first(subject, XW.inEdition) or subject,
            facts.first(target, XW.inEdition) or target,
            excluded_by(concept for concept in facts.all(iri, XW.excludesRelation) if concept in CONCEPTS),
            facts.first(iri, XW.rationaleKind),
            Decimal(confidence) if confidence else None,
            facts.first(iri, XW.inMappingSet) or "",
            tuple(facts.all(iri, DCTERMS.source)),
            derived=facts.first(iri, SSSOM.mapping_justification) == str(SEMAPV.MappingChaining),
        )


def _changes(facts: _Facts) -> Iterator[Change]:
    """Yield the changes of which it is known whether they keep the wording."""
    for iri in facts.subjects(XW.keepsWording):
        yield Change(
            iri,
            facts.first(iri, XW.changeKind) or "",
            tuple(facts.all(iri, XW.changeFrom)),
            tuple(facts.all(iri, XW.changeTo)),
            all(value in _TRUE for value in facts.all(iri, XW.keepsWording)),
            any(value in _TRUE for value in facts.all(iri, XW.approximate)),
            tuple(facts.all(iri, DCTERMS.source)),
        )


def _parts(facts: _Facts) -> Iterator[Part]:
    """Yield the elements that are part of others of their edition; that the edition holds all is no part."""
    for iri in facts.subjects(XW.inEdition):
        edition = facts.first(iri, XW.inEdition)
        for whole in {*facts.all(iri, DCTERMS.isPartOf), *facts.all(iri, XW.inCategory)}:
            if edition == facts.first(whole, XW.inEdition):
                yield Part(iri, whole, edition, tuple(facts.all(iri, DCTERMS.source)))


def _nodes(*iris: str) -> Iterator[NamedNode]:
    return (NamedNode(str(iri)) for iri in iris)


# Made once: a large graph has a million of these triples.
_TYPE, _SOURCE, _WAS_DERIVED_FROM = _nodes(RDF.type, DCTERMS.source, PROV.wasDerivedFrom)
_MAPPING, _SUBJECT, _OBJECT, _PREDICATE = _nodes(XW.Mapping, XW.subject, XW.object, XW.predicate)
_EXCLUDES, _RATIONALE, _IN_SET = _nodes(XW.excludesRelation, XW.rationaleKind, XW.inMappingSet)
_JUSTIFICATION, _CHAINING, _CONFIDENCE = _nodes(
    SSSOM.mapping_justification, SEMAPV.MappingChaining, SSSOM.confidence
)
_PREMISE, _PREMISE_OF, _ORDINAL, _READ_BACKWARDS = _nodes(
    XW.Premise, XW.premiseOf, XW.ordinal, XW.readBackwards
)
_RESTS_ON, _RESTS_ON_CHANGE, _RESTS_ON_PART, _WITHIN_WHOLE = _nodes(
    XW.restsOn, XW.restsOnChange, XW.restsOnPart, XW.withinWhole
)
_BOOLEAN, _INTEGER, _DECIMAL = _nodes(XSD.boolean, XSD.integer, XSD.decimal)
_EXCLUDED = {
    candidates: list(_nodes(*(IRIS[relation] for relation in RELATIONS if not relation & candidates)))
    for candidates in map(Candidates, range(32))
}
_BACKWARDS = {backwards: Literal(str(backwards).lower(), datatype=_BOOLEAN) for backwards in (True, False)}


def _mapping(mapping: MappingRecord) -> Iterator[Triple]:
    """Yield a derived mapping with its premises, each a thing of its own with its place and direction."""
    node = NamedNode(mapping.iri)
    yield Triple(node, _TYPE, _MAPPING)
    yield Triple(node, _SUBJECT, NamedNode(mapping.subject))
    yield Triple(node, _OBJECT, NamedNode(mapping.object))
    yield Triple(node, _PREDICATE, NamedNode(PREDICATES.get(mapping.candidates, UNTYPED)))
    yield Triple(node, _RATIONALE, NamedNode(mapping.rationale))
    yield Triple(node, _IN_SET, NamedNode(mapping.mapping_set))
    yield Triple(node, _JUSTIFICATION, _CHAINING)
    if mapping.confidence is not None:
        yield Triple(node, _CONFIDENCE, Literal(str(mapping.confidence), datatype=_DECIMAL))
    for relation in _EXCLUDED[mapping.candidates]:
        yield Triple(node, _EXCLUDES, relation)
    for source in mapping.sources:
        yield Triple(node, _SOURCE, NamedNode(source))
    for ordinal, claim in enumerate(mapping.premises, 1):
        premise = NamedNode(f"{mapping.iri}/premise/{ordinal}")
        yield Triple(premise, _TYPE, _PREMISE)
        yield Triple(premise, _PREMISE_OF, node)
        yield Triple(premise, _ORDINAL, Literal(str(ordinal), datatype=_INTEGER))
        yield Triple(premise, _READ_BACKWARDS, _BACKWARDS[claim.backwards])
        yield from _ground(node, premise, claim)


def _ground(mapping: NamedNode, premise: NamedNode, claim: Claim) -> Iterator[Triple]:
    """Yield what a premise rests on: a record, a change, or that one element is part of another."""
    if claim.part:
        yield Triple(premise, _RESTS_ON_PART, NamedNode(claim.part.part))
        yield Triple(premise, _WITHIN_WHOLE, NamedNode(claim.part.whole))
        return
    ground = NamedNode(claim.iri)
    yield Triple(mapping, _WAS_DERIVED_FROM, ground)
    yield Triple(premise, _RESTS_ON if claim.record else _RESTS_ON_CHANGE, ground)


def _mapping_set(name: str, members: list[MappingRecord], facts: _Facts) -> Iterator[Triple]:
    """Yield a set of derived mappings, under the licences of all sets that their premises are from."""
    editions = {"subject_source": members[0].subject_edition, "object_source": members[0].object_edition}
    title = " to ".join(edition.removeprefix(ID) for edition in editions.values())
    origins = {claim.record.mapping_set for mapping in members for claim in mapping.premises if claim.record}
    values: dict[str, Iterable[str]] = {
        "mapping_set_id": [name],
        "mapping_set_title": [f"Derived: {title}"],
        "mapping_set_source": {source for mapping in members for source in mapping.sources},
        "license": {licence for origin in origins for licence in facts.all(origin, DCTERMS.license)},
    }
    for slot, edition in editions.items():
        values[slot] = [edition]
        values[f"{slot}_version"] = [facts.first(edition, _VERSION) or edition.rpartition("/")[2]]
    yield from describe(name, XW.MappingSet, OF_SET, values)
