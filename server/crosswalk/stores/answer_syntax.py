"""Hold the answer of another server against its media type and its query, before anybody is given it.

Nothing is believed of an answer: whoever is between here and there may have cut it, or written it. It is read
once, row by row and triple by triple, so that a large one takes no more memory than its own bytes. IRIs and
languages are not looked into: many a store holds some that break a rule.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from xml.parsers import expat

import pyoxigraph

from crosswalk.errors import StoreFault
from crosswalk.sparql_tokens import query_form, tokens
from crosswalk.stores import SPARQL_JSON

_PIECE = 2**16
_RESULTS = "http://www.w3.org/2005/sparql-results#"
_TERMS = frozenset(("uri", "bnode", "literal", "typed-literal"))
_TRIPLE = frozenset(("subject", "predicate", "object"))


class Contents(NamedTuple):
    """The variables of a table, and whether it is no table but a truth; None where a format does not tell."""

    variables: Iterable[str] = ()
    is_truth: bool | None = None


def check_answer(body: bytes, media_type: str, query: str) -> None:
    """Raise StoreFault unless an answer is well-formed, and of the kind and the columns that a query has."""
    try:
        if media_type in _READERS:
            _check_contents(_READERS[media_type](body), query)
        elif syntax := pyoxigraph.RdfFormat.from_media_type(media_type):
            if syntax == pyoxigraph.RdfFormat.RDF_XML:
                _read_markup(body, lambda name, attributes: None)
            for _ in pyoxigraph.parse(body, syntax, lenient=True):
                pass
    except RecursionError as fault:
        raise StoreFault(f"the store's answer is no {media_type}: it is nested too deeply") from fault
    except UnicodeDecodeError as fault:
        raise StoreFault(f"the store's answer is no {media_type}: it is not UTF-8") from fault
    except (ValueError, LookupError, SyntaxError, csv.Error, expat.ExpatError) as fault:
        why = str(fault) if type(fault) is ValueError else "it does not parse"
        raise StoreFault(f"the store's answer is no {media_type}: {why}") from fault


def _check_contents(contents: Contents, query: str) -> None:
    """Raise ValueError for a truth in place of rows, rows in place of a truth, and columns that lack."""
    form = query_form(query)
    if contents.is_truth is not None and contents.is_truth != (form == "ASK"):
        raise ValueError("it answers another kind of query")
    if form == "SELECT":
        lacking = selected_variables(query) - set(contents.variables)
        if lacking:
            raise ValueError(f"it has no column {min(lacking)}")


def selected_variables(query: str) -> frozenset[str]:
    """Return the variables that a SELECT query names as its columns; none where it says ``*``."""
    selected: set[str] = set()
    depth, previous = 0, ""
    read = tokens(query)
    for token in read:
        if token.text.upper() == "SELECT":
            break
    for token in read:
        word = token.text.upper()
        if token.kind == "variable" and (depth == 0 or (depth == 1 and previous == "AS")):
            selected.add(token.text[1:])
        elif depth == 0 and (word in ("*", "{", "WHERE", "FROM")):
            break
        depth += (word in ("(", "{")) - (word in (")", "}"))
        previous = word
    return frozenset(selected)


# JSON: https://www.w3.org/TR/sparql11-results-json/


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key stands twice in an object")
    return members


def _refuse_constant(text: str) -> None:
    raise ValueError("a number is none")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant)
_SPACE = re.compile(r"[ \t\n\r]*")


def _read_json(body: bytes) -> Contents:
    return _JsonReader(body.decode()).read()


class _JsonReader:
    """Reads one document; a method takes the place where a value begins and returns the place behind it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.columns: list[str] | None = None
        self.bound: set[str] = set()

    def read(self) -> Contents:
        """Read the whole text."""
        readers = {"head": self._head, "boolean": self._boolean, "results": self._results}
        end, seen = self._members(0, readers)
        if self._skip(end) != len(self.text):
            raise ValueError("something stands behind its end")
        if len(seen & {"boolean", "results"}) != 1:
            raise ValueError("it holds neither rows nor a truth, or both")
        if "boolean" in seen:
            return Contents(is_truth=True)
        if self.columns is None:
            raise ValueError("its head does not list the variables")
        if not self.bound <= set(self.columns):
            raise ValueError("its rows have variables that are not in its head")
        return Contents(self.columns, is_truth=False)

    def _members(self, start: int, readers: dict[str, Callable[[int], int]]) -> tuple[int, set[str]]:
        """Read an object, each member by its reader; return the place behind it, and its keys."""
        seen: set[str] = set()
        place = self._sign("{", start)
        while not self._stands("}", place):
            if seen:
                place = self._sign(",", place)
            key, place = _DECODER.raw_decode(self.text, place)
            if not isinstance(key, str) or key in seen:
                raise ValueError("a key is no text, or stands twice in an object")
            seen.add(key)
            place = self._skip(readers.get(key, self._anything)(self._sign(":", place)))
        return place + 1, seen

    def _anything(self, start: int) -> int:
        return _DECODER.raw_decode(self.text, start)[1]

    def _boolean(self, start: int) -> int:
        truth, end = _DECODER.raw_decode(self.text, start)
        if not isinstance(truth, bool):
            raise ValueError("its truth is neither true nor false")
        return end

    def _head(self, start: int) -> int:
        head, end = _DECODER.raw_decode(self.text, start)
        columns = head.get("vars") if isinstance(head, dict) else None
        if isinstance(columns, list):
            if not all(isinstance(name, str) for name in columns) or len(set(columns)) != len(columns):
                raise ValueError("a variable of its head is no text, or stands twice")
            self.columns = columns
        return end

    def _results(self, start: int) -> int:
        end, seen = self._members(start, {"bindings": self._bindings})
        if "bindings" not in seen:
            raise ValueError("its results have no rows")
        return end

    def _bindings(self, start: int) -> int:
        place = self._sign("[", start)
        while not self._stands("]", place):
            row, place = _DECODER.raw_decode(self.text, place)
            if not isinstance(row, dict):
                raise ValueError("a row is no object")
            self.bound.update(row)
            for cell in row.values():
                _check_cell(cell)
            place = self._skip(place)
            if not self._stands("]", place):
                place = self._sign(",", place)
                if self._stands("]", place):
                    raise ValueError("a comma has no row behind it")
        return place + 1

    def _stands(self, sign: str, place: int) -> bool:
        return self.text.startswith(sign, place)

    def _sign(self, sign: str, place: int) -> int:
        """Return the place behind a sign that must stand here, and behind the space after it."""
        place = self._skip(place)
        if not self._stands(sign, place):
            raise ValueError(f"{sign} is missing at character {place}")
        return self._skip(place + 1)

    def _skip(self, place: int) -> int:
        match = _SPACE.match(self.text, place)
        return match.end() if match else place


