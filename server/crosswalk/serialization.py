"""Write statements in another syntax, and XML that every reader takes as it is meant; refuse what cannot be.

The engine writes into XML what XML has no place for: control characters, and predicates that end in no name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count
from xml.parsers import expat

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from crosswalk.errors import Unacceptable
from crosswalk.iris import prefixes_in

_SYNTAXES = (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.N_TRIPLES, RdfFormat.N_QUADS, RdfFormat.JSON_LD,
             RdfFormat.RDF_XML)  # fmt: skip
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_WITHDRAWN = re.compile(rb"<rdf:(?:bagID|aboutEach|aboutEachPrefix)[\s/>]")
"""Names that no element may have, though the engine writes them: https://www.w3.org/TR/rdf-syntax-grammar/."""

_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What no XML can hold, not even as a reference: https://www.w3.org/TR/xml/#charsets."""

_TERM = re.compile(rb'<[^<>\s]*>|"(?:[^"\\]|\\.)*"|(_:[^\s<>"]+)')
_UNCOMMON_LABEL = re.compile(rb"_:(?![A-Za-z][A-Za-z0-9-]*[\s)])")
"""The beginning of a blank node whose label is no name in some syntax: ``BNODE("1:2")`` makes such."""


_DOTTED_NAME = re.compile(rb'([\s^])([A-Za-z][\w-]*+):([^\s"<>.]*+\.[^\s"<>.]*+\.[^\s"<>]++)')
"""A name in the engine's Turtle, or what looks like it in a string, with two dots behind its colon."""
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"')


def write_statements(lines: bytes, syntax: RdfFormat) -> bytes:
    """Return N-Triples or N-Quads in a syntax, in their order.

    Raises Unacceptable where the syntax has no place for one of the terms.
    """
    if syntax in (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS):
        return lines
    try:
        return _write(parse(lines, RdfFormat.N_QUADS), syntax, prefixes_in(lines))
    except (OSError, expat.ExpatError) as fault:
        others = ", ".join(other.name for other in _SYNTAXES if other != syntax)
        what = f"{syntax.name} has no place for {_misfit(lines, syntax)}"
        raise Unacceptable(what, hint=f"It can be written as {others}.") from fault


def label_blank_nodes(lines: bytes) -> bytes:
    """Return N-Triples whose blank nodes all have labels that every syntax allows."""
    if not _UNCOMMON_LABEL.search(lines):
        return lines
    numbers = count(1)
    labels: dict[bytes, bytes] = {}

    def label(term: re.Match[bytes]) -> bytes:
        if not term[1]:
            return term[0]
        return labels.get(term[1]) or labels.setdefault(term[1], b"_:b%d" % next(numbers))

    return _TERM.sub(label, lines)


def checked_results(document: bytes) -> bytes:
    """Return SPARQL results in XML as every reader takes them.

    Raises Unacceptable where they hold a character that XML cannot.
    """
    try:
        return _checked(document)
    except expat.ExpatError as fault:
        what = f"XML has no place for {_misplaced_character(document.decode()) or fault}"
        raise Unacceptable(what, hint="The results can be written as JSON, CSV or TSV.") from fault


def _write(quads: Iterable[Quad], syntax: RdfFormat, prefixes: dict[str, str]) -> bytes:
    statements = quads if syntax.supports_datasets else (quad.triple for quad in quads)
    document = serialize(statements, format=syntax, prefixes=prefixes)
    if syntax in (RdfFormat.TURTLE, RdfFormat.TRIG):
        return _without_dotted_names(document, prefixes)
    if syntax != RdfFormat.RDF_XML:
        return document
    if withdrawn := _WITHDRAWN.search(document):
        raise OSError(f"{withdrawn[0]!r} is no element of RDF/XML")
    return _checked(document)


def _without_dotted_names(document: bytes, prefixes: dict[str, str]) -> bytes:
    """Return Turtle in which names with two dots, which some readers take apart, are IRIs in full.

    Oxigraph is one of them where it reads such a name in a query: https://github.com/oxigraph/oxigraph.
    """

    def write_in_full(name: re.Match[bytes]) -> bytes:
        # No line of the engine's ends within a string.
        before = document[document.rfind(b"\n", 0, name.start()) + 1 : name.start()]
        if b'"' in before and b'"' in _STRING.sub(b"", before):
            return name[0]
        return b"%b<%b%b>" % (name[1], namespaces[name[2]], re.sub(rb"\\(.)", rb"\1", name[3]))

    namespaces = {prefix.encode(): namespace.encode() for prefix, namespace in prefixes.items()}
    return _DOTTED_NAME.sub(write_in_full, document)


def _checked(document: bytes) -> bytes:
    """Return XML whose carriage returns are references, which readers do not take for ends of lines.

    Raises ExpatError where it is not well-formed.
    """
    document = document.replace(b"\r", b"&#13;")
    expat.ParserCreate(namespace_separator=" ").Parse(document, True)
    return document


def _misfit(lines: bytes, syntax: RdfFormat) -> str:
    """Return what among the statements the syntax has no place for, in words."""
    if syntax != RdfFormat.RDF_XML:
        return "triple terms"
    fitting: set[tuple[object, ...]] = set()
    for quad in parse(lines, RdfFormat.N_QUADS):
        for triple in _nested(quad.triple):
            value = triple.object.value if isinstance(triple.object, Literal) else ""
            if character := _misplaced_character(value):
                return character
            names = (triple.predicate, *([triple.object] if triple.predicate == _TYPE else []))
            if names not in fitting and not _fits(triple):
                return f"{names[-1]}, which it would have to make the name of an element"
            fitting.add(names)
    return "these statements"


def _nested(triple: Triple) -> Iterator[Triple]:
    """Yield a triple, and those that are its object, and the object of that."""
    while True:
        yield triple
        if not isinstance(triple.object, Triple):
            return
        triple = triple.object


def _fits(triple: Triple) -> bool:
    """Return whether a triple by itself can be written as RDF/XML."""
    try:
        _write([Quad(*triple)], RdfFormat.RDF_XML, {})
    except (OSError, expat.ExpatError):
        return False
    return True


def _misplaced_character(text: str) -> str | None:
    """Return the first character that XML cannot hold, by its code point."""
    found = _NO_CHARACTER.search(text)
    return f"the character U+{ord(found[0]):04X}" if found else None
