"""Checks the SPARQL of shapes when it is read, and brings it into the form that is quickest to apply."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, Quad, Store
from rdflib.namespace import SH

from ..errors import InputError
from .locations import Locations
from .places import line_of_value
from .reading import explain_sparql

_SELECT, _PREFIXES = str(SH.select), str(SH.prefixes)
# Strings and IRIs stay as they are; comments and white space do not.
_WORD = re.compile(
    r'''("""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|<[^<>"{}|^`\\\s]*>)'''
    r"|(?:#[^\n]*|\s)+"
)
_PREFIX = re.compile(r"(?<![\w.:<-])([A-Za-z][\w.-]*):")


def declared_prefixes(quads: Iterable[Quad]) -> dict[str, dict[str, str]]:
    """The prefixes that a file declares with sh:declare, by who declares them."""
    facts: dict[tuple[str, str], list[str]] = {}
    for quad in quads:
        facts.setdefault((quad.subject.value, quad.predicate.value), []).append(quad.object.value)
    return {
        subject: {facts[each, str(SH.prefix)][0]: facts[each, str(SH.namespace)][0] for each in declared}
        for (subject, predicate), declared in facts.items()
        if predicate == str(SH.declare)
    }


def inlined(
    quads: Iterable[Quad], prefixes: dict[str, dict[str, str]], name: str, lines: Locations
) -> Iterator[Quad]:
    """The quads of a shape file in which each query declares the prefixes that it uses, on one line each.

    pySHACL collects the prefixes anew whenever it applies a constraint, and searches the text of the query
    line by line for each node.
    """
    quads = list(quads)
    known: dict[object, dict[str, str]] = {}
    for quad in quads:
        if quad.predicate.value == _PREFIXES:
            known.setdefault(quad.subject, {}).update(prefixes.get(quad.object.value, {}))
    for quad in quads:
        if quad.predicate.value == _SELECT:
            query = _inline(quad.object.value, known.get(quad.subject, {}), name, lines)
            yield Quad(quad.subject, quad.predicate, Literal(query))
        elif quad.predicate.value != _PREFIXES:
            yield quad


def _inline(text: str, known: dict[str, str], name: str, lines: Locations) -> str:
    used = dict.fromkeys(_PREFIX.findall(text))
    heading = "".join(f"PREFIX {prefix}: <{known[prefix]}>\n" for prefix in used if prefix in known)
    try:
        # Nothing is asked of an empty store; it only has to understand the question.
        Store().query(heading + text)
    except SyntaxError as fault:
        what, line, _ = explain_sparql(fault)
        first = line_of_value(lines, _SELECT, text)
        within = line - heading.count("\n") - 1
        raise InputError(
            f"the SPARQL of the shape is wrong: {what}",
            file=name,
            line=first + max(within, 0) if first else None,
            hint="Prefixes come from ontology/prefixes.ttl, by a line sh:prefixes <../ontology> .",
        ) from None
    return heading + _WORD.sub(lambda match: match[1] or " ", text).strip()
