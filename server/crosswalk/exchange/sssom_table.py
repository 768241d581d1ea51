"""The frame of an SSSOM file: its YAML header, its prefixes, its columns."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from crosswalk.errors import InputError
from crosswalk.exchange.lined_yaml import Lined, read_yaml
from crosswalk.exchange.parsing import read_csv
from crosswalk.exchange.sssom_slots import BUILT_IN, COLUMNS, KEPT_SLOTS, REQUIRED, SET_SLOTS
from crosswalk.namespaces import PREFIXES

_RECORD_IRI = re.compile(r"""[^\s<>"{}|\\^`]+""")


@dataclass
class Table:
    name: str
    header: dict[str, Any]
    prefixes: dict[str, str]
    extensions: dict[str, str] = field(default_factory=dict)
    losses: Counter[str] = field(default_factory=Counter)

    def fault(self, what: str, line: int, hint: str | None = None) -> InputError:
        return InputError(what, file=self.name, line=line, hint=hint)

    def iri(self, curie: str, slot: str, line: int) -> str:
        if not _RECORD_IRI.fullmatch(curie):
            what = f"“{curie}” in {slot} holds a space or another character that no IRI has"
            raise self.fault(what, line, "Write prefix:name; several stand with a bar between them.")
        prefix, colon, local = curie.partition(":")
        if not colon or prefix not in self.prefixes or local.startswith("//"):
            hint = "Write prefix:name, and the prefix into the curie_map of the header."
            raise self.fault(f"“{curie}” in {slot} is no CURIE with a known prefix", line, hint)
        return self.prefixes[prefix] + local

    def slot(self, key: str) -> str | None:
        value = self.header.get(key)
        return None if value is None else str(value)

    def slots(self, key: str) -> tuple[str, ...]:
        value = self.header.get(key) or []
        return tuple(str(each) for each in (value if isinstance(value, list) else [value]))

    def entity(self, key: str) -> str | None:
        value = self.slot(key)
        return None if value is None else self.iri(value, key, 1)


def rows_of(lines: list[str], name: str) -> list[tuple[int, list[str]]]:
    return read_csv("".join(lines).encode(), name, "\t") if "".join(lines).strip() else []


def sources_of(table: Table) -> tuple[str, ...]:
    values = table.slots("mapping_set_source")
    return tuple(
        table.iri(each, "mapping_set_source", 1) if each.partition(":")[0] in table.prefixes else each
        for each in values
    )


def read_header(lines: list[str], name: str) -> Table:
    body = [line.removeprefix("#") for line in lines]
    header = read_yaml("".join(body).encode(), name) if "".join(body).strip() else Lined()
    if not isinstance(header, dict):
        raise InputError(
            "the header is no list of slots and values",
            file=name,
            line=1,
            hint="Write “#slot: value” on each line.",
        )
    declared = header.get("curie_map") or {}
    if not isinstance(declared, dict):
        raise InputError(
            "the curie_map is no list of prefixes",
            file=name,
            line=1,
            hint="Write “#  prefix: address” below it.",
        )
    prefixes = {each: PREFIXES[each] for each in BUILT_IN} | {
        key: str(value) for key, value in declared.items()
    }
    table = Table(name, header, prefixes)
    for definition in header.get("extension_definitions") or []:
        if not isinstance(definition, dict) or "slot_name" not in definition:
            raise table.fault("an extension definition has no slot_name", 1, "Add “#- slot_name: …”.")
        about = definition.get("property")
        table.extensions[definition["slot_name"]] = (
            table.iri(about, "an extension's property", 1) if about else ""
        )
    for key in ("mapping_set_id", "license"):
        if not header.get(key):
            raise table.fault(f"the header gives no {key}", 1, f"Add a line “#{key}: …”.")
    for key in header:
        if key not in SET_SLOTS and key not in table.extensions:
            hint = "Give it under extension_definitions, or leave it out."
            raise table.fault(f"the header has an unknown slot {key}", 1, hint)
        if key not in KEPT_SLOTS:
            table.losses[f"slot {key} of the set"] += 1
    return table


def check_columns(table: Table, columns: list[str], line: int) -> None:
    known = set(COLUMNS) | set(table.extensions)
    for column in columns:
        if column not in known:
            hint = "An extension slot is declared under extension_definitions in the header."
            raise table.fault(f"the table has an unknown column {column}", line, hint)
        if columns.count(column) > 1:
            raise table.fault(f"the table has the column {column} twice", line, "Leave one out.")
    for column in REQUIRED:
        if column not in columns:
            raise table.fault(f"the table has no column {column}", line, "Add it; every record must fill it.")
