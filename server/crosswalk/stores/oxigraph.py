"""The store in this process: Oxigraph, in memory, for queries that are trusted.

Nothing here ends a query that runs too long; queries from outside are evaluated elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QueryTriples,
    RdfFormat,
)

from crosswalk.errors import EngineFault, InputError, StoreFault
from crosswalk.iris import FINDINGS
from crosswalk.serialization import checked_results, label_blank_nodes, write_statements
from crosswalk.stores import QueryDataset
from crosswalk.stores.engine_deviations import graph_by_graph, refuse_nested_aggregates
from crosswalk.stores.refusals import admit
from crosswalk.stores.syntax_errors import evaluation_fault, syntax_error

_ANY = (None, None, None)
_GENERIC = {"application/json": QueryResultsFormat.JSON, "application/xml": QueryResultsFormat.XML,
            "text/xml": QueryResultsFormat.XML}  # fmt: skip


class EmbeddedStore:
    """Answers from triples held in memory."""

    def __init__(self, engine: pyoxigraph.Store) -> None:
        self.engine = engine
        self._default_graph: pyoxigraph.Store | None = None

    @classmethod
    def load(cls, path: Path, *, trusted: bool = False) -> EmbeddedStore:
        """Return the store of a snapshot's N-Quads, or of another RDF file named by its syntax; see holding.

        In a file that is ``trusted``, because this program wrote it, IRIs are not examined once more.
        Raises InputError, with the place, where the file cannot be read.
        """
        syntax = RdfFormat.from_extension(path.suffix.lstrip(".").lower())
        if syntax is None:
            raise InputError("the file's name does not say its RDF syntax", file=path)
        engine = pyoxigraph.Store()
        try:
            base = path.resolve().as_uri()
            engine.bulk_load(path=str(path), format=syntax, base_iri=base, lenient=trusted)
        except SyntaxError as fault:
            place = {"file": path, "line": fault.lineno, "column": fault.offset}
            raise InputError(fault.msg or str(fault), **place) from fault
        except OSError as fault:
            raise InputError(fault.strerror or str(fault), file=path) from fault
        return cls(_unite(engine))

    @classmethod
    def open(cls, folder: Path) -> EmbeddedStore:
        """Return the store whose triples lie indexed in a folder; they are read as they are needed."""
        try:
            return cls(pyoxigraph.Store.read_only(str(folder)))
        except (OSError, RuntimeError) as fault:
            hint = "Build it again: crosswalk build."
            raise StoreFault(f"the index cannot be read: {fault}", hint=hint) from fault

    @classmethod
    def holding(cls, quads: Iterable[Quad]) -> EmbeddedStore:
        """Return the store of these quads.

        Where the default graph is empty it becomes the union of the named graphs but that of the findings, so
        that a query need not know their names.
        """
        engine = pyoxigraph.Store()
        engine.bulk_extend(quads)
        return cls(_unite(engine))

    def set_apart(self) -> None:
        """Copy the default graph into a store of its own, for the queries that can reach no other.

        The engine goes through all quads of a term, in whichever graph they stand, and most stand in two.
        """
        if self._default_graph is None and any(self.engine.named_graphs()):
            self._default_graph = pyoxigraph.Store()
            self._default_graph.bulk_extend(self.engine.quads_for_pattern(None, None, None, DefaultGraph()))

    def query(
        self, text: str, media_type: str, *, dataset: QueryDataset | None = None, base: str = ""
    ) -> bytes:
        """Return the answer in ``media_type``, serialised by Oxigraph; see Store."""
        written = admit(text, inf, inf, base)
        engine = self.engine
        names_graphs = dataset is not None or not {"GRAPH", "FROM"}.isdisjoint(written.words)
        if self._default_graph is not None and not names_graphs:
            engine = self._default_graph
        refuse_nested_aggregates(written.text)
        put = graph_by_graph(written.text, lambda: self._named_graphs(dataset or written.dataset))
        try:
            result = engine.query(put, base_iri=base or None, **_chosen(dataset))
            return _write(result, media_type)
        except SyntaxError as fault:
            report = str(fault) if put == written.text else _report(written.text, base)
            raise syntax_error(text, report, written.text, written.origin) from fault
        except (OSError, RuntimeError) as fault:
            raise evaluation_fault(text, str(fault)) from fault
        except BaseException as fault:
            # An engine that is built to survive its own failures raises a class that cannot be imported.
            if type(fault).__name__ == "PanicException":
                raise EngineFault(EngineFault.WHAT, hint=EngineFault.HINT) from fault
            raise

    def _named_graphs(self, dataset: QueryDataset) -> list[NamedNode | BlankNode]:
        """Return the names of the named graphs that a query is put to."""
        return _chosen(dataset)["named_graphs"] if dataset else list(self.engine.named_graphs())


def _report(text: str, base: str) -> str:
    """Return what the engine says of a query that it cannot parse, as the client wrote it."""
    try:
        pyoxigraph.Store().query(text, base_iri=base or None)
    except SyntaxError as fault:
        return str(fault)
    return "the groups of GRAPH cannot be put to each graph alone"


def kept_otherwise(quads: Iterable[Quad]) -> dict[Literal, Literal]:
    """Return those of the literals that the engine keeps in another form, each with that form.

    It keeps numbers, booleans, dates and times by their value.
    """
    literals = list({quad.object: None for quad in quads if isinstance(quad.object, Literal)})
    engine, name = pyoxigraph.Store(), NamedNode("urn:literal")
    engine.extend(Quad(NamedNode(f"urn:{number}"), name, literal) for number, literal in enumerate(literals))
    kept = ((literals[int(quad.subject.value.removeprefix("urn:"))], quad.object) for quad in engine)
    return {literal: form for literal, form in kept if form != literal}


def _unite(engine: pyoxigraph.Store) -> pyoxigraph.Store:
    """Make the default graph of a store that has none: the engine does it while other threads run."""
    if not any(engine.quads_for_pattern(None, None, None, DefaultGraph())):
        graphs = [graph for graph in engine.named_graphs() if graph != NamedNode(FINDINGS)]
        named = [graph for graph in graphs if isinstance(graph, NamedNode)]
        engine.update(" ;\n".join(f"ADD {graph} TO DEFAULT" for graph in named))
        for graph in graphs:
            if isinstance(graph, BlankNode):
                engine.bulk_extend(Quad(*quad.triple) for quad in engine.quads_for_pattern(*_ANY, graph))
    return engine


def _chosen(dataset: QueryDataset | None) -> dict[str, Any]:
    if not dataset:
        return {}
    try:
        return {
            "default_graph": [NamedNode(iri) for iri in dataset.default_graphs],
            "named_graphs": [NamedNode(iri) for iri in dataset.named_graphs],
        }
    except ValueError as fault:
        raise InputError(f"a chosen graph is not an absolute IRI: {fault}") from fault


def _write(result: object, media_type: str) -> bytes:
    if isinstance(result, QueryTriples):
        return _write_triples(result, media_type)
    wanted = _GENERIC.get(media_type) or QueryResultsFormat.from_media_type(media_type)
    if wanted is None:
        raise InputError(
            f"a SELECT or ASK query has no answer in {media_type}",
            hint="It can be written as JSON, XML, CSV or TSV results.",
        )
    results: bytes = result.serialize(format=wanted)  # type: ignore[attr-defined]
    return checked_results(results) if wanted == QueryResultsFormat.XML else results


def _write_triples(result: QueryTriples, media_type: str) -> bytes:
    """Return the triples, each once and sorted, so that the same triples give the same bytes."""
    wanted = RdfFormat.from_media_type(media_type)
    if wanted is None:
        raise InputError(
            f"a CONSTRUCT or DESCRIBE query has no answer in {media_type}",
            hint="It can be written as Turtle, TriG, N-Triples, N-Quads, JSON-LD or RDF/XML.",
        )
    lines = result.serialize(format=RdfFormat.N_TRIPLES).split(b"\n")
    ordered = b"\n".join([*sorted(set(lines) - {b""}), b""])
    return write_statements(label_blank_nodes(ordered), wanted)
