"""However a query is made deep, what is put to an engine leaves a small stack alive, and is read in time."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import pyoxigraph
import pytest

from crosswalk.errors import QueryRefused
from crosswalk.stores.refusals import DEPTH, refuse_nesting

Deep = Callable[[int], str]


def select(inside: str) -> str:
    return f"SELECT * {{ {inside} }} LIMIT 0"


def nested(opening: str, inside: str, closing: str) -> Deep:
    return lambda count: select(opening * count + inside + closing * count)


def row(first: str, further: str, last: str = "") -> Deep:
    return lambda count: select(first + "".join(further.replace("%", str(i)) for i in range(count)) + last)


def condition(first: str, further: str) -> Deep:
    return row(f"?s ?p ?o FILTER({first}", further, ")")


def around(opening: str, inside: str, closing: str) -> Deep:
    return lambda count: select(f"BIND({opening * count}{inside}{closing * count} AS ?x)")


NESTED: dict[str, Deep] = {
    "groups": nested("{", "", "}"),
    "OPTIONAL": nested("?s ?p ?o OPTIONAL { ", "?s ?p ?o", "}"),
    "MINUS": nested("?s ?p ?o MINUS { ", "?s ?p ?o", "}"),
    "UNION": nested("{} UNION { ", "?s ?p ?o", "}"),
    "GRAPH": nested("GRAPH ?g { ", "?s ?p ?o", "}"),
    "LATERAL": nested("?s ?p ?o LATERAL { ", "?s ?p ?o", "}"),
    "EXISTS": nested("?s ?p ?o FILTER EXISTS { ", "?s ?p ?o", "}"),
    "subselects": nested("{ SELECT * { ", "?s ?p ?o", "}}"),
    "collections": lambda count: select("?s ?p " + "(" * count + "1" + ")" * count),
    "blank nodes": nested("[ <urn:p> ", "1", "]"),
    "triple terms": lambda count: select("?s ?p " + "<<( ?s ?p " * count + "?o" + " )>>" * count),
    "reified triples": lambda count: select("<< ?s ?p " * count + "?o" + " >>" * count + " ?p ?o"),
    "annotations": lambda count: select("?s ?p ?o " + "{| ?p ?o " * count + "|}" * count),
    "paths": lambda count: select("?s " + "(" * count + "<urn:p>" + ")*" * count + " ?o"),
    "inverse paths": lambda count: select("?s " + "^(" * count + "<urn:p>" + ")" * count + " ?o"),
    "brackets": around("(", "1", ")"),
    "functions": around("STR(", "1", ")"),
    "IF": around("IF(true,1,", "1", ")"),
    "calls": around("<urn:f>(", "1", ")"),
    "IN": around("1 IN (", "1", ")"),
    "not": around("!", "true", ""),
    "not in brackets": around("!(", "true", ")"),
    "TRIPLE": around("TRIPLE(?s,?p,", "?o", ")"),
    "terms in terms": around("<<( ?s ?p ", "?o", ")>>"),
    "data": lambda count: select(
        "VALUES ?x { " + "<<( <urn:s> <urn:p> " * count + "1" + " )>>" * count + " }"
    ),
    "REGEX": around("REGEX('a',", "'a'", ")"),
    "SUBSTR": around("SUBSTR(", "'a'", ",1)"),
    "REPLACE": around("REPLACE('a','b',", "'a'", ")"),
    "GROUP_CONCAT": around("GROUP_CONCAT(", "'a'", ")"),
}
"""What stands in itself."""

ROWS: dict[str, Deep] = {
    "triples": row("", "?s% ?p% ?o% . "),
    "objects": row("?s ?p 1", ",1"),
    "properties": row("?s ?p 1", ";?p 1"),
    "a collection": row("?s ?p (", "1 ", ")"),
    "reifiers": row("?s ?p ?o ", "~ ?r "),
    "annotations": row("?s ?p ?o ", "{| ?p ?o |} "),
    "groups": row("", "{?s ?p ?o} "),
    "graphs": row("", "GRAPH ?g {?s ?p ?o} "),
    "unions": row("{?s ?p 1}", "UNION{?s ?p 1}"),
    "options": row("?s ?p ?o ", "OPTIONAL {?s ?p ?o} "),
    "exclusions": row("?s ?p ?o ", "MINUS {?s ?p 1} "),
    "laterals": row("?s ?p ?o ", "LATERAL { ?s ?p ?o } "),
    "conditions": row("?s ?p ?o ", "FILTER(?o!=%) "),
    "calls": row("?s ?p ?o ", "FILTER BOUND(?o) "),
    "tests": row("?s ?p ?o ", "FILTER EXISTS {?s ?p ?o} "),
    "bindings": row("?s ?p ?o ", "BIND(% AS ?v%) "),
    "values": row("", "VALUES ?x {1} "),
    "subselects": row("", "{ SELECT * {?s ?p ?o} } "),
    "a sequence of paths": row("?s <urn:p>", "/<urn:p>", " ?o"),
    "alternative paths": row("?s <urn:p>", "|<urn:p>", " ?o"),
    "closures": row("?s <urn:p>*", "/<urn:p>*", " ?o"),
    "a path in a closure": row("?s (<urn:p>", "/<urn:p>", ")* ?o"),
    "alternatives": condition("?o=1", "||?o=%"),
    "conjunctions": condition("?o!=1", "&&?o!=%"),
    "a sum": condition("1", "+1"),
    "a difference": condition("1", "-?o"),
    "a product": condition("1", "*1"),
    "a quotient": condition("1", "/?o"),
    "sums of products": condition("1", "+1*1"),
    "columns": lambda count: f"SELECT {''.join(f'(1 AS ?v{i}) ' for i in range(count))} {{}} LIMIT 0",
    "aggregates": lambda count: f"SELECT {''.join(f'(COUNT(?x{i}) AS ?v{i}) ' for i in range(count))} {{}}",
    "keys": lambda count: f"SELECT (1 AS ?n) {{}} GROUP BY {''.join(f'(1 AS ?v{i}) ' for i in range(count))}",
    "group conditions": lambda count: "SELECT (1 AS ?n) {} GROUP BY ?x HAVING " + "(1=1) " * count,
    "orders": lambda count: "SELECT * {} ORDER BY " + "(1) " * count,
    "things": lambda count: "DESCRIBE " + "<urn:a> " * count,
    "a template": lambda count: "CONSTRUCT { " + "?s ?p ?o . " * count + "} {} LIMIT 0",
    "a pattern": lambda count: "CONSTRUCT WHERE { " + "?s ?p ?o . " * count + "} LIMIT 0",
}
"""What engines make as deep as it is long."""

FLAT: dict[str, Deep] = {
    "a list of numbers": row("?s ?p ?o FILTER(?o IN (0", ",%", "))"),
    "a list of IRIs": row("?s ?p ?o FILTER(?o NOT IN (<urn:a>", ",<urn:%>", "))"),
    "values": row("VALUES ?x { ", "<urn:%> ", "}"),
    "rows of values": row("VALUES (?x ?y) { ", "(% UNDEF) ", "}"),
    "arguments": row("BIND(CONCAT('a'", ",'%'", ") AS ?x)"),
}
"""What engines keep side by side."""

SLOWLY_PLANNED = frozenset(
    ("triples", "objects", "properties", "a collection", "reifiers", "annotations", "groups", "graphs",
     "options", "values", "subselects", "a sequence of paths", "closures", "a pattern", "collections",
     "reified triples")
)  # fmt: skip
"""Rows that Oxigraph orders by a way that takes minutes: these are read and not planned."""

READING = """
import pyoxigraph, sys, threading

