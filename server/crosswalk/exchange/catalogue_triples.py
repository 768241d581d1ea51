"""Makes triples out of a catalogue or a profile: an edition with its elements, or a collection of them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple
from rdflib.namespace import DCTERMS, OWL, RDF, SKOS, XSD

from crosswalk.exchange.facts import graph, link, texts, typed
from crosswalk.exchange.records import Catalogue
from crosswalk.exchange.register import Register
from crosswalk.namespaces import PREFIXES, XW


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
