"""How much memory processes really use."""

from __future__ import annotations

import os
import resource
from pathlib import Path

_PAGE = resource.getpagesize()


def resident(process: int | str) -> int:
    """The bytes of memory a process has mapped, shared ones included; 0 where it is gone."""
    try:
        with open(f"/proc/{process}/statm", "rb") as status:
            return int(status.read().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def proportional(process: int) -> int:
    """The bytes of memory of a process, each shared page divided among those that share it.

    Where the system does not tell, the pages mapped from no file count whole.
    """
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return resident(process)
    return 0


def family(process: int) -> list[int]:
    """A process and its children."""
    found = [process]
    try:
        tasks = os.listdir(f"/proc/{process}/task")
    except OSError:
        return []
    for task in tasks:
        try:
            found.extend(map(int, Path(f"/proc/{process}/task/{task}/children").read_text().split()))
        except OSError:
            continue
    return found
