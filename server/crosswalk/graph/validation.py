"""Holds the graph against its SHACL shapes and says what does not fit, where, and what to do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, serialize
from rdflib import BNode, Graph, URIRef
from rdflib.namespace import RDF, SH, XSD

from ..errors import InputError
from ..namespaces import GRAPH
from .reading import read_rdf
from .sources import Source

FINDINGS = str(GRAPH + "findings")
SEVERITIES = ("violation", "warning", "info")


@dataclass(frozen=True)
class Finding:
    """One thing that does not fit: how grave, by which shape, about what, where, and what to do.

    ``path`` and ``value`` are IRIs or literals as text; ``file`` and ``line`` say where the files speak of
    the focus node.
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


@dataclass(frozen=True)
class Shapes:
    """The shapes as pySHACL reads them."""

    graph: Graph

    def name(self, shape: Any) -> str:
        """The IRI of a shape, or of the closest named shape around one without a name."""
        seen = set()
        while isinstance(shape, BNode) and shape not in seen:
            seen.add(shape)
            shape = next(self.graph.subjects(None, shape), shape)
        return str(shape)


def read_shapes(root: Path) -> Shapes:
    """Reads ``shapes/*.ttl`` and the prefixes that their SPARQL constraints use."""
    paths = sorted((root / "shapes").rglob("*.ttl"))
    if not paths:
        raise InputError("there is no shape to hold the data against", file="shapes")
    paths.append(root / "ontology" / "prefixes.ttl")
    return Shapes(
        _to_rdflib(quad for path in paths for quad in read_rdf(path, path.relative_to(root).as_posix()))
    )


def validate(triples: Iterable[Triple], shapes: Shapes, sources: Iterable[Source] = ()) -> list[Finding]:
    """The findings of pySHACL on an Oxigraph store, ordered by file, line and shape."""
    import pyshacl
    from pyshacl.errors import ReportableRuntimeError

    store = Store()
    store.bulk_extend(Quad(*triple) for triple in triples)
    # The store is this function's own, so pySHACL may work in place instead of copying it.
    try:
        _, report, text = pyshacl.validate(store, shacl_graph=shapes.graph, advanced=True, inplace=True)
    except (ReportableRuntimeError, SyntaxError, re.error) as fault:
        raise _inapplicable(str(fault.args[0] if fault.args else fault)) from None
    if not isinstance(report, Graph):
        raise _inapplicable(text)
    places = _Places(tuple(sources))
    found = {_finding(report, result, shapes, places) for result in report.objects(None, SH.result)}
    return sorted(found, key=_order)


def _inapplicable(why: str) -> InputError:
    hint = "Look at the shape edited last: its paths, patterns, and the SPARQL of its constraints."
    return InputError(
        f"the shapes cannot be applied: {why.strip().partition(chr(10))[0]}", file="shapes", hint=hint
    )


def _finding(report: Graph, result: Any, shapes: Shapes, places: _Places) -> Finding:
    def text(predicate: URIRef) -> str | None:
        value = report.value(result, predicate)
        return None if value is None else str(value)

    focus, value = text(SH.focusNode) or "", text(SH.value)
    path = report.value(result, SH.resultPath)
    named_path = str(path) if isinstance(path, URIRef) else None
    messages = sorted(str(message) for message in report.objects(result, SH.resultMessage))
    severity = (text(SH.resultSeverity) or "").removeprefix(str(SH)).lower()
    component = (
        (text(SH.sourceConstraintComponent) or "").removeprefix(str(SH)).removesuffix("ConstraintComponent")
    )
    return Finding(
        severity=severity if severity in SEVERITIES else "violation",
        shape=shapes.name(report.value(result, SH.sourceShape)),
        focus=focus,
        path=named_path,
        value=value,
        message=" ".join(" ".join(messages).split()),
        component=component.removesuffix("ConstraintComponent") or None,
        **places.find(focus, named_path, value),
    )


def _order(finding: Finding) -> tuple[Any, ...]:
    return (
        finding.file is None,
        finding.file or "",
        finding.line or 0,
        SEVERITIES.index(finding.severity),
        finding.shape,
        finding.focus,
        finding.path or "",
        finding.value or "",
        finding.message,
    )


class _Places:
    """Looks up where the files speak of a node: preferring the line of the fact itself."""

    def __init__(self, sources: tuple[Source, ...]) -> None:
        self.sources = sources

    def find(self, focus: str, path: str | None, value: str | None) -> dict[str, Any]:
        fitting = [source for source in self.sources if focus in source.subjects]
        best = max(fitting, key=lambda source: self._closeness(source, focus, path, value), default=None)
        if best is None:
            return {"file": None, "line": None}
        return {"file": best.name, "line": best.locations.line(focus, path, value if path else None)}

    def _closeness(self, source: Source, focus: str, path: str | None, value: str | None) -> int:
        lines = source.locations.lines
        keys = [(focus, path, value), (focus, path), (focus, str(RDF.type))]
        return next((len(keys) - rank for rank, key in enumerate(keys) if key in lines), 0)


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
            is_iri = finding.value.startswith(("http://", "https://", "urn:"))
            yield _triple(result, SH.value, NamedNode(finding.value) if is_iri else Literal(finding.value))


def _digest(finding: Finding) -> str:
    """A name for a finding that stays the same while the finding does, wherever its file has it."""
    said = (finding.severity, finding.shape, finding.focus, finding.path, finding.value, finding.message)
    return hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()[:16]


def _triple(subject: NamedNode, predicate: str, value: NamedNode | Literal | BlankNode) -> Triple:
    return Triple(subject, NamedNode(str(predicate)), value)


def _to_rdflib(quads: Iterable[Quad]) -> Graph:
    lines = serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES)
    return Graph().parse(data=lines, format="nt")
