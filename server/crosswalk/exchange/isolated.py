"""Read a stranger's file in a process of its own, and examine what it gives before anything is made of it.

That process has little memory, little time and no network. What it returns is a stranger's word: it crosses
as JSON, and each value is held against the type that its field is declared with.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import fields
from functools import cache, partial
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from crosswalk.errors import InputError, ResourceLimit
from crosswalk.evaluation.sandbox import disable_core_dumps, leave_network, limit_memory
from crosswalk.exchange.records import Catalogue, Entry, Losses, MappingSet, Record, is_day
from crosswalk.iris import is_iri, is_language
from crosswalk.relations.algebra import ANY, Candidates
from crosswalk.settings import MEGABYTE

LARGEST_ANSWER = 512 * MEGABYTE
"""The most bytes that may come back."""

_MOST_TOLD = 80
"""How many characters of a wrong value are told."""

_MISBUILT = (
    *(ArithmeticError, AttributeError, EOFError, LookupError, NotImplementedError, OSError),
    *(RecursionError, SyntaxError, TypeError, ValueError, struct.error, zipfile.BadZipFile, zlib.error),
)
"""What Python and its parsers raise where a value is of another kind than the format says."""


def run_isolated(
    reader: Callable[[], MappingSet | Catalogue],
    name: str,
    *,
    memory: int = 1024 * MEGABYTE,
    seconds: int = 60,
) -> MappingSet | Catalogue:
    """Return what ``reader`` returns in a process of its own, of so many bytes and seconds of computing.

    Raises ResourceLimit where it takes more than it may, and InputError where the reader does, where it
    fails in a way that it did not foresee, and where what it gives holds a value that its field cannot hold.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(reader, name, sender, memory, seconds), daemon=True)
    process.start()
    sender.close()
    answer = None
    try:
        if receiver.poll(seconds + 5):
            answer = json.loads(receiver.recv_bytes(LARGEST_ANSWER))
    except (EOFError, OSError, RecursionError, ValueError):
        pass  # it has ended without an answer, or with one that is none
    finally:
        process.kill()
        process.join()
        receiver.close()
    if answer is None and process.exitcode == 1:
        hint = "Please report it, with the file."
        raise InputError("the file ended its reader in a way that nobody foresaw", file=name, hint=hint)
    if answer is None:
        hint = "It may be meant to exhaust the machine; divide it if it is honest."
        raise ResourceLimit("the file needs more time or memory than reading may take", file=name, hint=hint)
    if "fault" in answer:
        place = {part: answer["place"].get(part) for part in ("file", "line", "column", "hint")}
        raise InputError(answer["fault"], **place)
    return examine(answer["kind"], answer["value"], name)


def _work(
    reader: Callable[[], MappingSet | Catalogue], name: str, sender: Connection, memory: int, seconds: int
) -> None:
    """Give up what reading does not need, read, and send the result or the fault."""
    disable_core_dumps()
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    leave_network()
    limit_memory(memory)
    # Warnings of libraries about a stranger's file, and what Python says when the memory ends, help nobody.
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (it is open until the end)
    os.dup2(sys.stderr.fileno(), 2)
    try:
        result = reader()
        answer = {"kind": type(result).__name__, "value": result}
    except InputError as fault:
        place = {"file": fault.file, "line": fault.line, "column": fault.column, "hint": fault.hint}
        answer = {"fault": fault.what, "place": place}
    except ResourceLimit as fault:
        answer = {"fault": fault.what, "place": {"file": fault.file, "hint": fault.hint}}
    except MemoryError:
        return
    except _MISBUILT as fault:
        # No reader asked for this value by name; where one can, it says line and cure itself.
        what = f"the file is not built as its format is: {fault}"
        hint = (
            "Compare it with a file that is known to be right, or write it anew with the tool it came from."
        )
        answer = {"fault": what, "place": {"file": name, "hint": hint}}
    sender.send_bytes(json.dumps(answer, default=_as_members).encode())


