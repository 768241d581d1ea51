"""Reads the shapes, with the prefixes that their queries need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, Quad, RdfFormat, Store, serialize
from rdflib import BNode, Graph, URIRef
from rdflib.namespace import RDF, SH

from crosswalk.errors import InputError
from crosswalk.graph.line_index import Locations, locate_file
from crosswalk.graph.rdf_files import explain_sparql, read_rdf


def line_of_value(locations: Locations, predicate: str, value: str) -> int | None:
    """The first line on which a file gives a value, whatever it gives it to (it may have no name)."""
    return next((line for key, line in locations.lines.items() if key[1:] == (predicate, value)), None)


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


PREFIXES = Path("ontology") / "prefixes.ttl"


@dataclass(frozen=True)
class Shapes:
    """The shapes as pySHACL reads them, and the files that they stand in."""

    graph: Graph
    locations: dict[str, Locations] = field(default_factory=dict)

    def name(self, shape: Any) -> str:
        """The IRI of a shape, or of the closest named shape around one without a name."""
        seen = set()
        while isinstance(shape, BNode) and shape not in seen:
            seen.add(shape)
            shape = next(self.graph.subjects(None, shape), shape)
        return str(shape)

    def place(self, shape: str) -> tuple[str | None, int | None]:
        """The file and line of a shape."""
        found = ((file, places.line(shape)) for file, places in self.locations.items())
        return next(((file, line) for file, line in found if line), (None, None))

    def parts(self) -> Iterator[tuple[str, Graph]]:
        """Each named shape as a graph of its own, with all that it refers to."""
        for shape in sorted(set(self.graph.subjects()), key=str):
            if isinstance(shape, URIRef) and {SH.NodeShape, SH.PropertyShape} & set(
                self.graph.objects(shape, RDF.type)
            ):
                yield str(shape), self.part(shape)

    def part(self, shape: URIRef) -> Graph:
        """A shape with all that it refers to."""
        part, ahead = Graph(), [shape]
        while ahead:
            node = ahead.pop()
            for triple in self.graph.triples((node, None, None)):
                if triple not in part:
                    part.add(triple)
                    ahead.append(triple[2])
        return part


def read_shapes(root: Path) -> Shapes:
    """Reads ``shapes/*.ttl``; the queries of their SPARQL constraints get the prefixes of the ontology.

    Shapes come from this folder alone: what a file of data says in the words of SHACL is data.
    """
    paths = sorted((root / "shapes").rglob("*.ttl"))
    if not paths:
        raise InputError("there is no shape to hold the data against", file="shapes")
    prefixes = declared_prefixes(read_rdf(root / PREFIXES, PREFIXES.as_posix()))
    quads: list[Quad] = []
    locations = {}
    for path in paths:
        name = path.relative_to(root).as_posix()
        locations[name] = locate_file(path, path.resolve().as_uri())
        quads += _read(path, name, locations[name], prefixes)
    lines = serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES)
    return Shapes(Graph().parse(data=lines, format="nt"), locations)


def _read(path: Path, name: str, lines: Locations, prefixes: dict[str, dict[str, str]]) -> list[Quad]:
    quads = read_rdf(path, name)
    for quad in quads:
        if quad.predicate.value == str(SH.pattern):
            _check_pattern(quad.object.value, name, lines)
    return list(inlined(quads, prefixes, name, lines))


def _check_pattern(pattern: str, name: str, lines: Locations) -> None:
    try:
        re.compile(pattern)
    except re.error as fault:
        raise InputError(
            f"the pattern {pattern!r} is no regular expression: {fault}",
            file=name,
            line=line_of_value(lines, str(SH.pattern), pattern),
            hint="Close its brackets; a mark that is meant as such needs two backslashes before it.",
        ) from None
