"""What a build costs: loading beside rdflib, rules beside owlrl, and memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph
from rdflib import Graph

from bench import catalogues, peers
from crosswalk.graph.inference import Closures, holding, infer, infer_in, read_rules
from crosswalk.graph.sources import read_sources
from crosswalk.stores.oxigraph import EmbeddedStore


def load(size: int) -> dict[str, Any]:
    """Loading a catalogue's triples into the store as a snapshot is, beside rdflib reading the same file.

    What a build wrote is not examined once more when it is loaded; how long it takes with that is said too.
    """
    path = peers.union(catalogues.built(size))
    ours = _seconds(lambda: EmbeddedStore.load(path, trusted=True), 5)
    examined = _seconds(lambda: EmbeddedStore.load(path), 5)
    theirs = _seconds(lambda: Graph().parse(path, format="nt"), 2)
    return {"size": size, "seconds": ours, "rdflib": theirs, "ratio": theirs / ours,
            "ratio where IRIs are examined": theirs / examined}  # fmt: skip


def rules(size: int, turns: int = 3) -> dict[str, Any]:
    """Closing the facts by the SPARQL rules, beside owlrl over the same facts and ontology.

    Both find the facts in their own kind of store, as a build and a graph have them; what it takes with the
    filling of ours is said too. An ontology that has not changed since an earlier build is not closed again;
    what it takes at first is said too. They take turns, and of each the least counts.
    """
    sources = read_sources(catalogues.built(size).content)
    shipped = read_rules(catalogues.REPOSITORY)
    axioms, facts = list(sources.ontology()), list(sources.facts())
    took: dict[str, list[float]] = {}
    for _ in range(turns):
        stores = [holding(facts) for _ in range(13)]
        with tempfile.TemporaryDirectory() as folder:
            rest = (axioms, shipped, Closures(Path(folder)))
            for way, work, times in (
                ("at first", lambda s=stores, r=rest: infer_in(s.pop(), *r), 1),
                ("in a store", lambda s=stores, r=rest: infer_in(s.pop(), *r), 12),
                ("with filling", lambda r=rest: infer(facts, *r), 12),
            ):
                took.setdefault(way, []).append(_seconds(work, times))
        took.setdefault("owlrl", []).append(_expand(facts))
    least = {way: min(each) for way, each in took.items()}
    theirs = least.pop("owlrl")
    ratios = {way: theirs / ours for way, ours in least.items()}
    return {"size": size, "seconds": least, "owlrl": theirs, "ratios": ratios}


def _expand(facts: list[pyoxigraph.Quad]) -> float:
    """The seconds owlrl takes over facts that rdflib has read."""
    import owlrl

    data = pyoxigraph.serialize([quad.triple for quad in facts], format=pyoxigraph.RdfFormat.N_TRIPLES)
    graph = Graph().parse(data=data, format="nt")
    return _seconds(lambda: owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph), 1)


def memory(size: int) -> dict[str, Any]:
    """The most memory of processes that build as far as each step, and of one that loads the result."""
    made = catalogues.built(size)
    reading = (
        "from pathlib import Path; from crosswalk.graph.sources import read_sources\n"
        "from crosswalk.graph.inference import infer\nfrom crosswalk.graph.inference import read_rules\n"
        f"root = Path({str(made.content)!r}); sources = read_sources(root)\n"
        "infer(sources.facts(), sources.ontology(), read_rules(root))"
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
    """The largest resident size of a process that runs this code, in megabytes."""
    told = f"{code}\nimport resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    environment = {
        "PYTHONPATH": f"{catalogues.REPOSITORY}:{catalogues.REPOSITORY / 'server'}",
        "PATH": "/usr/bin",
    }
    run = subprocess.run(
        [sys.executable, "-c", told], env=environment, capture_output=True, text=True, check=True
    )
    return float(json.loads(run.stdout))


def _seconds(work: Callable[[], object], times: int) -> float:
    """The shortest time of some runs, in seconds of the processor: neighbours do not count."""
    took = []
    for _ in range(times):
        begin = time.process_time()
        work()
        took.append(time.process_time() - begin)
    return min(took)
