"""Measure how long the program takes to start, beside bare Python and an empty Flask application."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from typing import Any

from bench import catalogues, peers

_BARE = "bare Python"
COMMANDS = {
    "click alone": ["-c", "import click"],
    "crosswalk --help": ["-m", "crosswalk", "--help"],
    "crosswalk query, CSV": ["-m", "crosswalk", "query", "which-guidelines-were-added", "--format", "csv"],
    "crosswalk query, table": ["-m", "crosswalk", "query", "which-guidelines-were-added"],
}


def commands(turns: int = 15) -> dict[str, Any]:
    """Return the processor time of each command as a multiple of bare Python's, compiled modules being kept.

    The commands take turns, and of each the least counts; a first turn, which compiles, is left out.
    """
    calls = {_BARE: ["-c", "pass"]} | COMMANDS
    with tempfile.TemporaryDirectory() as cache:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPYCACHEPREFIX": cache, "CROSSWALK_SNAPSHOTS": str(catalogues.built(1).out)}
        spent = [
            {name: _seconds(command, environment) for name, command in calls.items()}
            for _ in range(turns + 1)
        ]
    least = {name: min(turn[name] for turn in spent[1:]) for name in calls}
    ratios = {name: seconds / least[_BARE] for name, seconds in least.items() if name != _BARE}
    return {_BARE: least[_BARE], "ratios": ratios}


def server(turns: int = 15) -> dict[str, Any]:
    """Return the time to the first answer of `crosswalk serve` on a built graph, and of an empty application.

    They take turns; the median of the ratios between neighbours counts.
    """
    graph = catalogues.built(1)
    own, empty = [], []
    for _ in range(turns):
        with peers.crosswalk(graph) as started:
            own.append(started.seconds)
        with peers.flask("empty") as started:
            empty.append(started.seconds)
    ratio = statistics.median(mine / other for mine, other in zip(own, empty, strict=True))
    return {"crosswalk": statistics.median(own), "empty Flask": statistics.median(empty), "ratio": ratio}


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    """Return the processor time of a run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *command], env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
