"""Reads the tests of a checkout of the W3C's suites: what is asked, of which data, and what is expected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, Namespace
from rdflib.collection import Collection
from rdflib.namespace import RDF, RDFS
from rdflib.term import Node

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
DAWGT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")

LEFT_OUT = ("entailment", "service", "syntax-fed", "federated-query")
"""Folders of tests that are not run: what they test is refused, or not offered."""

SUPERSEDED = {
    "aggregates/agg-empty-group": "no rows give no groups: https://www.w3.org/2013/sparql-errata#errata-query-5",
    "basic/term-6": "a number does not end with a dot since SPARQL 1.1",
    "basic/term-7": "a number does not end with a dot since SPARQL 1.1",
    "syntax-sparql1/syntax-lit-08": "a number does not end with a dot since SPARQL 1.1",
    "expr-builtin/dawg-datatype-2": "what has a language has a datatype since RDF 1.1",
    "functions/strdt03": "a simple literal is a string since RDF 1.1",
    "functions/strlang03": "a simple literal is a string since RDF 1.1",
    "optional-filter/dawg-optional-filter-005-simplified": "never approved; the other reading was taken",
}
"""Tests of an older checkout whose expectations a later version of the standards has changed."""

STATUS = {"OK": "200", "Created": "201", "NoContent": "204", "NotFound": "404"}


@dataclass(frozen=True)
class Evaluation:
    """A query, the files of its default and of its named graphs, and the file of its answer."""

    query: Path
    data: tuple[Path, ...]
    named: tuple[Path, ...]
    result: Path
    lax: bool


@dataclass(frozen=True)
class Syntax:
    """A query that is to be read, or to be refused."""

    query: Path
    good: bool


@dataclass(frozen=True)
class Exchange:
    """A request and what may be answered: the beginnings of a status, a truth, a kind of result, a graph."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    statuses: tuple[str, ...]
    truth: bool | None = None
    form: str = ""
    graph: str | None = None

    def header(self, name: str) -> str:
        """The value of a header; empty where it is not sent."""
        return dict(self.headers).get(name, "")


@dataclass(frozen=True)
class Protocol:
    """Requests to the query endpoint, over graphs given by name and file."""

    exchanges: tuple[Exchange, ...]
    graphs: tuple[tuple[str, Path], ...]


@dataclass(frozen=True)
class GraphStore:
    """Requests to a graph store, in their order."""

    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True)
class Case:
    """One test, and the group that it counts in."""

    name: str
    group: str
    test: Evaluation | Syntax | Protocol | GraphStore


GROUPS = {Evaluation: "query evaluation", Syntax: "syntax", Protocol: "protocol", GraphStore: "graph store"}


def cases(root: Path) -> Iterator[Case]:
    """The tests of all manifests under a folder, each once; updates are not among them."""
    seen = set()
    for manifest in sorted(root.rglob("manifest.ttl")):
        if manifest.parent.name in LEFT_OUT:
            continue
        graph = Graph().parse(manifest, format="turtle", publicID=manifest.as_uri())
        for entries in graph.objects(None, MF.entries):
            for entry in Collection(graph, entries):
                test = _test(graph, entry)
                name = f"{manifest.parent.name}/{str(entry).rpartition('#')[2]}"
                if test is None or entry in seen or name in SUPERSEDED:
                    continue
                seen.add(entry)
                version = "SPARQL 1.2, " if "sparql12" in manifest.parts else ""
                yield Case(name, version + GROUPS[type(test)], test)


