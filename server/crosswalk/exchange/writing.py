"""The formats that mappings can be written in, each by its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from crosswalk.errors import InputError
from crosswalk.exchange import olir_writing, oscal_mapping_writing, spreadsheet, sssom_writing
from crosswalk.exchange.records import MappingSet
from crosswalk.exchange.register import Register

Written = tuple[bytes, Counter[str]]


def _sssom(sets: list[MappingSet], register: Register) -> Written:
    if len(sets) != 1:
        raise InputError("an SSSOM file holds one mapping set", hint="Name it with --set.")
    labels = {iri: known.label for iri, known in register.known.items() if known.label}
    return sssom_writing.write(sets[0], labels)


FORMATS: dict[str, Callable[[list[MappingSet], Register], Written]] = {
    "sssom": _sssom,
    "oscal": oscal_mapping_writing.write,
    "olir": olir_writing.write,
    "csv": spreadsheet.write,
}
"""Writers that give the file and count what it cannot hold."""
