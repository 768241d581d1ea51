"""Tells which facts can make a difference to a shape, from its text alone; in doubt, it tells nothing.

What is told is never too little. Outside of SPARQL a shape reaches facts by the properties on its paths and
in its parameters, by the types of things, and by the hierarchy of classes. A query reaches them by the
predicates of its patterns. Every IRI of a shape is taken for such a predicate, so that only what is reached
without being named has to be found: by a variable in the place of a predicate, by all predicates but some, or
by a path of no step, which holds between everything and itself. Where any of these may be meant, or anything
that is not known here, the shape is not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SH

UNDERSTOOD = frozenset(
    {RDF.type, RDF.first, RDF.rest, RDFS.label, RDFS.comment}
    | {SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.deactivated, SH.severity}
    | {SH.message, SH.name, SH.description, SH.order, SH.property, SH.node, SH.sparql, SH.select, SH.path}
    | {SH.inversePath, SH.alternativePath, SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath}
    | {SH.minCount, SH.maxCount, SH.datatype, SH.nodeKind, SH["class"], SH["in"], SH.hasValue, SH.pattern}
    | {SH.flags, SH.minLength, SH.maxLength, SH.languageIn, SH.uniqueLang, SH.equals, SH.disjoint}
    | {SH.minInclusive, SH.maxInclusive, SH.minExclusive, SH.maxExclusive, SH.lessThan, SH.lessThanOrEquals}
    | {SH["not"], SH["and"], SH["or"], SH.xone, SH.qualifiedValueShape, SH.qualifiedMinCount}
    | {SH.qualifiedMaxCount}
)
"""What may be said in a shape that is understood."""

_TYPE = str(RDF.type)
_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)|(?P<iri><[^<>"{}|^`\\\s]*>)|(?P<variable>[?$]\w+)|(?P<blank>_:\w(?:[\w.-]*[\w-])?)"""
    r'''|(?P<string>"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')'''
    r"""|(?P<name>(?:[^\W\d_](?:[\w.-]*[\w-])?)?:(?:[\w:%](?:[\w.:%-]*[\w:%-])?)?)"""
    r"""|(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)|(?P<number>\d[\w.]*)|(?P<word>[^\W\d]\w*)|(?P<mark>.)"""
)
_TERMS = {"iri", "name", "variable", "blank", "string", "number"}
_MARKS = frozenset("{}()[].;,=!<>+-*/|^&")
_UNSETTLED = frozenset(
    """BASE BNODE CONSTRUCT DESCRIBE FROM GRAPH GROUP_CONCAT LIMIT NOW OFFSET RAND SAMPLE SERVICE STRUUID UUID
    VERSION""".split()  # noqa: SIM905
)
"""Words of queries whose answers depend on more than facts of the default graph, or on their order."""

Token = tuple[str, str]


@dataclass(frozen=True)
class Reads:
    """The properties whose facts can make a difference; of types only those of some classes, None for all."""

    properties: frozenset[str]
    classes: frozenset[str] | None


def reads(shape: Graph) -> Reads | None:
    """What a shape reads, given with all that it refers to; None where it is not understood."""
    if not UNDERSTOOD.issuperset(shape.predicates()):
        return None
    named = {str(node) for node in shape.objects() if isinstance(node, URIRef)}
    named |= {str(node) for node in shape.subjects() if isinstance(node, URIRef)}
    every_type = (None, None, RDF.type) in shape
    for text in shape.objects(None, SH.select):
        found = reads_of_query(str(text)) if isinstance(text, Literal) else None
        if found is None:
            return None
        named |= found.properties
        every_type |= found.classes is None
    return Reads(frozenset(named - {_TYPE}), None if every_type else frozenset(named))


def reads_of_query(text: str) -> Reads | None:
    """What a query reads; its classes are among the IRIs that it names."""
    found = [(str(match.lastgroup), match[0]) for match in _TOKEN.finditer(text)]
    tokens = [token for token in found if token[0] != "space"]
    named = _named(tokens)
    if named is None or not all(_is_plain(tokens, place) for place in range(len(tokens))):
        return None
    every_type = any(_asks_for_types(tokens, place, named) for place in range(len(tokens)))
    iris = frozenset(named.values()) - {_TYPE}
    return Reads(iris, None if every_type else iris)


def _named(tokens: list[Token]) -> dict[str, str] | None:
    """The IRIs of a query by the words for them; None where a prefix stands for nothing or for two things."""
    declared: dict[str, set[str]] = {}
    for before, name, iri in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before[1].upper() == "PREFIX":
            declared.setdefault(name[1], set()).add(iri[1][1:-1])
    named = {"a": _TYPE}
    for kind, text in tokens:
        if kind == "iri":
            named[text] = text[1:-1]
        elif kind == "name":
            prefix, colon, local = text.partition(":")
            meant = declared.get(prefix + colon, set())
            if len(meant) != 1:
                return None
            named[text] = next(iter(meant)) + local
    return named


def _is_plain(tokens: list[Token], place: int) -> bool:
    """Whether a token reaches no fact that the query does not name."""
    kind, text = tokens[place]
    before, after = _at(tokens, place - 1), _at(tokens, place + 1)
    if kind == "variable":
        return not _begins_term(after, _at(tokens, place + 2)) or _is_subject_or_listed(tokens, place)
    if kind == "word":
        return text.upper() not in _UNSETTLED
    if text == "*":
        return before[0] in ("variable", "number") or before[1] == "(" or _is_keyword(before)
    if text == "!":
        return after[0] == "variable" or after[1] == "=" or _is_keyword(after)
    return kind != "mark" or text in _MARKS


def _is_subject_or_listed(tokens: list[Token], place: int) -> bool:
    """Whether a variable before a term is no predicate: it begins a triple, or is one of a list."""
    before = _at(tokens, place - 1)
    if before[1] == ")":
        # The end of an expression, or of a list of things, which may be the subject of a triple.
        return _is_keyword(_at(tokens, _opening(tokens, place - 1) - 1))
    if before[1] in (".", "{", "}"):
        return True
    while before[0] == "variable":
        place -= 1
        before = _at(tokens, place - 1)
    return before[1].upper() in ("SELECT", "DISTINCT", "REDUCED", "BY")


def _opening(tokens: list[Token], place: int) -> int:
    """The place of the bracket that a closing one belongs to."""
    depth = 0
    while place > 0:
        depth += {")": 1, "(": -1}.get(tokens[place][1], 0)
        if depth == 0:
            break
        place -= 1
    return place


def _asks_for_types(tokens: list[Token], place: int, named: dict[str, str]) -> bool:
    """Whether a token may ask for types of any class: it is not the predicate before one class alone."""
    kind, text = tokens[place]
    if named.get(text) != _TYPE or kind not in ("word", "iri", "name"):
        return False
    before, after, then = (_at(tokens, place + step) for step in (-1, 1, 2))
    return after[0] not in ("iri", "name") or then[1] == "," or before[1] == "^"


def _begins_term(token: Token, then: Token) -> bool:
    kind, text = token
    if text in ("+", "-", "."):
        return then[0] == "number" or then[1] == "."
    if text == "<":
        return then[1] == "<"
    return kind in _TERMS or text in ("[", "(") or text.lower() in ("true", "false")


def _is_keyword(token: Token) -> bool:
    return token[0] == "word" and token[1] != "a"


def _at(tokens: list[Token], place: int) -> Token:
    return tokens[place] if 0 <= place < len(tokens) else ("end", "")
