"""The numbers of the server in the text format of Prometheus."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from typing import Any

from crosswalk.evaluation.shared_state import BOUNDS, OUTCOMES, Ledger
from crosswalk.web.endpoint.protocol import Environ
from crosswalk.web.http.answers import Outcome
from crosswalk.web.http.negotiation import Representation

FORM = Representation("metrics", "text/plain", "Prometheus metrics")


def write_metrics(ledger: Ledger) -> bytes:
    """All counts and gauges, as they stand."""
    numbers = ledger.read()
    lines: list[str] = []

    def family(name: str, kind: str, meaning: str, *samples: tuple[str, float]) -> None:
        lines.append(f"# HELP crosswalk_{name} {meaning}")
        lines.append(f"# TYPE crosswalk_{name} {kind}")
        lines.extend(f"crosswalk_{name}{suffix} {value:g}" for suffix, value in samples)

    family("requests_total", "counter", "Requests to the endpoint.", ("", numbers["requests"]))
    family("cache_hits_total", "counter", "Answers given from memory.", ("", numbers["cache_hits"]))
    family("not_modified_total", "counter", "Answers the client had already.", ("", numbers["not_modified"]))
    family("queries_running", "gauge", "Queries being evaluated.", ("", numbers["running"]))
    family("queries_waiting", "gauge", "Queries waiting for their turn.", ("", numbers["waiting"]))
    family(
        "memory_bytes", "gauge", "Memory of the server without its evaluators.", ("", numbers["tree_bytes"])
    )
    family("broker_starts_total", "counter", "Starts of the broker.", ("", numbers["generation"]))
    outcomes = ((f'{{outcome="{name or "answered"}"}}', numbers[f"outcome:{name}"]) for name in OUTCOMES)
    family("queries_total", "counter", "Queries that ended, by how they did.", *outcomes)
    classes = [(f'_bucket{{le="{bound}"}}', numbers[f"le:{bound}"]) for bound in (*BOUNDS, "+Inf")]
    totals = [("_sum", numbers["seconds"]), ("_count", numbers["le:+Inf"])]
    family("query_seconds", "histogram", "How long queries were evaluated.", *classes, *totals)
    return ("\n".join(lines) + "\n").encode()


def write_access_line(
    environ: Environ, client: str, began: float, outcome: Outcome, facts: dict[str, Any]
) -> None:
    """Writes what was asked, by its hash, how long it took, how much was sent and how it ended."""
    text = facts.pop("text", None)
    line = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "client": client,
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"],
        "query": hashlib.sha256(text.encode()).hexdigest()[:16] if text is not None else None,
        "milliseconds": round((time.perf_counter() - began) * 1000, 2),
        "status": outcome.status.value,
        "bytes": outcome.sent,
        **facts,
    }
    kept = {name: value for name, value in line.items() if value is not None}
    sys.stderr.write(json.dumps(kept, ensure_ascii=True) + "\n")
