"""Measures the share of the W3C's SPARQL 1.1 query evaluation tests that the served endpoint passes.

    python tests/conformance/run.py PATH-OF-THE-SPARQL11-FOLDER [--failures]

The suite is not part of this project (https://github.com/w3c/rdf-tests). Its data files are served as named
graphs by a server of this project's own, and each query is sent over HTTP with the dataset of its manifest.
Federated queries and entailment regimes are left out: the endpoint offers neither.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
BASE = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"
KINDS = ("QueryEvaluationTest", "CSVResultFormatTest")
LEFT_OUT = ("entailment", "service")
NOWHERE = "urn:x-conformance:empty"


@dataclass(frozen=True)
class Case:
    """One test of a manifest; all but the name are IRIs of files, under `BASE`."""

    name: str
    query: str
    data: tuple[str, ...]
    graphs: tuple[str, ...]
    result: str


def cases(root: Path) -> list[Case]:
    """The evaluation tests of every manifest below the folder."""
    found = []
    for manifest in sorted(root.glob("*/manifest.ttl")):
        if manifest.parent.name in LEFT_OUT:
            continue
        store = ox.Store()
        store.load(path=str(manifest), format=ox.RdfFormat.TURTLE, base_iri=iri_of(root, manifest))
        found += [read_case(store, test) for test in entries(store) if set(kinds(store, test)) & set(KINDS)]
    return sorted(found, key=lambda case: case.query)


def entries(store: ox.Store) -> list[ox.NamedNode]:
    """The tests a manifest lists; it may describe withdrawn ones besides."""
    listed = []
    for quad in store.quads_for_pattern(None, ox.NamedNode(MF + "entries"), None):
        rest = quad.object
        while rest.value != RDF + "nil":
            listed.append(one(store, rest, RDF + "first"))
            rest = one(store, rest, RDF + "rest")
    return listed


def kinds(store: ox.Store, test: ox.NamedNode) -> list[str]:
    return [node.value.removeprefix(MF) for node in objects(store, test, RDF + "type")]


def read_case(store: ox.Store, test: ox.NamedNode) -> Case:
    action = one(store, test, MF + "action")
    return Case(
        name=test.value.removeprefix(BASE),
        query=one(store, action, QT + "query").value,
        data=tuple(node.value for node in objects(store, action, QT + "data")),
        graphs=tuple(node.value for node in objects(store, action, QT + "graphData")),
        result=one(store, test, MF + "result").value,
    )


def is_whole(root: Path, case: Case) -> bool:
    """Says whether every file of a test is there."""
    return all(path_of(root, iri).exists() for iri in (case.query, case.result, *case.data, *case.graphs))


def objects(store: ox.Store, subject: object, predicate: str) -> list:
    return [quad.object for quad in store.quads_for_pattern(subject, ox.NamedNode(predicate), None)]


def one(store: ox.Store, subject: object, predicate: str):
    return objects(store, subject, predicate)[0]


def iri_of(root: Path, path: Path) -> str:
    return BASE + path.relative_to(root).as_posix()


def path_of(root: Path, iri: str) -> Path:
    return root / urllib.parse.unquote(iri.removeprefix(BASE))


def write_dataset(root: Path, tests: list[Case], out: Path) -> None:
    """Writes every data file as the named graph of its IRI; blank nodes stay those of their file."""
    quads = []
    for number, iri in enumerate(sorted({iri for case in tests for iri in (*case.data, *case.graphs)})):
        path = path_of(root, iri)
        kind = ox.RdfFormat.from_extension(path.suffix.lstrip("."))

        def own(term, number=number):
            return ox.BlankNode(f"f{number}x{term.value}") if isinstance(term, ox.BlankNode) else term

        for triple in ox.parse(path=str(path), format=kind, base_iri=iri):
            quads.append(
                ox.Quad(own(triple.subject), triple.predicate, own(triple.object), ox.NamedNode(iri))
            )
    out.write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS))


def ask(endpoint: str, root: Path, case: Case) -> tuple[str, bytes]:
    """The media type and body of the endpoint's answer."""
    text = path_of(root, case.query).read_text(encoding="utf-8")
    fields = []
    if not re.search(r"\bFROM\b", re.sub(r"#.*|<[^>]*>|\"[^\"]*\"", "", text)):
        fields += [("default-graph-uri", iri) for iri in case.data or (NOWHERE,)]
        fields += [("named-graph-uri", iri) for iri in case.graphs]
    fields.append(("query", f"BASE <{case.query}>\n{text}"))
    wanted = {
        ".csv": "text/csv",
        ".tsv": "text/tab-separated-values",
        ".srj": "application/sparql-results+json",
    }
    accept = wanted.get(
        Path(case.result).suffix, "application/sparql-results+xml, application/n-triples;q=0.9"
    )
    request = urllib.request.Request(
        endpoint,
        urllib.parse.urlencode(fields).encode(),
        headers={"Accept": accept, "Accept-Encoding": "identity"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.headers.get_content_type(), response.read()


def passes(root: Path, case: Case, media_type: str, body: bytes) -> bool:
    """Says whether the answer is the expected one, up to the names of blank nodes and the order of rows."""
    expected = path_of(root, case.result)
    if expected.suffix == ".csv":
        return sorted(csv_rows(body)) == sorted(csv_rows(expected.read_bytes()))
    if expected.suffix in (".ttl", ".rdf", ".nt"):
        kind = ox.RdfFormat.from_extension(expected.suffix.lstrip("."))
        wanted = list(ox.parse(path=str(expected), format=kind, base_iri=case.result))
        if any(triple.predicate.value == RS + "resultVariable" for triple in wanted):
            return canonical(result_set(wanted)) == canonical(rows_of(media_type, body))
        return canonical(wanted) == canonical(list(ox.parse(body, format=ox.RdfFormat.N_TRIPLES)))
    kind = {".srx": "application/sparql-results+xml", ".srj": "application/sparql-results+json",
            ".tsv": "text/tab-separated-values"}[expected.suffix]  # fmt: skip
    return canonical(rows_of(kind, expected.read_bytes())) == canonical(rows_of(media_type, body))


def csv_rows(body: bytes) -> list[list[tuple[str, str]]]:
    """The rows of a CSV result by column name; numbers by value, blank nodes by being some."""

    def cell(text: str) -> str:
        if text.startswith("_:"):
            return "_:"
        return repr(float(text)) if re.fullmatch(r"[+-]?[\d.]+([eE][+-]?\d+)?", text) else text

    rows = csv.DictReader(io.StringIO(body.decode()))
    return [sorted((name, cell(text)) for name, text in row.items()) for row in rows]


def rows_of(media_type: str, body: bytes) -> list[ox.Triple]:
    """A result as triples: one node for each row, so that blank nodes compare as in a graph."""
    results = ox.parse_query_results(body, format=ox.QueryResultsFormat.from_media_type(media_type))
    if isinstance(results, ox.QueryBoolean):
        return [ox.Triple(ox.BlankNode("b"), ox.NamedNode("urn:boolean"), ox.Literal(bool(results)))]
    names = [variable.value for variable in results.variables]
    return numbered([[(name, row[name]) for name in names if row[name] is not None] for row in results])


def result_set(triples: list[ox.Triple]) -> list[ox.Triple]:
    """The rows of a result written in the older result-set vocabulary."""
    store = ox.Store([ox.Quad(*triple) for triple in triples])
    return numbered([
        [(one(store, binding, RS + "variable").value, one(store, binding, RS + "value"))
         for binding in objects(store, quad.object, RS + "binding")]
        for quad in store.quads_for_pattern(None, ox.NamedNode(RS + "solution"), None)
    ])  # fmt: skip


def numbered(rows: list[list[tuple[str, object]]]) -> list[ox.Triple]:
    """Rows as triples; equal rows without blank nodes get a count, so that none is lost."""
    triples, seen = [], Counter()
    for number, row in enumerate(rows):
        key = tuple(sorted((name, str(value)) for name, value in row))
        seen[key] += 1
        node = ox.BlankNode(f"row{number}")
        triples.append(ox.Triple(node, ox.NamedNode("urn:copy"), ox.Literal(seen[key])))
        triples += [ox.Triple(node, ox.NamedNode("urn:" + name), normal(value)) for name, value in row]
    return triples


def normal(value):
    """Numbers by value: 2 and 2.0 of one datatype are one number, however they are written."""
    if isinstance(value, ox.Literal) and value.datatype.value.rsplit("#")[-1] in (
        "decimal",
        "double",
        "float",
    ):
        return ox.Literal(repr(float(value.value)), datatype=value.datatype)
    return value


def canonical(triples: list[ox.Triple]) -> bytes:
    dataset = ox.Dataset(ox.Quad(*triple) for triple in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return b"\n".join(sorted(ox.serialize(dataset, format=ox.RdfFormat.N_QUADS).splitlines()))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(dataset: Path) -> tuple[subprocess.Popen, str]:
    """Starts the server over the data files and returns it with the endpoint's address."""
    port = free_port()
    command = [sys.executable, "-m", "crosswalk", "serve", "--port", str(port), "--graph", str(dataset)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).close()
            return server, f"http://127.0.0.1:{port}/sparql"
        except OSError:
            time.sleep(0.1)
    server.terminate()
    raise SystemExit("the server did not start")


def main() -> None:
    """Runs every test and prints the share that passed."""
    parser = argparse.ArgumentParser(description="W3C SPARQL 1.1 query evaluation tests, over HTTP")
    parser.add_argument("suite", type=Path, help="the folder sparql11 of a checkout of the W3C's rdf-tests")
    parser.add_argument("--failures", action="store_true", help="name each test that failed, and why")
    options = parser.parse_args()
    listed = cases(options.suite)
    tests = [case for case in listed if is_whole(options.suite, case)]
    if len(listed) > len(tests):
        print(f"left out: {len(listed) - len(tests)}, whose files are missing from this copy of the suite")
    if not tests:
        raise SystemExit(f"{options.suite}: no manifest with query evaluation tests below this folder")
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        dataset = Path(folder) / "data.nq"
        write_dataset(options.suite, tests, dataset)
        server, endpoint = serve(dataset)
        try:
            for case in tests:
                try:
                    if not passes(options.suite, case, *ask(endpoint, options.suite, case)):
                        failed.append((case.name, "another answer than expected"))
                except urllib.error.HTTPError as fault:
                    failed.append((case.name, fault.read().decode(errors="replace")[:200]))
                except (ValueError, SyntaxError) as fault:
                    failed.append((case.name, str(fault)[:200]))
        finally:
            server.terminate()
            server.wait(timeout=20)
    if options.failures:
        for name, reason in failed:
            print(f"{name}: {reason}")
    passed = len(tests) - len(failed)
    print(f"{passed} of {len(tests)} query evaluation tests passed: {passed / len(tests):.1%}")


if __name__ == "__main__":
    main()
