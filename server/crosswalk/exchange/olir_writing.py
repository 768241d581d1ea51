"""Writes mappings as a NIST OLIR workbook, whose direction is stated; the same graph gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter

from crosswalk.errors import InputError
from crosswalk.exchange.olir import COLUMNS, DIRECTIONS
from crosswalk.exchange.parsing import missing_library
from crosswalk.exchange.records import MappingSet
from crosswalk.exchange.register import Register, token
from crosswalk.exchange.words import OLIR, single

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
