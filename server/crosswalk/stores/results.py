"""Read answers as rows of terms, from SPARQL JSON results: https://www.w3.org/TR/sparql11-results-json/."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crosswalk.errors import InputError, StoreFault
from crosswalk.stores import SPARQL_JSON, Store
from crosswalk.stores.named_queries import Query, bind, load

_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"
_CANONICAL_BOOLEANS = {"1": "true", "0": "false"}
"""Rows hold the canonical spelling of a boolean, whatever a store writes."""


@dataclass(frozen=True)
class Term:
    """One RDF term of an answer: ``kind`` is uri, literal, bnode or triple, as SPARQL results call them."""

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
        """Return the rows as plain strings, empty where nothing is bound."""
        return [{name: "" if term is None else term.value for name, term in row.items()} for row in self.rows]


def ask(store: Store, query_name: str | Query, /, **terms: Any) -> Answer:
    """Return the answer of a store to a query, given by name or loaded, with its parameters bound.

    Raises InputError for a query that gives triples, and what ``bind`` and the store raise.
    """
    query = load(query_name) if isinstance(query_name, str) else query_name
    if query.form in ("CONSTRUCT", "DESCRIBE"):
        raise InputError(f"{query.name} gives triples, not rows", hint="Put it to the store's query method.")
    return read_answer(store.query(bind(query, **terms), SPARQL_JSON))


def read_answer(data: bytes) -> Answer:
    """Return the answer that SPARQL JSON results hold; raise StoreFault for anything else."""
    try:
        document = json.loads(data)
        if "boolean" in document:
            return Answer((), (), truth=bool(document["boolean"]))
        columns = tuple(document["head"]["vars"])
        terms: dict[tuple[str | None, ...], Term] = {}
        bindings = document["results"]["bindings"]
        rows = ({name: _read_term(row.get(name), terms) for name in columns} for row in bindings)
        return Answer(columns, tuple(rows))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise StoreFault("the store's answer is not SPARQL JSON results") from fault


def _read_term(cell: dict[str, Any] | None, terms: dict[tuple[str | None, ...], Term]) -> Term | None:
    """Return the term of a cell; the same term is made once for all cells of an answer."""
    if cell is None:
        return None
    if cell["type"] == "triple":
        return Term("triple", _write_triple(cell["value"]))
    key = (cell["type"], cell["value"], cell.get("xml:lang"), cell.get("datatype"))
    if key not in terms:
        kind, value, language, datatype = key
        if datatype == _BOOLEAN:
            value = _CANONICAL_BOOLEANS.get(value, value)
        terms[key] = Term("literal" if kind == "typed-literal" else kind, value, language, datatype)
    return terms[key]


def _write_triple(parts: dict[str, dict[str, Any]]) -> str:
    """Return a triple term as SPARQL 1.2 writes it."""
    return f"<<( {' '.join(_write_part(parts[name]) for name in ('subject', 'predicate', 'object'))} )>>"


def _write_part(cell: dict[str, Any]) -> str:
    kind, value = cell["type"], cell["value"]
    if kind == "literal":
        language, datatype = cell.get("xml:lang"), cell.get("datatype")
        mark = f"@{language}" if language else f"^^<{datatype}>" if datatype else ""
        return json.dumps(value, ensure_ascii=False) + mark
    return _write_triple(value) if kind == "triple" else f"<{value}>" if kind == "uri" else f"_:{value}"
