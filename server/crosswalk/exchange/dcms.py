"""Reads the mapping of the UK Code of Practice in its publisher's JSON: plain associations."""

from __future__ import annotations

import re
from typing import Any

from crosswalk.errors import InputError
from crosswalk.exchange.records import MANUAL, MappingSet, Record
from crosswalk.located import Document

_NUMBER = "DCMS Code of Practice Guidelines Number"
_STANDARD = "Standard / Recommendation Name"
_SECTION = "Recommendation Number / Section"
_WORDING = "Recommendation Extracted from Linked Source"


def read(data: bytes, name: str, select: str) -> MappingSet:
    """The associations with the standards whose organisation or name holds ``select``.

    The excerpts stay out: their rights are their authors'.
    """
    document = Document(data, name)
    rows = list(document.items(document.value, [], "the file's array"))
    if not rows or "Disclaimer" not in rows[0][0]:
        hint = "Take the file as its publisher offers it."
        raise document.fault("the first item is no disclaimer, as in the publisher's file", hint=hint)
    head = rows[0][0]
    found = MappingSet(version=str(head.get("Version") or "") or None)
    records: dict[tuple[str, str], Record] = {}
    names = set()
    for each, place in rows[1:]:
        number = document.wanted(each, _NUMBER, place)
        if not re.fullmatch(r"\d{1,2}", number):
            hint = "Give the number alone, such as 5."
            raise document.fault(f"“{number}” is no number of a guideline", [*place, _NUMBER], hint)
        standard = f"{each.get('Organisation', '')} · {each.get(_STANDARD, '')}"
        names.add(standard)
        if select.casefold() not in standard.casefold():
            continue
        for key in (_WORDING, "Web Link", "Notes", "Added at Version"):
            found.losses[f"“{key}”"] += bool(each.get(key))
        if not document.optional(each, _SECTION, place):
            found.losses["record that names no section"] += 1
            continue
        section = _section(document, each, place)
        if (number, section) in records:
            found.losses["record that repeats another"] += 1
        record = Record(
            number, section, justification=MANUAL, as_cited=each[_SECTION], place=document.line(place)
        )
        records.setdefault((number, section), record)
    if not records:
        hint = "There are: " + "; ".join(sorted(names)[:12]) + " …"
        nameless = found.losses["record that names no section"]
        what = (
            f"no record of “{select}” names a section" if nameless else f"no standard's name holds “{select}”"
        )
        raise InputError(what, file=name, hint=hint)
    return MappingSet(version=found.version, records=tuple(records.values()), losses=found.losses)


def _section(document: Document, each: dict[str, Any], place: list[str | int]) -> str:
    """The number that a section begins with, without the words around it."""
    text = document.wanted(each, _SECTION, place)
    match = re.search(r"[A-Za-z]*[A-Z\d][\w.\-]*\d[\w.\-()]*|\d+", text)
    return match[0].rstrip(".,-") if match else text
