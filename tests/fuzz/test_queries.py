"""Queries made at random: the endpoint answers what the engine answers, and says of the rest why not."""

# ruff: noqa: E501
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.endpoint.conftest import Answer, Site, serving
from tests.fuzz.campaign import examples, spoilt, ways

CASES = Path(__file__).parent / "cases" / "queries"
DATA = """
<urn:a> <urn:p> <urn:b> <urn:g1> .
<urn:b> <urn:p> <urn:c> <urn:g1> .
<urn:c> <urn:p> <urn:a> <urn:g2> .
<urn:a> <urn:q> "one" <urn:g1> .
<urn:b> <urn:q> "one"@en <urn:g2> .
<urn:c> <urn:q> "two"@de <urn:g2> .
<urn:a> <urn:n> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <urn:g1> .
<urn:b> <urn:n> "2"^^<http://www.w3.org/2001/XMLSchema#integer> <urn:g2> .
<urn:c> <urn:n> "3.5"^^<http://www.w3.org/2001/XMLSchema#decimal> <urn:g2> .
<urn:a> <urn:d> "2020-02-29"^^<http://www.w3.org/2001/XMLSchema#date> <urn:g1> .
<urn:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:T> <urn:g1> .
<urn:b> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:T> <urn:g2> .
<urn:a> <urn:p> <urn:b> <urn:g2> .
"""

VARIABLES = st.sampled_from(["?a", "?b", "?c", "$d", "?é"])
IRIS = st.sampled_from(
    [
        "<urn:a>",
        "<urn:b>",
        "<urn:c>",
        "<urn:nobody>",
        "u:a",
        "u:b",
        "<urn:T>",
        "u:a\\-z",
        "<urn:\\u0061>",
    ]
)
PREDICATES = st.sampled_from(["<urn:p>", "<urn:q>", "<urn:n>", "u:p", "a", "u:d", "<urn:\\u0070>"])
GRAPHS = st.sampled_from(["<urn:g1>", "<urn:g2>", "u:g1", "<urn:none>"])
LITERALS = st.sampled_from(
    ["1", "2.0", "1e0", "-3", "true", '"one"', "'one'@en", '"two"@de', '"""a"b"""', "'''x\ny'''", '"\\u0061\\n"', '"#"',
     '"1"^^<http://www.w3.org/2001/XMLSchema#integer>', '"é"', '"{ SELECT"', '""', "'GRAPH'", '"2020-02-29"^^x:date']
)  # fmt: skip
SPACES = st.sampled_from([" "] * 12 + ["\n", "\t", "\r\n", " # a comment { \" '\n", "#\r", "  "])
FUNCTIONS = [
    "STR",
    "LANG",
    "DATATYPE",
    "UCASE",
    "STRLEN",
    "ABS",
    "BOUND",
    "ISIRI",
    "ISLITERAL",
    "ISNUMERIC",
    "YEAR",
    "MD5",
    "IRI",
]


@st.composite
def expressions(draw: Any, depth: int = 2) -> str:
    """An expression, some of them wrong for every row."""
    if depth == 0:
        return draw(st.one_of(VARIABLES, LITERALS, IRIS))
    inner = expressions(depth=depth - 1)
    match draw(st.integers(0, 9)):
        case 0 | 1:
            return draw(st.one_of(VARIABLES, LITERALS))
        case 2 | 3:
            operator = draw(st.sampled_from(["=", "!=", "<", ">", "<=", "+", "-", "*", "/", "&&", "||"]))
            return f"({draw(inner)} {operator} {draw(inner)})"
        case 4:
            function = draw(st.sampled_from(FUNCTIONS))
            return f"{function}({draw(VARIABLES if function == 'BOUND' else inner)})"
        case 5:
            return f"IF({draw(inner)}, {draw(inner)}, {draw(inner)})"
        case 6:
            return f"COALESCE({draw(inner)}, {draw(inner)})"
        case 7:
            return f"{draw(inner)} {draw(st.sampled_from(['IN', 'NOT IN']))} ({draw(inner)}, {draw(inner)})"
        case 8:
            return f"{draw(st.sampled_from(['', 'NOT ']))}EXISTS {{ {draw(triples())} }}"
        case _:
            return f"{draw(st.sampled_from(['!', '-', '+']))}{draw(expressions(depth=0))}"


@st.composite
def paths(draw: Any, depth: int = 2) -> str:
    """A property path."""
    if depth == 0 or draw(st.booleans()):
        return draw(PREDICATES)
    inner = paths(depth=depth - 1)
    match draw(st.integers(0, 5)):
        case 0:
            return f"({draw(inner)}/{draw(inner)})"
        case 1:
            return f"({draw(inner)}|{draw(inner)})"
        case 2:
            return f"^{draw(PREDICATES)}"
        case 3:
            return f"({draw(inner)}){draw(st.sampled_from('*+?'))}"
        case 4:
            return f"!({draw(PREDICATES)}|^{draw(PREDICATES)})"
        case _:
            return draw(inner)


