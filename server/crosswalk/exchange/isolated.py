"""Runs the reading of a stranger's file in a process of its own: little memory, little time, no network."""

from __future__ import annotations

import json
import multiprocessing
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection

from crosswalk.errors import InputError, ResourceLimit
from crosswalk.evaluation.sandbox import leave_network, limit_memory, write_no_core
from crosswalk.exchange.records import Catalogue, MappingSet, pack, unpack

Reader = Callable[[], MappingSet | Catalogue]

MEGABYTE = 1 << 20


def run(
    reader: Reader, name: str, *, memory: int = 1024 * MEGABYTE, seconds: int = 60
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


def _work(reader: Reader, name: str, connection: Connection, memory: int, seconds: int) -> None:
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
