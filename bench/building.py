"""Measure what a build costs: its time and memory, loading beside rdflib, and rules beside owlrl."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pyoxigraph import Quad, RdfFormat, serialize
from rdflib import Graph

from bench import catalogues, peers
from crosswalk.graph.build import build
from crosswalk.graph.inference import infer, make_store, read_rules
from crosswalk.graph.sources import read_sources
from crosswalk.stores.oxigraph import EmbeddedStore


def time_build() -> dict[str, Any]:
    """Measure building the shipped data: the processor seconds of all of it, and how long each step took."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.process_time()
        snapshot = build(catalogues.REPOSITORY, Path(folder))
        took = time.process_time() - begin
    return {"seconds": took, "triples": snapshot.triples, "steps": snapshot.seconds}


def load(size: int) -> dict[str, Any]:
    """Measure loading a catalogue into the store as a snapshot is, beside rdflib reading the same file.

    What a build wrote is not examined once more when it is loaded; how long it takes with that is said too.
    """
    path = peers.union(catalogues.built(size))
    ours = _seconds(lambda: EmbeddedStore.load(path, trusted=True), 5)
    examined = _seconds(lambda: EmbeddedStore.load(path), 5)
    theirs = _seconds(lambda: Graph().parse(path, format="nt"), 2)
    return {"size": size, "seconds": ours, "rdflib": theirs, "ratio": theirs / ours,
            "ratio where IRIs are examined": theirs / examined}  # fmt: skip


def rules(size: int) -> dict[str, Any]:
    """Measure closing the ontology and the facts of a catalogue, beside owlrl over the same facts.

    Both find the facts in a store of their own kind, as a build and a graph have them.
    """
    sources = read_sources(catalogues.built(size).content)
    shipped = read_rules(catalogues.REPOSITORY)
    axioms, facts = list(sources.ontology()), list(sources.facts())
    stores = [make_store(facts) for _ in range(5)]
    ours = _seconds(lambda: infer(stores.pop(), axioms, shipped), len(stores))
    theirs = _expand(facts)
    return {"size": size, "seconds": ours, "owlrl": theirs, "ratio": theirs / ours}


def _expand(facts: list[Quad]) -> float:
    """Return the seconds owlrl takes over facts that rdflib has read."""
    import owlrl

    data = serialize([fact.triple for fact in facts], format=RdfFormat.N_TRIPLES)
    graph = Graph().parse(data=data, format="nt")
    return _seconds(lambda: owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph), 1)


def memory(size: int) -> dict[str, Any]:
    """Measure the peak memory of building as far as each step, and of loading the result."""
    made = catalogues.built(size)
    reading = (
        "from pathlib import Path; from crosswalk.graph.sources import read_sources\n"
        "from crosswalk.graph.inference import infer, make_store, read_rules\n"
        f"root = Path({str(made.content)!r}); sources = read_sources(root)\n"
        "infer(make_store(sources.facts()), sources.ontology(), read_rules(root))"
    )
    checking = (
        "from pathlib import Path; from crosswalk.graph.build import check\n"
        f"assert not check(Path({str(made.content)!r})).violations"
    )
    serving = (
        "from pathlib import Path; from crosswalk.stores.oxigraph import EmbeddedStore\n"
        f"EmbeddedStore.load(Path({str(made.snapshot.dataset)!r}), trusted=True)"
    )
    with tempfile.TemporaryDirectory() as folder:
        building = (
            "from pathlib import Path; from crosswalk.graph.build import build\n"
            f"build(Path({str(made.content)!r}), Path({folder!r}))"
        )
        whole = _peak(building)
    return {
        "size": size,
        "reading and inference": _peak(reading),
        "reading, inference and validation": _peak(checking),
        "the whole build, writing included": whole,
        "loading the snapshot": _peak(serving),
    }


def _peak(code: str) -> float:
    """Return the largest resident size of a process that runs this code, in megabytes.

    The kernel's own count of its memory map: ``ru_maxrss`` begins with the size of the process that forks it.
    """
    reading = "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])"
    script = f"{code}\n{reading}"
    environment = {
        "PYTHONPATH": f"{catalogues.REPOSITORY}:{catalogues.REPOSITORY / 'server'}",
        "PATH": "/usr/bin",
    }
    run = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    return int(run.stdout) / 1024


def _seconds(work: Callable[[], object], times: int) -> float:
    """Return the shortest time of some runs, in seconds of the processor: neighbours do not count."""
    durations = []
    for _ in range(times):
        begin = time.process_time()
        work()
        durations.append(time.process_time() - begin)
    return min(durations)
