"""Answers: a named query is put to a store, and rows of terms come back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crosswalk.errors import InputError, StoreFault
from crosswalk.stores import SPARQL_JSON, Store
from crosswalk.stores.named_queries import Query, bind, load

_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"
_TRUTHS = {"1": "true", "0": "false"}
"""Both spellings of a boolean mean the same; rows hold the canonical one, whatever a store writes."""


@dataclass(frozen=True)
class Term:
    """One RDF term of an answer: ``kind`` is uri, literal or bnode, as SPARQL results call them."""

    kind: str
    value: str
    lang: str | None = None
    datatype: str | None = None

    def __str__(self) -> str:
        return self.value


Row = dict[str, Term | None]


@dataclass(frozen=True)
class Answer:
    """The rows of a SELECT query, each with every column; of an ASK query ``truth``, without rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    truth: bool | None = None

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def texts(self) -> list[dict[str, str]]:
        """The rows as plain strings, empty where nothing is bound: for tables."""
        return [{name: "" if term is None else term.value for name, term in row.items()} for row in self.rows]


def ask(store: Store, query_name: str | Query, /, **terms: Any) -> Answer:
    """The answer of ``store`` to a query, given by name or loaded, with its parameters bound.

    The faults of queries.bind and of the store pass through; a query for triples is an InputError.
    """
    query = load(query_name) if isinstance(query_name, str) else query_name
    if query.form in ("CONSTRUCT", "DESCRIBE"):
        raise InputError(f"{query.name} gives triples, not rows", hint="Put it to the store's query method.")
    return read_answer(store.query(bind(query, **terms), SPARQL_JSON))


def read_answer(data: bytes) -> Answer:
    """The answer written as SPARQL 1.1 JSON results; StoreFault when it is something else."""
    try:
        document = json.loads(data)
        if "boolean" in document:
            return Answer((), (), truth=bool(document["boolean"]))
        columns = tuple(document["head"]["vars"])
        bindings = document["results"]["bindings"]
        known: dict[tuple[str | None, ...], Term] = {}
        return Answer(
            columns, tuple({name: _term(one.get(name), known) for name in columns} for one in bindings)
        )
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise StoreFault("the store's answer is not SPARQL JSON results") from fault


def _term(binding: dict[str, Any] | None, known: dict[tuple[str | None, ...], Term]) -> Term | None:
    """One term; those that stand in many cells of an answer are made once."""
    if binding is None:
        return None
    said = (binding["value"], binding["type"], binding.get("xml:lang"), binding.get("datatype"))
    if said not in known:
        value, kind, language, datatype = said
        if datatype == _BOOLEAN:
            value = _TRUTHS.get(value, value)
        known[said] = Term("literal" if kind == "typed-literal" else kind, value, language, datatype)
    return known[said]
