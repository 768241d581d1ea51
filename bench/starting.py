"""How long the program takes to begin, beside bare Python and beside an empty Flask application."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from typing import Any

from bench import catalogues, peers

COMMANDS = {
    "click alone": ["-c", "import click"],
    "crosswalk --help": ["-m", "crosswalk", "--help"],
    "crosswalk query, CSV": ["-m", "crosswalk", "query", "which-guidelines-were-added", "--format", "csv"],
    "crosswalk query, table": ["-m", "crosswalk", "query", "which-guidelines-were-added"],
}


def commands(runs: int = 9) -> dict[str, Any]:
    """The processor time of each command as a multiple of bare Python's, compiled modules being kept."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPYCACHEPREFIX": cache, "CROSSWALK_SNAPSHOTS": str(catalogues.built(1).out)}
        bare = _spent(["-c", "pass"], environment, runs)
        spent = {name: _spent(command, environment, runs) for name, command in COMMANDS.items()}
    return {"bare Python": bare, "ratios": {name: each / bare for name, each in spent.items()}}


def server(runs: int = 5) -> dict[str, Any]:
    """The time to the first answer of `crosswalk serve` on a built graph, and of the empty application."""
    made = catalogues.built(1)
    ours, empty = [], []
    for _ in range(runs):
        with peers.crosswalk(made) as started:
            ours.append(started.seconds)
        with peers.flask("empty") as started:
            empty.append(started.seconds)
    seconds = {"crosswalk": statistics.median(ours), "empty Flask": statistics.median(empty)}
    return seconds | {"ratio": seconds["crosswalk"] / seconds["empty Flask"]}


def _spent(command: list[str], environment: dict[str, str], runs: int) -> float:
    """The least processor time of some runs; the first, which compiles, is left out."""
    took = []
    for _ in range(runs + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *command], env=environment, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(took[1:])
