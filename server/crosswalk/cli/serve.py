"""``crosswalk serve``: the web server."""

from __future__ import annotations

from pathlib import Path

import click

from crosswalk.cli.program import OPEN_SETTINGS, graphs_option, settings_options
from crosswalk.cli.terminal import steps, tell
from crosswalk.settings import Settings


@click.command(
    epilog="The store's user and password are read from CROSSWALK_STORE_USER and CROSSWALK_STORE_PASSWORD."
)
@graphs_option("Serve this RDF file, of any vocabulary,")
@settings_options(*OPEN_SETTINGS)
def serve(graphs: tuple[Path, ...], settings: Settings) -> None:
    """Serve the graph: pages for people, data and a SPARQL endpoint for programs.

    The graph is built first when nothing is built yet. Ctrl-C or TERM ends the server. Each option can
    also be set by the environment variable named beside it.

    \b
    Example:  crosswalk serve --port 8123
    Example:  crosswalk serve --graph my-data.trig
    """
    from concurrent.futures import ThreadPoolExecutor

    from crosswalk.assemble import changed_since, published, read_graph
    from crosswalk.web.resources import check_resources
    from crosswalk.web.served_dataset import open_dataset

    if graphs and settings.store is not None:
        raise click.UsageError("--graph and --store (CROSSWALK_STORE) each say what is served: give one.")
    check_resources(settings)
    for path in graphs:
        read_graph(path, tell)  # a mistake in a file is told now, in one line, and not by a worker later
    if settings.store is None and not graphs:
        with steps("Building", 4) as progress:
            snapshot = published(settings, progress)
        if changed := changed_since(snapshot):
            tell(f"{len(changed)} files are newer than the graph that is served; "
                 "crosswalk build takes them in")  # fmt: skip
    with ThreadPoolExecutor(1) as threads:
        opening = threads.submit(open_dataset, settings, graphs)
        # To load the program takes about as long as to load the graph.
        from crosswalk.web.server import serve as serve_graph
    serve_graph(settings, opening.result(), graphs)
