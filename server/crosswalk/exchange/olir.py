"""Reads NIST OLIR tables (IR 8278A r1), from a workbook or from CSV; the direction is never guessed."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable

from crosswalk.errors import InputError, ResourceLimit
from crosswalk.exchange.identifiers import Register, token
from crosswalk.exchange.records import (
    OLIR,
    PREDICATES,
    RATIONALES,
    UNSPECIFIED,
    UNTYPED,
    MappingSet,
    Record,
    single,
)
from crosswalk.located import missing_library, read_csv
from crosswalk.relations.algebra import DISJOINT, EQUAL, Candidates, inverse

FOCAL = "Focal Document Element"
COLUMNS = (
    FOCAL,
    "Focal Document Element Description",
    "Rationale",
    "Relationship",
    "Reference Document Element",
    "Reference Document Element Description",
    "Comments",
    "Strength of Relationship",
)
REQUIRED = (FOCAL, "Reference Document Element", "Rationale", "Relationship")
DIRECTIONS = ("focal-to-reference", "reference-to-focal")
"""How a row is read: “focal is a subset of reference”, or “reference is a subset of focal”."""

UNPACKED = 256 << 20
"""The most bytes that a workbook may unpack to."""

_WORDS = {word: relation for relation, word in OLIR.items()} | {"not related": DISJOINT, "is equal to": EQUAL}
_NAMED = "Call the columns as IR 8278A does: " + ", ".join(REQUIRED) + "."
_WEIGHED = "Equal has 10, not related to 0, anything else 1 to 9; N/A says nothing."
_DIRECTION_LINE = re.compile(r"Direction: ([a-z-]+)")

Rows = Iterable[tuple[int, list[str]]]


def read_table(data: bytes, name: str, direction: str) -> MappingSet:
    """The rows of a CSV file as mappings from the focal document to the reference document."""
    return _read(read_csv(data, name), name, "line", direction)


def read_workbook(data: bytes, name: str, direction: str) -> MappingSet:
    """The rows of the first sheet that has the columns of OLIR."""
    try:
        import openpyxl
    except ImportError:
        raise missing_library("openpyxl") from None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(each.file_size for each in archive.infolist())
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
            return _read(rows, f"{name} [{sheet.title}]", "row", direction)
    raise InputError(f"no sheet has a column “{FOCAL}”", file=name, hint=_NAMED)


def _heading(rows: Rows) -> int | None:
    return next((at for at, (_, cells) in enumerate(rows) if FOCAL in [cell.strip() for cell in cells]), None)


def _read(rows: Rows, name: str, unit: str, direction: str) -> MappingSet:
    if direction not in DIRECTIONS:
        raise InputError(f"“{direction}” is no direction", hint=f"Known are {' and '.join(DIRECTIONS)}.")
    rows = list(rows)
    heading = _heading(rows)
    if heading is None:
        raise InputError(f"no column is called “{FOCAL}”", file=name, line=1, hint=_NAMED)
    columns = [cell.strip() for cell in rows[heading][1]]
    for column in REQUIRED:
        if column not in columns:
            raise InputError(
                f"the table has no column “{column}”", file=name, line=rows[heading][0], hint=_NAMED
            )
    stated = {
        match for _, cells in rows[:heading] for cell in cells for match in _DIRECTION_LINE.findall(cell)
    }
    if stated - {direction}:
        what = f"the file states the direction {', '.join(sorted(stated))}, the call {direction}"
        raise InputError(what, file=name, hint="Which of them is true, the file's author knows.")
    records = []
    losses = MappingSet().losses
    for number, cells in rows[heading + 1 :]:
        filled = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if cell.strip()}
        if not filled:
            continue
        for column in set(filled) & {column for column in columns if column.endswith("Description")}:
            losses[f"“{column}” (the graph has its own)"] += 1
        for column in set(filled) - set(COLUMNS):
            losses[f"“{column}”"] += 1
        records.append(_record(filled, name, unit, number, direction))
    return MappingSet(records=tuple(records), losses=losses)


def _record(cells: dict[str, str], name: str, unit: str, number: int, direction: str) -> Record:
    def fault(what: str, hint: str | None = None) -> InputError:
        return InputError(
            f"{unit} {number}: {what}" if unit == "row" else what, file=name, line=number, hint=hint
        )

    for column in REQUIRED:
        if column not in cells:
            raise fault(f"“{column}” is empty", "Fill the cell, or take the row out.")
    for column in (FOCAL, "Reference Document Element"):
        if re.search(r"\s", cells[column]):
            raise fault(
                f"the identifier “{cells[column]}” holds a space", "Write identifiers without spaces."
            )
    if ":" in cells["Reference Document Element"]:
        what = f"the reference element “{cells['Reference Document Element']}” holds a colon"
        raise fault(what, "Give the identifier without what stands before the colon.")
    word = " ".join(cells["Relationship"].casefold().split())
    if word not in _WORDS:
        raise fault(f"“{cells['Relationship']}” is no relationship", f"Known are {', '.join(OLIR.values())}.")
    rationale = cells["Rationale"].casefold()
    if rationale not in RATIONALES:
        raise fault(f"“{cells['Rationale']}” is no rationale", f"Known are {', '.join(RATIONALES)}.")
    strength = _strength(cells.get("Strength of Relationship"), _WORDS[word], fault)
    relation = _WORDS[word] if direction == "focal-to-reference" else inverse(_WORDS[word])
    return Record(
        cells[FOCAL],
        cells["Reference Document Element"],
        predicate=PREDICATES.get(relation, UNTYPED),
        justification=UNSPECIFIED,
        candidates=relation,
        rationale_kind=rationale,
        comment=cells.get("Comments"),
        strength=strength,
        place=number,
    )


def _strength(text: str | None, relation: Candidates, fault: object) -> int | None:
    """The strength of a row, which must suit its relationship: equal is 10, partial 1 to 9, none 0."""
    if text is None or text.casefold() in ("n/a", "na"):
        return None
    if not re.fullmatch(r"\d+(\.0)?", text) or not 0 <= float(text) <= 10:
        raise fault(f"the strength “{text}” is neither N/A nor a whole number from 0 to 10", _WEIGHED)
    number = int(float(text))
    low, high = {EQUAL: (10, 10), DISJOINT: (0, 0)}.get(relation, (1, 9))
    if not low <= number <= high:
        raise fault(
            f"the strength {number} does not suit “{OLIR[relation]}”, which has {low} to {high}", _WEIGHED
        )
    return number


NOT_KEPT = (
    *("identifier", "authors", "date", "confidence", "as_cited", "quotations", "alignment"),
    *("reviewers", "reviewer_names", "review_date"),
)
_MOMENT = (1980, 1, 1, 0, 0, 0)


def write(sets: list[MappingSet], register: Register) -> tuple[bytes, Counter[str]]:
    """The workbook of the records that state one relation and its rationale, read from focal to reference."""
    losses: Counter[str] = Counter()
    rows = [row for found in sets for row in _rows(found, register, losses)]
    if not rows:
        what = "no record states a single set relation with its rationale, as OLIR demands of each row"
        raise InputError(what, hint="Records that are “linked, relation not assessed” fit SSSOM and CSV.")
    facts = [
        ("Name", "; ".join(found.title or found.identifier for found in sets)),
        ("Focal document", "; ".join(sorted({found.subject_source or "" for found in sets}))),
        ("Reference document", "; ".join(sorted({found.object_source or "" for found in sets}))),
        ("Licence", "; ".join(sorted({found.licence or "" for found in sets}))),
        ("Direction", DIRECTIONS[0]),
    ]
    return _book(facts, rows), +losses


def _rows(found: MappingSet, register: Register, losses: Counter[str]) -> list[list[str]]:
    rows = []
    for record in found.records:
        relation = single(record.candidates)
        if record.object is None:
            losses["record that says that there is no counterpart"] += 1
            continue
        if relation is None or record.rationale_kind is None:
            losses["record without a single set relation and its rationale"] += 1
            continue
        for what in NOT_KEPT:
            losses[f"{what} of a record"] += record.says(what)
        losses[f"justification of a record ({record.justification.rpartition('/')[2]})"] += 1
        focal, reference = (register.known.get(iri) for iri in (record.subject, record.object))
        rows.append(
            [
                _name(record.subject, register),
                (focal and focal.label) or "",
                record.rationale_kind.capitalize(),
                OLIR[relation],
                _name(record.object, register),
                (reference and reference.label) or "",
                record.comment or "",
                "N/A" if record.strength is None else str(record.strength),
            ]
        )
    return sorted(rows)


def _name(iri: str, register: Register) -> str:
    """The element's number where that alone finds it in its edition, else its path."""
    known = register.known.get(iri)
    if known is None:
        return iri
    names = (known.notation or "", token(known), known.path)
    fitting = (name for name in names if " " not in name and register.find(name, known.edition) == iri)
    return next(fitting, iri)


def _book(facts: list[tuple[str, str]], rows: list[list[str]]) -> bytes:
    try:
        import openpyxl
        from openpyxl.cell import WriteOnlyCell
    except ImportError:
        raise missing_library("openpyxl") from None
    book = openpyxl.Workbook(write_only=True)

    def fill(title: str, lines: list[list[str]]) -> None:
        sheet = book.create_sheet(title)
        for line in lines:
            cells = [WriteOnlyCell(sheet, _clean(text)) for text in line]
            for cell in cells:
                cell.data_type = "s"  # a text that begins with “=” is a text
            sheet.append(cells)

    direction = [
        f"Direction: {DIRECTIONS[0]}",
        "each row reads: focal element <relationship> reference element",
    ]
    fill("General Information", [list(fact) for fact in facts])
    fill("Relationships", [direction, list(COLUMNS), *rows])
    raw = io.BytesIO()
    book.save(raw)
    return _settle(raw.getvalue())


def _clean(text: str) -> str:
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)


def _settle(data: bytes) -> bytes:
    """The same archive without the time of its making."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"1980-01-01T00:00:00Z", content)
            new.writestr(zipfile.ZipInfo(name, _MOMENT), content, zipfile.ZIP_DEFLATED)
    return result.getvalue()
