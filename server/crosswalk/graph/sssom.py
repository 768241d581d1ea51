"""Read an SSSOM table: its YAML header, its CURIEs and its rows, each fault with its line.

The format is SSSOM/TSV 1.1 with the metadata embedded: https://mapping-commons.github.io/sssom/.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from crosswalk.errors import InputError
from crosswalk.iris import PREFIXES
from crosswalk.structured_text import LinedMapping, read_csv, read_yaml


class SlotNames:
    """The slots of SSSOM in its order: ``curated`` tables hold those marked “*” or “-”.

    Of anybody's table those marked “*” or “+” are ``read``; the rest has no place in the graph.
    """

    def __init__(self, *lines: str) -> None:
        slots = " ".join(lines).split()
        self.all = tuple(slot.lstrip("*+-") for slot in slots)
        self.curated = {slot[1:] for slot in slots if slot[0] in "*-"}
        self.read = {slot[1:] for slot in slots if slot[0] in "*+"}


SET_SLOTS = SlotNames(
    "+sssom_version *curie_map *mapping_set_id *mapping_set_version *mapping_set_source *mapping_set_title",
    "*mapping_set_description mapping_set_confidence *creator_id creator_label *license subject_type",
    "*subject_source *subject_source_version object_type *object_source *object_source_version",
    "predicate_type *mapping_provider cardinality_scope mapping_tool mapping_tool_id mapping_tool_version",
    "*mapping_date *publication_date subject_match_field object_match_field subject_preprocessing",
    "object_preprocessing similarity_measure curation_rule curation_rule_text see_also issue_tracker other",
    "comment *extension_definitions",
)
RECORD_SLOTS = SlotNames(
    "+record_id *subject_id *subject_label subject_category *predicate_id predicate_label",
    "+predicate_modifier *object_id *object_label object_category *mapping_justification *author_id",
    "author_label *reviewer_id *reviewer_label creator_id creator_label license subject_type subject_source",
    "subject_source_version object_type -object_source object_source_version predicate_type mapping_provider",
    "mapping_source mapping_cardinality cardinality_scope mapping_tool mapping_tool_id mapping_tool_version",
    "+mapping_date publication_date *review_date *confidence reviewer_agreement curation_rule",
    "curation_rule_text subject_match_field object_match_field match_string subject_preprocessing",
    "object_preprocessing similarity_score similarity_measure see_also issue_tracker_item other *comment",
)
REQUIRED_OF_SET = ("mapping_set_id", "license")
REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")

BUILT_IN = ("owl", "rdf", "rdfs", "semapv", "skos", "sssom", "xsd")
"""Prefixes that a table may use without declaring them."""

_IRI = re.compile(r"""[^\s<>"{}|\\^`]+""")
"""The characters of an IRIREF: https://www.w3.org/TR/turtle/#grammar-production-IRIREF"""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
"""A number without a sign (unsignedScientificNotationNumeral): https://www.w3.org/TR/xmlschema11-2/"""
_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Extension:
    """An extension slot: the property it stands for, and the datatype of its values (None: an IRI)."""

    property: str
    datatype: str | None


@dataclass(frozen=True)
class TableRow:
    """One record: the line it stands on and its cells that are not empty."""

    line: int
    cells: dict[str, str]


@dataclass
class Table:
    """An SSSOM file in memory; ``name`` is its path as people are told it.

    ``losses`` counts the slots that SSSOM has and the graph has no place for; a strict reading has none.
    """

    name: str
    header: LinedMapping
    prefixes: dict[str, str] = field(default_factory=dict)
    extensions: dict[str, Extension] = field(default_factory=dict)
    rows: list[TableRow] = field(default_factory=list)
    losses: Counter[str] = field(default_factory=Counter)

    def fault(self, what: str, line: int, hint: str) -> InputError:
        """Return an error at a line of this file."""
        return InputError(what, file=self.name, line=line, hint=hint)

    def iri(self, curie: str, place: str, line: int) -> str:
        """Return the IRI of a CURIE; raises InputError for anything else."""
        if not _IRI.fullmatch(curie):
            what = f"“{curie}” in {place} holds a space or another character that no IRI has"
            hint = "Leave it out, or percent-encode it; several values are divided by “|”."
            raise self.fault(what, line, hint)
        prefix, colon, local = curie.partition(":")
        if not colon or prefix not in self.prefixes or local.startswith("//"):
            hint = "Write prefix:name, with the prefix in the curie_map of the header."
            raise self.fault(f"“{curie}” in {place} is no CURIE with a known prefix", line, hint)
        return self.prefixes[prefix] + local

    def day(self, text: str, line: int, place: str = "") -> str:
        """Return an xsd:date as it is written; raises InputError for anything else."""
        if not _DAY.fullmatch(text):
            what = f"“{text}”{f' in {place}' if place else ''} is no date such as 2026-01-31"
            raise self.fault(what, line, "Write year, month and day so, or leave it out.")
        return text

    def confidence(self, text: str, line: int) -> str:
        """Return a number from 0 to 1 as an xsd:decimal; raises InputError for anything else."""
        number = Decimal(text) if _NUMBER.fullmatch(text) else -1
        if not 0 <= number <= 1:
            what = f"the confidence “{text}” is no number from 0 to 1"
            raise self.fault(what, line, "Write 80 per cent as 0.8.")
        return f"{number:f}" if "e" in text.casefold() else text

    def values(self, slot: str) -> list[str]:
        """Return the values of a slot of the header, as texts; none when it is absent."""
        value = self.header.get(slot)
        return [str(item) for item in (value if isinstance(value, list) else [value]) if item is not None]

    def value(self, slot: str) -> str | None:
        """Return the first value of a slot of the header."""
        return next(iter(self.values(slot)), None)

    def line(self, slot: str) -> int:
        """Return the line of a slot of the header."""
        return self.header.lines.get(slot, 1)

    def iris(self, slot: str) -> list[str]:
        """Return the values of a slot of the header that holds CURIEs."""
        return [self.iri(curie, f"the header's {slot}", self.line(slot)) for curie in self.values(slot)]


