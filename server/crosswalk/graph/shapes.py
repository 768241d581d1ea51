"""Read the shapes, check their queries and patterns, and write out the prefixes of the queries."""

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
from crosswalk.iris import PREFIXES
from crosswalk.namespaces import ONTOLOGY
from crosswalk.sparql_tokens import missing_prefixes, on_one_line

FOLDER = "shapes"
_SELECT, _PREFIXES, _PATTERN = str(SH.select), str(SH.prefixes), str(SH.pattern)


@dataclass(frozen=True)
class Shapes:
    """The shapes as pySHACL reads them, and the lines of each file that they stand in."""

    graph: Graph
    locations: dict[str, Locations] = field(default_factory=dict)

    def name(self, shape: Any) -> str:
        """Return the IRI of a shape, or of the closest named shape around one without a name."""
        seen = set()
        while isinstance(shape, BNode) and shape not in seen:
            seen.add(shape)
            shape = next(self.graph.subjects(None, shape), shape)
        return str(shape)

    def place(self, shape: str) -> tuple[str | None, int | None]:
        """Return the file and line of a shape."""
        lines = ((file, locations.line(shape)) for file, locations in self.locations.items())
        return next(((file, line) for file, line in lines if line), (None, None))

    def parts(self) -> Iterator[tuple[str, Graph]]:
        """Yield each named shape as a graph of its own, with all that it refers to."""
        kinds = (SH.NodeShape, SH.PropertyShape)
        shapes = {shape for kind in kinds for shape in self.graph.subjects(RDF.type, kind)}
        for shape in sorted(shape for shape in shapes if isinstance(shape, URIRef)):
            yield str(shape), self.part(shape)

    def part(self, shape: URIRef) -> Graph:
        """Return a shape with all that it refers to."""
        part, pending = Graph(), [shape]
        while pending:
            for triple in self.graph.triples((pending.pop(), None, None)):
                if triple not in part:
                    part.add(triple)
                    pending.append(triple[2])
        return part


def read_shapes(root: Path) -> Shapes:
    """Read ``shapes/*.ttl``; raises InputError, with file and line, where a query or pattern is wrong.

    Shapes come from this folder alone: what a file of data says in the words of SHACL is data.
    """
    paths = sorted((root / FOLDER).rglob("*.ttl"))
    if not paths:
        raise InputError("there is no shape to hold the data against", file=FOLDER)
    quads: list[Quad] = []
    locations = {}
    for path in paths:
        name = path.relative_to(root).as_posix()
        locations[name] = locate_file(path, path.resolve().as_uri())
        quads += write_out_queries(read_rdf(path, name), name, locations[name])
    lines = serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES)
    return Shapes(Graph().parse(data=lines, format="nt"), locations)


def write_out_queries(quads: Iterable[Quad], name: str, lines: Locations) -> Iterator[Quad]:
    """Yield the quads of a shape file, each query with the prefixes that it uses, on one line each.

    The ontology declares the prefixes, by ``sh:declare`` in ``ontology/prefixes.ttl``. pySHACL would collect
    them anew whenever it applies a constraint, and it searches the query line by line for each node.
    """
    quads = list(quads)
    declaration = (_PREFIXES, str(ONTOLOGY))
    prefixed = {quad.subject for quad in quads if (quad.predicate.value, quad.object.value) == declaration}
    for quad in quads:
        if quad.predicate.value == _PATTERN:
            _check_pattern(quad.object.value, name, lines)
        if quad.predicate.value == _SELECT:
            query = _write_out(quad.object.value, quad.subject in prefixed, name, lines)
            yield Quad(quad.subject, quad.predicate, Literal(query))
        elif quad.predicate.value != _PREFIXES:
            yield quad


def _write_out(text: str, prefixed: bool, name: str, lines: Locations) -> str:
    used = missing_prefixes(text, PREFIXES) if prefixed else {}
    heading = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in used.items())
    try:
        # An empty store answers at once, if it understands the query.
        Store().query(heading + text)
    except SyntaxError as fault:
        what, line, _ = explain_sparql(fault)
        first = _line_of(lines, _SELECT, text)
        raise InputError(
            f"the SPARQL of the shape is wrong: {what}",
            file=name,
            line=first + max(line - len(used) - 1, 0) if first else None,
            hint="Prefixes come from ontology/prefixes.ttl, by a line sh:prefixes <../ontology> .",
        ) from None
    return heading + on_one_line(text)


def _line_of(lines: Locations, predicate: str, value: str) -> int | None:
    """Return the first line on which a file gives a value, whatever it gives it to (it may have no name)."""
    return next((line for key, line in lines.lines.items() if key[1:] == (predicate, value)), None)


def _check_pattern(pattern: str, name: str, lines: Locations) -> None:
    try:
        re.compile(pattern)
    except re.error as fault:
        raise InputError(
            f"the pattern {pattern!r} is no regular expression: {fault}",
            file=name,
            line=_line_of(lines, _PATTERN, pattern),
            hint="Close its brackets; a mark that is meant as such needs two backslashes before it.",
        ) from None