@st.composite
def triples(draw: Any) -> str:
    """A few triple patterns."""
    subject = draw(st.one_of(VARIABLES, VARIABLES, IRIS))
    lines = [
        f"{draw(st.one_of(VARIABLES, PREDICATES, paths()))}{draw(SPACES)}{draw(st.one_of(VARIABLES, VARIABLES, IRIS, LITERALS))}"
        for _ in range(draw(st.integers(1, 2)))
    ]
    return f"{subject} " + " ; ".join(lines) + draw(st.sampled_from([" .", ".", " ", ""]))


@st.composite
def groups(draw: Any, depth: int = 2) -> str:
    """A group of patterns. Of what the engine answers wrongly, and the endpoint refuses, little is made."""
    parts = [draw(triples())]
    inner = groups(depth=depth - 1)
    for _ in range(draw(st.integers(0, 2)) if depth else 0):
        kind = draw(st.integers(0, 9))
        body = draw(inner)
        parts.append(
            [
                f"OPTIONAL {body}",
                f"{{ {draw(triples())} }} UNION {body}",
                f"MINUS {body}",
                f"GRAPH {draw(st.one_of(GRAPHS, VARIABLES))} {body}",
                f"FILTER({draw(expressions())})",
                f"FILTER {draw(st.sampled_from(['', 'NOT ']))}EXISTS {body}",
                f"BIND({draw(expressions())} AS ?x{draw(st.integers(0, 3))})",
                f"VALUES (?a ?b) {{ ({draw(IRIS)} UNDEF) ({draw(LITERALS)} {draw(IRIS)}) }}",
                f"VALUES ?c {{ {draw(LITERALS)} {draw(IRIS)} UNDEF }}",
                f"{{ {draw(selects(depth - 1))} }}",
            ][kind]
        )
    join = draw(SPACES)
    return "{ " + join.join(part if part.endswith(("}", ".", ")")) else part + " ." for part in parts) + " }"


@st.composite
def selects(draw: Any, depth: int = 2) -> str:
    """A SELECT query, without its prologue."""
    form = draw(st.sampled_from(["*", "*", "variables", "expressions", "aggregates"]))
    group = ""
    if form == "variables":
        names = " ".join(dict.fromkeys(draw(st.lists(VARIABLES, min_size=1, max_size=3))))
    elif form == "expressions":
        names = f"?a ({draw(expressions())} AS ?e)"
    elif form == "aggregates":
        function = draw(st.sampled_from(["COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"]))
        names = f"({function}({draw(st.sampled_from(['', 'DISTINCT ']))}{draw(VARIABLES)}) AS ?n)"
        if draw(st.booleans()):
            names, group = f"?b {names}", " GROUP BY ?b"
            group += draw(st.sampled_from(["", " HAVING(COUNT(*) > 1)"]))
    else:
        names = "*"
    distinct = draw(st.sampled_from(["", "", "DISTINCT ", "REDUCED "]))
    end = draw(st.sampled_from(["", "", " ORDER BY ?a", " ORDER BY DESC(?b) ?a", " LIMIT 0", " OFFSET 1"]))
    return f"SELECT {distinct}{names}{draw(SPACES)}{draw(st.sampled_from(['', 'WHERE ']))}{draw(groups(depth))}{group}{end}"


PROLOGUES = st.sampled_from(
    ["PREFIX u: <urn:>\nPREFIX x: <http://www.w3.org/2001/XMLSchema#> ", "prefix u:<urn:>prefix x:<http://www.w3.org/2001/XMLSchema#>"
     "base <http://e/>\n", "BASE <http://e/> PREFIX u: <urn:> PREFIX x: <http://www.w3.org/2001/XMLSchema#>\n"]
)  # fmt: skip


@st.composite
def queries(draw: Any) -> str:
    """A whole query of any form."""
    form = draw(st.sampled_from(["SELECT"] * 5 + ["ASK", "CONSTRUCT", "DESCRIBE"]))
    dataset = draw(
        st.sampled_from(
            [""] * 6 + ["FROM <urn:g1> ", "FROM NAMED <urn:g2> ", "FROM <urn:g1> FROM NAMED u:g2 "]
        )
    )
    if form == "SELECT":
        text = draw(selects())
        if dataset and "WHERE" in text:
            text = text.replace("WHERE", dataset + "WHERE", 1)
    elif form == "ASK":
        text = f"ASK {dataset}{draw(groups())}"
    elif form == "CONSTRUCT":
        text = f"CONSTRUCT {{ {draw(VARIABLES)} <urn:made> {draw(st.one_of(VARIABLES, LITERALS))} }} {dataset}WHERE {draw(groups())}"
    else:
        text = f"DESCRIBE {draw(st.sampled_from(['<urn:a>', '?a', '?a <urn:b>']))} {dataset}WHERE {draw(groups())}"
    return draw(PROLOGUES) + text