def split(cell: str) -> tuple[str, ...]:
    r"""Return the values of a cell that holds several, divided by bars; ``\|`` is a bar in a value.

    >>> split(r"one | two \| three")
    ('one', 'two | three')
    """
    return tuple(value.replace(r"\|", "|").strip() for value in _BAR.split(cell) if value.strip())


def read_table(text: str, name: str, *, strict: bool = True) -> Table:
    """Return the header and rows of a table.

    A ``strict`` reading refuses every slot that curated tables do not hold, so that nothing is lost; a
    lenient one takes all of SSSOM's and counts what the graph has no place for. Raises InputError.
    """
    lines = text.splitlines(keepends=True)
    length = next((index for index, line in enumerate(lines) if not line.startswith("#")), len(lines))
    table = _read_header("".join(line[1:] for line in lines[:length]), name, strict)
    body = "".join(lines[length:])
    rows = read_csv(body, name, "\t", before=length) if body.strip() else []
    if not rows:
        hint = "The first line without # names the columns."
        raise table.fault("there is no table below the header", length + 1, hint)
    line, columns = rows[0]
    _check_columns(table, columns, line, strict)
    for line, cells in rows[1:]:
        if len(cells) != len(columns):
            what = f"the row has {len(cells)} cells and the table {len(columns)} columns"
            raise table.fault(what, line, "Put a tab between each two cells, beside empty ones as well.")
        filled = {column: cell.strip() for column, cell in zip(columns, cells, strict=True) if cell.strip()}
        _check_cells(table, filled, line)
        table.rows.append(TableRow(line, filled))
        for column in () if strict else filled.keys() - RECORD_SLOTS.read - table.extensions.keys():
            table.losses[f"slot {column}"] += table.value(column) != filled[column]
    return table


def _read_header(text: str, name: str, strict: bool) -> Table:
    header = read_yaml(text, name) if text.strip() else LinedMapping()
    if not isinstance(header, LinedMapping):
        hint = "Write “#slot: value” on each line."
        raise InputError("the header is no list of slots and values", file=name, line=1, hint=hint)
    table = Table(name, header)
    for slot in REQUIRED_OF_SET:
        if not header.get(slot):
            raise table.fault(f"the header gives no {slot}", 1, f"Add a line “#{slot}: …”.")
    declared = header.get("curie_map") or {}
    if not isinstance(declared, dict):
        hint = "Write “#  prefix: address” below it."
        raise table.fault("the curie_map is no list of prefixes", table.line("curie_map"), hint)
    table.prefixes = {prefix: PREFIXES[prefix] for prefix in BUILT_IN}
    table.prefixes |= {prefix: str(namespace) for prefix, namespace in declared.items()}
    _read_extensions(table, strict)
    for slot in header:
        if slot not in (SET_SLOTS.curated if strict else SET_SLOTS.all) and slot not in table.extensions:
            hint = "Give it under extension_definitions, or leave it out."
            raise table.fault(f"the header has an unknown slot {slot}", table.line(slot), hint)
        if not strict and slot not in SET_SLOTS.read:
            table.losses[f"slot {slot} of the set"] += 1
    return table


def _read_extensions(table: Table, strict: bool) -> None:
    """Read what each extension slot stands for; only a strict reading needs all of that."""
    line = table.line("extension_definitions")
    needed = {"slot_name", "property"} if strict else {"slot_name"}
    for definition in table.header.get("extension_definitions") or []:
        if not isinstance(definition, dict) or not needed <= definition.keys():
            what = "an extension definition lacks its slot_name or its property"
            raise table.fault(what, line, "Add “#- slot_name: …” with “#  property: …” below.")
        about, hint = definition.get("property"), definition.get("type_hint", "xsd:string")
        is_iri = hint == "linkml:uriOrCurie" or not strict
        table.extensions[definition["slot_name"]] = Extension(
            table.iri(about, "an extension's property", line) if about else "",
            None if is_iri else table.iri(hint, "a type_hint", line),
        )


def _check_columns(table: Table, columns: list[str], line: int, strict: bool) -> None:
    for column in REQUIRED:
        if column not in columns:
            raise table.fault(f"the table has no column {column}", line, "Add it; every record must fill it.")
    for column in columns:
        if (
            column not in (RECORD_SLOTS.curated if strict else RECORD_SLOTS.all)
            and column not in table.extensions
        ):
            hint = "An extension slot is declared under extension_definitions in the header."
            raise table.fault(f"the table has an unknown column {column}", line, hint)
        if columns.count(column) > 1:
            raise table.fault(f"the table has the column {column} twice", line, "Leave one out.")


def _check_cells(table: Table, cells: dict[str, str], line: int) -> None:
    for column in REQUIRED:
        if column not in cells:
            raise table.fault(f"the record gives no {column}", line, "Fill the cell.")
    if "review_date" in cells and not {"reviewer_id", "reviewer_label"} & cells.keys():
        hint = "Name one in reviewer_id or reviewer_label, or leave the date out."
        raise table.fault("a review_date is given without a reviewer", line, hint)
