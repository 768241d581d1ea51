"""Rows as a terminal shows them, and in the formats of the pages' tables."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from crosswalk.cli.faults import printable
from crosswalk.names import compact
from crosswalk.web.tables import as_csv, as_json, as_markdown

Rows = Sequence[Mapping[str, Any]]


def as_table(columns: Sequence[str], rows: Rows) -> str:
    """The rows as a table of lines; on a terminal it is as wide as that, and long cells are wrapped."""
    from prettytable import PrettyTable, TableStyle

    table = PrettyTable([printable(column) for column in columns], align="l")
    table.set_style(TableStyle.SINGLE_BORDER)
    if sys.stdout.isatty():
        table.max_table_width = shutil.get_terminal_size().columns
    table.add_rows([[_shown(row.get(column)) for column in columns] for row in rows])
    return table.get_string() + "\n"


def as_html(columns: Sequence[str], rows: Rows) -> str:
    """The rows as an HTML table, every text escaped."""
    from prettytable import PrettyTable

    table = PrettyTable(list(columns))
    table.add_rows([[_shown(row.get(column)) for column in columns] for row in rows])
    return table.get_html_string() + "\n"


def short(columns: Sequence[str], rows: Rows) -> list[dict[str, str]]:
    """The rows with IRIs in their short form, for tables that people read."""
    return [{column: _shown(row.get(column)) for column in columns} for row in rows]


FORMATS = {"table": as_table, "markdown": as_markdown, "csv": as_csv, "html": as_html, "json": as_json}
"""The formats of a table by their names."""


def _shown(value: Any) -> str:
    text = "" if value is None else str(getattr(value, "value", value))
    return printable(compact(text) if getattr(value, "kind", None) == "uri" else text)
