"""Measures, through HTTP, which share of the W3C's SPARQL tests the endpoint passes.

    python tests/conformance/run.py rdf-tests/sparql [--show]

The folder, or folders, are those of https://github.com/w3c/rdf-tests; nothing of them is part of this
repository. One server holds the data of all tests, `crosswalk serve --graph`, each file as a graph under its
own address; a query chooses its graphs by `default-graph-uri` and `named-graph-uri`. Tests of updates, of
entailment and of SERVICE are left out. Those of the graph store that write first are asked what they would
have written. The exit code is 1 where less than 97 in 100 of a group pass.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Quad, QueryResultsFormat, RdfFormat

sys.path.insert(0, str(Path(__file__).parent))

import answers
from suite import Case, Evaluation, Exchange, GraphStore, Protocol, Syntax, cases

GOAL = 0.97
RESULTS = "application/sparql-results+json, application/n-triples"
NO_GRAPH = "urn:no-graph"
_DISTINCT = re.compile(r"^\s*SELECT\s+DISTINCT\b", re.IGNORECASE | re.MULTILINE)


@dataclass
class Holdings:
    """The data of all tests, graphs by their names.

    A file is held twice, as a default and as a named graph, since blank nodes of the two are not the same.
    Two files may give a graph one name; ``clashing`` are the later ones, whose tests cannot be run.
    """

    graphs: dict[str, list[Quad]] = field(default_factory=dict)
    within: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    clashing: set[Path] = field(default_factory=set)

    def load(self, path: Path, name: str) -> None:
        """Take a file: its triples as a graph of that name, beside the graphs that it names itself."""
        if name in self.graphs:
            return
        self.graphs[name] = []
        within: dict[str, list[Quad]] = {}
        for quad in pyoxigraph.parse(path=str(path), base_iri=path.as_uri(), rename_blank_nodes=True):
            if quad.graph_name == DefaultGraph():
                self.graphs[name].append(quad)
            else:
                within.setdefault(quad.graph_name.value, []).append(quad)
        if not within.keys().isdisjoint(self.graphs):
            self.clashing.add(path)
        self.within[path] = tuple(within)
        self.graphs = within | self.graphs

    def write(self, target: Path) -> None:
        """Write everything as N-Quads."""
        quads = [Quad(*quad.triple, NamedNode(name)) for name, graph in self.graphs.items() for quad in graph]
        quads.append(Quad(*[NamedNode("urn:nothing")] * 4))  # a server wants something to serve
        pyoxigraph.serialize(quads, str(target), format=RdfFormat.N_QUADS)


def default(path: Path) -> str:
    """The name of the graph of a file where it is the default one."""
    return f"urn:default:{path.as_uri()}"


def sources(query: Path) -> list[Path]:
    """The files a query itself names after FROM; the server never reads them, but may hold them."""
    text = query.read_text(encoding="utf-8")
    names = re.findall(r"FROM\s+(?:NAMED\s+)?<([^>]+)>", text, re.IGNORECASE)
    return [path for name in names if (path := query.parent / name).is_file()]


class Runner:
    """Puts tests to an endpoint, over what it was given to hold."""

    def __init__(self) -> None:
        self.holdings = Holdings()
        self.states: dict[int, tuple[str, bool]] = {}  # by the identity of the request

    def prepare(self, case: Case) -> None:
        """Take the data of a test."""
        test = case.test
        if isinstance(test, Evaluation):
            for path in test.data:
                self.holdings.load(path, default(path))
            for path in (*test.named, *sources(test.query)):
                self.holdings.load(path, path.as_uri())
        elif isinstance(test, Protocol):
            for name, path in test.graphs:
                self.holdings.load(path, name)
        elif isinstance(test, GraphStore):
            self._foresee(test)

    def _foresee(self, test: GraphStore) -> None:
        """Take, as a graph of its own, what the store would hold at each request that reads."""
        state: dict[str, list[Quad]] = {}
        for exchange in test.exchanges:
            key = exchange.path.replace("/gsp?graph=http://www.example", "")
            if exchange.method in ("PUT", "POST"):
                kept = state.get(key, []) if exchange.method == "POST" else []
                media_type = exchange.header("content-type").partition(";")[0]
                state[key] = [*kept, *answers.read_rdf(exchange.body, media_type)]
            elif exchange.method == "DELETE":
                state.pop(key, None)
            else:
                name = f"urn:graph-store:{len(self.states)}"
                self.states[id(exchange)] = name, key in state
                if key in state:
                    self.holdings.graphs[name] = state[key]

    def runnable(self, case: Case) -> bool:
        """Whether the data of a test is held as it is written."""
        test = case.test
        return not (isinstance(test, Evaluation) and self.holdings.clashing & {*test.data, *test.named})

    def passed(self, case: Case, address: str) -> str:
        """Run a test; what is wrong, or nothing where it passes."""
        connection = HTTPConnection(urlsplit(address).netloc, timeout=30)
        try:
            test = case.test
            if isinstance(test, Evaluation):
                return self._evaluate(connection, test)
            if isinstance(test, Syntax):
                return self._parse(connection, test)
            if isinstance(test, Protocol):
                return "; ".join(filter(None, (self._exchange(connection, each) for each in test.exchanges)))
            return "; ".join(filter(None, (self._read(connection, each) for each in test.exchanges)))
        except (OSError, ValueError, SyntaxError) as fault:
            return f"{type(fault).__name__}: {fault}"
        finally:
            connection.close()

    def _evaluate(self, connection: HTTPConnection, test: Evaluation) -> str:
        chosen = [("default-graph-uri", default(path)) for path in test.data]
        names = [path.as_uri() for path in test.named]
        names += [name for path in test.data for name in self.holdings.within[path]]
        chosen += [("named-graph-uri", name) for name in names]
        if not test.data and not sources(test.query):
            chosen.append(("default-graph-uri", NO_GRAPH))
        as_csv = test.result.suffix == ".csv"
        status, media_type, body = _ask(connection, test.query, chosen, "text/csv" if as_csv else RESULTS)
        if status != 200:
            return f"{status} {body.decode(errors='replace')[:300]}"
        if as_csv:
            return "" if answers.same_csv(body, test.result.read_bytes()) else "another table"
        expected = answers.read_expected(test.result)
        if media_type == "application/n-triples":
            answer = answers.read_rdf(body, media_type)
            return "" if answers.same_graph(answer, expected) else "another graph"  # type: ignore[arg-type]
        table = answers.read_table(body, QueryResultsFormat.JSON)
        once = test.lax or bool(_DISTINCT.search(test.query.read_text(encoding="utf-8")))
        same = answers.same_table(table, expected, once=once)  # type: ignore[arg-type]
        return "" if same else f"another answer: {str(table)[:300]} instead of {str(expected)[:300]}"

    def _parse(self, connection: HTTPConnection, test: Syntax) -> str:
        status, _, body = _ask(connection, test.query, [("default-graph-uri", NO_GRAPH)], RESULTS)
        told = body.decode(errors="replace")[:300]
        understood = status == 200 or (status == 400 and "there is no function" in told)
        if test.good:
            return "" if understood else f"{status} {told}"
        return "" if status == 400 and not understood else f"{status} where 400 is due"

    def _exchange(self, connection: HTTPConnection, exchange: Exchange) -> str:
        path = "/sparql?" + exchange.path.partition("?")[2]
        status, media_type, body = _send(connection, exchange, path)
        if not str(status).startswith(exchange.statuses):
            return f"{status} where {exchange.statuses} is due"
        results = QueryResultsFormat.from_media_type(media_type)
        if exchange.truth is not None:
            return "" if results and answers.read_table(body, results) == exchange.truth else "another truth"
        graph = RdfFormat.from_media_type(media_type) is not None
        wrong = graph if exchange.form in ("bindings", "boolean", "results") else not graph
        return f"{media_type} for {exchange.form}" if exchange.form and wrong else ""

    def _read(self, connection: HTTPConnection, exchange: Exchange) -> str:
        if id(exchange) not in self.states:
            return ""
        name, held = self.states[id(exchange)]
        status, media_type, body = _send(connection, exchange, f"/rdf-graph-store?graph={quote(name)}")
        if not str(status).startswith(exchange.statuses):
            return f"{status} where {exchange.statuses} is due"
        if exchange.graph is None or not held:
            return ""
        written = answers.read_rdf(exchange.graph.encode(), "text/turtle")
        return "" if answers.same_graph(answers.read_rdf(body, media_type), written) else "another graph"


def _ask(
    connection: HTTPConnection, query: Path, chosen: list[tuple[str, str]], accept: str
) -> tuple[int, str, bytes]:
    text = f"BASE <{query.as_uri()}>\n".encode() + query.read_bytes()
    body = urlencode([("query", text), *chosen]).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
    connection.request("POST", "/sparql", body, headers)
    return _answer(connection)


def _send(connection: HTTPConnection, exchange: Exchange, path: str) -> tuple[int, str, bytes]:
    connection.putrequest(exchange.method, path)
    for name, value in exchange.headers:
        connection.putheader(name, value)
    if exchange.body or exchange.method in ("POST", "PUT"):
        connection.putheader("Content-Length", str(len(exchange.body)))
    connection.endheaders(exchange.body or None)
    return _answer(connection)


def _answer(connection: HTTPConnection) -> tuple[int, str, bytes]:
    response = connection.getresponse()
    return response.status, response.headers.get_content_type(), response.read()


@contextmanager
def serving(data: Path) -> Iterator[str]:
    """A server over one file, given by its address."""
    command = [sys.executable, "-c", "from crosswalk.cli import main; main()", "serve", "--graph", str(data)]
    variables = {"CROSSWALK_PORT": "0", "CROSSWALK_WORKERS": "1", "CROSSWALK_ACCESS_LOG": "no"}
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, env=os.environ | variables, stderr=subprocess.PIPE)
        try:
            assert process.stderr is not None
            lines = b""
            for line in process.stderr:
                lines += line
                if found := re.search(rb"Serving on (http://\S+)", line):
                    break
            else:
                raise SystemExit(f"the server did not start over {data}:\n{lines.decode()}")
            copier = subprocess.Popen(
                ["cat"], stdin=process.stderr, stdout=told
            )  # nothing waits for a reader
            yield found[1].decode()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)
    copier.wait(timeout=20)


def measure(folders: list[Path]) -> tuple[Counter[str], Counter[str], list[str]]:
    """The number of tests and of those passed, by group, and what is wrong with the others."""
    runner = Runner()
    found = list(dict.fromkeys(case for folder in folders for case in cases(folder.resolve())))
    for case in found:
        try:
            runner.prepare(case)
        except (SyntaxError, ValueError) as fault:
            print(f"{case.name}: its data cannot be read: {fault}", file=sys.stderr)
    total, passed, faults = Counter[str](), Counter[str](), []
    if not found:
        raise SystemExit("no manifest.ttl with a test was found")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.nq"
        runner.holdings.write(data)
        with serving(data) as address:
            for case in filter(runner.runnable, found):
                fault = runner.passed(case, address)
                total[case.group] += 1
                passed[case.group] += not fault
                if fault:
                    faults.append(f"{case.group}: {case.name}: {fault}")
    return total, passed, faults


def main() -> int:
    """Run all tests and print the share of each group that passes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkout", type=Path, nargs="+")
    parser.add_argument("--show", action="store_true", help="name the tests that fail, and how")
    arguments = parser.parse_args()
    total, passed, faults = measure(arguments.checkout)
    if arguments.show:
        print(*faults, sep="\n", end="\n" if faults else "")
    for group in sorted(total):
        print(f"{group}: {passed[group]} of {total[group]} pass: {passed[group] / total[group]:.1%}")
    return 0 if total and all(passed[group] >= GOAL * total[group] for group in total) else 1


if __name__ == "__main__":
    sys.exit(main())
