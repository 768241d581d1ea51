"""Name the formats that can be read and written; read a stranger's file in a process of its own.

That process has little memory, little time and no network.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from crosswalk.errors import InputError, ResourceLimit
from crosswalk.evaluation.sandbox import disable_core_dumps, leave_network, limit_memory
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
from crosswalk.exchange.records import Catalogue, Entry, MappingSet, Record
from crosswalk.folders import read_bytes
from crosswalk.relations.algebra import Candidates
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


def run_isolated(
    reader: Callable[[], MappingSet | Catalogue],
    name: str,
    *,
    memory: int = 1024 * MEGABYTE,
    seconds: int = 60,
) -> MappingSet | Catalogue:
    """Return what ``reader`` returns in a process of its own, of so many bytes and seconds of computing.

    The result crosses as JSON, never as pickled objects. Raises ResourceLimit where it takes more than it
    may, and InputError where the reader does or meets a value of a type that its format does not have.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(reader, name, sender, memory, seconds), daemon=True)
    process.start()
    sender.close()
    try:
        answer = json.loads(receiver.recv_bytes()) if receiver.poll(seconds + 5) else None
    except EOFError:
        answer = None
    finally:
        process.kill()
        process.join()
        receiver.close()
    if answer is None:
        hint = "It may be meant to exhaust the machine; divide it if it is honest."
        raise ResourceLimit("the file needs more time or memory than reading may take", file=name, hint=hint)
    if "fault" in answer:
        raise InputError(answer["fault"], **answer["place"])
    return _unpack(answer)


def _work(
    reader: Callable[[], MappingSet | Catalogue], name: str, sender: Connection, memory: int, seconds: int
) -> None:
    """Give up what reading does not need, read, and send the result or the fault."""
    disable_core_dumps()
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    leave_network()
    limit_memory(memory)
    try:
        result = reader()
        answer = {"kind": type(result).__name__, "value": result}
    except InputError as fault:
        place = {"file": fault.file, "line": fault.line, "column": fault.column, "hint": fault.hint}
        answer = {"fault": fault.what, "place": place}
    except MemoryError:
        return
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as fault:
        # Where a value is of another kind than the format says, and no reader asked for it by name.
        what = f"the file is not built as its format is: {fault}"
        answer = {"fault": what, "place": {"file": name}}
    sender.send_bytes(json.dumps(answer, default=vars).encode())


def _unpack(answer: dict[str, Any]) -> MappingSet | Catalogue:
    """Return the result that a process has sent as JSON."""
    value = _with_tuples(answer["value"]) | {"losses": Counter(answer["value"]["losses"])}
    if answer["kind"] == "Catalogue":
        value["entries"] = tuple(Entry(**_with_tuples(entry)) for entry in value["entries"])
        return Catalogue(**value)
    value["records"] = tuple(
        Record(**_with_tuples(record) | {"candidates": Candidates(record["candidates"])})
        for record in value["records"]
    )
    return MappingSet(**value)


def _with_tuples(value: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(item) if isinstance(item, list) else item for name, item in value.items()}