def _as_members(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass, its losses with their places."""
    members = dict(vars(value))
    if isinstance(members.get("losses"), Losses):
        members["losses"] = {"counts": dict(members["losses"]), "places": members["losses"].places}
    return members


class _Kind(NamedTuple):
    """A kind of value: whether a value is of it, what it is called, and what to write instead."""

    holds: Callable[[Any], bool]
    noun: str
    hint: str


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def _is_day(value: Any) -> bool:
    return _is_text(value) and is_day(value)


def _is_number(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


_KINDS = {
    "str": _Kind(_is_text, "text", "Look for a value of another kind, or half a character such as \\ud800."),
    "Iri": _Kind(
        lambda value: _is_text(value) and is_iri(value),
        "IRI",
        "Write it in full, such as https://example.org/a, without spaces; or leave it out.",
    ),
    "Day": _Kind(_is_day, "date such as 2026-01-31", "Write year, month and day so, or leave it out."),
    "Language": _Kind(
        lambda value: _is_text(value) and is_language(value),
        "tag of a language",
        "Write it as BCP 47 does, such as en, de or pt-BR.",
    ),
    "Share": _Kind(
        lambda value: (
            _is_text(value) and bool(re.fullmatch(r"(0(\.[0-9]{0,99})?|\.[0-9]{1,99}|1(\.0{0,99})?)", value))
        ),
        "number from 0 to 1",
        "Write 80 per cent as 0.8.",
    ),
    "int": _Kind(partial(_is_number, least=0, most=2**53), "whole number", "Write digits alone."),
    "bool": _Kind(lambda value: isinstance(value, bool), "yes or no", "Write true or false."),
    "Candidates": _Kind(
        partial(_is_number, least=1, most=int(ANY)), "set of relations", "At least one must hold."
    ),
}
"""The kinds of values by the names that fields are declared with."""

_DECLARED = re.compile(r"(?P<several>tuple\[)?(?P<kind>\w+)(, \.\.\.\])?(?P<optional> \| None)?")
_NESTED = {kind.__name__: kind for kind in (Catalogue, Entry, MappingSet, Record)}


class _Declared(NamedTuple):
    """What a field is declared with: the kind of its values, whether there are several, or may be none."""

    kind: str
    several: bool
    optional: bool


@cache
def declarations(kind: type) -> dict[str, _Declared]:
    """Return what each field of a dataclass is declared with. Raises ValueError for what nobody examines."""
    declared = {}
    for field in fields(kind):
        match = _DECLARED.fullmatch(str(field.type))
        if match is None or match["kind"] not in _KINDS.keys() | _NESTED.keys():
            if field.type != "Losses":
                raise ValueError(f"{kind.__name__}.{field.name}: {field.type} has no kind")
            declared[field.name] = _Declared("Losses", several=False, optional=False)
        else:
            declared[field.name] = _Declared(match["kind"], bool(match["several"]), bool(match["optional"]))
    return declared


def examine(kind: str, value: Any, name: str) -> Any:
    """Return the mapping set or catalogue that a process has sent as JSON.

    Raises InputError, with the line where the value stands in a record or entry that has one.
    """
    if (
        kind not in _NESTED
        or not isinstance(value, dict)
        or value.keys() != declarations(_NESTED[kind]).keys()
    ):
        hint = "Please report it, with the file."
        raise InputError("the file was not read as its format says", file=name, hint=hint)
    place = value.get("place")
    line = place if _is_number(place, 0, 2**53) else None
    taken: dict[str, Any] = {}
    for field, declared in declarations(_NESTED[kind]).items():
        given = value[field]
        if declared.kind == "Losses":
            taken[field] = _counted(given, name)
            continue
        if declared.several != isinstance(given, list):
            raise _fault(field, given, _KINDS["str"], name, line)
        items = given if declared.several else [given]
        if declared.kind in _NESTED:
            checked = [examine(declared.kind, item, name) for item in items]
        else:
            checked = items
            for item in items:
                is_absent = not declared.several and (item == "" or (item is None and declared.optional))
                if not is_absent and not _KINDS[declared.kind].holds(item):
                    raise _fault(field, item, _KINDS[declared.kind], name, line)
            if declared.kind == "Candidates":
                checked = [Candidates(item) for item in items]
        taken[field] = tuple(checked) if declared.several else checked[0]
    return _NESTED[kind](**taken)


def _counted(given: Any, name: str) -> Losses:
    """Return the counts and first places of what was in the file and is not kept."""
    whole = _KINDS["int"]
    is_placed = isinstance(given, dict) and given.keys() == {"counts", "places"}
    numbers = [given["counts"], given["places"]] if is_placed else [given, {}]
    for counted in numbers:
        for what, count in counted.items() if isinstance(counted, dict) else [("losses", counted)]:
            if not whole.holds(count):
                raise _fault(f"count of {what}", count, whole, name, None)
    return Losses(*numbers)


def _fault(field: str, value: Any, kind: _Kind, name: str, line: int | None) -> InputError:
    told = str(value).encode(errors="backslashreplace").decode()
    told = told if len(told) <= _MOST_TOLD else f"{told[:_MOST_TOLD]}…"
    what = f"the {field.replace('_', ' ')} “{told}” is no {kind.noun}"
    return InputError(what, file=name, line=line, hint=kind.hint)
