"""Findings: merge them, put them in order, place them in their files, and write them as a graph."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple
from rdflib.namespace import RDF, SH, XSD

from crosswalk.graph.sources import Source
from crosswalk.iris import FINDINGS

SEVERITIES = ("violation", "warning", "info")


@dataclass(frozen=True)
class Finding:
    """One result of validation: how grave, by which shape, about what, where, and what to do.

    ``path`` and ``value`` are IRIs or literals as text; ``file`` and ``line`` say where the files speak of
    the thing to repair, and ``foreign`` whether that file is somebody else's than the project's.
    ``component`` is the SHACL constraint component, such as ``MinCount``.
    """

    severity: str
    shape: str
    focus: str
    path: str | None
    value: str | None
    message: str
    file: str | None
    line: int | None
    component: str | None = None
    foreign: bool = False

    @property
    def thing(self) -> str:
        """What is to be repaired: the focus, or what a query about a whole set names as the value."""
        is_value = self.component == "SPARQL" and self.value is not None and is_iri(self.value)
        return self.value if is_value else self.focus


def is_iri(text: str) -> bool:
    """Return whether a text is an IRI of a kind that things are named by."""
    return text.startswith(("http://", "https://", "urn:", "file:"))


def merge(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings in order, those that say the same of one thing as one.

    A thing can break one demand twice: as a part of two wholes, or by two parts of the demand.
    """
    merged: dict[tuple[Any, ...], Finding] = {}
    for finding in sorted(findings, key=_order):
        key = _order(replace(finding, focus=finding.thing, component=None))
        merged.setdefault(key, finding)
    return list(merged.values())


def _order(finding: Finding) -> tuple[Any, ...]:
    """Return a key that sorts somebody else's files first, then by file, line and severity."""
    return (
        not finding.foreign,
        finding.file is None,
        finding.file or "",
        finding.line or 0,
        SEVERITIES.index(finding.severity),
        finding.shape,
        finding.focus,
        finding.path or "",
        finding.value or "",
        finding.message,
        finding.component or "",
    )


def findings_graph(findings: Iterable[Finding]) -> Iterator[Triple]:
    """Yield the findings as a SHACL validation report whose every node has an IRI made from its content.

    https://www.w3.org/TR/shacl/#validation-report
    """
    findings = list(findings)
    report = NamedNode(f"{FINDINGS}#report")
    conforms = "false" if any(finding.severity == "violation" for finding in findings) else "true"
    yield _triple(report, RDF.type, NamedNode(str(SH.ValidationReport)))
    yield _triple(report, SH.conforms, Literal(conforms, datatype=NamedNode(str(XSD.boolean))))
    for finding in findings:
        # A name that stays the same while the finding does, wherever its file has it.
        parts = (finding.severity, finding.shape, finding.focus, finding.path, finding.value, finding.message)
        digest = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
        result = NamedNode(f"{FINDINGS}#{digest[:16]}")
        yield _triple(report, SH.result, result)
        yield _triple(result, RDF.type, NamedNode(str(SH.ValidationResult)))
        yield _triple(result, SH.resultSeverity, NamedNode(str(SH[finding.severity.capitalize()])))
        yield _triple(result, SH.resultMessage, Literal(finding.message, language="en"))
        nodes = (
            (SH.sourceShape, finding.shape),
            (SH.focusNode, finding.focus),
            (SH.resultPath, finding.path),
        )
        for predicate, iri in nodes:
            if iri and ":" in iri:
                yield _triple(result, predicate, NamedNode(iri))
        if finding.value is not None:
            value = NamedNode(finding.value) if is_iri(finding.value) else Literal(finding.value)
            yield _triple(result, SH.value, value)


def _triple(subject: NamedNode, predicate: str, value: NamedNode | Literal) -> Triple:
    return Triple(subject, NamedNode(str(predicate)), value)


@dataclass(frozen=True)
class Place:
    """A line of a file, or the file alone, and whether the file is somebody else's."""

    file: str | None = None
    line: int | None = None
    foreign: bool = False


class Places:
    """The places of one set of files."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.sources = tuple(sources)

    def find(self, thing: str, path: str | None = None, value: str | None = None) -> Place:
        """Return the line of the fact given, or as near to it as the files come.

        Of several files somebody else's goes first, then the one that comes nearest. A thing that no file
        describes is looked for where it is mentioned.
        """
        describing = [source for source in self.sources if thing in source.subjects]
        if not describing:
            return self._mentions.get(thing, Place())
        best = max(describing, key=lambda source: (source.foreign, _nearness(source, thing, path, value)))
        line = best.locations.line(thing, path, value if path else None)
        return Place(best.name, line, best.foreign)

    @cached_property
    def _mentions(self) -> dict[str, Place]:
        """Where each object of a fact is first mentioned."""
        mentions: dict[str, Place] = {}
        for source in sorted(self.sources, key=lambda source: source.foreign, reverse=True):
            for key, line in source.locations.lines.items():
                if len(key) == 3:
                    mentions.setdefault(key[2], Place(source.name, line, source.foreign))
        return mentions


def _nearness(source: Source, thing: str, path: str | None, value: str | None) -> int:
    lines = source.locations.lines
    keys = [(thing, path, value), (thing, path), (thing, str(RDF.type))]
    return next((len(keys) - rank for rank, key in enumerate(keys) if key in lines), 0)


def place(finding: Finding, places: Places) -> Finding:
    """Return a finding with its place: that of the thing to repair, or of the set it was found in."""
    thing = finding.thing
    in_set = thing != finding.focus
    location = places.find(thing, finding.path, None if in_set else finding.value)
    if in_set and location.file is None:
        location = places.find(finding.focus, finding.path)
    return replace(finding, file=location.file, line=location.line, foreign=location.foreign)
