"""Compares answers with those expected: numbers and booleans by value, blank nodes by their place."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    RdfFormat,
    Triple,
)

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
XSD = "http://www.w3.org/2001/XMLSchema#"
_FORMATS = {
    ".srx": QueryResultsFormat.XML,
    ".srj": QueryResultsFormat.JSON,
    ".tsv": QueryResultsFormat.TSV,
}
_BOOLEANS = {"1": "true", "0": "false"}
_NUMBERS = {
    "decimal", "integer", "nonPositiveInteger", "negativeInteger", "nonNegativeInteger", "positiveInteger",
    "long", "int", "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
}  # fmt: skip

Row = tuple[tuple[str, object], ...]
Answer = bool | list[Row]


def by_value(term: object) -> object:
    """A term with its number or boolean in one spelling, and its language in small letters."""
    if isinstance(term, Triple):
        return Triple(*map(by_value, term))  # type: ignore[arg-type]
    if not isinstance(term, Literal):
        return term
    if term.language:
        return Literal(term.value, language=term.language.lower(), direction=term.direction)
    kind = term.datatype.value.removeprefix(XSD)
    return Literal(_spelling(term.value.strip(), kind), datatype=term.datatype)


def _spelling(text: str, kind: str) -> str:
    if kind in ("date", "dateTime", "time"):
        return re.sub(r"[+-]00:00$", "Z", text)
    try:
        if kind in ("double", "float"):
            return repr(float(text.replace("INF", "inf")))
        if kind in _NUMBERS:
            return str(Decimal(text).normalize() + 0)
    except (ValueError, InvalidOperation):
        return text
    return _BOOLEANS.get(text, text) if kind == "boolean" else text


def same_table(answer: Answer, expected: Answer, *, once: bool = False) -> bool:
    """Whether two tables hold the same rows, in any order; where ``once``, however often each."""
    if isinstance(answer, bool) or isinstance(expected, bool):
        return answer == expected
    if once:
        answer, expected = ([*dict.fromkeys(map(_row_by_value, table))] for table in (answer, expected))
    return _canonical(_quads(answer)) == _canonical(_quads(expected))


def _row_by_value(row: Row) -> Row:
    return tuple((name, by_value(term)) for name, term in row)


def same_graph(answer: Iterable[Quad], expected: Iterable[Quad]) -> bool:
    """Whether two graphs differ in nothing but the names of their blank nodes."""
    return _canonical(map(_plain, answer)) == _canonical(map(_plain, expected))


def _plain(quad: Quad) -> Quad:
    return Quad(quad.subject, quad.predicate, by_value(quad.object))  # type: ignore[arg-type]


def _canonical(quads: Iterable[Quad]) -> list[str]:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return sorted(map(str, dataset))


def _quads(table: list[Row]) -> Iterable[Quad]:
    """A table as a graph, a node for each row: so blank nodes are compared as those of graphs are."""
    for row in table:
        node = BlankNode()
        yield Quad(node, NamedNode("urn:row"), node)
        for name, term in row:
            yield Quad(node, NamedNode(f"urn:column:{name}"), by_value(term))  # type: ignore[arg-type]


def read_table(body: bytes, form: QueryResultsFormat) -> Answer:
    """The truth, or the rows, of results in a format."""
    results = pyoxigraph.parse_query_results(body, format=form)
    if isinstance(results, pyoxigraph.QueryBoolean):
        return bool(results)
    names = [variable.value for variable in results.variables]
    return [tuple((name, row[name]) for name in sorted(names) if row[name] is not None) for row in results]


def read_graph(path: Path) -> list[Quad]:
    """The triples of a file."""
    return list(pyoxigraph.parse(path=str(path), base_iri=path.as_uri()))


def read_expected(path: Path) -> Answer | list[Quad]:
    """What a test expects, from any of the formats that the suites write it in."""
    if path.suffix in _FORMATS:
        return read_table(path.read_bytes(), _FORMATS[path.suffix])
    graph = read_graph(path)
    return _result_set(graph) if any(quad.object == NamedNode(RS + "ResultSet") for quad in graph) else graph


def _result_set(graph: list[Quad]) -> Answer:
    """Results that are written as a graph: a node for each row, and for each of its cells."""

    def objects(node: object, name: str) -> list:
        return [q.object for q in graph if q.subject == node and q.predicate == NamedNode(RS + name)]

    head = next(quad.subject for quad in graph if quad.object == NamedNode(RS + "ResultSet"))
    if truth := objects(head, "boolean"):
        return bool(_BOOLEANS.get(truth[0].value, truth[0].value) == "true")
    rows = []
    for solution in objects(head, "solution"):
        cells = objects(solution, "binding")
        row = ((objects(cell, "variable")[0].value, objects(cell, "value")[0]) for cell in cells)
        rows.append(tuple(sorted(row, key=lambda cell: cell[0])))
    return rows


def same_csv(answer: bytes, expected: bytes) -> bool:
    """Whether two tables of CSV are the same: a format that tells neither datatypes nor kinds of terms."""
    return _csv(answer) == _csv(expected)


def _csv(text: bytes) -> list[list[str]]:
    table = list(csv.reader(io.StringIO(text.decode(), newline="")))
    columns = sorted(range(len(table[0])), key=lambda place: table[0][place])
    lines = [["_:" if row[place].startswith("_:") else row[place] for place in columns] for row in table]
    return [lines[0], *sorted([_spelling(cell, "double") for cell in line] for line in lines[1:])]


def read_rdf(body: bytes, media_type: str) -> list[Quad]:
    """The triples of a body, in the format that its media type names; ValueError for any other."""
    form = RdfFormat.from_media_type(media_type)
    if form is None:
        raise ValueError(f"{media_type} is no media type of RDF")
    return list(pyoxigraph.parse(body, format=form, base_iri="http://www.example/"))
