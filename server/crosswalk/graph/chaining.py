"""Writes what the relation algebra derives from what is asserted: mappings with their premises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple
from rdflib.namespace import DCTERMS, PROV, RDF, SKOS, XSD

from ..namespaces import ID, SEMAPV, SSSOM, XW
from ..relations.algebra import EQUAL, INTERSECTS, RELATIONS, SUBSET, SUPERSET
from ..relations.derivation import Derived, derive
from ..relations.network import Claim
from ..relations.records import IRIS
from .premises import VERSION, Facts, changes, editions, parts, read_facts, records, value_of

DERIVED = "derived"

_PREDICATES = {
    EQUAL: SKOS.exactMatch,
    SUBSET: SKOS.broadMatch,
    SUPERSET: SKOS.narrowMatch,
    INTERSECTS: SKOS.relatedMatch,
}


def chain_mappings(asserted: Iterable[Triple]) -> set[Triple]:
    """The derived mappings, their premises and their mapping sets, from what is asserted."""
    facts = read_facts(asserted)
    derived = derive(records(facts), changes(facts), parts(facts), editions(facts))
    triples: set[Triple] = set()
    for one in derived:
        triples.update(_mapping(one))
        triples.update(_mapping_set(one, facts))
    return triples


def computed_relations(derived: dict[str, set[Triple]]) -> set[Triple]:
    """The computed set relations: validated without them, any that a shape meets was entered by hand."""
    of_relation = str(XW.setRelation)
    return {each for triples in derived.values() for each in triples if each.predicate.value == of_relation}


def _mapping(one: Derived) -> Iterator[Triple]:
    """A derived mapping with its premises, each a thing of its own with its place and direction."""
    left = [relation for relation in RELATIONS if relation & one.candidates]
    predicate = _PREDICATES.get(left[0], SKOS.mappingRelation) if len(left) == 1 else SKOS.mappingRelation
    yield _triple(one.iri, RDF.type, XW.Mapping)
    yield _triple(one.iri, XW.subject, one.subject)
    yield _triple(one.iri, XW.object, one.object)
    yield _triple(one.iri, XW.predicate, predicate)
    yield _triple(one.iri, XW.rationaleKind, one.rationale)
    yield _triple(one.iri, XW.inMappingSet, one.mapping_set)
    yield _triple(one.iri, SSSOM.mapping_justification, SEMAPV.MappingChaining)
    if one.confidence is not None:
        yield _literal(one.iri, SSSOM.confidence, str(one.confidence), XSD.decimal)
    for relation in RELATIONS:
        if not relation & one.candidates:
            yield _triple(one.iri, XW.excludesRelation, IRIS[relation])
    for source in one.sources:
        yield _triple(one.iri, DCTERMS.source, source)
    for place, claim in enumerate(one.premises, 1):
        premise = f"{one.iri}/premise/{place}"
        yield _triple(premise, RDF.type, XW.Premise)
        yield _triple(premise, XW.premiseOf, one.iri)
        yield from _ground(one.iri, premise, claim)
        yield _literal(premise, XW.ordinal, str(place), XSD.integer)
        yield _literal(premise, XW.readBackwards, str(claim.backwards).lower(), XSD.boolean)


def _ground(mapping: str, premise: str, claim: Claim) -> Iterator[Triple]:
    """What a premise rests on: a record, a change, or that one element is part of another."""
    if claim.part:
        yield _triple(premise, XW.restsOnPart, claim.part.part)
        yield _triple(premise, XW.withinWhole, claim.part.whole)
        return
    yield _triple(mapping, PROV.wasDerivedFrom, claim.iri)
    yield _triple(premise, XW.restsOn if claim.record else XW.restsOnChange, claim.iri)


def _mapping_set(one: Derived, facts: Facts) -> Iterator[Triple]:
    """The set of a derived mapping; it stands under the licences of all sets that its premises are from."""
    name = one.mapping_set
    ends = ((one.subject_edition, "subject"), (one.object_edition, "object"))
    title = " to ".join(edition.removeprefix(ID) for edition, _ in ends)
    yield _triple(name, RDF.type, XW.MappingSet)
    yield _literal(name, SSSOM.mapping_set_id, name, XSD.anyURI)
    yield Triple(NamedNode(name), NamedNode(str(SKOS.prefLabel)), Literal(f"Derived: {title}", language="en"))
    for edition, side in ends:
        yield _triple(name, SSSOM[f"{side}_source"], edition)
        version = value_of(facts.get(edition, {}), VERSION) or edition.rpartition("/")[2]
        yield _literal(name, SSSOM[f"{side}_source_version"], version, XSD.string)
    for source in one.sources:
        yield _triple(name, DCTERMS.source, source)
    for claim in one.premises:
        origin = claim.record.mapping_set if claim.record else ""
        for licence in facts.get(origin, {}).get(str(DCTERMS.license), ()):
            yield _triple(name, DCTERMS.license, licence)


def _triple(subject: str, predicate: str, value: str) -> Triple:
    return Triple(NamedNode(str(subject)), NamedNode(str(predicate)), NamedNode(str(value)))


def _literal(subject: str, predicate: str, text: str, datatype: str) -> Triple:
    return Triple(
        NamedNode(str(subject)), NamedNode(str(predicate)), Literal(text, datatype=NamedNode(str(datatype)))
    )
