"""Choose the representation a client gets: by suffix, by ``?format=``, or by its Accept header.

A suffix goes before ``?format=``, and that before the header. On pages, a client that states no preference,
or only ``*/*``, gets HTML. See https://www.rfc-editor.org/rfc/rfc9110#name-content-negotiation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

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
NQUADS = Representation("nq", "application/n-quads", "N-Quads", ("text/x-nquads", "text/nquads"))
TRIG = Representation("trig", "application/trig", "TriG", ("application/x-trig", "text/trig"))

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

_NOTATION3 = (
    "application/turtle",
    "text/n3",
    "text/rdf+n3",
    "application/n3",
)  # readers of Notation 3 read Turtle
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
_UNSPECIFIC = {*_XML, "text/plain"}
"""What browsers name as well, and mean no results and no RDF by."""
_RANGES = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.?)*(?:"|$))+', re.DOTALL)
_PARAMETERS = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;"]*)')
_QUALITY = re.compile(r'"?(?P<quality>[0-9]+\.?[0-9]*|\.[0-9]+)"?')
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


class Preference(NamedTuple):
    """How much a client wants a media range, from 0 to 1, and at which place of its header it says so."""

    quality: float
    place: int


def read_accept(header: str | None) -> Mapping[str, Preference]:
    """Return the media ranges of an Accept header, in small letters, each as often preferred as it is most.

    Parameters such as ``charset``, ``profile`` or ``version`` are left out: each form is offered in one way,
    and what cannot be had in another is still better than nothing. Numbers above 1 count as 1, a range whose
    weight is no number is not there, and ``*`` is ``*/*``, as Java writes it.

    >>> read_accept('application/ld+json;profile="urn:a,b";q=.5, *;q=0.1')
    {'application/ld+json': Preference(quality=0.5, place=0), '*/*': Preference(quality=0.1, place=1)}
    """
    return (_read_accept if len(header or "") <= _CACHED_LENGTH else _read_accept.__wrapped__)(header or "")


@lru_cache(maxsize=1024)
def _read_accept(header: str) -> Mapping[str, Preference]:
    ranges: dict[str, Preference] = {}
    for place, text in enumerate(_RANGES.findall(header)):
        name = text.partition(";")[0].strip().lower()
        parameters = _PARAMETERS.findall(text)
        weight = next((value.strip() for parameter, value in parameters if parameter in ("q", "Q")), "1")
        number = _QUALITY.fullmatch(weight)
        if name and number:
            quality = min(float(number["quality"]), 1.0)
            name = "*/*" if name == "*" else name
            if name not in ranges or quality > ranges[name].quality:
                ranges[name] = Preference(quality, place)
    return ranges


def by_accept(accept: str | None, offered: tuple[Representation, ...]) -> Representation | None:
    """Return the offered representation that an Accept header prefers, or None where it refuses them all.

    Each media type gets the quality of the most specific range that holds it. Between equals the one named
    more exactly wins, then the one named first, then the one offered first. No header at all accepts
    everything; a wildcard stands for media types, not for their aliases.
    """
    ranges = read_accept(accept)
    if not ranges:
        return offered[0]
    ranked = []
    for position, form in enumerate(offered):
        for media_type in (form.media_type, *(alias for alias in form.aliases if alias in ranges)):
            holding = (media_type, media_type.partition("/")[0] + "/*", "*/*")
            exactness, quality, place = next(
                ((-number, *ranges[name]) for number, name in enumerate(holding) if name in ranges), (0, 0, 0)
            )
            if quality > 0:
                ranked.append(((quality, exactness, -place, -position), form))
    return max(ranked, key=lambda entry: entry[0])[1] if ranked else None


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


def negotiate(accept: str | None, format: str | None, *, asking: bool = False) -> Negotiated:
    """Choose by an Accept header and a ``format`` parameter; clients repeat them, so they are cached.

    ``asking`` tells that there is a query: who then names a form of results or of RDF, however little it is
    wanted, gets the answer and not the page.
    """
    short = len(accept or "") + len(format or "") <= _CACHED_LENGTH
    return (_negotiate if short else _negotiate.__wrapped__)(accept, format, asking)


@lru_cache(maxsize=1024)
def _negotiate(accept: str | None, format: str | None, asking: bool) -> Negotiated:
    if format is None:
        page = _prefers_page(read_accept(accept), asking)
        return Negotiated(by_accept(accept, RESULTS), by_accept(accept, GRAPHS), page)
    return Negotiated(_by_any_name(format, RESULTS), _by_any_name(format, GRAPHS))


def _by_any_name(text: str, offered: tuple[Representation, ...]) -> Representation | None:
    """Return the representation of this name, synonym or media type, or None."""
    name = text.partition(";")[0].strip().lower().replace(" ", "+")
    for known in (name, _SYNONYMS.get(name)):
        for form in offered:
            if known in (form.name, *form.media_types):
                return form
    return None


def _prefers_page(ranges: Mapping[str, Preference], asking: bool) -> bool:
    """Tell whether a browser asks: HTML is named, and nothing the endpoint writes is preferred to it.

    With a query nothing of that kind may be named at all, but for what browsers name themselves.
    """
    page = ranges[HTML.media_type].quality if HTML.media_type in ranges else 0.0
    written = {media_type for form in (*RESULTS, *GRAPHS) for media_type in form.media_types}
    rivals = {name: ranges[name].quality for name in ranges.keys() & written}
    named = any(quality > 0 for name, quality in rivals.items() if name not in _UNSPECIFIC)
    return page > 0 and page >= max(rivals.values(), default=0.0) and not (asking and named)
