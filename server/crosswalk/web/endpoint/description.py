"""What the endpoint says of itself to programs: a SPARQL 1.1 Service Description, and VoID."""

from __future__ import annotations

from crosswalk.iris import BASE
from crosswalk.settings import Settings
from crosswalk.stores import named_queries
from crosswalk.stores.results import Term

ADDRESS, VOID_ADDRESS = "sparql", ".well-known/void"
DATASET = VOID_ADDRESS + "#dataset"


def site(settings: Settings) -> str:
    """The address of this site as clients reach it: the one set, else the one it listens on."""
    if settings.base_iri != BASE:
        return settings.base_iri
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/"


def service_query(settings: Settings) -> str:
    """The query whose answer is the service description."""
    base = site(settings)
    sentences = [Term("literal", sentence, lang="en") for sentence in limits(settings)]
    terms = {"service": base + ADDRESS, "dataset": base + DATASET, "void": base + VOID_ADDRESS}
    return named_queries.bind(named_queries.load("pages/service-description"), **terms, limit=sentences)


def dataset_query(settings: Settings) -> str:
    """The query whose answer is the description of the dataset."""
    base = site(settings)
    return named_queries.bind(
        named_queries.load("pages/void"), dataset=base + DATASET, endpoint=base + ADDRESS
    )


def limits(settings: Settings) -> list[str]:
    """A sentence for each limit a query is under."""
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
