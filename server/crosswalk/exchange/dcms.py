"""Read the mapping of the UK Code of Practice in its publisher's JSON: plain associations.

The publisher's site was https://iotsecuritymapping.uk/; the format has no other description than its files.
"""

from __future__ import annotations

import re

from crosswalk.errors import InputError
from crosswalk.exchange.records import Losses, MappingSet, Record
from crosswalk.json_document import Document

_NUMBER = "DCMS Code of Practice Guidelines Number"
_STANDARD = "Standard / Recommendation Name"
_SECTION = "Recommendation Number / Section"
_NOT_KEPT = ("Recommendation Extracted from Linked Source", "Web Link", "Notes", "Added at Version")


def read(data: bytes, name: str, select: str) -> MappingSet:
    """Return the associations with the standards whose organisation or name holds ``select``.

    The excerpts stay out: their rights are their authors'. Raises InputError with the line that is wrong.
    """
    document = Document(data, name)
    rows = list(document.objects(document.value, (), "the file's array"))
    if not rows or "Disclaimer" not in rows[0]:
        hint = "Take the file as its publisher offers it."
        raise document.fault("the first item is no disclaimer, as in the publisher's file", (), hint)
    losses = Losses()
    records: dict[tuple[str, str], Record] = {}
    standards = set()
    for row in rows[1:]:
        number = row.text(_NUMBER)
        if not re.fullmatch(r"\d{1,2}", number):
            what = f"“{number}” is no number of a guideline"
            raise row.fault(what, "Give the number alone, such as 5.", _NUMBER)
        standard = f"{row.get('Organisation', '')} · {row.get(_STANDARD, '')}"
        standards.add(standard)
        if select.casefold() not in standard.casefold():
            continue
        losses.update(f"“{key}”" for key in _NOT_KEPT if row.get(key))
        cited = row.optional_text(_SECTION)
        if cited is None:
            losses["record that names no section"] += 1
            continue
        section = _section(cited)
        losses["record that repeats another"] += (number, section) in records
        record = Record(number, section, as_cited=row.get(_SECTION), place=row.line)
        records.setdefault((number, section), record)
    if not records:
        is_nameless = losses["record that names no section"]
        what = f"no record of “{select}” names a section"
        hint = "There are: " + "; ".join(sorted(standards)[:12]) + " …"
        what = what if is_nameless else f"no standard's name holds “{select}”"
        raise InputError(what, file=name, hint=hint)
    version = str(rows[0].get("Version") or "") or None
    return MappingSet(version=version, records=tuple(records.values()), losses=losses)


def _section(text: str) -> str:
    """Return the number that a section begins with, without the words around it."""
    match = re.search(r"[A-Za-z]*[A-Z\d][\w.\-]*\d[\w.\-()]*|\d+", text)
    return match[0].rstrip(".,-") if match else text
