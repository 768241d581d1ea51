"""The formats that can be read, each by its name, and what its reader must be told beside the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crosswalk.errors import InputError
from crosswalk.exchange import (
    ciso,
    cprt,
    dcms,
    isolated,
    olir,
    oscal_catalog,
    oscal_mapping,
    rdf,
    spreadsheet,
    sssom,
    sssom_writing,
)
from crosswalk.exchange.identifiers import Register
from crosswalk.exchange.records import Catalogue, MappingSet

LARGEST = 64 << 20
"""The most bytes that a file may have."""


@dataclass(frozen=True)
class Choices:
    """What a call says beside the file."""

    direction: str | None = None
    select: str | None = None
    with_text: bool = False


Reader = Callable[[bytes, str, Choices], MappingSet | Catalogue]


@dataclass(frozen=True)
class Format:
    """A format: what it holds, and how it is read."""

    holds: str
    read: Reader
    needs: tuple[str, ...] = ()


def _olir(data: bytes, name: str, choices: Choices) -> MappingSet:
    is_workbook = data[:2] == b"PK"
    reader = olir.read_workbook if is_workbook else olir.read_table
    return reader(data, name, choices.direction or "")


READABLE = {
    "sssom": Format("mappings", lambda data, name, _: sssom.read(data, name)),
    "oscal-catalog": Format(
        "elements",
        lambda data, name, choices: oscal_catalog.read_catalog(data, name, with_text=choices.with_text),
    ),
    "oscal-profile": Format("selection", lambda data, name, _: oscal_catalog.read_profile(data, name)),
    "oscal-mapping": Format("mappings", lambda data, name, _: oscal_mapping.read(data, name)),
    "olir": Format("mappings", _olir, needs=("direction",)),
    "cprt": Format(
        "elements", lambda data, name, choices: cprt.read(data, name, with_text=choices.with_text)
    ),
    "dcms": Format(
        "mappings",
        lambda data, name, choices: dcms.read(data, name, choices.select or ""),
        needs=("select",),
    ),
    "ciso-assistant": Format(
        "mappings", lambda data, name, choices: ciso.read(data, name, choices.select or "")
    ),
    "turtle": Format("mappings", lambda data, name, _: rdf.read(data, name, "turtle")),
    "jsonld": Format("mappings", lambda data, name, _: rdf.read(data, name, "jsonld")),
}
"""The formats by the names people give them."""


def read(path: Path, form: str, choices: Choices) -> MappingSet | Catalogue:
    """What a stranger's file holds, read in a process of its own under limits."""
    found = READABLE[form]
    for need in found.needs:
        if not getattr(choices, need):
            raise InputError(f"{form} needs --{need}", hint=f"See crosswalk import --help on --{need}.")
    data = _bytes(path)
    return isolated.run(lambda: found.read(data, str(path), choices), str(path))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise InputError("there is no such file", file=path, hint="Look at the path.") from None
    except OSError as fault:
        what, hint = f"the file cannot be read: {fault.strerror}", "Look whether it is a file, and whose."
        raise InputError(what, file=path, hint=hint) from None
    if len(data) > LARGEST:
        hint = "Divide it."
        raise InputError(
            f"the file is larger than the {LARGEST >> 20} MB that are read", file=path, hint=hint
        )
    return data


Written = tuple[bytes, Counter[str]]


def _sssom(sets: list[MappingSet], register: Register) -> Written:
    if len(sets) != 1:
        raise InputError("an SSSOM file holds one mapping set", hint="Name it with --set.")
    labels = {iri: known.label for iri, known in register.known.items() if known.label}
    return sssom_writing.write(sets[0], labels)


WRITABLE: dict[str, Callable[[list[MappingSet], Register], Written]] = {
    "sssom": _sssom,
    "oscal": oscal_mapping.write,
    "olir": olir.write,
    "csv": spreadsheet.write,
}
"""Writers that give the file and count what it cannot hold."""
