"""Measures, through HTTP, which share of the W3C's SPARQL query evaluation tests the endpoint passes.

    python tests/conformance/run.py rdf-tests/sparql/sparql11 [--show]

The folder is that of https://github.com/w3c/rdf-tests; nothing of it is part of this repository. The data of
a test is served by `crosswalk serve --graph`, the query is sent to `/sparql`, and the answer is compared with
the one the suite expects, numbers by their value. Tests of one and the same data share a server. The exit
code is 1 where less than 97 in 100 pass.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pyoxigraph
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat
from rdflib import Graph, Namespace
from rdflib.collection import Collection
from rdflib.namespace import RDF

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
GOAL = 0.97
LEFT_OUT = (
    "entailment",
    "service",
    "federated",
    "protocol",
    "update",
    "syntax",
    "http-rdf-update",
    "csv-tsv-res-x",
)


@dataclass(frozen=True)
class Case:
    """One test: a query, the data it is put to, and the file of its answer."""

    name: str
    query: Path
    data: tuple[Path, ...]
    named: tuple[Path, ...]
    result: Path


def cases(root: Path) -> Iterator[Case]:
    """The query evaluation tests of SPARQL 1.0 and 1.1 in a checkout."""
    for manifest in sorted(root.rglob("manifest.ttl")):
        if any(part in manifest.parent.name for part in LEFT_OUT):
            continue
        graph = Graph().parse(manifest, format="turtle", publicID=manifest.as_uri())
        listed = [one for head in graph.objects(None, MF.entries) for one in Collection(graph, head)]
        for test in listed:
            if (test, RDF.type, MF.QueryEvaluationTest) not in graph and (
                test,
                RDF.type,
                MF.CSVResultFormatTest,
            ) not in graph:
                continue
            action = graph.value(test, MF.action)
            query, result = graph.value(action, QT.query), graph.value(test, MF.result)
            if query is None or result is None or next(graph.objects(action, QT.serviceData), None):
                continue
            data, named = (
                tuple(_path(one) for one in graph.objects(action, kind)) for kind in (QT.data, QT.graphData)
            )
            yield Case(
                f"{manifest.parent.name}/{graph.value(test, MF.name)}",
                _path(query),
                data,
                named,
                _path(result),
            )


def _path(iri: object) -> Path:
    return Path(str(iri).removeprefix("file://"))


def write_data(case: Case, target: Path) -> None:
    """Writes a test's data as N-Quads, each file as a graph under its own address."""
    store = pyoxigraph.Store()
    store.add(Quad(*[NamedNode("urn:nothing")] * 4))  # a server wants something to serve
    for path in dict.fromkeys((*case.data, *case.named, *sources(case))):
        store.load(path=str(path), base_iri=path.as_uri(), to_graph=NamedNode(path.as_uri()))
    target.write_bytes(store.dump(format=RdfFormat.N_QUADS) or b"")


def sources(case: Case) -> list[Path]:
    """The files a query itself names after FROM; the server never reads them, but may hold them."""
    text = case.query.read_text(encoding="utf-8")
    names = re.findall(r"FROM\s+(?:NAMED\s+)?<([^>]+)>", text, re.IGNORECASE)
    return [path for name in names if (path := case.query.parent / name).is_file()]


@contextmanager
def serving(data: Path) -> Iterator[str]:
    """A server over one file, given by the address of its endpoint."""
    command = [sys.executable, "-c", "from crosswalk.cli import main; main()", "serve", "--graph", str(data)]
    variables = {"CROSSWALK_PORT": "0", "CROSSWALK_WORKERS": "1", "CROSSWALK_ACCESS_LOG": "no"}
    process = subprocess.Popen(command, env=os.environ | variables, stderr=subprocess.PIPE)
    try:
        assert process.stderr is not None
        told = b""
        for line in process.stderr:
            told += line
            if found := re.search(rb"Serving on (http://\S+)", line):
                yield found[1].decode() + "/sparql"
                break
        else:
            raise SystemExit(f"the server did not start over {data}:\n{told.decode()}")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


def ask(endpoint: str, case: Case) -> tuple[str, bytes]:
    """The answer to a test's query: its media type and its text."""
    text = f"BASE <{case.query.as_uri()}>\n" + case.query.read_text(encoding="utf-8")
    accept = (
        "text/csv"
        if case.result.suffix == ".csv"
        else "application/sparql-results+json, application/n-triples"
    )
    chosen = [("default-graph-uri", path.as_uri()) for path in case.data]
    chosen += [("named-graph-uri", path.as_uri()) for path in case.named]
    if not chosen and not sources(case):
        chosen = [("default-graph-uri", "urn:no-graph")]
    body = urlencode([("query", text), *chosen]).encode()
    with urlopen(Request(endpoint, body, {"Accept": accept}), timeout=20) as response:
        return response.headers.get_content_type(), response.read()


def passed(endpoint: str, case: Case) -> bool:
    """Whether the answer is the expected one, up to the names of blank nodes and the order."""
    media_type, body = ask(endpoint, case)
    if media_type == "application/n-triples":
        return canonical(pyoxigraph.parse(body, format=RdfFormat.N_TRIPLES)) == canonical(
            read_graph(case.result)
        )
    if case.result.suffix == ".csv":
        found, expected = (
            list(csv.reader(io.StringIO(one.decode(), newline="")))
            for one in (body, case.result.read_bytes())
        )
        return plain(found) == plain(expected)
    found, expected = rows(json.loads(body)), read_results(case.result)
    return same(found, expected)


