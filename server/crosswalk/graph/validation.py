"""Validate a graph by pySHACL, part by part, and explain a shape that cannot be applied."""

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
from crosswalk.graph.findings import SEVERITIES, Finding, Places, merge, place
from crosswalk.graph.shapes import Shapes
from crosswalk.graph.sources import Source

NODES = 1000
"""How many nodes are validated against a shape at a time."""
_INAPPLICABLE = (ReportableRuntimeError, ValidationFailure, SyntaxError, re.error)


class InapplicableShape(Exception):
    """A shape that pySHACL cannot apply; the text says why."""


class _DataGraph(OxigraphDataGraph):
    """An Oxigraph store as pySHACL reads it, which is never empty, and in which literals have no properties.

    pySHACL asks three times for each result whether the graph is empty, and all its triples would be counted
    each time. Where a literal stands in place of a thing it asks for its properties, which the store refuses.
    """

    def __bool__(self) -> bool:
        return True

    def objects(self, subject: Any, predicate: Any, unique: bool = False) -> Iterator[Any]:
        return iter(()) if isinstance(subject, Literal) else super().objects(subject, predicate, unique)


def validate(store: Store, shapes: Shapes, sources: Iterable[Source] = ()) -> list[Finding]:
    """Return the findings of pySHACL on a store: somebody else's files first, then by file and line.

    Raises InputError, with file and line, where a shape cannot be applied.
    """
    try:
        findings = [
            _finding(report, result, shapes)
            for report in reports(store, shapes.graph)
            for result in report.objects(None, SH.result)
        ]
    except InapplicableShape as fault:
        raise _explain(shapes, str(fault)) from None
    places = Places(sources)
    return merge(place(finding, places) for finding in findings)


def reports(store: Store, shapes: Graph) -> Iterator[Graph]:
    """Yield the validation reports of a store, each of one shape and at most NODES nodes.

    Whether a node conforms to a shape depends on no other node of its target, so that the parts together say
    what one report says; the memory of a part is free before the next. ``pyshacl.validate`` has no parts:
    here alone a Validator and its shapes, which pySHACL does not document, are used directly.

    Raises InapplicableShape.
    """
    with _translated_faults():
        validator = pyshacl.Validator(_DataGraph(store), shacl_graph=shapes, options={"inplace": True})
        data, executor = validator.data_graph, validator.make_executor()
        for shape in validator.shacl_graph.shapes:
            nodes = () if shape.deactivated else list(shape.focus_nodes(data))
            for start in range(0, len(nodes), NODES):
                _, results = shape.validate(executor, data, focus=nodes[start : start + NODES])
                if results:
                    yield validator.create_validation_report(validator.shacl_graph, False, results)[0]


def report(store: Store, shapes: Graph, **options: Any) -> Graph:
    """Return the validation report of a store as a whole; ``options`` go to ``pyshacl.validate``.

    Raises InapplicableShape.
    """
    with _translated_faults():
        _, result, text = pyshacl.validate(_DataGraph(store), shacl_graph=shapes, inplace=True, **options)
    if not isinstance(result, Graph):
        raise InapplicableShape(text)
    return result


@contextmanager
def _translated_faults() -> Iterator[None]:
    try:
        yield
    except _INAPPLICABLE as fault:
        raise InapplicableShape(str(fault.args[0] if fault.args else fault)) from None


def _explain(shapes: Shapes, reason: str) -> InputError:
    """Return the error of the first shape that cannot be applied on its own."""
    file, line = "shapes", None
    for name, shape in shapes.parts():
        try:
            report(Store(), shape, use_shapes=[name], focus_nodes=["urn:nothing"])
        except InapplicableShape as fault:
            reason, (file, line) = str(fault), shapes.place(name)
            break
    return InputError(
        f"the shapes cannot be applied: {reason.strip().partition(chr(10))[0]}",
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
