"""Rows as a terminal shows them, and in the formats of the pages' tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crosswalk.cli.boxes import as_table, shown
from crosswalk.web.tables import as_csv, as_json, as_markdown

Rows = Sequence[Mapping[str, Any]]


def as_html(columns: Sequence[str], rows: Rows) -> str:
    """The rows as an HTML table, every text escaped."""
    from prettytable import PrettyTable

    table = PrettyTable(list(columns))
    table.add_rows([[shown(row.get(column)) for column in columns] for row in rows])
    return table.get_html_string() + "\n"


def short(columns: Sequence[str], rows: Rows) -> list[dict[str, str]]:
    """The rows with IRIs in their short form, for tables that people read."""
    return [{column: shown(row.get(column)) for column in columns} for row in rows]


FORMATS = {"table": as_table, "markdown": as_markdown, "csv": as_csv, "html": as_html, "json": as_json}
"""The formats of a table by their names."""
