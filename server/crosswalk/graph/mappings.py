"""Reads SSSOM tables of mappings (``data/mappings/*.sssom.tsv``) as mapping sets, records and rows."""

from __future__ import annotations

from pyoxigraph import Triple

from .locations import Locations
from .mapping_records import NO_TERM_FOUND, check, comparison, object_iri, record, record_iri, row_iri
from .mapping_sets import comparison_sets, describe_graph, describe_set
from .sssom import Row, read_table


def read_mappings(text: str, name: str, graph: str) -> list[Triple]:
    """The triples of an SSSOM table: its graph's description, the mapping set, its records and rows."""
    table = read_table(text, name)
    triples = [*describe_graph(table, graph), *describe_set(table)]
    judged: dict[str, Row] = {}
    lines: dict[str, int] = {}
    for row in table.rows:
        iri = record_iri(table, row)
        if iri in lines:
            raise table.fault(f"the record repeats that of line {lines[iri]}", row.line)
        lines[iri] = row.line
        check(table, row)
        triples += comparison(table, row, judged)
        if object_iri(table, row) != NO_TERM_FOUND:
            triples += record(table, row, iri)
    return triples


def locate_mappings(text: str, name: str) -> Locations:
    """The lines of a table: of each record and row, and of the set and its graph (the first line)."""
    table = read_table(text, name)
    found = Locations()
    for row in table.rows:
        found.note(row.line, record_iri(table, row))
        if judged := row_iri(table, row):
            found.note(row.line, judged)
    for each in (*table.of_set("mapping_set_id"), *comparison_sets(table)):
        found.note(1, each)
    return found
