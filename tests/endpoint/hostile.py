"""Queries that would take a server down."""

from __future__ import annotations


def _patterns(count: int) -> str:
    return " ".join(f"?a{i} ?b{i} ?c{i} ." for i in range(count))


def _nested(opening: str, inside: str, closing: str, count: int = 1000) -> str:
    return opening * count + inside + closing * count


ENDLESS = {
    "a cross product, counted": f"SELECT (COUNT(*) AS ?n) {{ {_patterns(8)} }}",
    "a cross product, listed": f"SELECT * {{ {_patterns(4)} }}",
    "a cross product, sorted": f"SELECT * {{ {_patterns(4)} }} ORDER BY ?a1 ?c2",
    "a cross product, distinct": f"SELECT DISTINCT ?a0 ?c1 ?b2 ?c3 ?a1 ?a2 ?a3 {{ {_patterns(4)} }}",
    "three hundred patterns": f"SELECT * {{ {_patterns(300)} }}",
    "three hundred patterns on one subject": "SELECT * { "
    + " ".join(f"?s ?p{i} ?o{i} ." for i in range(300))
    + "}",
    "a regular expression that multiplies": (
        'SELECT * { ?s ?p ?o FILTER(REGEX(STR(?o), "(((a{1,100}){1,100}){1,100}){1,100}")) }'
    ),
    "unbounded paths": (
        "SELECT (COUNT(*) AS ?n) { ?s (!<urn:x>|^(!<urn:y>))* ?o . ?o (!<urn:x>|^(!<urn:z>))+ ?z }"
    ),
    "two long lists of values": (
        f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {' '.join(map(str, range(60_000)))} }} "
        f"VALUES ?y {{ {' '.join(map(str, range(60_000)))} }} FILTER(?x + ?y < 0) }}"
    ),
}
"""Each would run for hours over the large graph, or take all memory there is."""

LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STRLEN(CONCAT(STR(?a), STR(?f))) < 0) }"
"""Takes time, and next to no memory."""

REFUSED = {
    "IF in IF": f"SELECT * {{ BIND({_nested('IF(true,1,', '1', ')')} AS ?x) }}",
    "EXISTS in EXISTS": f"SELECT * {{ {_nested('?s ?p ?o FILTER EXISTS { ', '?s ?p ?o', '}')} }}",
    "braces in braces": f"SELECT * {_nested('{', '?s ?p ?o', '}', 5000)}",
    "brackets in brackets": f"SELECT * {{ FILTER({_nested('(', '1', ')', 5000)}) }}",
    "lists in lists": f"SELECT * {{ ?s ?p {_nested('(', '1', ')', 5000)} }}",
    "nodes in nodes": f"SELECT * {{ ?s ?p {_nested('[ <urn:p> ', '1', ']', 5000)} }}",
    "paths in paths": f"SELECT * {{ ?s {_nested('(', '<urn:p>', ')*', 5000)} ?o }}",
    "not not": f"SELECT * {{ FILTER({'!' * 300_000}true) }}",
    "minus minus": f"SELECT ({'- ' * 300_000}1 AS ?x) {{}}",
    "a sum without end": f"SELECT (1{'+1' * 80_000} AS ?x) {{}}",
    "or without end": f"SELECT * {{ FILTER({'||'.join(['1=1'] * 30_000)}) }}",
    "union without end": f"SELECT * {{ {' UNION '.join(['{}'] * 30_000)} }}",
}
"""Each ends the engine's process where it is let through."""

MIXED = "9 10 10 9 10 10 9 10 10 9 10 10 9 '10' '10' 10 '10' '10' 10 '10' '10'"
FATAL = {"values of several kinds, sorted": f"SELECT * {{ VALUES ?x {{ {MIXED} }} }} ORDER BY ?x"}
"""Each is right, and ends the process that evaluates it by a failure of the engine's own."""