def _test(graph: Graph, entry: Node) -> Evaluation | Syntax | Protocol | GraphStore | None:
    approval = str(graph.value(entry, DAWGT.approval)).rpartition("#")[2]
    if approval in ("Withdrawn", "NotApproved", "Rejected"):
        return None
    kinds = {str(kind).rpartition("#")[2] for kind in graph.objects(entry, RDF.type)}
    action = graph.value(entry, MF.action)
    if kinds & {"QueryEvaluationTest", "CSVResultFormatTest"}:
        return _evaluation(graph, entry, action)
    syntax = next(
        (kind for kind in kinds if re.fullmatch(r"(Positive|Negative)Syntax(Test)?\w*", kind)), None
    )
    if syntax and "Update" not in syntax:
        query = _path(graph.value(action, QT.query) or action)
        return Syntax(query, syntax.startswith("Positive")) if query.suffix == ".rq" else None
    if "ProtocolTest" in kinds:
        graphs = tuple(
            (str(graph.value(node, RDFS.label)), _path(graph.value(node, UT.graph)))
            for node in graph.objects(entry, UT.graphData)
        )
        exchanges = _exchanges(graph, action)
        written = any("update" in each.path + each.header("content-type") or b"update=" in each.body
                      for each in exchanges)  # fmt: skip
        there = all(path.is_file() for _, path in graphs)
        return Protocol(exchanges, graphs) if exchanges and there and not written else None
    if "GraphStoreProtocolTest" in kinds:
        exchanges = _exchanges(graph, action)
        simple = not any("multipart" in each.header("content-type") for each in exchanges)
        return GraphStore(exchanges) if exchanges and simple and not _made_names(graph, action) else None
    return None


def _evaluation(graph: Graph, entry: Node, action: Node | None) -> Evaluation | None:
    query, result = graph.value(action, QT.query), graph.value(entry, MF.result)
    if query is None or result is None or (action, QT.serviceData, None) in graph:
        return None
    data, named = (tuple(map(_path, graph.objects(action, kind))) for kind in (QT.data, QT.graphData))
    lax = graph.value(entry, MF.resultCardinality) == MF.LaxCardinality
    test = Evaluation(_path(query), data, named, _path(result), lax)
    return test if all(path.is_file() for path in (test.query, test.result, *data, *named)) else None


def _path(iri: Node | None) -> Path:
    return Path(str(iri).removeprefix("file://"))


def _requests(graph: Graph, action: Node | None) -> list[Node]:
    return [each for head in graph.objects(action, HT.requests) for each in Collection(graph, head)]


def _made_names(graph: Graph, action: Node | None) -> bool:
    """Whether a test wants the store to make a name for a graph."""
    responses = (graph.value(each, HT.resp) for each in _requests(graph, action))
    return any((response, MF.expectedLocation, None) in graph for response in responses)


def _exchanges(graph: Graph, action: Node | None) -> tuple[Exchange, ...]:
    return tuple(_exchange(graph, each) for each in _requests(graph, action))


def _exchange(graph: Graph, request: Node) -> Exchange:
    response = graph.value(request, HT.resp)
    truth, answer = graph.value(response, MF.expectedBoolean), graph.value(response, HT.body)
    named = [str(status).rpartition("#")[2] for status in graph.objects(response, MF.expectedStatus)]
    return Exchange(
        str(graph.value(request, HT.methodName)),
        str(graph.value(request, HT.absolutePath)),
        tuple(
            (str(graph.value(field, HT.fieldName)).lower(), str(graph.value(field, HT.fieldValue)))
            for head in graph.objects(request, HT.headers)
            for field in Collection(graph, head)
        ),
        _body(graph, graph.value(request, HT.body)),
        # "StatusCode4xx" allows each status that begins with 4.
        tuple(STATUS.get(name) or re.sub(r"\D", "", name) for name in named),
        None if truth is None else bool(truth.toPython()),  # type: ignore[attr-defined]
        str(graph.value(response, MF.expectedFormat) or ""),
        None if answer is None else _body(graph, answer).decode(),
    )


def _body(graph: Graph, body: Node | None) -> bytes:
    encoding = str(graph.value(body, CNT.characterEncoding) or "utf-8")
    return str(graph.value(body, CNT.chars) or "").encode(encoding)
