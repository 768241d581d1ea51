"""Choose the representation a client gets: by suffix, by ``?format=``, or by its Accept header.

A suffix goes before ``?format=``, and that before the header. On pages, a client that states no preference,
or only ``*/*``, gets HTML. See https://www.rfc-editor.org/rfc/rfc9110#name-content-negotiation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from crosswalk.stores import SPARQL_JSON


@dataclass(frozen=True)
class Representation:
    """A form an answer can take; ``name`` is its suffix and its value of ``?format=``.

    ``aliases`` are media types a client may ask for it by as well; the answer names ``media_type``.
    """

    name: str
    media_type: str
    title: str
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The Content-Type header; every text here is UTF-8."""
        is_text = self.media_type.startswith("text/")
        return f"{self.media_type}; charset=utf-8" if is_text else self.media_type

    @property
    def media_types(self) -> tuple[str, ...]:
        """The media type and its aliases."""
        return (self.media_type, *self.aliases)


_XML = ("application/xml", "text/xml")

HTML = Representation("html", "text/html", "HTML", ("application/xhtml+xml",))
CSV = Representation("csv", "text/csv", "CSV")
JSON = Representation("json", "application/json", "JSON")
MARKDOWN = Representation("md", "text/markdown", "Markdown")
TURTLE = Representation("ttl", "text/turtle", "Turtle", ("application/x-turtle",))
JSONLD = Representation("jsonld", "application/ld+json", "JSON-LD")
NTRIPLES = Representation("nt", "application/n-triples", "N-Triples", ("text/plain",))
RDFXML = Representation("rdf", "application/rdf+xml", "RDF/XML", _XML)
NQUADS = Representation("nq", "application/n-quads", "N-Quads", ("text/x-nquads",))
TRIG = Representation("trig", "application/trig", "TriG", ("application/x-trig",))

RDF = (TURTLE, JSONLD, NTRIPLES, RDFXML)
PAGE = (HTML,)
TABLE = (HTML, CSV, JSON, MARKDOWN)
TABLE_AND_GRAPH = (*TABLE, TURTLE, JSONLD)
THING = (HTML, *RDF, JSON)

RESULTS = (
    Representation("json", SPARQL_JSON, "JSON", (JSON.media_type,)),
    Representation("xml", "application/sparql-results+xml", "XML", _XML),
    replace(CSV, aliases=("application/csv",)),
    Representation("tsv", "text/tab-separated-values", "TSV"),
)
"""What the query endpoint answers SELECT and ASK with."""

_NOTATION3 = ("application/turtle", "text/n3", "text/rdf+n3")  # readers of Notation 3 read Turtle
GRAPHS = (
    replace(TURTLE, aliases=(*TURTLE.aliases, *_NOTATION3)),
    replace(JSONLD, aliases=(JSON.media_type,)),
    NTRIPLES,
    RDFXML,
    TRIG,
    NQUADS,
)
"""What the query endpoint answers CONSTRUCT and DESCRIBE with, and gives graphs and descriptions in."""

PROBLEM = Representation("problem", "application/problem+json", "Problem", (JSON.media_type,))
TEXT = Representation("text", "text/plain", "Text", HTML.media_types)
ERRORS = (PROBLEM, TEXT)
"""What the query endpoint describes faults in."""

_CACHED_LENGTH = 512
_SYNONYMS = {
    "turtle": "ttl", "n3": "ttl", "ntriples": "nt", "n-triples": "nt", "rdfxml": "rdf", "rdf+xml": "rdf",
    "xml": "rdf", "json-ld": "jsonld", "json": "jsonld", "nquads": "nq", "n-quads": "nq", "srj": "json",
    "srx": "xml", "sparql-results+json": "json",
}  # fmt: skip
"""Other names clients give the formats; ``json`` and ``xml`` name tables first, and graphs besides."""


def by_suffix(path: str, offered: tuple[Representation, ...]) -> tuple[str, Representation | None]:
    """Return the path without its suffix, and what the suffix names; a dot inside ``ipa/2.0`` is no suffix.

    >>> by_suffix("ipa/2.0", THING)
    ('ipa/2.0', None)
    >>> by_suffix("ipa/2.0.ttl", THING)[1].name
    'ttl'
    """
    stem, dot, ending = path.rpartition(".")
    chosen = by_name(ending, offered) if dot and stem else None
    return (stem, chosen) if chosen and chosen is not HTML else (path, None)


def by_name(name: str, offered: tuple[Representation, ...]) -> Representation | None:
    """Return the representation of this name, or None."""
    return next((form for form in offered if form.name == name), None)


def by_accept(accept: MIMEAccept, offered: tuple[Representation, ...]) -> Representation | None:
    """Return the offered representation that an Accept header prefers, or None where it refuses them all.

    Each media type gets the quality of the most specific range that holds it. Between equals the one named
    more exactly wins, then the one offered first. No header at all accepts everything; a wildcard stands for
    media types, not for their aliases.
    """
    if not accept:
        return offered[0]
    named = {media_type for media_type, _ in accept}
    ranked = [
        (accept.quality(media_type), -accept.find(media_type), -position, form)
        for position, form in enumerate(offered)
        for media_type in (form.media_type, *named.intersection(form.aliases))
        if accept.quality(media_type) > 0
    ]
    return max(ranked, key=lambda entry: entry[:3])[3] if ranked else None


@dataclass(frozen=True)
class Negotiated:
    """The forms of a table and of a graph that the query endpoint gives a client; None where it takes none.

    ``page`` tells that a browser asks, for the page.
    """

    table: Representation | None
    graph: Representation | None
    page: bool = False

    @property
    def media_types(self) -> tuple[str | None, str | None]:
        """The media types for a table and for a graph."""
        return (self.table and self.table.media_type, self.graph and self.graph.media_type)

    def of(self, media_type: str) -> Representation:
        """Return the representation of one of these media types."""
        return next(form for form in (self.table, self.graph) if form and form.media_type == media_type)


def negotiate(accept: str | None, format: str | None) -> Negotiated:
    """Choose by an Accept header and a ``format`` parameter; clients repeat them, so they are cached."""
    short = len(accept or "") + len(format or "") <= _CACHED_LENGTH
    return (_negotiate if short else _negotiate.__wrapped__)(accept, format)


@lru_cache(maxsize=1024)
def _negotiate(header: str | None, format: str | None) -> Negotiated:
    accept = parse_accept_header(header, MIMEAccept)
    if format is None:
        return Negotiated(by_accept(accept, RESULTS), by_accept(accept, GRAPHS), _prefers_page(accept))
    return Negotiated(_by_any_name(format, RESULTS), _by_any_name(format, GRAPHS))


def _by_any_name(text: str, offered: tuple[Representation, ...]) -> Representation | None:
    """Return the representation of this name, synonym or media type, or None."""
    name = text.strip().lower().replace(" ", "+")
    for known in (name, _SYNONYMS.get(name)):
        for form in offered:
            if known in (form.name, *form.media_types):
                return form
    return None


def _prefers_page(accept: MIMEAccept) -> bool:
    """Tell whether a browser asks: HTML is named, and nothing the endpoint writes is preferred to it."""
    if not any(media_type.lower() == HTML.media_type and quality > 0 for media_type, quality in accept):
        return False
    written = {media_type for form in (*RESULTS, *GRAPHS) for media_type in form.media_types}
    rivals = (quality for media_type, quality in accept if media_type.lower() in written)
    return accept.quality(HTML.media_type) >= max(rivals, default=0.0)
