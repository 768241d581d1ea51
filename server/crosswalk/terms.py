"""RDF terms as people and programs give them, read and written in query syntax."""

from __future__ import annotations

import re
from typing import Any

import pyoxigraph

from crosswalk.errors import InputError
from crosswalk.names import PREFIXES, expand

_TURTLE_START = re.compile(r"[<\"'+\-\d.]|(?:true|false)$")
_HINT = 'Give an IRI, a name such as xw:Green, a path such as ipa/2.0, or a literal such as 5 or "text"@en.'


def read_term(text: str) -> pyoxigraph.NamedNode | pyoxigraph.Literal:
    """The one term a text stands for: an IRI, a CURIE, an id path such as ``ipa/2.0``, or a Turtle literal.

    InputError when it is none of these, or more than one term.
    """
    stripped = text.strip()
    if not _TURTLE_START.match(stripped):
        return _iri(expand(stripped))
    prologue = "".join(f"@prefix {name}: <{base}> .\n" for name, base in PREFIXES.items())
    try:
        triples = list(pyoxigraph.parse(f"{prologue}[] a {stripped} .", format=pyoxigraph.RdfFormat.TURTLE))
    except SyntaxError as fault:
        raise InputError(f"{text!r} is not one term", hint=_HINT) from fault
    if len(triples) != 1 or not isinstance(triples[0].object, pyoxigraph.NamedNode | pyoxigraph.Literal):
        raise InputError(f"{text!r} is not one term", hint=_HINT)
    return triples[0].object


def write_term(term: Any) -> str:
    """A term in SPARQL syntax, on one line, escaped by the engine's own serialiser.

    The term is one of rdflib, of pyoxigraph or of an answer, or a string that is an absolute IRI.
    InputError for a blank node, and for what no term can be.
    """
    kind = getattr(term, "kind", None)
    if kind == "bnode" or _is(term, "BNode", "BlankNode"):
        raise InputError("a blank node cannot be bound: it has no name outside its graph")
    try:
        if kind == "literal" or _is(term, "Literal"):
            return str(_literal(term))
        return str(_iri(term))
    except ValueError as fault:
        raise InputError(f"{str(term)!r} cannot stand in a query: {fault}", hint=_HINT) from fault


def _is(term: Any, *kinds: str) -> bool:
    """Whether a term is of a kind, by its class's name: rdflib, whose term it may be, is slow to import."""
    return any(each.__name__ in kinds for each in type(term).__mro__)


def _literal(term: Any) -> pyoxigraph.Literal:
    # The value of rdflib's is a Python object; it is itself the text.
    lexical = str(term) if isinstance(term, str) else term.value
    language = getattr(term, "lang", None) or getattr(term, "language", None)
    if language or term.datatype is None:
        return pyoxigraph.Literal(lexical, language=language)
    return pyoxigraph.Literal(lexical, datatype=_iri(term.datatype))


def _iri(term: Any) -> pyoxigraph.NamedNode:
    """The IRI of a term: rdflib's are strings themselves, the others hold one as their value."""
    return pyoxigraph.NamedNode(str(term) if isinstance(term, str) else term.value)
