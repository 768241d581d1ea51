"""The few kinds of triples that imports are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple
from rdflib.namespace import DCTERMS, OWL, RDF, SKOS, VOID, XSD

from crosswalk.exchange.identifiers import Register
from crosswalk.exchange.records import Catalogue, MappingSet, Record, excluded, predicate
from crosswalk.namespaces import GRAPH, ID, PREFIXES, SSSOM, XW, compact


def graph(
    described: str, title: str | None, licence: str | None, sources: tuple[str, ...]
) -> Iterator[Triple]:
    graph = str(GRAPH + compact(described)) if described.startswith(ID) else described
    if graph == described:
        return
    yield link(graph, RDF.type, VOID.Dataset)
    yield from texts(graph, DCTERMS.title, title)
    yield from (link(graph, DCTERMS.source, each) for each in sources)
    if licence:
        yield link(graph, DCTERMS.license, licence)


def link(subject: str, about: str, value: str) -> Triple:
    return Triple(NamedNode(str(subject)), NamedNode(str(about)), NamedNode(str(value)))


def typed(subject: str, about: str, text: str, datatype: str) -> Triple:
    return Triple(NamedNode(subject), NamedNode(str(about)), Literal(text, datatype=NamedNode(str(datatype))))


def texts(subject: str, about: str, text: str | None) -> Iterator[Triple]:
    if text:
        yield Triple(NamedNode(subject), NamedNode(str(about)), Literal(text, language="en"))


def of_catalogue(found: Catalogue, edition: str, licence: str | None, source: str | None) -> Iterator[Triple]:
    """The edition and its elements, by number and title."""
    sources = (source,) if source else ()
    yield from graph(edition, found.title, licence, sources)
    yield link(edition, RDF.type, XW.Edition)
    yield from texts(edition, SKOS.prefLabel, found.title)
    yield link(edition, XW.editionOf, edition.rpartition("/")[0])
    yield Triple(
        NamedNode(edition), NamedNode(PREFIXES["dcat"] + "version"), Literal(edition.rpartition("/")[2])
    )
    yield link(
        edition, XW.textCoverage, XW.Partial if any(each.text for each in found.entries) else XW.TitlesOnly
    )
    yield from (link(edition, DCTERMS.source, each) for each in sources)
    iris = {each.identifier: entry_iri(edition, each.identifier) for each in found.entries}
    ordinals: dict[str | None, int] = {}
    for entry in found.entries:
        iri = iris[entry.identifier]
        ordinals[entry.parent] = ordinals.get(entry.parent, 0) + 1
        yield link(iri, RDF.type, XW.Provision)
        yield link(iri, XW.inEdition, edition)
        yield link(iri, DCTERMS.isPartOf, iris[entry.parent] if entry.parent else edition)
        yield Triple(NamedNode(iri), NamedNode(SKOS.notation), Literal(entry.identifier))
        yield typed(iri, XW.ordinal, str(ordinals[entry.parent]), XSD.integer)
        yield from texts(iri, SKOS.prefLabel, entry.title)
        yield from texts(iri, XW.text, entry.text)
        if entry.withdrawn:
            yield typed(iri, OWL.deprecated, "true", XSD.boolean)
        yield from (link(iri, DCTERMS.isReplacedBy, iris[each]) for each in entry.replaced_by)
        yield link(iri, XW.certainty, XW.ReadInDocument)
        yield from (link(iri, DCTERMS.source, each) for each in sources)


def of_selection(
    found: Catalogue, name: str, edition: str, register: Register, source: str | None
) -> Iterator[Triple]:
    """The elements that a profile selects from an edition, as a collection."""
    yield link(name, RDF.type, SKOS.Collection)
    yield from texts(name, SKOS.prefLabel, found.title)
    yield from (link(name, DCTERMS.source, each) for each in ([source] if source else []))
    for entry in found.entries:
        if member := register.find(entry.identifier, edition):
            yield link(name, SKOS.member, member)


def entry_iri(edition: str, identifier: str) -> str:
    """The IRI of a catalogue's element within its edition."""
    return f"{edition}/provision/{quote(identifier, safe='().,-_~')}"


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
