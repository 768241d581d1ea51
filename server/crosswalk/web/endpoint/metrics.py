"""Write the numbers of the server for Prometheus.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from __future__ import annotations

from crosswalk.evaluation.shared_state import BOUNDS, OUTCOMES, Ledger
from crosswalk.web.http.negotiation import Representation

FORM = Representation("metrics", "text/plain", "Prometheus metrics")


def write_metrics(ledger: Ledger) -> bytes:
    """Write all counts and gauges, as they stand."""
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
