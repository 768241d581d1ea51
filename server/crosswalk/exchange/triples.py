"""Turn mapping sets and catalogues into triples, and the facts on mapping sets and records into values."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from pyoxigraph import Triple
from rdflib import URIRef
from rdflib.namespace import DCTERMS, OWL, SKOS, VOID, XSD

from crosswalk.exchange.identifiers import Register
from crosswalk.exchange.records import (
    RATIONALES,
    RECORD_FIELDS,
    SET_FIELDS,
    UNDETERMINED,
    Catalogue,
    MappingSet,
    Record,
    listed,
    rationale_kind,
    slot_values,
)
from crosswalk.graph import mappings
from crosswalk.graph.mappings import IRI, PLAIN, TEXT, Properties, Values, describe, short_path
from crosswalk.iris import PREFIXES
from crosswalk.namespaces import GRAPH, ID, XW
from crosswalk.relations.algebra import excluded_by, excluding

_INTEGER, _BOOLEAN = str(XSD.integer), str(XSD.boolean)
_OF_RECORD: Properties = {
    **mappings.OF_RECORD,
    "as_cited": (XW.asCited, TEXT),
    "excluded": (XW.excludesRelation, IRI),
    "rationale": (XW.rationaleKind, IRI),
    "strength": (XW.strength, _INTEGER),
}
_OTHER: Properties = {
    "source": (DCTERMS.source, IRI),
    "title": (SKOS.prefLabel, TEXT),
    "text": (XW.text, TEXT),
    "ordinal": (XW.ordinal, _INTEGER),
    "mapping": (XW.inMapping, IRI),
    "quoted_from": (XW.quotedFrom, IRI),
    "standard": (XW.editionOf, IRI),
    "version": (URIRef(PREFIXES["dcat"] + "version"), PLAIN),
    "language": (DCTERMS.language, PLAIN),
    "coverage": (XW.textCoverage, IRI),
    "edition": (XW.inEdition, IRI),
    "parent": (DCTERMS.isPartOf, IRI),
    "identifier": (SKOS.notation, PLAIN),
    "aliases": (DCTERMS.identifier, PLAIN),
    "withdrawn": (OWL.deprecated, _BOOLEAN),
    "replaced_by": (DCTERMS.isReplacedBy, IRI),
    "certainty": (XW.certainty, IRI),
    "members": (SKOS.member, IRI),
}
"""What is said of quotations, of editions and their elements, and of selections of elements."""

SET_PROPERTIES = {name: str(mappings.OF_SET[slot][0]) for name, slot in SET_FIELDS.items()}
RECORD_PROPERTIES = {
    name: str(_OF_RECORD[slot][0]) for name, slot in RECORD_FIELDS.items() if slot in _OF_RECORD
}
"""The property of each field of a mapping set, or of a record, that has one."""

_SEVERAL = {"creators", "sources", "authors", "reviewers", "reviewer_names"}

Facts = Mapping[str, list[str]]
"""The values of each property of one subject."""


def group_facts(triples: Iterable[tuple[str, str, str]]) -> dict[str, Facts]:
    """Return the values of each property, each once, by subject."""
    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for subject, about, value in triples:
        if value not in facts[subject][about]:
            facts[subject][about].append(value)
    return facts


def first(facts: Facts, *properties: str) -> str | None:
    """Return the first value of the first of several properties that has one."""
    return next((value for about in properties for value in facts.get(str(about), ())), None)


def read_fields(facts: Facts, properties: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of fields by a table of their properties: a tuple where there may be several."""
    return {
        name: tuple(facts.get(about, ())) if name in _SEVERAL else first(facts, about)
        for name, about in properties.items()
    }


def read_record(facts: Facts, **others: Any) -> Record:
    """Return the record that facts state; ``others`` are fields that they do not say, or say otherwise.

    Raises KeyError or ValueError for an excluded relation or a strength that is none.
    """
    strength, rationale = first(facts, XW.strength), first(facts, XW.rationaleKind)
    return Record(
        **read_fields(facts, RECORD_PROPERTIES)
        | {
            "candidates": excluding(excluded_by(facts.get(str(XW.excludesRelation), ()))),
            "rationale_kind": rationale_kind(rationale) if rationale else None,
            "strength": int(strength) if strength else None,
        }
        | others
    )


def of_mapping_set(mapping_set: MappingSet) -> Iterator[Triple]:
    """Yield the set, its records, their quotations, and the rows that say that there is no counterpart."""
    iri, language = mapping_set.identifier, mapping_set.language or UNDETERMINED
    values = slot_values(mapping_set, SET_FIELDS) | {"mapping_set_id": (iri,)}
    yield from _describe_graph(iri, values, language)
    yield from describe(iri, XW.MappingSet, mappings.OF_SET, values, language)
    comparison_set = str(ID["comparison/" + iri.rsplit("/", 1)[-1]])
    shared = {
        slot: values.get(slot, ()) for slot in ("mapping_set_id", "mapping_set_source", "object_source")
    }
    shared |= {"comparison_set": (comparison_set,), "outcome": (str(XW.AssertedNone),)}
    names = mappings.RecordNames(record.identifier for record in mapping_set.records if record.identifier)
    rows = mappings.RecordNames()
    for record in mapping_set.records:
        stated = shared | slot_values(record, RECORD_FIELDS)
        if record.object is not None:
            iri = record.identifier or names.claim(record_iri(mapping_set, record))
            yield from _describe_record(record, iri, stated, language)
            continue
        path = short_path(record.subject, _editions(mapping_set)[0])
        row = rows.claim(record.comparison or f"{comparison_set}/{path}")
        yield from describe(row, XW.Comparison, mappings.OF_NONE, stated, language)
    if any(record.object is None for record in mapping_set.records):
        named = {slot: values.get(slot, ()) for slot in ("mapping_set_title", "mapping_set_source")}
        properties = mappings.OF_COMPARISON_SET
        yield from describe(comparison_set, XW.ComparisonSet, properties, named, language)


