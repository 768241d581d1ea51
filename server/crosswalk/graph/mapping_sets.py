"""Describes a mapping set, the graph that holds it and the comparison it makes, out of its table's header."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple
from rdflib.namespace import DCTERMS, RDF, SKOS, VOID, XSD

from ..namespaces import SSSOM, XW
from .sssom import Extension, Table

_OF_GRAPH = {
    str(term)
    for term in (DCTERMS.rights, DCTERMS.rightsHolder, DCTERMS.modified, DCTERMS.creator, DCTERMS.license)
}
_OF_COMPARISON = {str(XW.inComparisonSet), str(XW.declaresComplete)}


def describe_graph(table: Table, graph: str) -> Iterator[Triple]:
    """The description of the named graph that holds the table."""
    yield triple(graph, RDF.type, node(VOID.Dataset))
    for key, about in (
        ("mapping_set_title", DCTERMS.title),
        ("mapping_set_description", DCTERMS.description),
    ):
        yield from (triple(graph, about, english(text)) for text in table.of_set(key))
    yield from sources(table, graph)
    # Who published a set may offer it on other terms, or on none that he names, than the file is offered on.
    if not any(extension.property == str(DCTERMS.license) for extension in table.extensions.values()):
        yield triple(graph, DCTERMS.license, node(table.header["license"]))
    for slot, extension in table.extensions.items():
        if extension.property in _OF_GRAPH:
            yield from extended(
                table, graph, slot, extension, table.of_set(slot), table.key_lines.get(slot, 1)
            )


def describe_set(table: Table) -> Iterator[Triple]:
    """The mapping set itself, and the comparison that it makes if it makes one."""
    mapping_set = table.header["mapping_set_id"]
    yield triple(mapping_set, RDF.type, node(XW.MappingSet))
    yield triple(mapping_set, SSSOM.mapping_set_id, typed(mapping_set, XSD.anyURI))
    yield triple(mapping_set, DCTERMS.license, node(table.header["license"]))
    yield from sources(table, mapping_set)
    yield from _named(table, mapping_set)
    for key in ("mapping_set_version", "subject_source_version", "object_source_version"):
        yield from (triple(mapping_set, SSSOM[key], Literal(text)) for text in table.of_set(key))
    for key in ("mapping_date", "publication_date"):
        yield from (triple(mapping_set, SSSOM[key], typed(text, XSD.date)) for text in table.of_set(key))
    for key in ("subject_source", "object_source"):
        yield from (triple(mapping_set, SSSOM[key], node(iri)) for iri in table.iris_of_set(key))
    yield from (
        triple(mapping_set, SSSOM.mapping_provider, node(u)) for u in table.of_set("mapping_provider")
    )
    for slot, extension in table.extensions.items():
        if extension.property not in _OF_GRAPH | _OF_COMPARISON:
            line = table.key_lines.get(slot, 1)
            yield from extended(table, mapping_set, slot, extension, table.of_set(slot), line)
    for comparison_set in comparison_sets(table):
        yield triple(comparison_set, RDF.type, node(XW.ComparisonSet))
        yield from (*sources(table, comparison_set), *_named(table, comparison_set))
        for slot, dated in (("mapping_date", DCTERMS.created), ("publication_date", DCTERMS.issued)):
            days = table.of_set(slot)
            yield from (triple(comparison_set, dated, typed(day, str(XSD.date))) for day in days)
        complete = [slot for slot, e in table.extensions.items() if e.property == str(XW.declaresComplete)]
        for slot in complete:
            editions = table.iris_of_set(slot)
            yield from (triple(comparison_set, XW.declaresComplete, node(edition)) for edition in editions)


def _named(table: Table, thing: str) -> Iterator[Triple]:
    yield from (triple(thing, SKOS.prefLabel, english(text)) for text in table.of_set("mapping_set_title"))
    yield from (
        triple(thing, DCTERMS.description, english(text)) for text in table.of_set("mapping_set_description")
    )
    yield from (triple(thing, DCTERMS.creator, node(iri)) for iri in table.iris_of_set("creator_id"))


def sources(table: Table, thing: str) -> Iterator[Triple]:
    """What the whole table was made from, as the source of one thing."""
    yield from (triple(thing, DCTERMS.source, node(iri)) for iri in table.iris_of_set("mapping_set_source"))


def extended(
    table: Table, thing: str, slot: str, extension: Extension, values: list[str], line: int
) -> Iterator[Triple]:
    """The values of an extension slot, as its definition has them."""
    for value in values:
        if extension.datatype is None:
            term = node(table.iri(value, f"slot {slot}", line))
        elif extension.datatype == str(XSD.string):
            term = english(value)
        else:
            term = typed(value, extension.datatype)
        yield triple(thing, extension.property, term)


def comparison_sets(table: Table) -> list[str]:
    """The comparison that the table makes, if any."""
    slots = [slot for slot, each in table.extensions.items() if each.property == str(XW.inComparisonSet)]
    return [iri for slot in slots for iri in table.iris_of_set(slot)]


def triple(subject: str, predicate: str, value: NamedNode | Literal) -> Triple:
    """A triple whose subject and predicate are given as texts."""
    return Triple(NamedNode(str(subject)), NamedNode(str(predicate)), value)


def node(iri: str) -> NamedNode:
    """An IRI as a value."""
    return NamedNode(str(iri))


def english(text: str) -> Literal:
    """A text as a value."""
    return Literal(text, language="en")


def typed(text: str, datatype: str) -> Literal:
    """A number, date or the like as a value."""
    return Literal(text, datatype=NamedNode(str(datatype)))
