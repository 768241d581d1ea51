"""Write quads as canonical N-Quads: one text for one dataset, byte for byte, on every machine.

RDF Dataset Canonicalization, RDFC-1.0: https://www.w3.org/TR/rdf-canon/
"""

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

from crosswalk.iris import FINDINGS

_BATCH = 10_000
_RUN = 100_000
"""The least number of lines that are sorted in memory at a time; they take some twenty megabytes."""
_DEFAULT = DefaultGraph()
_FINDINGS = f"<{FINDINGS}>".encode()


def canonical_nquads(quads: Iterable[Quad]) -> bytes:
    """Return the canonical form: blank nodes named by RDFC-1.0, lines sorted, each once."""
    return b"".join(merge_runs(sorted_runs(quads)))


def sorted_runs(quads: Iterable[Quad]) -> Iterator[list[bytes]]:
    """Yield all lines in lists that are each sorted.

    Only quads with blank nodes go through the algorithm, which names the nodes by those quads alone.
    """
    lines: list[bytes] = []
    unnamed: list[Quad] = []
    remaining = iter(quads)
    # In batches, since a large graph takes several times as much memory in quads as in lines.
    while batch := list(islice(remaining, _BATCH)):
        with_blank_nodes = [quad for quad in batch if has_blank_node(quad)]
        unnamed += with_blank_nodes
        named = [quad for quad in batch if not has_blank_node(quad)] if with_blank_nodes else batch
        lines += _lines(named)
        if len(lines) >= _RUN:
            yield sorted(lines)
            lines = []
    if unnamed:
        dataset = Dataset(unnamed)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        lines += _lines(dataset)
    yield sorted(lines)


def merge_runs(runs: Iterable[Iterable[bytes]]) -> Iterator[bytes]:
    """Yield the lines of sorted runs in one order, each once."""
    return (line for line, _ in groupby(merge(*runs)))


def union(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the triples of sorted N-Quads as N-Triples, each once, without those of the findings alone.

    Facts that differ in nothing but their graph are lines one after the other.
    """
    last = b""
    for line in lines:
        triple, graph, _ = line.rsplit(b" ", 2)
        if triple != last and graph != _FINDINGS:
            last = triple
            yield triple + b" .\n"


def _lines(quads: Iterable[Quad]) -> list[bytes]:
    return serialize(quads, format=RdfFormat.N_QUADS).splitlines(keepends=True)


def is_isomorphic(left: Iterable[Quad], right: Iterable[Quad]) -> bool:
    """Return whether two sets of quads differ in nothing but the names of their blank nodes."""
    return canonical_nquads(left) == canonical_nquads(right)


def has_blank_node(quad: Quad) -> bool:
    """Return whether any term of a quad is a blank node, or is a triple term in which one stands."""
    if isinstance(quad.object, Triple):
        return any(map(_holds_blank_node, quad))
    return any(isinstance(term, BlankNode) for term in (quad.subject, quad.object, quad.graph_name))


def _holds_blank_node(term: object) -> bool:
    return isinstance(term, BlankNode) or (isinstance(term, Triple) and any(map(_holds_blank_node, term)))


def in_default_graph(fact: Quad | Triple) -> Quad:
    """Return a fact as a quad of the default graph; one that is in it already is returned itself."""
    if isinstance(fact, Triple):
        return Quad(*fact)
    return fact if fact.graph_name == _DEFAULT else Quad(*fact.triple)
