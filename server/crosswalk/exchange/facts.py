"""The few kinds of triples that imports are made of."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple
from rdflib.namespace import DCTERMS, RDF, VOID

from crosswalk.namespaces import GRAPH, ID, compact


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
