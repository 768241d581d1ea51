"""Holds the graph against its SHACL shapes and says what does not fit, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pyoxigraph import Store
from rdflib import Graph, URIRef
from rdflib.namespace import SH

from ..errors import InputError
from .findings import SEVERITIES, Finding, merge
from .places import Places
from .shapes import Shapes
from .sources import Source


def validate(store: Store, shapes: Shapes, sources: Iterable[Source] = ()) -> list[Finding]:
    """The findings of pySHACL on an Oxigraph store: somebody else's files first, then by file and line."""
    from . import shacl  # it takes longer to import than most commands take

    places = Places(sources)
    try:
        return merge(
            _finding(report, result, shapes, places)
            for report in shacl.reports(store, shapes.graph)
            for result in report.objects(None, SH.result)
        )
    except shacl.InapplicableShape as fault:
        raise _inapplicable(shapes, str(fault)) from None


def _inapplicable(shapes: Shapes, why: str) -> InputError:
    """The error of the first shape that cannot be applied on its own."""
    from .shacl import why_inapplicable

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


def _finding(report: Graph, result: Any, shapes: Shapes, places: Places) -> Finding:
    def text(predicate: URIRef) -> str | None:
        value = report.value(result, predicate)
        return None if value is None else str(value)

    path = report.value(result, SH.resultPath)
    messages = sorted(str(message) for message in report.objects(result, SH.resultMessage))
    severity = (text(SH.resultSeverity) or "").removeprefix(str(SH)).lower()
    component = (text(SH.sourceConstraintComponent) or "").removeprefix(str(SH))
    finding = Finding(
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
    return _placed(finding, places)


def _placed(finding: Finding, places: Places) -> Finding:
    """A finding with its place: that of the thing to repair, or of the set it was found in."""
    thing = finding.thing
    is_found = thing != finding.focus
    place = places.find(thing, finding.path, None if is_found else finding.value)
    if is_found and place.file is None:
        place = places.find(finding.focus, finding.path)
    return replace(finding, file=place.file, line=place.line, foreign=place.foreign)
