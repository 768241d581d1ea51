"""Reads what mappings are derived from: records, changes that keep the wording, and parts of wholes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from pyoxigraph import Quad, Triple
from rdflib.namespace import DCAT, DCTERMS

from ..namespaces import SEMAPV, SSSOM, XW
from ..relations.records import CONCEPTS, Change, Part, Record, excluded_by

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


def records(facts: Facts) -> Iterator[Record]:
    """The mapping records."""
    for iri, said in list(facts.items()):
        subject, target = value_of(said, XW.subject), value_of(said, XW.object)
        excluded = [each for each in said.get(str(XW.excludesRelation), ()) if each in CONCEPTS]
        if not (subject and target):
            continue
        confidence = value_of(said, SSSOM.confidence)
        yield Record(
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
