"""No OPTIONAL of a question joins on a variable that may be unbound: it would match everything there is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rdflib import Variable
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from crosswalk.stores.named_queries import catalogue

Names = frozenset[str]


def bindings(node: CompValue) -> tuple[Names, Names]:
    """The variables that a pattern binds in every solution, and those that it may bind."""
    match node.name:
        case "BGP":
            found = frozenset(
                str(term) for triple in node.triples for term in triple if isinstance(term, Variable)
            )
            return found, found
        case "values":
            rows = [frozenset(str(name) for name, term in row.items() if term != "UNDEF") for row in node.res]
            return frozenset.intersection(*rows), frozenset.union(*rows)
        case "Join" | "LeftJoin" | "Union" | "Minus":
            (sure, may), (right_sure, right_may) = bindings(node.p1), bindings(node.p2)
            if node.name == "Minus":
                return sure, may
            if node.name == "LeftJoin":
                return sure, may | right_may
            return (sure & right_sure if node.name == "Union" else sure | right_sure), may | right_may
        case "Extend":
            sure, may = bindings(node.p)
            return sure | {str(node.var)}, may | {str(node.var)}
        case "AggregateJoin":
            made = frozenset(str(aggregate.res) for aggregate in node.A)
            sure, may = bindings(node.p)
            return sure | made, may | made
        case "Graph":
            sure, may = bindings(node.p)
            name = frozenset({str(node.term)} if isinstance(node.term, Variable) else ())
            return sure | name, may | name
        case _:
            return bindings(node.p)


def optional_parts(node: object) -> Iterator[CompValue]:
    """Every OPTIONAL of a query, together with what it stands beside, however deep."""
    if isinstance(node, CompValue):
        if node.name == "LeftJoin":
            yield node
        for part in node.values():
            yield from optional_parts(part)


def loose_joins(text: str) -> list[str]:
    """What each OPTIONAL shares with its surroundings, where none of it is sure to be bound."""
    loose = []
    for part in optional_parts(prepareQuery(text).algebra):
        (sure, may), (_, right) = bindings(part.p1), bindings(part.p2)
        if may and not sure & right:
            loose.append(", ".join(sorted(may & right)) or "nothing")
    return loose


@pytest.mark.parametrize("question", catalogue("questions"), ids=lambda question: question.name)
def test_every_optional_hangs_on_something_bound(question):
    assert loose_joins(question.text) == []


def test_an_optional_that_hangs_on_another_is_found():
    wrong = """SELECT * { ?a <urn:p> ?b OPTIONAL { ?b <urn:q> ?c } OPTIONAL { ?c <urn:r> ?d } }"""
    assert loose_joins(wrong) == ["c"]


def test_an_optional_within_another_is_right():
    right = """SELECT * { ?a <urn:p> ?b OPTIONAL { ?b <urn:q> ?c OPTIONAL { ?c <urn:r> ?d } } }"""
    assert loose_joins(right) == []


def test_an_open_parameter_binds_nothing():
    wrong = """SELECT * { ?x <urn:p> ?y VALUES ?a { UNDEF } OPTIONAL { ?a <urn:p> ?b } }"""
    assert loose_joins(wrong) == ["nothing"]
