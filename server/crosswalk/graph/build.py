"""Takes the time of the steps of a build."""

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
from crosswalk.graph.canonical import in_default_graph
from crosswalk.graph.derivation import DERIVED, chain_mappings, computed_relations
from crosswalk.graph.findings import FINDINGS, Finding, findings_graph
from crosswalk.graph.inference import INFERRED, RULES, add, doubtful_kinds, holding, infer_in, read_rules
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
from crosswalk.graph.validation import validate
from crosswalk.namespaces import GRAPH

Progress = Callable[[str], None]


class Clock:
    """Takes the time of each step and tells of its beginning."""

    def __init__(self, progress: Progress, seconds: dict[str, float] | None = None) -> None:
        self.progress, self.seconds = progress, dict(seconds or {})

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Tells that a step begins, and keeps how long it takes."""
        self.progress(name)
        begin = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - begin


FOLDERS = (Path("ontology"), Path("data"), Path("shapes"), RULES)
LIBRARIES = ("crosswalk", "pyoxigraph", "pyshacl", "owlrl", "rdflib")
PACKAGE = Path(__file__).resolve().parents[1]
"""The program's own code, which changes in a checkout while its version does not."""


def digest_of_inputs(root: Path) -> str:
    """One name for everything that a build reads: the content, the program and the libraries it uses."""
    digest = hashlib.sha256()
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    for name, path in _files(root):
        digest.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def unchanged(root: Path, out: Path) -> Snapshot | None:
    """The published snapshot where a new build could only give the same, else None."""
    published = current(out)
    if published is None or published.inputs != digest_of_inputs(root):
        return None
    return published if is_whole(published.path, published.hash) else None


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file():
                yield path.relative_to(root).as_posix(), path
    code = (PACKAGE.glob("*.py"), (PACKAGE / "graph").rglob("*.py"), (PACKAGE / "relations").rglob("*.py"))
    for path in sorted(path for paths in code for path in paths):
        yield path.relative_to(PACKAGE.parent).as_posix(), path


@dataclass(frozen=True)
class CheckedGraph:
    """A graph with all that follows from it and all that was found about it."""

    sources: Sources
    derived: dict[str, set[Triple]]
    findings: list[Finding]
    seconds: dict[str, float]

    def quads(self) -> Iterator[Quad]:
        """The named graphs, and their union without the findings as the default graph.

        A fact that stands in several graphs comes several times: in a large graph a set of all that has come
        would take more memory than anything else.
        """
        for source in self.sources:
            yield from source.quads
            yield from map(in_default_graph, source.facts)
        for name, triples in self.derived.items():
            yield from _in_graph(GRAPH + name, triples)
            yield from map(in_default_graph, triples)
        yield from _in_graph(FINDINGS, findings_graph(self.findings))

    def sizes(self) -> dict[str, int]:
        """How many triples each graph has that a build makes, by its IRI."""
        facts: dict[str, set[Quad] | set[Triple]] = {}
        for source in self.sources:
            if source.graph:
                facts.setdefault(source.graph, set()).update(source.facts)
        facts.update({str(GRAPH + name): triples for name, triples in self.derived.items()})
        facts[FINDINGS] = set(findings_graph(self.findings))
        return {name: len(held) for name, held in facts.items() if held}

    @property
    def violations(self) -> list[Finding]:
        """The findings that stop a build."""
        return [finding for finding in self.findings if finding.severity == "violation"]


def check(root: Path, others: Iterable[Source] = (), progress: Progress = lambda step: None) -> CheckedGraph:
    """Reads the content under ``root`` with other files beside it, infers, and validates the whole."""
    clock = Clock(progress)
    with clock.step("reading"):
        sources = read_sources(root).with_files(others)
        rules, shapes = read_rules(root), read_shapes(root)
    with clock.step("inference"):
        asserted = list(sources.facts())
        chained = chain_mappings(asserted)
        # One store serves inference and validation: in a large graph nothing else takes as much memory.
        store = holding(chain(asserted, chained))
        derived = infer_in(store, sources.ontology(), rules)
        derived[DERIVED] = derived.get(DERIVED, set()) | chained
        doubtful = doubtful_kinds([*asserted, *chained], derived[INFERRED])
        # Every graph is said to be one, so that a shape can demand its description.
        derived[INFERRED].update(add(store, _graphs(sources)))
    with clock.step("validation"):
        for each in chain(doubtful, computed_relations(derived)):
            store.remove(Quad(*each))
        findings = validate(store, shapes, sources)
    return CheckedGraph(sources, derived, findings, clock.seconds)


def build(root: Path, out: Path, progress: Progress = lambda step: None) -> Snapshot:
    """Builds and publishes a snapshot; on a violation the one published before stays."""
    with _one_at_a_time(out):
        # What changes from now on may or may not be read: it must not be taken for built.
        inputs = digest_of_inputs(root)
        graph = check(root, (), progress)
        if graph.violations:
            raise NonconformingData(_count(len(graph.violations)), graph.findings)
        clock = Clock(progress, graph.seconds)
        with drafting(out) as draft:
            with clock.step("writing"):
                written = write_dataset(draft, graph.quads())
            snapshot = _describe(graph, out, written, inputs, clock.seconds)
            # The index takes much memory too; both would not be needed at one time.
            del graph
            return publish(out, draft, snapshot)


def _count(violations: int) -> str:
    places = "one place" if violations == 1 else f"{violations} places"
    return f"the data breaks its shapes in {places}; nothing was published"


def _describe(
    graph: CheckedGraph, out: Path, written: Written, inputs: str, seconds: dict[str, float]
) -> Snapshot:
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
        triples=written.lines - sum(sizes.values()),
        graphs=graphs,
        seconds={step: round(took, 3) for step, took in seconds.items()},
        version=version("crosswalk"),
        findings=dict(Counter(finding.severity for finding in graph.findings)),
        inputs=inputs,
    )


def _graphs(sources: Sources) -> set[Triple]:
    kind, dataset = NamedNode(str(RDF.type)), NamedNode(str(VOID.Dataset))
    return {Triple(NamedNode(source.graph), kind, dataset) for source in sources if source.graph}


def _in_graph(name: str, triples: Iterable[Triple]) -> Iterator[Quad]:
    node = NamedNode(str(name))
    return (Quad(triple.subject, triple.predicate, triple.object, node) for triple in triples)


@contextmanager
def _one_at_a_time(out: Path) -> Iterator[None]:
    """Holds the folder's lock; a second build waits, and the lock of one that was killed is free."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / ".build.lock").open("w")
    except OSError as fault:
        raise unwritable(out, fault) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
