"""Name the formats that can be read and written, each with its reader or writer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from crosswalk.errors import InputError
from crosswalk.exchange import (
    ciso,
    cprt,
    dcms,
    olir,
    oscal_catalog,
    oscal_mapping,
    rdf,
    spreadsheet,
    sssom,
    sssom_writing,
)
from crosswalk.exchange.identifiers import Register
from crosswalk.exchange.isolated import run_isolated
from crosswalk.exchange.records import Catalogue, MappingSet
from crosswalk.folders import read_bytes
from crosswalk.settings import MEGABYTE

LARGEST = 64 * MEGABYTE
"""The most bytes that a file may have."""


@dataclass(frozen=True)
class Format:
    """A format: what it holds, its reader, and the choices that the reader takes or cannot do without."""

    holds: str
    read: Callable[..., MappingSet | Catalogue]
    takes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


READABLE = {
    "sssom": Format("mappings", sssom.read),
    "oscal-catalog": Format("elements", oscal_catalog.read_catalog, takes=("with_text",)),
    "oscal-profile": Format("selection", oscal_catalog.read_profile),
    "oscal-mapping": Format("mappings", oscal_mapping.read),
    "olir": Format("mappings", olir.read, needs=("direction",)),
    "cprt": Format("elements", cprt.read, takes=("with_text",)),
    "dcms": Format("mappings", dcms.read, needs=("select",)),
    "ciso-assistant": Format("mappings", ciso.read, takes=("select",)),
    "turtle": Format("mappings", partial(rdf.read, syntax="turtle")),
    "jsonld": Format("mappings", partial(rdf.read, syntax="jsonld")),
}
"""The formats that can be read, by the names people give them."""


def _write_sssom(sets: list[MappingSet], register: Register) -> tuple[bytes, Counter[str]]:
    if len(sets) != 1:
        raise InputError("an SSSOM file holds one mapping set", hint="Name it with --set.")
    return sssom_writing.write(sets[0], register.labels())


WRITABLE: dict[str, Callable[[list[MappingSet], Register], tuple[bytes, Counter[str]]]] = {
    "sssom": _write_sssom,
    "oscal": oscal_mapping.write,
    "olir": olir.write,
    "csv": spreadsheet.write,
}
"""Writers by the names of their formats; each returns the file and counts what it cannot hold."""


def read(path: Path, form: str, choices: Mapping[str, Any]) -> MappingSet | Catalogue:
    """Return what a stranger's file holds, read in a process of its own under limits.

    ``choices`` are made beside the file: ``direction``, ``select`` and ``with_text``. Raises InputError where
    the file is wrong or too large, or a choice that its format needs is not made.
    """
    chosen = READABLE[form]
    for need in chosen.needs:
        if not choices[need]:
            raise InputError(f"{form} needs --{need}", hint=f"See crosswalk import --help on --{need}.")
    data = read_bytes(path, most=LARGEST + 1)
    if len(data) > LARGEST:
        what = f"the file is larger than the {LARGEST // MEGABYTE} MB that are read"
        raise InputError(what, file=path, hint="Divide it.")
    taken = {name: choices[name] for name in (*chosen.takes, *chosen.needs)}
    return run_isolated(partial(chosen.read, data, str(path), **taken), str(path))