@pytest.fixture(scope="module")
def engine() -> pyoxigraph.Store:
    """The engine itself, over the data as the server holds it: its default graph is the union."""
    store = pyoxigraph.Store()
    store.load(DATA.encode(), pyoxigraph.RdfFormat.N_QUADS)
    store.extend([pyoxigraph.Quad(*quad.triple) for quad in store])
    return store


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    path = tmp_path_factory.mktemp("fuzz") / "data.nq"
    path.write_text(DATA, encoding="utf-8")
    with serving("--graph", str(path), query_timeout="5") as running:
        yield running
        told = [line for line in running.log if "Traceback" in line or not line.isprintable()]
        assert not told, told[:3]


def rows(data: bytes) -> tuple[set[str], Counter[str]] | bool:
    """The columns and rows of JSON results, whatever their order; or the truth."""
    document = json.loads(data)
    if "boolean" in document:
        return bool(document["boolean"])
    found = Counter(json.dumps(row, sort_keys=True) for row in document["results"]["bindings"])
    return set(document["head"]["vars"]), found


def graph(data: bytes) -> set[str]:
    return {str(quad.triple) for quad in pyoxigraph.parse(data, pyoxigraph.RdfFormat.N_TRIPLES)}


def expected(engine: pyoxigraph.Store, query: str) -> Any:
    """What the engine answers, as rows or triples; its error where the query is none."""
    try:
        result = engine.query(query, base_iri="http://localhost/sparql")
        if isinstance(result, pyoxigraph.QueryTriples):
            return graph(result.serialize(format=pyoxigraph.RdfFormat.N_TRIPLES))
        return rows(result.serialize(format=pyoxigraph.QueryResultsFormat.JSON))
    except (SyntaxError, RuntimeError, OSError) as fault:
        return fault


def compare(answer: Answer, wanted: Any, query: str) -> str:
    """Hold the endpoint's answer against the engine's; return how it ended."""
    told = f"{query}\n{answer.status} {answer.text[:600]}\nwanted: {wanted!r:.600}"
    if isinstance(wanted, SyntaxError):
        assert answer.status in (400, 403), told
        return "wrong"
    if answer.status in (400, 403, 501):
        # Of the queries that the engine answers, those alone are refused which it answers wrongly.
        assert "deviations" in answer.text, told
        return "refused"
    if isinstance(wanted, Exception):
        assert answer.status == 503, told
        return "failed"
    assert answer.status == 200, told
    given_answer = graph(answer.body) if isinstance(wanted, set) else rows(answer.body)
    if isinstance(wanted, tuple) and (
        "LIMIT" in query or "OFFSET" in query or "SAMPLE" in query or "GROUP_CONCAT" in query
    ):
        # Which rows these are, and in which order texts are joined, is for the engine to choose each time.
        assert given_answer[0] == wanted[0] and given_answer[1].total() == wanted[1].total(), told
    else:
        assert given_answer == wanted, told
    return "answered"


ACCEPT = "application/sparql-results+json, application/n-triples"


@ways
def test_the_endpoint_answers_as_the_engine_does(way: str, site: Site, engine: pyoxigraph.Store) -> None:
    ended: Counter[str] = Counter()

    @examples(way, 250)
    @given(queries())
    def each(query: str) -> None:
        ended[compare(site.post(query, ACCEPT), expected(engine, query), query)] += 1

    each()
    assert ended["answered"] > 0.5 * ended.total(), ended


@ways
def test_a_spoilt_query_is_answered_or_told(way: str, site: Site, engine: pyoxigraph.Store) -> None:
    """Of a text that is hardly a query the endpoint may say less than the engine, and never something else."""

    @examples(way, 150)
    @given(queries().flatmap(lambda query: spoilt(query.encode())))
    def each(data: bytes) -> None:
        query = data.decode(errors="ignore")
        answer = site.post(query, ACCEPT)
        told = f"{query!r}\n{answer.status} {answer.text[:600]}"
        assert answer.status in (200, 400, 403, 503), told
        if answer.status == 200:
            compare(answer, expected(engine, query), query)
        else:
            assert answer.json["detail"] and answer.json["status"] == answer.status, told

    each()


@pytest.mark.parametrize("path", sorted(CASES.glob("*.rq")), ids=lambda path: path.name)
def test_what_once_went_wrong_is_answered(path: Path, site: Site, engine: pyoxigraph.Store) -> None:
    query = path.read_bytes().decode()
    compare(site.post(query, ACCEPT), expected(engine, query), query)