def plain(table: list[list[str]]) -> list[list[str]]:
    """A table of CSV with its columns and rows sorted, numbers by value, blank nodes without their names."""
    columns = sorted(range(len(table[0])), key=lambda place: table[0][place])
    lines = [["_:" if row[place].startswith("_:") else row[place] for place in columns] for row in table]
    numbered = [[str(_number(cell, "#double")) for cell in line] for line in lines[1:]]
    return [lines[0], *sorted(numbered)]


def read_graph(path: Path) -> Iterator[Quad]:
    """The triples of a file."""
    return pyoxigraph.parse(path=str(path), base_iri=path.as_uri())


def canonical(quads: Iterator[Quad]) -> str:
    """A text that is the same for isomorphic graphs."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return "\n".join(sorted(map(str, dataset)))


Row = tuple[tuple[str, str], ...]


def rows(answer: dict) -> bool | list[Row]:
    """The truth or the rows of results in JSON, blank nodes marked by a leading ``_:``."""
    if "boolean" in answer:
        return bool(answer["boolean"])
    return [
        tuple(sorted((name, _term(term)) for name, term in row.items()))
        for row in answer["results"]["bindings"]
    ]


def _term(term: dict) -> str:
    if term["type"] == "bnode":
        return "_:" + term["value"]
    if term["type"] == "uri":
        return f"<{term['value']}>"
    if term["type"] == "triple":
        return (
            "<<" + " ".join(_term(term["value"][part]) for part in ("subject", "predicate", "object")) + ">>"
        )
    kind = term.get("datatype", "").replace("http://www.w3.org/2001/XMLSchema#string", "")
    return json.dumps([_number(term["value"], kind), kind, term.get("xml:lang", "").lower()])


def _number(text: str, kind: str) -> str | float:
    """Numbers by their value: the suite writes 1.0E6 as 1e6."""
    if kind.rpartition("#")[2] not in ("decimal", "double", "float", "integer"):
        return text
    try:
        return float(text)
    except ValueError:
        return text


def read_results(path: Path) -> bool | list[Row]:
    """The expected truth or rows, from any of the formats the suite writes them in."""
    if path.suffix in (".srx", ".srj", ".tsv"):
        formats = {
            ".srx": pyoxigraph.QueryResultsFormat.XML,
            ".srj": pyoxigraph.QueryResultsFormat.JSON,
            ".tsv": pyoxigraph.QueryResultsFormat.TSV,
        }
        read = pyoxigraph.parse_query_results(path=str(path), format=formats[path.suffix])
        if isinstance(read, pyoxigraph.QueryBoolean):
            return bool(read)
        return rows(json.loads(read.serialize(format=pyoxigraph.QueryResultsFormat.JSON)))
    return rows(_result_set(Graph().parse(path)))


def _result_set(graph: Graph) -> dict:
    """Results written as RDF, in the shape of results in JSON."""
    space = Namespace(RS)
    truth = graph.value(None, space.boolean)
    head = next(graph.subjects(RDF.type, space.ResultSet))
    truth = graph.value(head, space.boolean)
    if truth is not None:
        return {"boolean": truth.toPython()}
    solutions = []
    for solution in graph.objects(head, space.solution):
        row = {}
        for binding in graph.objects(solution, space.binding):
            value = graph.value(binding, space.value)
            kind = {"URIRef": "uri", "BNode": "bnode"}.get(type(value).__name__, "literal")
            term = {"type": kind, "value": str(value)}
            if kind == "literal":
                term |= {"datatype": str(value.datatype or ""), "xml:lang": value.language or ""}
            row[str(graph.value(binding, space.variable))] = term
        solutions.append(row)
    return {"results": {"bindings": solutions}}


def same(found: bool | list[Row], expected: bool | list[Row]) -> bool:
    """Whether two tables hold the same rows, whatever their blank nodes are called."""
    if isinstance(found, bool) or isinstance(expected, bool):
        return found == expected
    return canonical(_as_graph(found)) == canonical(_as_graph(expected))


def _as_graph(table: list[Row]) -> Iterator[Quad]:
    """A table as a graph, a node for each row, so that blank nodes are compared as a graph's are."""
    for row in table:
        node = BlankNode()
        yield Quad(node, NamedNode("urn:row"), node)
        for name, term in row:
            blank = term.startswith("_:")
            value = BlankNode("b" + re.sub(r"\W", "-", term[2:])) if blank else pyoxigraph.Literal(term)
            yield Quad(node, NamedNode(f"urn:column:{name}"), value)


def main() -> int:
    """Runs all tests and prints the share that passes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--show", action="store_true", help="name the tests that fail")
    arguments = parser.parse_args()
    groups: dict[bytes, list[Case]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.nq"
        for case in cases(arguments.checkout.resolve()):
            write_data(case, data)
            groups[data.read_bytes()].append(case)
        total = sum(map(len, groups.values()))
        failed = []
        for content, members in groups.items():
            data.write_bytes(content)
            with serving(data) as endpoint:
                for case in members:
                    try:
                        right = passed(endpoint, case)
                    except (HTTPError, ValueError, SyntaxError) as fault:
                        right, case = False, Case(f"{case.name}: {fault}", case.query, (), (), case.result)
                    if not right:
                        failed.append(case.name)
    share = (total - len(failed)) / total if total else 0.0
    if arguments.show:
        print("\n".join(failed))
    print(f"{total - len(failed)} of {total} query evaluation tests pass: {share:.1%}")
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
