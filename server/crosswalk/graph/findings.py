"""What does not fit: single findings, merged and put in order, and the graph that they make."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib.namespace import RDF, SH, XSD

from crosswalk.graph.sources import Source
from crosswalk.namespaces import GRAPH

FINDINGS = str(GRAPH + "findings")
SEVERITIES = ("violation", "warning", "info")


@dataclass(frozen=True)
class Finding:
    """One thing that does not fit: how grave, by which shape, about what, where, and what to do.

    ``path`` and ``value`` are IRIs or literals as text; ``file`` and ``line`` say where the files speak of
    the thing to repair, and ``foreign`` whether that file is somebody else's than the project's.
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
        """What is to be repaired: the focus, or what a question about a whole set found in it."""
        is_found = self.component == "SPARQL" and self.value is not None and is_iri(self.value)
        return self.value if is_found else self.focus


def is_iri(text: str) -> bool:
    """Whether a text is an IRI of a kind that things are named by."""
    return text.startswith(("http://", "https://", "urn:", "file:"))


def merge(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in order, those that tell the same of one thing as one.

    A thing can break one demand twice: as a part of two wholes, or by two parts of the demand.
    """
    merged: dict[tuple[Any, ...], Finding] = {}
    for finding in sorted(findings, key=_order):
        said = replace(finding, focus=finding.thing, component=None)
        merged.setdefault(_order(said), finding)
    return list(merged.values())


def _order(finding: Finding) -> tuple[Any, ...]:
    """Somebody's own files first, then by file and line, the gravest first on each line."""
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
    """The findings as a SHACL validation report whose every node has an IRI made from what it says."""
    findings = list(findings)
    report = NamedNode(f"{FINDINGS}#report")
    conforms = "false" if any(finding.severity == "violation" for finding in findings) else "true"
    yield _triple(report, RDF.type, NamedNode(str(SH.ValidationReport)))
    yield _triple(report, SH.conforms, Literal(conforms, datatype=NamedNode(str(XSD.boolean))))
    for finding in findings:
        result = NamedNode(f"{FINDINGS}#{_digest(finding)}")
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


def _digest(finding: Finding) -> str:
    """A name for a finding that stays the same while the finding does, wherever its file has it."""
    said = (finding.severity, finding.shape, finding.focus, finding.path, finding.value, finding.message)
    return hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()[:16]


def _triple(subject: NamedNode, predicate: str, value: NamedNode | Literal | BlankNode) -> Triple:
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
        self._mentions: dict[str, Place] | None = None

    def is_described(self, thing: str) -> bool:
        """Whether any file says something about a thing."""
        return any(thing in source.subjects for source in self.sources)

    def find(self, thing: str, path: str | None = None, value: str | None = None) -> Place:
        """The line of the fact given, or as near to it as the files come.

        Of several files somebody else's goes first, then the one that comes nearest. A thing that no file
        describes is looked for where it is mentioned.
        """
        describing = [source for source in self.sources if thing in source.subjects]
        if not describing:
            return self._mentioned().get(thing, Place())
        best = max(describing, key=lambda each: (_is_foreign(each), _nearness(each, thing, path, value)))
        line = best.locations.line(thing, path, value if path else None)
        return Place(best.name, line, _is_foreign(best))

    def _mentioned(self) -> dict[str, Place]:
        """The first mention of everything that is pointed to, read when first asked for."""
        if self._mentions is None:
            self._mentions = {}
            for source in sorted(self.sources, key=_is_foreign, reverse=True):
                for key, line in source.locations.lines.items():
                    if len(key) == 3:
                        self._mentions.setdefault(key[2], Place(source.name, line, _is_foreign(source)))
        return self._mentions


def _is_foreign(source: Source) -> bool:
    return source.graph is None


def _nearness(source: Source, thing: str, path: str | None, value: str | None) -> int:
    lines = source.locations.lines
    keys = [(thing, path, value), (thing, path), (thing, str(RDF.type))]
    return next((len(keys) - rank for rank, key in enumerate(keys) if key in lines), 0)


def placed(finding: Finding, places: Places) -> Finding:
    """A finding with its place: that of the thing to repair, or of the set it was found in."""
    thing = finding.thing
    is_found = thing != finding.focus
    place = places.find(thing, finding.path, None if is_found else finding.value)
    if is_found and place.file is None:
        place = places.find(finding.focus, finding.path)
    return replace(finding, file=place.file, line=place.line, foreign=place.foreign)