def _check_cell(cell: Any) -> None:
    """Raise ValueError for what is no term."""
    if not isinstance(cell, dict):
        raise ValueError("a cell is no object")
    value, kind = cell.get("value"), cell.get("type")
    if kind == "triple":
        if not isinstance(value, dict) or value.keys() != _TRIPLE:
            raise ValueError("a triple has other parts than subject, predicate and object")
        for part in value.values():
            _check_cell(part)
    elif not isinstance(kind, str) or kind not in _TERMS or not isinstance(value, str):
        raise ValueError("a cell is no term")
    elif not all(isinstance(cell.get(name, ""), str) for name in ("xml:lang", "datatype")):
        raise ValueError("a language or a datatype is no text")


# XML: https://www.w3.org/TR/rdf-sparql-XMLres/


def _read_markup(body: bytes, take: Callable[[str, dict[str, str]], None]) -> None:
    """Read XML, and give each element to ``take``; raise ValueError where it declares entities or a type."""

    def refuse(*declaration: Any) -> None:
        raise ValueError("it declares a document type")

    parser = expat.ParserCreate(namespace_separator="")
    parser.StartDoctypeDeclHandler, parser.StartElementHandler = refuse, take
    for start in range(0, len(body), _PIECE):
        parser.Parse(body[start : start + _PIECE])
    parser.Parse(b"", True)


def _read_xml(body: bytes) -> Contents:
    elements: list[str] = []
    variables: list[str] = []

    def take(name: str, attributes: dict[str, str]) -> None:
        local = name.removeprefix(_RESULTS)
        if not elements and name != _RESULTS + "sparql":
            raise ValueError("its outermost element is not sparql")
        if local in ("sparql", "boolean", "results"):
            elements.append(local)
        elif local == "variable":
            variables.append(attributes.get("name", ""))

    _read_markup(body, take)
    if elements not in (["sparql", "boolean"], ["sparql", "results"]):
        raise ValueError("it holds neither rows nor a truth, or both")
    return Contents(variables, is_truth="boolean" in elements)


# CSV and TSV: https://www.w3.org/TR/sparql11-results-csv-tsv/


def _read_csv(body: bytes) -> Contents:
    # One limit holds for the whole process, and is smaller than a cell may be.
    csv.field_size_limit(max(csv.field_size_limit(), len(body)))
    return _read_rows(csv.reader(io.StringIO(body.decode(), newline=""), strict=True))


def _read_tsv(body: bytes) -> Contents:
    lines = io.StringIO(body.decode(), newline="\n")
    return _read_rows(line.rstrip("\r\n").split("\t") for line in lines)


def _read_rows(rows: Iterable[list[str]]) -> Contents:
    """Raise ValueError where a row has more or fewer cells than the first, which names the variables."""
    columns: list[str] | None = None
    for row in rows:
        if columns is None:
            columns = row
        elif len(row or [""]) != len(columns or [""]):
            raise ValueError("a row has more or fewer cells than there are columns")
    if columns is None:
        raise ValueError("it is empty")
    return Contents([name.lstrip("?$") for name in columns])


_READERS: dict[str, Callable[[bytes], Contents]] = {
    SPARQL_JSON: _read_json,
    "application/sparql-results+xml": _read_xml,
    "text/csv": _read_csv,
    "text/tab-separated-values": _read_tsv,
}
