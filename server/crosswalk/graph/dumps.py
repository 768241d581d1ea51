"""Writes a snapshot, or a part of it, in any RDF syntax."""

from __future__ import annotations

from difflib import get_close_matches

from pyoxigraph import NamedNode, Quad, RdfFormat, parse, serialize

from crosswalk.errors import InputError
from crosswalk.graph.canonical import canonical_nquads
from crosswalk.graph.snapshot import Snapshot
from crosswalk.iris import prefixes_in
from crosswalk.namespaces import GRAPH

FORMATS = {
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "ntriples": RdfFormat.N_TRIPLES,
    "nquads": RdfFormat.N_QUADS,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}
"""The syntaxes by the names people give them."""


def dump(snapshot: Snapshot, syntax: str, *, graph: str | None = None, inferred: bool = False) -> bytes:
    """The asserted facts of a snapshot, or one graph of it, in a syntax of FORMATS.

    ``graph`` is a name such as ``ipa/2.0`` or an IRI; ``inferred`` adds what follows from the facts.
    A syntax without named graphs holds each triple once. N-Quads and N-Triples are canonical: the same
    facts give the same bytes.
    """
    wanted = chosen_graphs(snapshot, graph, inferred)
    quads = [quad for quad in _read(snapshot) if _name(quad) in wanted]
    form = FORMATS[syntax]
    if form == RdfFormat.N_QUADS:
        return canonical_nquads(quads)
    if not form.supports_datasets:
        quads = [Quad(*quad.triple) for quad in quads]
    plain = canonical_nquads(quads)
    if form == RdfFormat.N_TRIPLES:
        return plain
    ordered = parse(plain, RdfFormat.N_QUADS)
    items = ordered if form.supports_datasets else (quad.triple for quad in ordered)
    return serialize(items, format=form, prefixes=prefixes_in(plain))


def chosen_graphs(snapshot: Snapshot, graph: str | None, inferred: bool) -> set[str]:
    """The IRIs of the graphs meant; InputError with near names when there is no such graph."""
    if graph is None:
        return {one["iri"] for one in snapshot.graphs if one["file"] or inferred}
    found = {one["iri"] for one in snapshot.graphs if graph in (one["name"], one["iri"])}
    if found:
        return found
    names = [one["name"] for one in snapshot.graphs]
    near = get_close_matches(graph.removeprefix(GRAPH), names, n=3) or names
    raise InputError(f"no graph is called {graph!r}", hint=f"Graphs here: {', '.join(near)}.")


def _read(snapshot: Snapshot) -> list[Quad]:
    try:
        return list(parse(path=str(snapshot.dataset), format=RdfFormat.N_QUADS))
    except (OSError, SyntaxError) as fault:
        hint = "Build it again: crosswalk build."
        raise InputError("the snapshot cannot be read", file=snapshot.dataset, hint=hint) from fault


def _name(quad: Quad) -> str | None:
    return quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else None
