"""Measure validation by pySHACL on the Oxigraph store, as a build has it, beside pySHACL on rdflib's own."""

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
from crosswalk.namespaces import ID, XW

PATIENCE = 15
"""How many times our own time rdflib's store is waited for."""
_BROKEN = ((ID["ipa/2.0/guideline/1"], XW.inEdition), (ID["comparison/ipa-2.0--gsma-2.0/2"], XW.outcome))
"""What is taken away from a catalogue so that there is something to find."""

Results = frozenset[tuple[str, ...]]
"""Constraint component, focus node and value of each result."""


def measure(size: int) -> dict[str, Any]:
    """Return the processor time of each over one catalogue; rdflib's is a lower bound where it was ended."""
    triples, shapes = _facts(size), read_shapes(catalogues.REPOSITORY).graph
    ours, _ = _timed(partial(_on_oxigraph, triples, shapes), 3600)
    theirs, results = _timed(partial(_on_rdflib, triples, shapes), int(PATIENCE * ours) + 1)
    return {"size": size, "seconds": ours, "rdflib": theirs, "ended": results is None, "ratio": theirs / ours}


def agree(size: int, patience: int = 600) -> dict[str, Any]:
    """Compare what both find in a catalogue that lacks some of what shapes demand."""
    taken = {(NamedNode(str(subject)), NamedNode(str(predicate))) for subject, predicate in _BROKEN}
    triples = [fact for fact in _facts(size) if (fact.subject, fact.predicate) not in taken]
    shapes = read_shapes(catalogues.REPOSITORY).graph
    ours, here = _timed(partial(_on_oxigraph, triples, shapes), patience)
    theirs, there = _timed(partial(_on_rdflib, triples, shapes), patience)
    return {"size": size, "findings": len(here or ()), "the same": here is not None and here == there,
            "seconds": ours, "rdflib": theirs, "ratio": theirs / ours}  # fmt: skip


def _facts(size: int) -> list[Triple]:
    """Return the default graph of a catalogue: all that is asserted and all that follows."""
    index = pyoxigraph.Store.read_only(str(catalogues.built(size).snapshot.index))
    default = index.quads_for_pattern(None, None, None, pyoxigraph.DefaultGraph())
    return [quad.triple for quad in default]


def _on_oxigraph(triples: list[Triple], shapes: Graph) -> Results:
    return frozenset().union(*map(_findings, validation.reports(make_store(triples), shapes)))


def _on_rdflib(triples: list[Triple], shapes: Graph) -> Results:
    graph = Graph().parse(data=pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    return _findings(pyshacl.validate(graph, shacl_graph=shapes, inplace=True)[1])


def _findings(report: Graph) -> Results:
    """Return the results of a report without their shapes, of which some have no name."""
    parts = (SH.sourceConstraintComponent, SH.focusNode, SH.value)
    return frozenset(
        tuple(str(report.value(result, part)) for part in parts) for result in report.objects(None, SH.result)
    )


def _timed(work: Callable[[], Results], seconds: int) -> tuple[float, Results | None]:
    """Return the processor time of work in a process of its own, and its results: None where time was up."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        spent = int(time.process_time())
        resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, spent + seconds + 5))
        begin = time.process_time()
        results = work()
        with os.fdopen(theirs, "wb") as pipe:
            pickle.dump((time.process_time() - begin, results), pipe)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        message = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(message) if message else (float(seconds), None)
