"""Writes quads as canonical N-Quads: one text for one dataset, byte for byte, on every machine."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Quad,
    RdfFormat,
    Triple,
    serialize,
)

_DEFAULT = DefaultGraph()


def canonical_nquads(quads: Iterable[Quad]) -> bytes:
    """The RDFC-1.0 form: blank nodes named canonically, lines sorted, each once.

    Only quads with blank nodes go through the algorithm: it names them by those quads alone.
    """
    named, unnamed = [], []
    for quad in quads:
        (unnamed if has_blank_node(quad) else named).append(quad)
    if unnamed:
        dataset = Dataset(unnamed)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        named += dataset
    lines = serialize(named, format=RdfFormat.N_QUADS).split(b"\n")
    return b"".join(line + b"\n" for line in sorted(set(lines)) if line)


def is_isomorphic(left: Iterable[Quad], right: Iterable[Quad]) -> bool:
    """Whether two sets of quads say the same, whatever their blank nodes are called."""
    return canonical_nquads(left) == canonical_nquads(right)


def has_blank_node(quad: Quad) -> bool:
    """Whether any part of a quad has no name of its own."""
    return any(isinstance(term, BlankNode) for term in (quad.subject, quad.object, quad.graph_name))


def in_default_graph(fact: Quad | Triple) -> Quad:
    """A fact as one of the default graph; one that is there already is not made anew."""
    if isinstance(fact, Triple):
        return Quad(*fact)
    return fact if fact.graph_name == _DEFAULT else Quad(*fact.triple)
