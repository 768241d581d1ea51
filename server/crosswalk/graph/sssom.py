"""Reads an SSSOM table strictly: its YAML header, its CURIEs and its rows, each fault with its line."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from crosswalk.errors import InputError
from crosswalk.namespaces import PREFIXES

REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
OPTIONAL = (
    *("subject_label", "object_label", "author_id", "reviewer_id", "reviewer_label", "object_source"),
    *("review_date", "confidence", "comment"),
)
SET_SLOTS = [
    "curie_map",
    "mapping_set_id",
    "mapping_set_version",
    "mapping_set_source",
    "mapping_set_title",
    "mapping_set_description",
    "creator_id",
    "license",
    "subject_source",
    "subject_source_version",
    "object_source",
    "object_source_version",
    "mapping_provider",
    "mapping_date",
    "publication_date",
    "extension_definitions",
]
REQUIRED_OF_SET = ("mapping_set_id", "license")
BUILT_IN = ("owl", "rdf", "rdfs", "semapv", "skos", "sssom", "xsd")
"""Prefixes that a table may use without declaring them, by the SSSOM specification."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_IRI_SAFE = re.compile(r"""[^\s<>"{}|\\^`]+""")


@dataclass(frozen=True)
class Extension:
    """An extension slot: the property it stands for, and the datatype of its values (None: an IRI)."""

    property: str
    datatype: str | None


@dataclass(frozen=True)
class Row:
    """One record: the line it stands on and its cells that are not empty."""

    line: int
    cells: dict[str, str]


@dataclass
class Table:
    """An SSSOM file in memory; ``name`` is its path as people are told it."""

    name: str
    header: dict[str, Any] = field(default_factory=dict)
    key_lines: dict[str, int] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    extensions: dict[str, Extension] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def fault(self, what: str, line: int, hint: str | None = None) -> InputError:
        """An error at a line of this file."""
        return InputError(what, file=self.name, line=line, hint=hint)

    def iri(self, curie: str, place: str, line: int) -> str:
        """The IRI of a CURIE; anything else is a fault."""
        if not _IRI_SAFE.fullmatch(curie):
            raise self.fault(
                f"“{curie}” in {place} holds a space or a character that no IRI has",
                line,
                "Write the identifier without it, or percent-encode it; several values are divided by “|”.",
            )
        prefix, colon, local = curie.partition(":")
        if not colon or prefix not in self.prefixes or local.startswith("//"):
            hint = "Write prefix:name, with the prefix in the curie_map of the header."
            raise self.fault(f"“{curie}” in {place} is no CURIE known here", line, hint)
        return self.prefixes[prefix] + local

    def of_set(self, key: str) -> list[str]:
        """The values of a slot of the header, as texts; none when it is absent."""
        value = self.header.get(key, [])
        return [str(each) for each in (value if isinstance(value, list) else [value])]

    def iris_of_set(self, key: str) -> list[str]:
        """The values of a slot of the header that holds CURIEs."""
        return [
            self.iri(each, f"the header's {key}", self.key_lines.get(key, 1)) for each in self.of_set(key)
        ]


def read_table(text: str, name: str) -> Table:
    """Reads header and rows, and refuses what the curated form does not hold, so that nothing is lost."""
    table = Table(name)
    lines = text.splitlines()
    length = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    _read_header(table, [line.removeprefix("#") for line in lines[:length]])
    reader = csv.reader(lines[length:], delimiter="\t", strict=True)
    columns = next(reader, [])
    _check_columns(table, columns, length + 1)
    for cells in reader:
        line = length + reader.line_num
        if len(cells) != len(columns):
            raise table.fault(f"the row has {len(cells)} cells and the table {len(columns)} columns", line)
        filled = {column: cell.strip() for column, cell in zip(columns, cells, strict=True) if cell.strip()}
        missing = [column for column in REQUIRED if column not in filled]
        if missing:
            raise table.fault(f"the record gives no {missing[0]}", line)
        table.rows.append(Row(line, filled))
    return table


def _read_header(table: Table, lines: list[str]) -> None:
    depth = 1 if lines and all(line.startswith(" ") or not line for line in lines) else 0
    try:
        header = yaml.load("\n".join(line[depth:] for line in lines), Loader=_LOADER) or {}
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        problem = getattr(fault, "problem", None) or "it cannot be read"
        raise table.fault(f"the header is no YAML: {problem}", mark.line + 1 if mark else 1) from None
    if not isinstance(header, dict):
        raise table.fault(
            "the header is no list of slots and values", 1, "Write “#slot: value” on each line."
        )
    for number, line in enumerate(lines, start=1):
        if found := re.match(r"(\w+):", line[depth:]):
            table.key_lines.setdefault(found[1], number)
    table.header = header
    for key in REQUIRED_OF_SET:
        if key not in header:
            raise table.fault(f"the header gives no {key}", 1, f"Add a line “#{key}: …”.")
    declared = {prefix: str(namespace) for prefix, namespace in (header.get("curie_map") or {}).items()}
    table.prefixes = {prefix: PREFIXES[prefix] for prefix in BUILT_IN} | declared
    _read_extensions(table)
    for key in header:
        if key not in SET_SLOTS and key not in table.extensions:
            hint = "Give it under extension_definitions if it is a slot of this project."
            raise table.fault(f"the header has an unknown slot {key}", table.key_lines.get(key, 1), hint)


def _read_extensions(table: Table) -> None:
    line = table.key_lines.get("extension_definitions", 1)
    for definition in table.header.get("extension_definitions") or []:
        if not {"slot_name", "property"} <= set(definition):
            raise table.fault("an extension definition lacks its slot_name or its property", line)
        hint = definition.get("type_hint", "xsd:string")
        datatype = None if hint == "linkml:uriOrCurie" else table.iri(hint, "a type_hint", line)
        about = table.iri(definition["property"], "an extension's property", line)
        table.extensions[definition["slot_name"]] = Extension(about, datatype)


def _check_columns(table: Table, columns: list[str], line: int) -> None:
    for column in REQUIRED:
        if column not in columns:
            raise table.fault(f"the table has no column {column}", line)
    for column in columns:
        if column not in (*REQUIRED, *OPTIONAL, *table.extensions):
            hint = "An extension slot is declared under extension_definitions in the header."
            raise table.fault(f"the table has an unknown column {column}", line, hint)
        if columns.count(column) > 1:
            raise table.fault(f"the table has the column {column} twice", line)
