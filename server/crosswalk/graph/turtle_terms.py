"""Writes single terms in Turtle: the shortest form that reads back as the same term."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from pyoxigraph import BlankNode, Literal, NamedNode
from rdflib.namespace import RDF, XSD

from ..errors import InputError
from ..namespaces import BASE, GRAPH, ID, PREFIXES

_LOCAL_NAME = re.compile(r"[A-Za-z_](?:[\w.-]*[\w-])?", re.ASCII)
_SHORT = {str(XSD.integer): re.compile(r"[+-]?[0-9]+"), str(XSD.boolean): re.compile(r"true|false")}
_IMPLIED = {str(XSD.string), str(RDF.langString)}
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"'}
# Controls and characters that print nothing, or turn the direction of what does.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)


def natural_order(text: str) -> tuple[str | int, ...]:
    """A key that sorts numbers within a text by their value.

    >>> sorted(["5.10", "5.8.1", "5.8"], key=natural_order)
    ['5.8', '5.8.1', '5.10']
    """
    parts = re.split(r"([0-9]+)", text)
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts))


class Terms:
    """Writes the terms of one document and remembers the prefixes it needs."""

    def __init__(self, base: str, lists: dict[BlankNode, list]) -> None:
        self.base = base
        self.lists = lists
        self.used: dict[str, str] = {}
        self._names: dict[BlankNode, str] = {}
        self._written: dict[str, str] = {}
        relative = {str(BASE), str(ID), str(GRAPH)}
        known = [(prefix, namespace) for prefix, namespace in PREFIXES.items() if namespace not in relative]
        self._prefixes = sorted(known, key=lambda pair: len(pair[1]), reverse=True)

    def write(self, term: object) -> str:
        """The Turtle of a term; a list is written whole."""
        match term:
            case NamedNode():
                return self._iri(term.value)
            case Literal():
                return self._literal(term)
            case BlankNode() if term in self.lists:
                return " ".join(["(", *(self.write(member) for member in self.lists[term]), ")"])
            case BlankNode():
                return self._names.setdefault(term, f"_:b{len(self._names) + 1}")
        raise InputError(
            f"the term {term} cannot be written in Turtle", hint="Statements about statements need IRIs."
        )

    def _iri(self, iri: str) -> str:
        if iri not in self._written:
            self._written[iri] = self._prefixed(iri) or self._relative(iri)
        return self._written[iri]

    def _prefixed(self, iri: str) -> str | None:
        for prefix, namespace in self._prefixes:
            local = iri[len(namespace) :]
            if iri.startswith(namespace) and _LOCAL_NAME.fullmatch(local):
                self.used[prefix] = namespace
                return f"{prefix}:{local}"
        return None

    def _relative(self, iri: str) -> str:
        above = urljoin(self.base, "..")
        for namespace, path in ((self.base, ""), (above, "../")):
            short = path + iri[len(namespace) :]
            # Read back as a reader does: a path may look like a scheme, or climb by its dots.
            if iri.startswith(namespace) and short and ":" not in short and urljoin(self.base, short) == iri:
                return f"<{short}>"
        return f"<{iri}>"

    def _literal(self, literal: Literal) -> str:
        text, datatype = literal.value, literal.datatype.value
        if datatype in _SHORT and _SHORT[datatype].fullmatch(text):
            return text
        quoted = _quote(text)
        if literal.language:
            return f"{quoted}@{literal.language}"
        return quoted if datatype in _IMPLIED else f"{quoted}^^{self._iri(datatype)}"


def _quote(text: str) -> str:
    """A string on one line, however many it has, so that each fact keeps to its own."""
    escaped = "".join(_ESCAPES.get(character, character) for character in text)
    return f'"{_show_hidden(escaped)}"'


def _show_hidden(text: str) -> str:
    return _HIDDEN.sub(lambda match: f"\\u{ord(match.group()):04X}", text)
