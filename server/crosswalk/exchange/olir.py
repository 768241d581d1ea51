"""Read and write NIST OLIR tables, as workbooks or CSV; the direction is never guessed.

The template: NIST IR 8278A r1, section 3.2, https://doi.org/10.6028/NIST.IR.8278Ar1
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from typing import Any

from crosswalk.errors import InputError, ResourceLimit
from crosswalk.exchange.identifiers import Register, token
from crosswalk.exchange.records import OLIR, RATIONALES, STRENGTHS, UNSPECIFIED, Losses, MappingSet, Record
from crosswalk.graph.mappings import PREDICATES
from crosswalk.relations.algebra import DISJOINT, EQUAL, inverse
from crosswalk.structured_text import UNSPACED, decode, has_space, read_csv

FOCAL, REFERENCE = "Focal Document Element", "Reference Document Element"
STRENGTH = "Strength of Relationship"
COLUMNS = (
    FOCAL,
    "Focal Document Element Description",
    "Rationale",
    "Relationship",
    REFERENCE,
    "Reference Document Element Description",
    "Comments",
    STRENGTH,
)
REQUIRED = (FOCAL, REFERENCE, "Rationale", "Relationship")
DIRECTIONS = ("focal-to-reference", "reference-to-focal")
"""How a row is read: “focal is a subset of reference”, or “reference is a subset of focal”."""

UNPACKED = 256 << 20
"""The most bytes that a workbook may unpack to."""

_WORDS = {word: relation for relation, word in OLIR.items()} | {"not related": DISJOINT, "is equal to": EQUAL}
_NAMED = "Call the columns as IR 8278A does: " + ", ".join(REQUIRED) + "."
_WEIGHED = "Equal has 10, not related to 0, anything else 1 to 9; N/A says nothing."
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What no XML 1.0 document may hold: https://www.w3.org/TR/xml/#charsets"""
_DIRECTION_LINE = re.compile(r"Direction: ([a-z-]+)")

Rows = list[tuple[int, list[str]]]


def read(data: bytes, name: str, direction: str) -> MappingSet:
    """Return the rows of a workbook or a CSV file as mappings from the focal to the reference document."""
    reader = read_workbook if data[:2] == b"PK" else read_table
    return reader(data, name, direction)


def read_table(data: bytes, name: str, direction: str) -> MappingSet:
    """Return the rows of a CSV file as mappings; raises InputError with the line that is wrong."""
    return _read(read_csv(decode(data, name), name), name, direction)


def read_workbook(data: bytes, name: str, direction: str) -> MappingSet:
    """Return the rows of the first sheet that has the columns of OLIR as mappings.

    Raises InputError with the sheet and row that are wrong, and ResourceLimit for too large a workbook.
    """
    openpyxl = _import_openpyxl()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > UNPACKED:
            raise ResourceLimit(f"the workbook unpacks to {size} bytes", file=name)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except (zipfile.BadZipFile, KeyError, OSError, SyntaxError, ValueError) as fault:
        raise InputError(f"no workbook: {fault}", file=name, hint="Save it as .xlsx.") from None
    for sheet in book.worksheets:
        rows = [
            (number, ["" if cell is None else str(cell) for cell in cells])
            for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1)
        ]
        if _heading(rows) is not None:
            return _read(rows, f"{name} [{sheet.title}]", direction, unit="row")
    raise InputError(f"no sheet has a column “{FOCAL}”", file=name, hint=_NAMED)


def _import_openpyxl() -> Any:
    try:
        import openpyxl.cell
    except ImportError:
        hint = "Workbooks are read and written with it."
        raise InputError("openpyxl is not installed: pip install 'crosswalk[formats]'", hint=hint) from None
    return openpyxl


def _heading(rows: Rows) -> int | None:
    """Return the index of the row that names the columns."""
    return next((i for i, (_, cells) in enumerate(rows) if FOCAL in [cell.strip() for cell in cells]), None)


def _read(rows: Rows, name: str, direction: str, unit: str = "line") -> MappingSet:
    if direction not in DIRECTIONS:
        raise InputError(f"“{direction}” is no direction", hint=f"Known are {' and '.join(DIRECTIONS)}.")
    heading = _heading(rows)
    if heading is None:
        raise InputError(f"no column is called “{FOCAL}”", file=name, line=1, hint=_NAMED)
    line, columns = rows[heading][0], [cell.strip() for cell in rows[heading][1]]
    for column in REQUIRED:
        if column not in columns:
            raise InputError(f"the table has no column “{column}”", file=name, line=line, hint=_NAMED)
    above = "\n".join(cell for _, cells in rows[:heading] for cell in cells)
    stated = set(_DIRECTION_LINE.findall(above))
    if stated - {direction}:
        what = f"the file states the direction {', '.join(sorted(stated))}, the call {direction}"
        raise InputError(what, file=name, hint="Which of them is true, the file's author knows.")
    records = []
    losses = Losses()
    for number, cells in rows[heading + 1 :]:
        filled = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if cell.strip()}
        if filled:
            losses.update(f"“{column}”" for column in filled.keys() - COLUMNS)
            described = (column for column in filled if column.endswith("Description"))
            losses.update(f"“{column}” (the graph has its own)" for column in described)
            records.append(_record(filled, name, unit, number, direction))
    return MappingSet(records=tuple(records), losses=losses)


