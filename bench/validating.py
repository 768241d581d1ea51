"""Validation by pySHACL: on the Oxigraph store, as a build has it, beside pySHACL on rdflib's own store."""

from __future__ import annotations

import os
import pickle
import resource
import signal
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pyoxigraph
import pyshacl
from pyoxigraph import NamedNode, RdfFormat, Triple
from rdflib import Graph
from rdflib.namespace import SH

from bench import catalogues
from crosswalk.graph import validation
from crosswalk.graph.inference import make_store
from crosswalk.graph.shapes import read_shapes
from crosswalk.graph.snapshot import DATASET
from crosswalk.namespaces import ID, XW

PATIENCE = 15
"""After so many times our own time rdflib's store is not waited for any longer."""
_BROKEN = ((ID["ipa/2.0/guideline/1"], XW.inEdition), (ID["comparison/ipa-2.0--gsma-2.0/2"], XW.outcome))
"""What is taken away from a catalogue so that there is something to find."""

Found = frozenset[tuple[str, ...]]


def measure(size: int) -> dict[str, Any]:
    """The processor time of each over one catalogue; rdflib's is a least one where it was ended before."""
    triples, shapes = _facts(size), read_shapes(catalogues.REPOSITORY).graph
    ours, _ = _timed(partial(_on_oxigraph, triples, shapes), 3600)
    theirs, found = _timed(partial(_on_rdflib, triples, shapes), int(PATIENCE * ours) + 1)
    return {"size": size, "seconds": ours, "rdflib": theirs, "ended": found is None, "ratio": theirs / ours}


def agree(size: int, patience: int = 600) -> dict[str, Any]:
    """Whether both find the same in a catalogue that lacks what shapes demand."""
    taken = {(NamedNode(str(subject)), NamedNode(str(predicate))) for subject, predicate in _BROKEN}
    triples = [each for each in _facts(size) if (each.subject, each.predicate) not in taken]
    shapes = read_shapes(catalogues.REPOSITORY).graph
    ours, here = _timed(partial(_on_oxigraph, triples, shapes), patience)
    theirs, there = _timed(partial(_on_rdflib, triples, shapes), patience)
    return {"size": size, "findings": len(here or ()), "the same": here is not None and here == there,
            "seconds": ours, "rdflib": theirs, "ratio": theirs / ours}  # fmt: skip


def _facts(size: int) -> list[Triple]:
    """The default graph of a catalogue: all that is said and all that follows."""
    path = catalogues.built(size).snapshot.path / DATASET
    quads = pyoxigraph.parse(path=str(path), format=RdfFormat.N_QUADS)
    return [quad.triple for quad in quads if isinstance(quad.graph_name, pyoxigraph.DefaultGraph)]


def _on_oxigraph(triples: list[Triple], shapes: Graph) -> Found:
    return frozenset().union(*map(_findings, validation.reports(make_store(triples), shapes)))


def _on_rdflib(triples: list[Triple], shapes: Graph) -> Found:
    graph = Graph().parse(data=pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    return _findings(pyshacl.validate(graph, shacl_graph=shapes, inplace=True)[1])


def _findings(report: Graph) -> Found:
    """What was found: by which kind of demand, at what, about which value; some shapes have no name."""
    parts = (SH.sourceConstraintComponent, SH.focusNode, SH.value)
    return frozenset(
        tuple(str(report.value(result, part)) for part in parts) for result in report.objects(None, SH.result)
    )


def _timed(work: Callable[[], Found], seconds: int) -> tuple[float, Found | None]:
    """The processor time of work in a process of its own, and what it found: None where time was up."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        spent = int(time.process_time())
        resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, spent + seconds + 5))
        begin = time.process_time()
        found = work()
        with os.fdopen(theirs, "wb") as pipe:
            pickle.dump((time.process_time() - begin, found), pipe)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(said) if said else (float(seconds), None)
