"""Build the graph: read the files, infer, validate, write a snapshot and publish it."""

from __future__ import annotations

import fcntl
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from pyoxigraph import NamedNode, Quad, Triple
from rdflib.namespace import RDF, VOID

from crosswalk.errors import NonconformingData
from crosswalk.folders import PACKAGE, content_files
from crosswalk.graph.derivation import DERIVED, chain_mappings, computed_relations
from crosswalk.graph.findings import FINDINGS, Finding, findings_graph
from crosswalk.graph.inference import (
    INFERRED,
    add_new,
    implausible_types,
    infer,
    make_store,
    read_rules,
)
from crosswalk.graph.shapes import read_shapes
from crosswalk.graph.snapshot import (
    Snapshot,
    Written,
    current,
    drafting,
    is_whole,
    publish,
    unwritable,
    write_dataset,
)
from crosswalk.graph.sources import Source, Sources, read_sources
from crosswalk.namespaces import GRAPH

Progress = Callable[[str], None]
"""Told the name of each step when it begins."""

_TYPE, _DATASET = NamedNode(str(RDF.type)), NamedNode(str(VOID.Dataset))
LIBRARIES = ("crosswalk", "pyoxigraph", "pyshacl", "owlrl", "rdflib")


@dataclass(frozen=True)
class CheckedGraph:
    """A graph with all that follows from it, its findings, and the seconds that each step took."""

    sources: Sources
    derived: dict[str, set[Triple]]
    findings: list[Finding]
    seconds: dict[str, float]

    def quads(self) -> Iterator[Quad]:
        """Yield the named graphs; their union is made where a dataset is loaded."""
        for source in self.sources:
            yield from source.quads
        for name, triples in self.derived.items():
            yield from _in_graph(GRAPH + name, triples)
        yield from _in_graph(FINDINGS, findings_graph(self.findings))

    def sizes(self) -> dict[str, int]:
        """Return the number of triples of each named graph, by its IRI."""
        graphs: dict[str, set[Quad] | set[Triple]] = {}
        for source in self.sources:
            if source.graph:
                graphs.setdefault(source.graph, set()).update(source.facts)
        graphs.update({str(GRAPH + name): triples for name, triples in self.derived.items()})
        graphs[FINDINGS] = set(findings_graph(self.findings))
        return {name: len(facts) for name, facts in graphs.items() if facts}

    @property
    def violations(self) -> list[Finding]:
        """The findings that stop a build."""
        return [finding for finding in self.findings if finding.severity == "violation"]


def check(root: Path, others: Iterable[Source] = (), progress: Progress = lambda step: None) -> CheckedGraph:
    """Read the content under ``root`` with other files beside it, infer, and validate the whole.

    Raises InputError where a file, rule or shape cannot be read.
    """
    from crosswalk.graph.validation import validate  # pySHACL is slow to import

    seconds: dict[str, float] = {}
    with _step("reading", progress, seconds):
        sources = read_sources(root).with_files(others)
        rules, shapes = read_rules(root), read_shapes(root)
    with _step("inference", progress, seconds):
        asserted = list(sources.facts())
        chained = chain_mappings(asserted)
        # One store serves inference and validation: in a large graph nothing else takes as much memory.
        store = make_store(chain(asserted, chained))
        derived = infer(store, sources.ontology(), rules)
        derived[DERIVED] = derived.get(DERIVED, set()) | chained
        implausible = implausible_types([*asserted, *chained], derived[INFERRED])
        # Every graph is stated to be one, so that a shape can demand its description.
        graphs = (NamedNode(source.graph) for source in sources if source.graph)
        derived[INFERRED].update(add_new(store, (Triple(graph, _TYPE, _DATASET) for graph in graphs)))
    with _step("validation", progress, seconds):
        for triple in chain(implausible, computed_relations(derived)):
            store.remove(Quad(*triple))
        findings = validate(store, shapes, sources)
    return CheckedGraph(sources, derived, findings, seconds)


def build(root: Path, out: Path, progress: Progress = lambda step: None) -> Snapshot:
    """Build and publish a snapshot of the content under ``root`` in the folder ``out``.

    Raises NonconformingData on a violation, and InputError where a file cannot be read or ``out`` not be
    written: the snapshot published before then stays.
    """
    with _one_at_a_time(out):
        # What changes from now on may or may not be read: it must not be taken for built.
        inputs = digest_of_inputs(root)
        graph = check(root, (), progress)
        if graph.violations:
            count = len(graph.violations)
            places = "one place" if count == 1 else f"{count} places"
            what = f"the data breaks its shapes in {places}; nothing was published"
            raise NonconformingData(what, graph.findings)
        with drafting(out) as draft:
            with _step("writing", progress, graph.seconds):
                written = write_dataset(draft, graph.quads())
            snapshot = _describe(graph, out, written, inputs)
            # The index takes much memory too; both would not be needed at one time.
            del graph
            return publish(out, draft, snapshot)


def unchanged(root: Path, out: Path) -> Snapshot | None:
    """Return the published snapshot where a new build could only give the same, else None."""
    published = current(out)
    if published is None or published.inputs != digest_of_inputs(root):
        return None
    return published if is_whole(published.path, published.hash) else None


def digest_of_inputs(root: Path) -> str:
    """Return one name for everything that a build reads: the content, the program and its libraries."""
    digest = hashlib.sha256()
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    for name, path in _input_files(root):
        digest.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _input_files(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield names and paths of the content, and of the program, which changes while its version does not."""
    for path in content_files(root):
        yield path.relative_to(root).as_posix(), path
    code = (PACKAGE.glob("*.py"), (PACKAGE / "graph").rglob("*.py"), (PACKAGE / "relations").rglob("*.py"))
    for path in sorted(chain.from_iterable(code)):
        yield path.relative_to(PACKAGE.parent).as_posix(), path


@contextmanager
def _step(name: str, progress: Progress, seconds: dict[str, float]) -> Iterator[None]:
    """Report the beginning of a step, and add its duration to ``seconds``."""
    progress(name)
    begin = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - begin


def _describe(graph: CheckedGraph, out: Path, written: Written, inputs: str) -> Snapshot:
    sizes = graph.sizes()
    files = {source.graph: source.name for source in graph.sources}
    graphs = [
        {"name": iri.removeprefix(GRAPH), "iri": iri, "file": files.get(iri), "triples": size}
        for iri, size in sorted(sizes.items())
    ]
    return Snapshot(
        path=out,
        hash=written.hash,
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        triples=written.triples,
        graphs=graphs,
        seconds={step: round(duration, 3) for step, duration in graph.seconds.items()},
        version=version("crosswalk"),
        findings=dict(Counter(finding.severity for finding in graph.findings)),
        inputs=inputs,
    )


def _in_graph(name: str, triples: Iterable[Triple]) -> Iterator[Quad]:
    node = NamedNode(str(name))
    return (Quad(triple.subject, triple.predicate, triple.object, node) for triple in triples)


@contextmanager
def _one_at_a_time(out: Path) -> Iterator[None]:
    """Hold the folder's lock; a second build waits, and the lock of one that was killed is free."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / ".build.lock").open("w")
    except OSError as fault:
        raise unwritable(out, fault) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
