"""What the endpoint says of itself to programs: a SPARQL 1.1 Service Description."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple
from rdflib.namespace import DCTERMS, RDF, RDFS, VOID

from crosswalk.namespaces import BASE, PREFIXES
from crosswalk.settings import Settings

ADDRESS, VOID_ADDRESS = "sparql", ".well-known/void"
DATASET = VOID_ADDRESS + "#dataset"
_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_GRAPHS = ("Turtle", "JSON-LD", "N-Triples", "RDF_XML", "TriG", "N-Quads")


def site(settings: Settings) -> str:
    """The address of this site as clients reach it: the one set, else the one it listens on."""
    if settings.base_iri != str(BASE):
        return settings.base_iri
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/"


def describe(settings: Settings, media_type: str) -> bytes:
    """The service description in a media type of RDF."""
    triples = list(_triples(settings))
    used = {
        name: PREFIXES[name] for name in ("sd", "void", "dcterms", "rdfs", "rdf", "xsd") if name in PREFIXES
    }
    wanted = RdfFormat.from_media_type(media_type)
    return pyoxigraph.serialize(triples, format=wanted, prefixes=used) or b""


def _triples(settings: Settings) -> Iterator[Triple]:
    base, terms = site(settings), PREFIXES["sd"]
    service, dataset, default = NamedNode(base + ADDRESS), NamedNode(base + DATASET), BlankNode("default")
    formats = terms.split("sparql-service-description")[0] + "formats/"

    def fact(subject: NamedNode | BlankNode, predicate: str, value: object) -> Triple:
        return Triple(subject, NamedNode(str(predicate)), value)

    yield fact(service, RDF.type, NamedNode(terms + "Service"))
    yield fact(service, terms + "endpoint", service)
    yield fact(service, terms + "supportedLanguage", NamedNode(terms + "SPARQL11Query"))
    yield fact(service, terms + "feature", NamedNode(terms + "EmptyGraphs"))
    for name in (*_RESULTS, *_GRAPHS):
        yield fact(service, terms + "resultFormat", NamedNode(formats + name))
    yield fact(service, terms + "defaultDataset", dataset)
    yield fact(dataset, RDF.type, NamedNode(terms + "Dataset"))
    yield fact(dataset, RDF.type, NamedNode(str(VOID.Dataset)))
    yield fact(dataset, terms + "defaultGraph", default)
    yield fact(default, RDF.type, NamedNode(terms + "Graph"))
    yield fact(service, RDFS.seeAlso, NamedNode(base + VOID_ADDRESS))
    for sentence in limits(settings):
        yield fact(service, DCTERMS.description, Literal(sentence, language="en"))


def limits(settings: Settings) -> list[str]:
    """A sentence for each limit a query is under."""
    rate = f"A client may use {settings.rate_limit} seconds of evaluation a minute (429)."
    return [
        f"A query is ended after {settings.query_timeout:g} seconds (503).",
        f"A query may use {settings.query_memory} bytes of memory, all may use {settings.tree_memory} (503).",
        f"A query may be {settings.query_bytes} bytes long (413).",
        f"It may be nested {settings.query_depth} deep, of {settings.query_tokens} words and signs (403).",
        f"A result may be {settings.result_bytes} bytes large; a larger one is refused, never cut (413).",
        f"At most {settings.long_queries} queries run longer than half a second at once (503).",
        f"At most {settings.waiting_queries} queries wait, {settings.waiting_time:g} seconds at most (503).",
        "SERVICE, LOAD and updates are refused (403); graphs that are not held here are empty.",
        *([rate] if settings.rate_limit else []),
    ]
