"""Reads who looked over a record of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyoxigraph import Literal, Triple
from rdflib.namespace import XSD

from ..namespaces import SSSOM
from .mapping_sets import node, triple, typed
from .sssom import Row, Table

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def review(table: Table, row: Row, name: str) -> Iterator[Triple]:
    """Who looked a record over, by IRI or by name, and when."""
    given = [column for column in ("reviewer_id", "reviewer_label") if column in row.cells]
    for column in given:
        for text in _listed(row.cells[column]):
            value = (
                node(table.iri(text, f"column {column}", row.line)) if column[-2:] == "id" else Literal(text)
            )
            yield triple(name, SSSOM[column], value)
    if day := row.cells.get("review_date"):
        if not given:
            raise table.fault("a review_date is given without a reviewer", row.line)
        if not _DAY.fullmatch(day):
            raise table.fault(f"“{day}” in column review_date is no date such as 2026-01-31", row.line)
        yield triple(name, SSSOM.review_date, typed(day, XSD.date))


def _listed(cell: str) -> list[str]:
    """The values of a cell that holds several, divided by bars; a bar in a value stands after a backslash."""
    return [text.replace(r"\|", "|").strip() for text in re.split(r"(?<!\\)\|", cell) if text.strip()]
