"""Reads the SHACL shapes, makes them quick to apply, and tells where one of them is wrong."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyoxigraph import Quad, RdfFormat, serialize
from rdflib import BNode, Graph, URIRef
from rdflib.namespace import RDF, SH

from ..errors import InputError
from .constraints import declared_prefixes, inlined
from .locations import Locations, locate_file
from .places import line_of_value
from .reading import read_rdf

PREFIXES = Path("ontology") / "prefixes.ttl"


@dataclass(frozen=True)
class Shapes:
    """The shapes as pySHACL reads them, the files that they stand in, and a digest of all they say."""

    graph: Graph
    locations: dict[str, Locations] = field(default_factory=dict)
    digest: str = ""

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
    return Shapes(Graph().parse(data=lines, format="nt"), locations, hashlib.sha256(lines).hexdigest())


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
