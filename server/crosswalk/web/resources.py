"""Hold the limits that the system sets for a process against what the server needs, before it listens."""

from __future__ import annotations

import resource

from crosswalk.errors import InputError
from crosswalk.settings import MEGABYTE, Settings

_OWN_DESCRIPTORS = 64
"""How many files and sockets a worker has open beside those of its clients."""

_DESCRIPTORS_OF_A_QUERY = 2
"""The client's connection, and the pipe through which the answer comes."""

_WORKING_MEMORY = 256 * MEGABYTE
"""What a process maps beside the graph, and a query beside its own memory: threads, code, buffers."""

_MEMORY_LIMITS = {"RLIMIT_AS": "ulimit -v", "RLIMIT_DATA": "ulimit -d"}


def check_resources(settings: Settings) -> None:
    """Raise InputError where this process may open too few files, or map too little memory.

    To be called once more when the graph is loaded, which takes its share. Evaluators that cannot have their
    memory end as soon as they begin, and workers that can open nothing accept no client.
    """
    running = settings.long_queries + settings.young_queries
    queries = running - (-settings.waiting_queries // settings.workers)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = _OWN_DESCRIPTORS + _DESCRIPTORS_OF_A_QUERY * queries
    if most != resource.RLIM_INFINITY and most < needed:
        raise InputError(
            f"a process may have {most} files and sockets open here (ulimit -n), and a worker needs {needed} "
            f"for {queries} queries at once",
            hint="Raise that limit, or lower CROSSWALK_WAITING_QUERIES.",
        )
    # The default graph is copied, and the copy is at most half as large as the rest.
    needed = mapped_bytes() * 3 // 2 + _WORKING_MEMORY + (0 if settings.store else settings.query_memory)
    for name, command in _MEMORY_LIMITS.items():
        most, _ = resource.getrlimit(getattr(resource, name))
        if most != resource.RLIM_INFINITY and most < needed:
            raise InputError(
                f"a process may map {most // MEGABYTE}M of memory here ({command}), and the server needs "
                f"{-(-needed // MEGABYTE)}M",
                hint="Raise that limit, or lower CROSSWALK_QUERY_MEMORY.",
            )


def mapped_bytes() -> int:
    """Return the memory that this process has mapped."""
    with open("/proc/self/statm", encoding="ascii") as status:
        return int(status.read().split()[0]) * resource.getpagesize()