def read():
    for line in sys.stdin:
        name, planned, text = line.rstrip("\\n").split("\\t")
        print(name, flush=True)
        options = {} if planned else {"use_default_graph_as_union": True, "default_graph": []}
        try:
            pyoxigraph.Store().query(text, **options)
        except (SyntaxError, RuntimeError):
            pass
        except ValueError:
            assert not planned

threading.stack_size(2**21)
reader = threading.Thread(target=read)
reader.start()
reader.join()
"""
"""A program that reads queries with the stack that a thread has in a native Oxigraph, 2 MiB."""


def longest(deep: Deep) -> int:
    """Returns the number of levels, or of members of a row, that just passes."""

    def passes(count: int) -> bool:
        try:
            refuse_nesting(deep(count), DEPTH)
        except QueryRefused:
            return False
        return True

    least, most = 1, 2
    while passes(most):
        least, most = most, most * 2
        assert most < 10_000, "nothing bounds it"
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (middle, most) if passes(middle) else (least, middle)
    return least


@pytest.fixture(scope="module")
def bounds() -> dict[str, int]:
    return {
        name: longest(deep)
        for kind, table in (("nested", NESTED), ("row", ROWS))
        for name, deep in ((f"{kind}: {name}", deep) for name, deep in table.items())
    }


def test_what_passes_leaves_the_smallest_stack_alive(bounds: dict[str, int]) -> None:
    makers = {f"nested: {name}": deep for name, deep in NESTED.items()}
    makers |= {f"row: {name}": deep for name, deep in ROWS.items()}
    planned = {name: "" if name.rpartition(": ")[2] in SLOWLY_PLANNED else "planned" for name in bounds}
    lines = "".join(f"{name}\t{planned[name]}\t{makers[name](count)}\n" for name, count in bounds.items())
    run = subprocess.run([sys.executable, "-c", READING], input=lines, text=True, capture_output=True)
    read = run.stdout.splitlines()
    assert run.returncode == 0, f"dies of {read[-1]}, {bounds[read[-1]]} deep"
    assert read == list(bounds)


def test_what_people_write_passes(bounds: dict[str, int]) -> None:
    again = ("REGEX", "SUBSTR", "REPLACE", "GROUP_CONCAT", "not in brackets")
    for name, count in bounds.items():
        assert count >= (7 if name.rpartition(": ")[2] in again else 45), (name, count)


@pytest.mark.parametrize("deep", FLAT.values(), ids=FLAT)
def test_what_lies_side_by_side_may_be_long(deep: Deep) -> None:
    text = deep(20_000)
    refuse_nesting(text, DEPTH)
    pyoxigraph.Store().query(text)


@pytest.mark.parametrize("name", ["REGEX", "SUBSTR", "REPLACE", "GROUP_CONCAT", "not in brackets"])
@pytest.mark.parametrize(
    "spoil", [lambda text: text, lambda text: text[: len(text) // 2], lambda text: text + "%"]
)
def test_what_is_read_twice_is_read_in_time(
    bounds: dict[str, int], name: str, spoil: Callable[[str], str]
) -> None:
    text = spoil(NESTED[name](bounds[f"nested: {name}"]))
    began = time.process_time()
    with suppress(SyntaxError):
        pyoxigraph.Store().query(text)
    assert time.process_time() - began < 1
    with pytest.raises(QueryRefused, match="deep"):
        refuse_nesting(NESTED[name](30), DEPTH)
