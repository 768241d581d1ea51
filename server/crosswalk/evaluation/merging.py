"""A default graph made of several graphs, in which each triple stands once."""

from __future__ import annotations

import pyoxigraph
from pyoxigraph import NamedNode, Quad

from crosswalk.errors import InputError
from crosswalk.stores import QueryDataset
from crosswalk.stores.embedded import EmbeddedStore

MERGED = "urn:merged-default-graph"
"""What the merged graph is called in its store; no query can name it, since its dataset lists the others."""


def merge(store: EmbeddedStore, dataset: QueryDataset) -> EmbeddedStore:
    """A store that holds the merge of the dataset's default graphs as MERGED, with its named graphs beside.

    Oxigraph itself reads several default graphs one after the other, and counts twice what stands in two.
    """
    engine = pyoxigraph.Store()
    engine.extend(
        Quad(*quad.triple, NamedNode(MERGED))
        for graph in _nodes(dataset.default_graphs)
        for quad in store.engine.quads_for_pattern(None, None, None, graph)
    )
    engine.extend(
        quad
        for graph in _nodes(dataset.named_graphs)
        for quad in store.engine.quads_for_pattern(None, None, None, graph)
    )
    return EmbeddedStore(engine)


def _nodes(graphs: tuple[str, ...]) -> list[NamedNode]:
    try:
        return [NamedNode(iri) for iri in graphs]
    except ValueError as fault:
        raise InputError(f"a chosen graph is not an absolute IRI: {fault}") from fault
