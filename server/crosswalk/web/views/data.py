"""What can be downloaded: every named graph and the whole, in every RDF format."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flask import Blueprint, Response, current_app, redirect, request, send_file
from werkzeug.exceptions import NotFound

from crosswalk.stores.named_queries import bind, load
from crosswalk.web.dataset import (
    Measure,
    by_graph,
    catalogue,
    compressed,
    gathered,
    in_words,
    measure,
    pieces,
    trig,
)
from crosswalk.web.http.headers import takes_gzip
from crosswalk.web.http.negotiation import (
    HTML,
    NQUADS,
    PAGE,
    RDF,
    TABLE,
    TRIG,
    TURTLE,
    Representation,
    by_suffix,
)
from crosswalk.web.http.responses import choose, finish, render, table
from crosswalk.web.http.status import UnknownThing
from crosswalk.web.page_queries import page_queries
from crosswalk.web.urls import name_of

data = Blueprint("data", __name__)

VERSION_DIGITS = 16
"""How much of the hash of a snapshot names the version of the dataset that it is."""


@data.get("/data")
def without_slash() -> Response:
    """The address that interface and links use ends in a slash."""
    return redirect("/data/", 308)


@data.get("/data/")
def dumps() -> Response:
    """The named graphs with their size, source and terms, and the links to their files."""
    chosen = choose(TABLE)
    answer = page_queries().ask("pages/graphs")
    if chosen is not HTML:
        return table(chosen, answer.columns, answer.rows, "graphs")
    graphs, file = by_graph(answer), dataset_file()
    titles = {
        name_of(row["standard"].value): row["standardTitle"] for row in page_queries().ask("pages/editions")
    }
    measures = measured(file) if file else {}
    settings, snapshot = (current_app.extensions[f"crosswalk-{name}"] for name in ("settings", "snapshot"))
    return render(
        "data.html",
        groups=gathered(graphs, titles),
        formats=RDF,
        facts=snapshot,
        whole_size=in_words(file.stat().st_size) if file else None,
        measures=measures,
        in_words=in_words,
        catalogue=catalogue(settings, getattr(snapshot, "hash", None), graphs, measures),
    )


@data.get("/data/crosswalk.<suffix>")
def whole(suffix: str) -> Response:
    """The union of all asserted and derived graphs in one file."""
    chosen = next((one for one in RDF if one.name == suffix), None)
    if chosen is None:
        raise NotFound(
            "The whole graph is offered as " + ", ".join(one.name for one in (*RDF, TRIG, NQUADS)) + "."
        )
    choose(PAGE, chosen)
    response = finish(page_queries().write("pages/everything", chosen.media_type), chosen)
    response.headers["Content-Disposition"] = f'attachment; filename="crosswalk.{suffix}"'
    return response


@data.get("/data/crosswalk.nq")
def quads() -> Response:
    """The dataset with its named graphs: the very file that the snapshot's hash is of."""
    file = dataset_file()
    if file is None:
        raise NotFound("The named graphs are offered in one file only where a built snapshot is served.")
    choose(PAGE, NQUADS)
    if takes_gzip(request.headers.get("Accept-Encoding")):
        return streamed(pieces(file), NQUADS)
    return send_file(file, NQUADS.media_type, as_attachment=True, download_name="crosswalk.nq",
                     conditional=False, etag=False)  # fmt: skip


@data.get("/data/crosswalk.trig")
def named_graphs() -> Response:
    """The named graphs in one file for reading and for tools; one graph at a time is held in memory."""
    choose(PAGE, TRIG)
    store, query = page_queries().store, load("pages/graph-content")
    graphs = dict.fromkeys(row["graph"].value for row in page_queries().ask("pages/graphs"))
    return streamed(trig(graphs, lambda iri: store.query(bind(query, graph=iri), TURTLE.media_type)), TRIG)


def streamed(body: Iterable[bytes], form: Representation) -> Response:
    """A file of the whole that is sent piece by piece, compressed for clients that take it."""
    squeezed = takes_gzip(request.headers.get("Accept-Encoding"))
    response = Response(compressed(body) if squeezed else body, content_type=form.content_type)
    if squeezed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Disposition"] = f'attachment; filename="crosswalk.{form.name}"'
    return response


@data.get("/snapshot/<path:name>")
def version(name: str) -> Response:
    """The dataset under the IRI of its version: its description, or its file; ``current`` leads to it."""
    name, suffix = by_suffix(name, (HTML, *RDF, TRIG, NQUADS))
    present = getattr(current_app.extensions["crosswalk-snapshot"], "hash", "")[:VERSION_DIGITS]
    if present and name == "current":
        return redirect(f"/snapshot/{present}", 303)
    if name != present:
        offered = [{"href": f"/snapshot/{present}", "label": "the present one"}] if present else []
        raise UnknownThing(f"No snapshot {name} is served here.", offered)
    chosen = choose((HTML, *RDF, TRIG, NQUADS), suffix)
    return redirect("/data/" if chosen is HTML else f"/data/crosswalk.{chosen.name}", 303)


def dataset_file() -> Path | None:
    """The file of the snapshot that is served; None where there is none."""
    file = getattr(current_app.extensions["crosswalk-snapshot"], "dataset", None)
    return file if file is not None and file.is_file() else None


def measured(file: Path) -> dict[str, Measure]:
    """Graph → its size and hash; they are worked out once for a snapshot."""
    found = page_queries().answer_cache.computed(
        "measures", "web/dataset.py", lambda: {graph: vars(one) for graph, one in measure(file).items()}
    )
    return {graph: Measure(**one) for graph, one in found.items()}