def _describe_graph(described: str, values: Values, language: str) -> Iterator[Triple]:
    """Yield the description of the named graph that is called after an edition or mapping set of ours."""
    if described.startswith(ID):
        stated = {slot: texts for slot, texts in values.items() if slot != "mapping_set_description"}
        graph = GRAPH + described.removeprefix(ID)
        yield from describe(graph, VOID.Dataset, mappings.OF_GRAPH, stated, language)


def _describe_record(
    record: Record, iri: str, stated: dict[str, tuple[str, ...]], language: str
) -> Iterator[Triple]:
    beyond = {"rationale": RATIONALES.get(record.rationale_kind or ""), "excluded": tuple(record.excluded)}
    values = stated | listed({"predicate_id": record.stated_predicate, **beyond})
    yield from describe(iri, XW.Mapping, _OF_RECORD, values, language)
    shared = {"mapping": iri, "quoted_from": record.object, "source": stated["mapping_set_source"]}
    for number, text in enumerate(record.quotations, start=1):
        values = listed({**shared, "ordinal": number, "text": text})
        yield from describe(f"{iri}/quotation/{number}", XW.Quotation, _OTHER, values, language)


def record_iri(mapping_set: MappingSet, record: Record) -> str:
    """Return the record's own IRI, or one made of both its ends."""
    ends = record.subject, record.object
    return record.identifier or mappings.record_iri(mapping_set.identifier, *ends, _editions(mapping_set))


def _editions(mapping_set: MappingSet) -> tuple[list[str], ...]:
    """Return the editions of the subjects and of the objects, as far as they are known."""
    ends = (mapping_set.subject_source, mapping_set.object_source)
    return tuple([edition] if edition else [] for edition in ends)


def of_catalogue(
    catalogue: Catalogue, edition: str, licence: str | None, source: str | None
) -> Iterator[Triple]:
    """Yield the edition and its elements, by number and title."""
    has_text = any(entry.text for entry in catalogue.entries)
    language = catalogue.language or UNDETERMINED
    standard, _, version = edition.rpartition("/")
    described = {"mapping_set_title": catalogue.title, "mapping_set_source": source, "license": licence}
    yield from _describe_graph(edition, listed(described), language)
    values = {
        "title": catalogue.title,
        "standard": standard,
        "version": version,
        "language": catalogue.language,
        "coverage": XW.Partial if has_text else XW.TitlesOnly,
        "source": source,
    }
    yield from describe(edition, XW.Edition, _OTHER, listed(values), language)
    iris = {identifier: f"{edition}/provision/{name}" for identifier, name in _names(catalogue).items()}
    siblings: Counter[str | None] = Counter()
    for entry in catalogue.entries:
        siblings[entry.parent] += 1
        values = {
            "edition": edition,
            "parent": iris[entry.parent] if entry.parent else edition,
            "identifier": entry.identifier,
            "aliases": entry.aliases,
            "ordinal": siblings[entry.parent],
            "title": entry.title,
            "text": entry.text,
            "withdrawn": "true" if entry.withdrawn else None,
            "replaced_by": tuple(iris[identifier] for identifier in entry.replaced_by),
            "certainty": XW.ReadInDocument if entry.title or entry.text else None,
            "source": source,
        }
        yield from describe(iris[entry.identifier], XW.Provision, _OTHER, listed(values), language)


def _names(catalogue: Catalogue) -> dict[str, str]:
    """Return what elements are called in their addresses: their numbers, with a dash for blanks and brackets.

    Where two would be called the same, the further one has its number percent-encoded.
    """
    dashed = {
        entry.identifier: re.sub(r"[^\w().,~-]+", "-", entry.identifier).strip("-")
        for entry in catalogue.entries
    }
    taken = {name for identifier, name in dashed.items() if identifier == name} | {""}
    for identifier, name in dashed.items():
        if identifier != name:
            dashed[identifier] = quote(identifier, safe="") if name in taken else name
            taken.add(name)
    return dashed


def of_selection(
    catalogue: Catalogue, name: str, edition: str, register: Register, source: str | None
) -> Iterator[Triple]:
    """Yield the collection of the elements that a profile selects from an edition."""
    members = (register.find(entry.identifier, edition) for entry in catalogue.entries)
    values = {"title": catalogue.title, "source": source, "members": tuple(filter(None, members))}
    language = catalogue.language or UNDETERMINED
    yield from describe(name, SKOS.Collection, _OTHER, listed(values), language)