def _record(cells: dict[str, str], name: str, unit: str, number: int, direction: str) -> Record:
    """Return the mapping that a row states; ``number`` counts the lines of a file or the rows of a sheet."""

    def fault(what: str, hint: str) -> InputError:
        row = f"row {number}: " if unit == "row" else ""
        return InputError(row + what, file=name, line=number, hint=hint)

    for column in REQUIRED:
        if column not in cells:
            raise fault(f"“{column}” is empty", "Fill the cell, or take the row out.")
    for column in (FOCAL, REFERENCE):
        if has_space(cells[column]):
            raise fault(f"the identifier “{cells[column]}” holds a space", UNSPACED)
    if ":" in cells[REFERENCE]:
        hint = "Give the identifier without what stands before the colon."
        raise fault(f"the reference element “{cells[REFERENCE]}” holds a colon", hint)
    word = " ".join(cells["Relationship"].casefold().split())
    if word not in _WORDS:
        hint = f"Known are {', '.join(OLIR.values())}."
        raise fault(f"“{cells['Relationship']}” is no relationship", hint)
    rationale = cells["Rationale"].casefold()
    if rationale not in RATIONALES:
        raise fault(f"“{cells['Rationale']}” is no rationale", f"Known are {', '.join(RATIONALES)}.")
    relation = _WORDS[word]
    text = cells.get(STRENGTH, "N/A")
    strength = STRENGTHS.get(text.removesuffix(".0"))
    if strength is None and text.casefold() not in ("n/a", "na"):
        what = f"the strength “{text}” is neither N/A nor a whole number from 0 to 10"
        raise fault(what, _WEIGHED)
    low, high = {EQUAL: (10, 10), DISJOINT: (0, 0)}.get(relation, (1, 9))
    if strength is not None and not low <= strength <= high:
        what = f"the strength {strength} does not suit “{OLIR[relation]}”, which has {low} to {high}"
        raise fault(what, _WEIGHED)
    relation = relation if direction == DIRECTIONS[0] else inverse(relation)
    return Record(
        cells[FOCAL],
        cells[REFERENCE],
        predicate=PREDICATES[relation],
        justification=UNSPECIFIED,
        candidates=relation,
        rationale_kind=rationale,
        comment=cells.get("Comments"),
        strength=strength,
        place=number,
    )


NOT_KEPT = (
    *("identifier", "authors", "date", "confidence", "as_cited", "quotations", "alignment"),
    *("reviewers", "reviewer_names", "review_date"),
)
"""What OLIR has no place for."""

_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP archive can bear."""


def write(sets: list[MappingSet], register: Register) -> tuple[bytes, Counter[str]]:
    """Return the workbook of the records that state one relation and its rationale, from focal to reference.

    Raises InputError where no record does.
    """
    losses: Counter[str] = Counter()
    rows = [row for mapping_set in sets for row in _rows(mapping_set, register, losses)]
    if not rows:
        what = "no record states a single set relation with its rationale, as OLIR demands of each row"
        raise InputError(what, hint="Records that are “linked, relation not assessed” fit SSSOM and CSV.")
    names = [mapping_set.title or mapping_set.identifier for mapping_set in sets]
    information = [
        ["Name", "; ".join(names)],
        *(
            [title, "; ".join(sorted({getattr(mapping_set, field) or "" for mapping_set in sets}))]
            for title, field in (
                ("Focal document", "subject_source"),
                ("Reference document", "object_source"),
                ("Licence", "licence"),
            )
        ),
        ["Direction", DIRECTIONS[0]],
    ]
    direction = (
        f"Direction: {DIRECTIONS[0]}",
        "each row reads: focal element <relationship> reference element",
    )
    sheets = {"General Information": information, "Relationships": [list(direction), list(COLUMNS), *rows]}
    return _write_workbook(sheets), +losses


def _rows(mapping_set: MappingSet, register: Register, losses: Counter[str]) -> list[list[str]]:
    rows = []
    for record in mapping_set.records:
        if record.object is None:
            losses["record that says that there is no counterpart"] += 1
        elif record.relation is None or record.rationale_kind is None:
            losses["record without a single set relation and its rationale"] += 1
        else:
            losses.update(f"{name} of a record" for name in NOT_KEPT if record.gives(name))
            losses[f"justification of a record ({record.justification.rpartition('/')[2]})"] += 1
            row = [
                _name(record.subject, register),
                register.label(record.subject),
                record.rationale_kind.capitalize(),
                OLIR[record.relation],
                _name(record.object, register),
                register.label(record.object),
                record.comment or "",
                "N/A" if record.strength is None else str(record.strength),
            ]
            rows.append(row)
    return sorted(rows)


def _name(iri: str, register: Register) -> str:
    """Return the element's number where that alone finds it in its edition, else its path."""
    known = register.known.get(iri)
    if known is None:
        return iri
    names = (known.notation or "", token(known), known.path)
    fitting = (name for name in names if " " not in name and register.find(name, known.edition) == iri)
    return next(fitting, iri)


def _write_workbook(sheets: dict[str, list[list[str]]]) -> bytes:
    """Return a workbook (Office Open XML) of texts, without the time of its making."""
    openpyxl = _import_openpyxl()
    book = openpyxl.Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            cells = [openpyxl.cell.WriteOnlyCell(sheet, _CONTROLS.sub("", text)) for text in row]
            for cell in cells:
                cell.data_type = "s"  # a text that begins with “=” is a text
            sheet.append(cells)
    written, settled = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"1980-01-01T00:00:00Z", content)
            new.writestr(zipfile.ZipInfo(name, _MOMENT), content, zipfile.ZIP_DEFLATED)
    return settled.getvalue()
