"""``python -m bench [PART…]`` measures and keeps what it found; ``make bench`` is all of it."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from bench import building, catalogues, drawing, endpoint, growth, relating, searching, starting, validating
from bench.driver import WrongAnswer
from bench.peers import Missing

PARTS: dict[str, Callable[[], Any]] = {
    "start": lambda: {"commands": starting.commands(), "server": starting.server()},
    "build": building.time_build,
    "load": lambda: [building.load(size) for size in (1, 10)],
    "rules": lambda: building.rules(1),
    "validation": lambda: {"time": validating.measure(10), "findings": validating.agree(1)},
    "memory": lambda: building.memory(100),
    "search": lambda: searching.measure(100),
    "drawing": lambda: drawing.measure(100),
    "relations": relating.measure,
    "growth": lambda: growth.describe(growth.measure()),
    "uncached": lambda: [
        endpoint.measure_uncached(size, mix) for mix in ("questions", "lookups") for size in (1, 10, 100)
    ],
    "rdflib": lambda: [
        endpoint.measure_rdflib(size, mix) for mix in ("questions", "lookups") for size in (1, 10)
    ],
    "virtuoso": lambda: [endpoint.measure_virtuoso(10, mix) for mix in ("questions", "lookups")],
    "repeated": lambda: endpoint.measure_repeated(10),
    "runaway": lambda: endpoint.measure_runaway(10),
}
"""What is measured, by name."""


def main() -> None:
    """Measures the parts named, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    wanted = parser.parse_args().parts or list(PARTS)
    unknown = sorted(set(wanted) - set(PARTS))
    if unknown:
        parser.error(f"there is no part {unknown[0]}: {', '.join(PARTS)}")
    path = catalogues.FOLDER / "results.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    results = json.loads(path.read_text()) if path.exists() else {}
    failed = False
    for part in wanted:
        try:
            found = PARTS[part]()
        except Missing as missing:
            found = {"not measured": str(missing)}
        except WrongAnswer as wrong:  # the other parts are measured all the same
            found, failed = {"failed": str(wrong)}, True
        results[part] = {"measured": datetime.now(UTC).isoformat(timespec="minutes"), "found": found}
        results["machine"] = machine()
        path.write_text(json.dumps(results, indent=1))
        print(json.dumps({part: found}, indent=1), flush=True)
    if failed:
        sys.exit(1)


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    packages = ("pyoxigraph", "rdflib", "owlrl", "pyshacl", "flask", "granian", "SPARQLWrapper")
    return {"processors": os.cpu_count(), "kind": platform.machine(), "system": platform.system(),
            "python": platform.python_version(), "load": os.getloadavg()[0],
            **{name: version(name) for name in packages}}  # fmt: skip


if __name__ == "__main__":
    main()
