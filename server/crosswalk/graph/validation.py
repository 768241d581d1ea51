"""Holds the graph against its SHACL shapes and says what does not fit, where, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from pyoxigraph import Store
from rdflib import Graph, URIRef
from rdflib.namespace import SH

from ..errors import InputError
from .findings import SEVERITIES, Finding, merge
from .places import Places
from .reports import Keys, Reports
from .shapes import Shapes
from .sources import Source


def validate(
    store: Store, shapes: Shapes, sources: Iterable[Source] = (), kept: Reports | None = None
) -> list[Finding]:
    """The findings of pySHACL on an Oxigraph store: somebody else's files first, then by file and line.

    A shape that is known to find what it found before, as it was kept, is not applied again.
    """
    from . import shacl  # it takes longer to import than most commands take

    keys = Keys(store, shapes) if kept else None
    found: list[Finding] = []
    try:
        for shape, apply in shacl.applications(store, shapes.graph):
            find = partial(_found, apply, shapes)
            found += kept.findings(keys.key(shape), find) if kept and keys else find()
    except shacl.InapplicableShape as fault:
        raise _inapplicable(shapes, str(fault)) from None
    if kept:
        kept.keep()
    places = Places(sources)
    return merge(_placed(finding, places) for finding in found)


def _found(apply: Callable[[], Iterable[Graph]], shapes: Shapes) -> list[Finding]:
    """What one shape finds, without places."""
    return [
        _finding(report, result, shapes) for report in apply() for result in report.objects(None, SH.result)
    ]


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


def _placed(finding: Finding, places: Places) -> Finding:
    """A finding with its place: that of the thing to repair, or of the set it was found in."""
    thing = finding.thing
    is_found = thing != finding.focus
    place = places.find(thing, finding.path, None if is_found else finding.value)
    if is_found and place.file is None:
        place = places.find(finding.focus, finding.path)
    return replace(finding, file=place.file, line=place.line, foreign=place.foreign)
