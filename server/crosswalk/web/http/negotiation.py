"""Which representation of a resource a client gets, by suffix, by ``?format=`` or by its Accept header.

A client that states no wish, or only ``*/*``, gets HTML; ``/id/`` gives RDF to whoever names an RDF type and
likes it no less than HTML. A suffix goes before ``?format=``, and that before the header.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header


@dataclass(frozen=True)
class Representation:
    """One form an answer can take; ``name`` is its suffix and its value of ``?format=``."""

    name: str
    media_type: str
    title: str
    aliases: tuple[str, ...] = ()
    engine: str | None = None  # the media type the store is asked for, where the store writes the answer

    @property
    def content_type(self) -> str:
        """The Content-Type header; every text here is UTF-8."""
        spoken = self.media_type.startswith("text/")
        return f"{self.media_type}; charset=utf-8" if spoken else self.media_type


HTML = Representation("html", "text/html", "HTML", ("application/xhtml+xml",))
CSV = Representation("csv", "text/csv", "CSV")
JSON = Representation("json", "application/json", "JSON")
MARKDOWN = Representation("md", "text/markdown", "Markdown")
TURTLE = Representation("ttl", "text/turtle", "Turtle", ("application/x-turtle",), "text/turtle")
JSONLD = Representation("jsonld", "application/ld+json", "JSON-LD", (), "application/ld+json")
NTRIPLES = Representation(
    "nt", "application/n-triples", "N-Triples", ("text/plain",), "application/n-triples"
)
RDFXML = Representation(
    "rdf", "application/rdf+xml", "RDF/XML", ("application/xml", "text/xml"), "application/rdf+xml"
)
NQUADS = Representation("nq", "application/n-quads", "N-Quads", ("text/x-nquads",), "application/n-quads")
TRIG = Representation("trig", "application/trig", "TriG", ("application/x-trig",), "application/trig")

RDF = (TURTLE, JSONLD, NTRIPLES, RDFXML)
PAGE = (HTML,)
TABLE = (HTML, CSV, JSON, MARKDOWN)
TABLE_AND_GRAPH = (*TABLE, TURTLE, JSONLD)
THING = (HTML, *RDF, JSON)


def by_suffix(path: str, offered: tuple[Representation, ...]) -> tuple[str, Representation | None]:
    """The path without its suffix, and what the suffix names; a dot inside ``ipa/2.0`` is no suffix.

    >>> by_suffix("ipa/2.0", THING)
    ('ipa/2.0', None)
    >>> by_suffix("ipa/2.0.ttl", THING)[1].name
    'ttl'
    """
    stem, dot, ending = path.rpartition(".")
    chosen = by_name(ending, offered) if dot and stem else None
    return (stem, chosen) if chosen and chosen is not HTML else (path, None)


def by_name(name: str, offered: tuple[Representation, ...]) -> Representation | None:
    """The representation called so, or None."""
    return next((one for one in offered if one.name == name), None)


def by_accept(accept: MIMEAccept, offered: tuple[Representation, ...]) -> Representation | None:
    """The offered representation the header likes best, or None where it refuses all of them.

    Each media type gets the quality of the most specific range that holds it. Between equals the one named
    more exactly wins, then the one offered first. No header at all accepts everything.
    """
    if not accept:
        return offered[0]
    ranked = [
        (accept.quality(media), -accept.find(media), -position, one)
        for position, one in enumerate(offered)
        for media in (one.media_type, *(alias for alias in one.aliases if _named(accept, alias)))
        if accept.quality(media) > 0
    ]
    return max(ranked, key=lambda entry: entry[:3])[3] if ranked else None


def _named(accept: MIMEAccept, media: str) -> bool:
    """Whether the header names this very type; a wildcard speaks for main types, not for their aliases."""
    return any(wish == media for wish, _ in accept)


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
