"""The formats that can be read, each by its name, and what its reader must be told beside the file."""

from __future__ import annotations

import json
import multiprocessing
import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from crosswalk.errors import InputError, ResourceLimit
from crosswalk.evaluation.sandbox import leave_network, limit_memory, write_no_core
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
from crosswalk.exchange.records import Catalogue, MappingSet, pack, unpack

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
    return run_isolated(lambda: found.read(data, str(path), choices), str(path))


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


MEGABYTE = 1 << 20


def run_isolated(
    reader: Callable[[], MappingSet | Catalogue],
    name: str,
    *,
    memory: int = 1024 * MEGABYTE,
    seconds: int = 60,
) -> MappingSet | Catalogue:
    """What ``reader`` gives; ResourceLimit where it needs more memory or time than it may.

    The result crosses as JSON, never as pickled objects.
    """
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_work, args=(reader, name, theirs, memory, seconds), daemon=True)
    child.start()
    theirs.close()
    try:
        answer = json.loads(ours.recv_bytes()) if ours.poll(seconds + 5) else None
    except EOFError:
        answer = None
    finally:
        child.kill()
        child.join()
        ours.close()
    if answer is None:
        hint = "It may be meant to exhaust the machine; divide it if it is honest."
        raise ResourceLimit("the file needs more time or memory than reading may take", file=name, hint=hint)
    if "fault" in answer:
        raise InputError(answer["fault"], **answer["place"])
    return unpack(answer)


def _work(
    reader: Callable[[], MappingSet | Catalogue], name: str, connection: Connection, memory: int, seconds: int
) -> None:
    write_no_core()
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    leave_network()
    limit_memory(memory)
    try:
        answer = pack(reader())
    except InputError as fault:
        place = {"file": fault.file, "line": fault.line, "column": fault.column, "hint": fault.hint}
        answer = {"fault": fault.what, "place": place}
    except MemoryError:
        return
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as fault:
        # Where a value is of another kind than the format says, and no reader asked for it by name.
        what = f"the file is not built as its format is: {fault}"
        answer = {"fault": what, "place": {"file": name}}
    connection.send_bytes(json.dumps(answer).encode())


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
