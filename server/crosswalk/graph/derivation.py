"""Reads what mappings are derived from: records, changes that keep the wording, and parts of wholes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Quad, Triple
from rdflib.namespace import DCAT, DCTERMS, PROV, RDF, SKOS, XSD

from crosswalk.namespaces import ID, SEMAPV, SSSOM, XW
from crosswalk.relations.algebra import EQUAL, INTERSECTS, RELATIONS, SUBSET, SUPERSET, Candidates
from crosswalk.relations.derivation import derive
from crosswalk.relations.model import CONCEPTS, IRIS, Change, MappingRecord, Part, excluded_by
from crosswalk.relations.network import Claim

VERSION = str(DCAT) + "version"
_READ = {
    str(term)
    for term in (
        XW.subject,
        XW.object,
        XW.excludesRelation,
        XW.rationaleKind,
        XW.inMappingSet,
        XW.inEdition,
        XW.inCategory,
        XW.changeKind,
        XW.changeFrom,
        XW.changeTo,
        XW.keepsWording,
        XW.approximate,
        SSSOM.confidence,
        SSSOM.mapping_justification,
        DCTERMS.isPartOf,
        DCTERMS.source,
        DCTERMS.license,
        VERSION,
    )
}
_TRUE = ("true", "1")
Facts = dict[str, dict[str, list[str]]]


def read_facts(triples: Iterable[Quad | Triple]) -> Facts:
    """The values that are needed here, by subject and predicate."""
    facts: Facts = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        if triple.predicate.value in _READ and not isinstance(triple.subject, Triple):
            facts[triple.subject.value][triple.predicate.value].append(triple.object.value)
    return facts


def records(facts: Facts) -> Iterator[MappingRecord]:
    """The mapping records."""
    for iri, said in list(facts.items()):
        subject, target = value_of(said, XW.subject), value_of(said, XW.object)
        excluded = [each for each in said.get(str(XW.excludesRelation), ()) if each in CONCEPTS]
        if not (subject and target):
            continue
        confidence = value_of(said, SSSOM.confidence)
        yield MappingRecord(
            iri,
            subject,
            target,
            value_of(facts.get(subject, {}), XW.inEdition) or subject,
            value_of(facts.get(target, {}), XW.inEdition) or target,
            excluded_by(excluded),
            value_of(said, XW.rationaleKind),
            Decimal(confidence) if confidence else None,
            value_of(said, XW.inMappingSet) or "",
            tuple(sorted(said.get(str(DCTERMS.source), ()))),
            derived=value_of(said, SSSOM.mapping_justification) == str(SEMAPV.MappingChaining),
        )


def changes(facts: Facts) -> Iterator[Change]:
    """The changes of which it is known whether they keep the wording."""
    for iri, said in facts.items():
        if str(XW.keepsWording) in said:
            yield Change(
                iri,
                value_of(said, XW.changeKind) or "",
                tuple(sorted(said.get(str(XW.changeFrom), ()))),
                tuple(sorted(said.get(str(XW.changeTo), ()))),
                all(value in _TRUE for value in said[str(XW.keepsWording)]),
                any(value in _TRUE for value in said.get(str(XW.approximate), ())),
                tuple(sorted(said.get(str(DCTERMS.source), ()))),
            )


def parts(facts: Facts) -> Iterator[Part]:
    """The elements that are part of other elements; a part of an edition is none, since editions hold all."""
    for iri, said in facts.items():
        for whole in {*said.get(str(DCTERMS.isPartOf), ()), *said.get(str(XW.inCategory), ())}:
            edition = value_of(said, XW.inEdition)
            if edition and edition == value_of(facts.get(whole, {}), XW.inEdition):
                yield Part(iri, whole, edition, tuple(sorted(said.get(str(DCTERMS.source), ()))))


def editions(facts: Facts) -> dict[str, str]:
    """The edition of every element."""
    return {iri: edition for iri, said in facts.items() if (edition := value_of(said, XW.inEdition))}


def value_of(said: dict[str, list[str]], predicate: str) -> str | None:
    """The least value of a predicate, or None."""
    return min(said.get(str(predicate), ()), default=None)


DERIVED = "derived"

# Made once: a large graph has a million of these triples.
_TERMS = {
    name: NamedNode(str(term))
    for name, term in {
        "type": RDF.type,
        "mapping": XW.Mapping,
        "premise": XW.Premise,
        "subject": XW.subject,
        "object": XW.object,
        "predicate": XW.predicate,
        "rationale": XW.rationaleKind,
        "set": XW.inMappingSet,
        "justification": SSSOM.mapping_justification,
        "chaining": SEMAPV.MappingChaining,
        "confidence": SSSOM.confidence,
        "excludes": XW.excludesRelation,
        "source": DCTERMS.source,
        "premise of": XW.premiseOf,
        "record": XW.restsOn,
        "change": XW.restsOnChange,
        "part": XW.restsOnPart,
        "whole": XW.withinWhole,
        "derived from": PROV.wasDerivedFrom,
        "ordinal": XW.ordinal,
        "backwards": XW.readBackwards,
    }.items()
}
_PREDICATES = {
    EQUAL: NamedNode(str(SKOS.exactMatch)),
    SUBSET: NamedNode(str(SKOS.broadMatch)),
    SUPERSET: NamedNode(str(SKOS.narrowMatch)),
    INTERSECTS: NamedNode(str(SKOS.relatedMatch)),
}
_LINKED = NamedNode(str(SKOS.mappingRelation))
_EXCLUDED = {
    mask: [NamedNode(IRIS[one]) for one in RELATIONS if not one & mask] for mask in map(Candidates, range(32))
}
_BOOLEAN, _INTEGER, _DECIMAL = (NamedNode(str(kind)) for kind in (XSD.boolean, XSD.integer, XSD.decimal))
_DIRECTION = {back: Literal(str(back).lower(), datatype=_BOOLEAN) for back in (True, False)}


def chain_mappings(asserted: Iterable[Quad | Triple]) -> set[Triple]:
    """The derived mappings, their premises and their mapping sets, from what is asserted."""
    facts = read_facts(asserted)
    triples: set[Triple] = set()
    sets: dict[str, list[MappingRecord]] = {}
    for one in derive(records(facts), changes(facts), parts(facts), editions(facts)):
        triples.update(_mapping(one))
        sets.setdefault(one.mapping_set, []).append(one)
    for name, members in sets.items():
        triples.update(_mapping_set(name, members, facts))
    return triples


def computed_relations(derived: dict[str, set[Triple]]) -> set[Triple]:
    """The computed set relations: validated without them, any that a shape meets was entered by hand."""
    of_relation = str(XW.setRelation)
    return {each for triples in derived.values() for each in triples if each.predicate.value == of_relation}


def _mapping(one: MappingRecord) -> Iterator[Triple]:
    """A derived mapping with its premises, each a thing of its own with its place and direction."""
    node = NamedNode(one.iri)
    yield Triple(node, _TERMS["type"], _TERMS["mapping"])
    yield Triple(node, _TERMS["subject"], NamedNode(one.subject))
    yield Triple(node, _TERMS["object"], NamedNode(one.object))
    yield Triple(node, _TERMS["predicate"], _PREDICATES.get(one.candidates, _LINKED))
    yield Triple(node, _TERMS["rationale"], NamedNode(one.rationale))
    yield Triple(node, _TERMS["set"], NamedNode(one.mapping_set))
    yield Triple(node, _TERMS["justification"], _TERMS["chaining"])
    if one.confidence is not None:
        yield Triple(node, _TERMS["confidence"], Literal(str(one.confidence), datatype=_DECIMAL))
    for relation in _EXCLUDED[one.candidates]:
        yield Triple(node, _TERMS["excludes"], relation)
    for source in one.sources:
        yield Triple(node, _TERMS["source"], NamedNode(source))
    for place, claim in enumerate(one.premises, 1):
        premise = NamedNode(f"{one.iri}/premise/{place}")
        yield Triple(premise, _TERMS["type"], _TERMS["premise"])
        yield Triple(premise, _TERMS["premise of"], node)
        yield Triple(premise, _TERMS["ordinal"], Literal(str(place), datatype=_INTEGER))
        yield Triple(premise, _TERMS["backwards"], _DIRECTION[claim.backwards])
        yield from _ground(node, premise, claim)


def _ground(mapping: NamedNode, premise: NamedNode, claim: Claim) -> Iterator[Triple]:
    """What a premise rests on: a record, a change, or that one element is part of another."""
    if claim.part:
        yield Triple(premise, _TERMS["part"], NamedNode(claim.part.part))
        yield Triple(premise, _TERMS["whole"], NamedNode(claim.part.whole))
        return
    ground = NamedNode(claim.iri)
    yield Triple(mapping, _TERMS["derived from"], ground)
    yield Triple(premise, _TERMS["record" if claim.record else "change"], ground)


def _mapping_set(name: str, members: list[MappingRecord], facts: Facts) -> Iterator[Triple]:
    """A set of derived mappings; it stands under the licences of all sets that their premises are from."""
    ends = ((members[0].subject_edition, "subject"), (members[0].object_edition, "object"))
    title = " to ".join(edition.removeprefix(ID) for edition, _ in ends)
    yield _triple(name, RDF.type, XW.MappingSet)
    yield _literal(name, SSSOM.mapping_set_id, name, XSD.anyURI)
    yield Triple(NamedNode(name), NamedNode(str(SKOS.prefLabel)), Literal(f"Derived: {title}", language="en"))
    for edition, side in ends:
        yield _triple(name, SSSOM[f"{side}_source"], edition)
        version = value_of(facts.get(edition, {}), VERSION) or edition.rpartition("/")[2]
        yield _literal(name, SSSOM[f"{side}_source_version"], version, XSD.string)
    for source in {source for one in members for source in one.sources}:
        yield _triple(name, DCTERMS.source, source)
    origins = {claim.record.mapping_set for one in members for claim in one.premises if claim.record}
    for licence in {
        each for origin in origins for each in facts.get(origin, {}).get(str(DCTERMS.license), ())
    }:
        yield _triple(name, DCTERMS.license, licence)


def _triple(subject: str, predicate: str, value: str) -> Triple:
    return Triple(NamedNode(str(subject)), NamedNode(str(predicate)), NamedNode(str(value)))


def _literal(subject: str, predicate: str, text: str, datatype: str) -> Triple:
    return Triple(
        NamedNode(str(subject)), NamedNode(str(predicate)), Literal(text, datatype=NamedNode(str(datatype)))
    )
