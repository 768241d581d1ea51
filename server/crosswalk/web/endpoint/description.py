"""Describe the endpoint to programs: by a SPARQL 1.1 Service Description, by VoID, and in numbers."""

from __future__ import annotations

from crosswalk.evaluation.shared_state import BOUNDS, OUTCOMES, Counters
from crosswalk.iris import BASE
from crosswalk.settings import Settings
from crosswalk.stores import named_queries
from crosswalk.stores.results import Term
from crosswalk.web.http.negotiation import Representation

ADDRESS, VOID_ADDRESS = "sparql", ".well-known/void"
DATASET = VOID_ADDRESS + "#dataset"
_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"
METRICS = Representation("metrics", "text/plain", "Prometheus metrics")


def site(settings: Settings) -> str:
    """Return the address of this site as clients reach it: the one set, else the one it listens on."""
    if settings.base_iri != BASE:
        return settings.base_iri
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/"


def service_query(settings: Settings) -> str:
    """Return the query whose answer is the service description."""
    base = site(settings)
    sentences = [Term("literal", sentence, lang="en") for sentence in limits(settings)]
    terms = {"service": base + ADDRESS, "dataset": base + DATASET, "void": base + VOID_ADDRESS}
    # What another store knows beyond SPARQL 1.1 is not known here.
    embedded = Term("literal", str(settings.store is None).lower(), datatype=_BOOLEAN)
    query = named_queries.load("pages/service-description")
    return named_queries.bind(query, **terms, embedded=embedded, limit=sentences)


def dataset_query(settings: Settings) -> str:
    """Return the query whose answer is the description of the dataset."""
    base = site(settings)
    return named_queries.bind(
        named_queries.load("pages/void"), dataset=base + DATASET, endpoint=base + ADDRESS
    )


def limits(settings: Settings) -> list[str]:
    """Return a sentence for each limit that a query is under."""
    rate = f"A client may use {settings.rate_limit} seconds of evaluation a minute (429)."
    return [
        f"A query is ended after {settings.query_timeout:g} seconds (503).",
        f"A query may use {settings.query_memory} bytes of memory, all may use {settings.tree_memory} (503).",
        f"A query may be {settings.query_bytes} bytes long (413).",
        f"It may be nested {settings.query_depth} deep, of {settings.query_tokens} words and signs (403).",
        f"A result may be {settings.result_bytes} bytes large; a larger one is refused, never cut (413).",
        f"At most {settings.long_queries} queries run longer than half a second at once (503).",
        f"At most {settings.waiting_queries} queries wait, {settings.waiting_time:g} seconds at most (503).",
        "SERVICE, LOAD and updates are refused (403); graphs that are not held here are empty.",
        *([rate] if settings.rate_limit else []),
    ]


def metrics(counters: Counters) -> bytes:
    """Return the numbers of the server, as they stand, for Prometheus.

    https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
    """
    numbers = counters.read()
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
