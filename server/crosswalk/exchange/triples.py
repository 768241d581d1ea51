"""Makes triples out of what was read: what a curator reviews before it goes among the project's data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple
from rdflib.namespace import DCTERMS, RDF, SKOS, XSD

from crosswalk.exchange.facts import graph, link, texts, typed
from crosswalk.exchange.records import MappingSet, Record
from crosswalk.exchange.words import excluded, predicate
from crosswalk.namespaces import ID, SSSOM, XW


def of_mapping_set(found: MappingSet) -> Iterator[Triple]:
    """The set, its records, their quotations, and the rows that say that there is no counterpart."""
    one = found.identifier
    yield from graph(one, found.title, found.licence, found.sources)
    yield link(one, RDF.type, XW.MappingSet)
    yield typed(one, SSSOM.mapping_set_id, one, XSD.anyURI)
    yield from texts(one, SKOS.prefLabel, found.title)
    yield from texts(one, DCTERMS.description, found.description)
    links = (
        (DCTERMS.license, found.licence),
        (SSSOM.subject_source, found.subject_source),
        (SSSOM.object_source, found.object_source),
        (SSSOM.mapping_provider, found.provider),
        *((DCTERMS.creator, each) for each in found.creators),
        *((DCTERMS.source, each) for each in found.sources),
    )
    yield from (link(one, about, value) for about, value in links if value)
    plain = (
        (SSSOM.mapping_set_version, found.version),
        (SSSOM.subject_source_version, found.subject_version),
        (SSSOM.object_source_version, found.object_version),
    )
    yield from (Triple(NamedNode(one), NamedNode(about), Literal(text)) for about, text in plain if text)
    dates = ((SSSOM.mapping_date, found.mapping_date), (SSSOM.publication_date, found.publication_date))
    yield from (typed(one, about, text, XSD.date) for about, text in dates if text)
    for record in found.records:
        yield from (_none(found, record) if record.object is None else _record(found, record))
    if any(record.object is None for record in found.records):
        table = _table(found)
        yield link(table, RDF.type, XW.ComparisonSet)
        yield from texts(table, SKOS.prefLabel, found.title)
        yield from (link(table, DCTERMS.source, each) for each in found.sources)


def record_iri(found: MappingSet, record: Record) -> str:
    """The record's own IRI, or one made of both its ends."""
    if record.identifier:
        return record.identifier
    ends = (
        _short(record.subject, found.subject_source),
        _short(record.object or "none", found.object_source),
    )
    return f"{found.identifier}/{'--'.join(ends)}"


def _short(iri: str, edition: str | None) -> str:
    path = iri.removeprefix(f"{edition}/").removeprefix(ID)
    words = {"guideline", "provision", "section"}
    return quote("-".join(part for part in re.split("[/:#]+", path) if part not in words), safe="().,-")


def _record(found: MappingSet, record: Record) -> Iterator[Triple]:
    iri = record_iri(found, record)
    yield link(iri, RDF.type, XW.Mapping)
    stated = (
        predicate(record.candidates) if record.predicate == str(SKOS.mappingRelation) else record.predicate
    )
    links = [
        (XW.subject, record.subject),
        (XW.predicate, stated),
        (XW.object, record.object),
        (SSSOM.mapping_justification, record.justification),
        (XW.inMappingSet, found.identifier),
        (XW.inComparison, record.comparison),
        *((XW.excludesRelation, XW[name]) for name in excluded(record.candidates)),
        *((DCTERMS.creator, each) for each in record.authors),
        *((DCTERMS.source, each) for each in found.sources),
    ]
    if record.rationale_kind:
        links.append((XW.rationaleKind, XW[record.rationale_kind.capitalize()]))
    yield from (link(iri, about, value) for about, value in links if value)
    if record.confidence:
        yield typed(iri, SSSOM.confidence, record.confidence, XSD.decimal)
    if record.date:
        yield typed(iri, SSSOM.mapping_date, record.date, XSD.date)
    if record.strength is not None:
        yield typed(iri, XW.strength, str(record.strength), XSD.integer)
    yield from _review(iri, record)
    yield from texts(iri, SKOS.note, record.comment)
    yield from texts(iri, XW.asCited, record.as_cited)
    for number, text in enumerate(record.quotations, start=1):
        quotation = f"{iri}/quotation/{number}"
        yield link(quotation, RDF.type, XW.Quotation)
        yield link(quotation, XW.inMapping, iri)
        yield link(quotation, XW.quotedFrom, record.object or "")
        yield typed(quotation, XW.ordinal, str(number), XSD.integer)
        yield from texts(quotation, XW.text, text)
        yield from (link(quotation, DCTERMS.source, each) for each in found.sources)


def _review(iri: str, record: Record) -> Iterator[Triple]:
    """Who looked the record over, and when."""
    yield from (link(iri, SSSOM.reviewer_id, each) for each in record.reviewers)
    for name in record.reviewer_names:
        yield Triple(NamedNode(iri), NamedNode(SSSOM.reviewer_label), Literal(name))
    if record.review_date:
        yield typed(iri, SSSOM.review_date, record.review_date, XSD.date)


def _table(found: MappingSet) -> str:
    return str(ID["comparison/" + found.identifier.rsplit("/", 1)[-1]])


def _none(found: MappingSet, record: Record) -> Iterator[Triple]:
    """The row of a comparison: only there can the graph say that somebody looked and found nothing."""
    row = record.comparison or f"{_table(found)}/{_short(record.subject, found.subject_source)}"
    yield link(row, RDF.type, XW.Comparison)
    yield link(row, XW.inComparisonSet, _table(found))
    yield link(row, XW.focus, record.subject)
    if found.object_source:
        yield link(row, XW.against, found.object_source)
    yield link(row, XW.outcome, XW.AssertedNone)
    yield from (link(row, DCTERMS.source, each) for each in found.sources)
    yield from _review(row, record)
    yield from texts(row, SKOS.note, record.comment)
