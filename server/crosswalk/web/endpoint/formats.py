"""The forms an answer of the endpoint can take, and which of them a client gets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from crosswalk.web.negotiation import (
    CSV,
    HTML,
    JSONLD,
    NQUADS,
    NTRIPLES,
    RDFXML,
    TURTLE,
    Representation,
    by_accept,
)

RESULTS = (
    Representation(
        "json",
        "application/sparql-results+json",
        "JSON",
        ("application/json",),
        "application/sparql-results+json",
    ),
    Representation(
        "xml",
        "application/sparql-results+xml",
        "XML",
        ("application/xml", "text/xml"),
        "application/sparql-results+xml",
    ),
    Representation(CSV.name, CSV.media_type, CSV.title, ("application/csv",), CSV.media_type),
    Representation("tsv", "text/tab-separated-values", "TSV", (), "text/tab-separated-values"),
)
"""How SELECT and ASK are answered."""

TRIG = Representation("trig", "application/trig", "TriG", ("application/x-trig",), "application/trig")
NOTATION = replace(TURTLE, aliases=(*TURTLE.aliases, "application/turtle", "text/n3", "text/rdf+n3"))
"""Turtle, which whoever reads Notation 3 reads too."""

JSON_GRAPH = Representation(
    JSONLD.name, JSONLD.media_type, JSONLD.title, ("application/json",), JSONLD.media_type
)
GRAPHS = (NOTATION, JSON_GRAPH, NTRIPLES, RDFXML, TRIG, NQUADS)
"""How CONSTRUCT and DESCRIBE are answered, and graphs and descriptions given."""

PROBLEM = Representation("problem", "application/problem+json", "Problem", ("application/json",))
TEXT = Representation("text", "text/plain", "Text", ("text/html", "application/xhtml+xml"))
ERRORS = (PROBLEM, TEXT)
"""How faults are told."""

_NAMES = {
    "turtle": "ttl", "n3": "ttl", "ntriples": "nt", "n-triples": "nt", "rdfxml": "rdf", "rdf+xml": "rdf",
    "xml": "rdf", "json-ld": "jsonld", "json": "jsonld", "nquads": "nq", "n-quads": "nq", "srj": "json",
    "srx": "xml", "sparql-results+json": "json",
}  # fmt: skip
"""What clients also call the formats; ``json`` and ``xml`` are names of tables before they are of graphs."""


def read_accept(header: str | None) -> MIMEAccept:
    """The preferences an Accept header states."""
    return parse_accept_header(header, MIMEAccept)


def choose(
    offered: tuple[Representation, ...], accept: MIMEAccept, wish: str | None = None
) -> Representation | None:
    """The representation wished for by name or by media type, else the one the Accept header prefers."""
    if wish is None:
        return by_accept(accept, offered)
    asked = wish.strip().lower().replace(" ", "+")
    for name in (asked, _NAMES.get(asked)):
        for one in offered:
            if name in (one.name, one.media_type, *one.aliases):
                return one
    return None


def prefers_page(accept: MIMEAccept) -> bool:
    """Whether a browser asks: HTML is named, and nothing the endpoint writes is liked better."""
    named = {media.lower() for media, quality in accept if quality > 0}
    if HTML.media_type not in named:
        return False
    exact = {media for one in (*RESULTS, *GRAPHS) for media in (one.media_type, *one.aliases)}
    rivals = (quality for media, quality in accept if media.lower() in exact)
    return accept.quality(HTML.media_type) >= max(rivals, default=0.0)


@dataclass(frozen=True)
class Negotiated:
    """What one client gets: whether a browser asks, and the form of a table and of a graph, None for none."""

    page: bool
    table: Representation | None
    graph: Representation | None


def negotiate(header: str | None, wish: str | None) -> Negotiated:
    """What an Accept header and a wish come to; clients repeat theirs, so that it is remembered."""
    brief = len(header or "") + len(wish or "") <= _REMEMBERED_LENGTH
    return (_remember if brief else _negotiate)(header, wish)


def _negotiate(header: str | None, wish: str | None) -> Negotiated:
    accept = read_accept(header)
    page = wish is None and prefers_page(accept)
    return Negotiated(page, choose(RESULTS, accept, wish), choose(GRAPHS, accept, wish))


_REMEMBERED_LENGTH = 512
_remember = lru_cache(maxsize=1024)(_negotiate)
