"""``crosswalk publish``: the built graph on somebody else's server."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlsplit, urlunsplit

import click

from crosswalk.cli.program import format_option, settings_options
from crosswalk.cli.terminal import steps, write, write_json
from crosswalk.settings import Settings, read_address

_QUERY_UPDATE = {"--queries": "query", "--updates": "update"}
SIBLINGS = {
    "store": _QUERY_UPDATE,
    "data": _QUERY_UPDATE,
    "service": {"--queries": "", "--updates": "statements"},
    "sparql-graph-crud-auth": {"--queries": "sparql-auth", "--updates": "sparql-auth"},
}
"""The last part of a Graph Store Protocol address → where the same server takes queries and updates."""


@click.command()
@click.argument("url")
@click.option("--queries", metavar="URL", help="Where the server takes queries; by default guessed from URL.")
@click.option("--updates", metavar="URL", help="Where the server takes updates; by default guessed from URL.")
@click.option("--default-graph", metavar="IRI", help="A named graph for the union of the facts, on a server "
              "that has no default graph to write to.")  # fmt: skip
@format_option("text", "json")
@settings_options("snapshots", "query_timeout")
def publish(
    url: str,
    queries: str | None,
    updates: str | None,
    default_graph: str | None,
    form: str,
    settings: Settings,
) -> None:
    """Load the built graph into a SPARQL 1.1 server, graph by graph.

    URL is where the server takes whole graphs (Graph Store Protocol). Each graph is sent beside what is
    there, counted, and put in its place when all have arrived; called again, the command sends only what is
    missing. User and password are read from CROSSWALK_STORE_USER and CROSSWALK_STORE_PASSWORD.

    \b
    Example:  crosswalk publish http://127.0.0.1:7878/store
    Example:  crosswalk publish http://127.0.0.1:3030/ds/data --queries http://127.0.0.1:3030/ds/sparql
    Example:  crosswalk publish http://127.0.0.1:8890/sparql-graph-crud-auth --default-graph graph:union
    """
    from crosswalk.assemble import open_endpoint, published
    from crosswalk.iris import expand
    from crosswalk.stores.graph_store import WritableStore
    from crosswalk.stores.graph_store import publish as publish_snapshot

    try:
        graphs = read_address(url)
        reading = read_address(queries or _sibling_address(url, "--queries"))
        writing = read_address(updates or _sibling_address(url, "--updates"))
    except ValueError as fault:
        raise click.UsageError(f"URL must be {fault}.") from fault
    union = expand(default_graph) if default_graph else None
    with steps("Building", 4) as progress:
        snapshot = published(settings, progress)
    store = WritableStore(graphs, writing, user=settings.store_user, password=settings.store_password)
    with steps("Publishing", len(snapshot.graphs) + 2) as progress:
        done = publish_snapshot(
            snapshot, open_endpoint(reading, settings), store, progress, default_graph=union
        )
    if form == "json":
        write_json(asdict(done) | {"snapshot": snapshot.hash})
    else:
        write(f"{done.triples} triples in {done.graphs} graphs are there, {done.sent} of them sent now\n"
              f"snapshot {snapshot.hash[:16]}")  # fmt: skip


def _sibling_address(url: str, option: str) -> str:
    """Return where the server that takes graphs at ``url`` takes what an option would name."""
    parts = urlsplit(url)
    above, _, last = parts.path.rstrip("/").rpartition("/")
    if last not in SIBLINGS:
        raise click.UsageError(f"where this server takes {option[2:]} cannot be guessed: give {option} URL.")
    path = f"{above}/{SIBLINGS[last][option]}".rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))
