"""Writes quads as canonical N-Quads: one text for one dataset, byte for byte, on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby, islice

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

_AT_A_TIME = 10_000
_RUN = 100_000
"""How many lines are sorted in memory, at least; there they take some twenty megabytes."""
_DEFAULT = DefaultGraph()


def canonical_nquads(quads: Iterable[Quad]) -> bytes:
    """The RDFC-1.0 form: blank nodes named canonically, lines sorted, each once."""
    return b"".join(joined(sorted_runs(quads)))


def sorted_runs(quads: Iterable[Quad]) -> Iterator[list[bytes]]:
    """All lines, in parts that are sorted each.

    Only quads with blank nodes go through the algorithm: it names them by those quads alone.
    """
    lines: list[bytes] = []
    unnamed: list[Quad] = []
    ahead = iter(quads)
    # Some at a time: as quads, a large graph takes several times the room of its lines.
    while some := list(islice(ahead, _AT_A_TIME)):
        found = [quad for quad in some if has_blank_node(quad)]
        unnamed += found
        lines += _lines(some if not found else (quad for quad in some if not has_blank_node(quad)))
        if len(lines) >= _RUN:
            yield sorted(lines)
            lines = []
    if unnamed:
        dataset = Dataset(unnamed)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        lines += _lines(dataset)
    yield sorted(lines)


def joined(runs: Iterable[Iterable[bytes]]) -> Iterator[bytes]:
    """The lines of sorted runs in one order, each once."""
    return (line for line, _ in groupby(merge(*runs)))


def _lines(quads: Iterable[Quad]) -> list[bytes]:
    return serialize(quads, format=RdfFormat.N_QUADS).splitlines(keepends=True)


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
