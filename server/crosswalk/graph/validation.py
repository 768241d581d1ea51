"""Validates a graph by pySHACL, and tells of each finding with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pyshacl
from pyoxigraph import Store
from pyshacl.errors import ReportableRuntimeError, ValidationFailure
from pyshacl.graph_abstraction import OxigraphDataGraph
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SH

from crosswalk.errors import InputError
from crosswalk.graph.findings import SEVERITIES, Finding, Places, merge, placed
from crosswalk.graph.shapes import Shapes
from crosswalk.graph.sources import Source

NODES = 1000
"""How many nodes are held against a shape at a time."""
_INAPPLICABLE = (ReportableRuntimeError, ValidationFailure, SyntaxError, re.error)


class InapplicableShape(Exception):
    """A shape that pySHACL cannot apply; the text says why."""


class _Data(OxigraphDataGraph):
    """A store that is there, and in which a text has no properties.

    pySHACL asks the first of it three times for each result, and would have all its triples counted each
    time. Of the second it asks where a text stands in place of a thing, and the store would refuse to answer.
    """

    def __bool__(self) -> bool:
        return True

    def objects(self, subject: Any, predicate: Any, unique: bool = False) -> Iterator[Any]:
        return iter(()) if isinstance(subject, Literal) else super().objects(subject, predicate, unique)


def reports(store: Store, shapes: Graph) -> Iterator[Graph]:
    """The validation reports of a store, each of one shape and as many nodes as it finds things about.

    Whether a node fits a shape depends on no other node that is looked at, so that the parts together say
    what one report says; what a part needs in memory is free before the next.
    """
    validator = pyshacl.Validator(_Data(store), shacl_graph=shapes, options={"inplace": True})
    graph, executor = validator.data_graph, validator.make_executor()
    with _understood():
        for shape in validator.shacl_graph.shapes:
            targets = () if shape.deactivated else list(shape.focus_nodes(graph))
            for first in range(0, len(targets), NODES):
                _, results = shape.validate(executor, graph, focus=targets[first : first + NODES])
                if results:
                    yield validator.create_validation_report(validator.shacl_graph, False, results)[0]


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except _INAPPLICABLE as fault:
        raise InapplicableShape(str(fault.args[0] if fault.args else fault)) from None


def report(store: Store, shapes: Graph, **options: Any) -> Graph:
    """The validation report of a store, which is the caller's to give away: it is worked on in place."""
    with _understood():
        _, found, text = pyshacl.validate(_Data(store), shacl_graph=shapes, inplace=True, **options)
    if not isinstance(found, Graph):
        raise InapplicableShape(text)
    return found


def why_inapplicable(name: str, shape: Graph) -> str | None:
    """Why a shape cannot be applied to anything at all, or None where it can."""
    try:
        report(Store(), shape, use_shapes=[name], focus_nodes=["urn:nothing"])
    except InapplicableShape as fault:
        return str(fault)
    return None


def validate(store: Store, shapes: Shapes, sources: Iterable[Source] = ()) -> list[Finding]:
    """The findings of pySHACL on an Oxigraph store: somebody else's files first, then by file and line."""
    try:
        found = [
            _finding(report, result, shapes)
            for report in reports(store, shapes.graph)
            for result in report.objects(None, SH.result)
        ]
    except InapplicableShape as fault:
        raise _inapplicable(shapes, str(fault)) from None
    places = Places(sources)
    return merge(placed(finding, places) for finding in found)


def _inapplicable(shapes: Shapes, why: str) -> InputError:
    """The error of the first shape that cannot be applied on its own."""
    file, line = "shapes", None
    for name, shape in shapes.parts():
        if fault := why_inapplicable(name, shape):
            why, (file, line) = fault, shapes.place(name)
            break
    return InputError(
        f"the shapes cannot be applied: {why.strip().partition(chr(10))[0]}",
        file=file,
        line=line,
        hint="Look at the paths and parameters of this shape, and at the SPARQL of its constraints.",
    )


def _finding(report: Graph, result: Any, shapes: Shapes) -> Finding:
    def text(predicate: URIRef) -> str | None:
        value = report.value(result, predicate)
        return None if value is None else str(value)

    path = report.value(result, SH.resultPath)
    messages = sorted(str(message) for message in report.objects(result, SH.resultMessage))
    severity = (text(SH.resultSeverity) or "").removeprefix(str(SH)).lower()
    component = (text(SH.sourceConstraintComponent) or "").removeprefix(str(SH))
    return Finding(
        severity=severity if severity in SEVERITIES else "violation",
        shape=shapes.name(report.value(result, SH.sourceShape)),
        focus=text(SH.focusNode) or "",
        path=str(path) if isinstance(path, URIRef) else None,
        value=text(SH.value),
        message=" ".join(" ".join(messages).split()),
        component=component.removesuffix("ConstraintComponent") or None,
        file=None,
        line=None,
    )
