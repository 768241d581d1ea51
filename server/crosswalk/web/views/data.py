"""Offer the data as files: the dataset and its versions, and the vocabulary with its JSON-LD context."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, redirect, request, send_file
from werkzeug.exceptions import NotFound

from crosswalk.exchange.rdf_writing import make_context
from crosswalk.iris import compact
from crosswalk.stores.named_queries import bind, load
from crosswalk.stores.results import Answer
from crosswalk.web import dataset
from crosswalk.web.http.delivery import AnswerFiles, compress_chunks, read_chunks
from crosswalk.web.http.headers import takes_gzip
from crosswalk.web.http.negotiation import (
    HTML,
    JSONLD,
    NQUADS,
    PAGE,
    RDF,
    TRIG,
    TURTLE,
    Representation,
    by_suffix,
)
from crosswalk.web.http.responses import choose, finish, page_tag, render, rows_or_page
from crosswalk.web.http.status import UnknownThing
from crosswalk.web.page_queries import ask, page_queries
from crosswalk.web.tables import group_by, text
from crosswalk.web.urls import to

blueprint = Blueprint("data", __name__)

VERSION_DIGITS = 16
"""How much of the hash of a snapshot names the version of the dataset that it is."""


@blueprint.get("/data")
def without_slash() -> Response:
    """Lead to the address with a slash, which interface and links use."""
    return redirect(to("/data/"), 308)


@blueprint.get("/data/")
def downloads() -> Response:
    """List the named graphs with their size, source and terms, and link to their files."""

    def context(answer: Answer) -> dict[str, Any]:
        graphs, file = group_by(answer, "graph"), dataset_file()
        measures = measured(file) if file else {}
        return {
            "groups": dataset.group_graphs(graphs),
            "formats": RDF,
            "size": file.stat().st_size if file else None,
            "measures": measures,
            "catalogue": dataset.describe_graphs(graphs, measures),
        }

    return rows_or_page("pages/graphs", "graphs", context)


@blueprint.get("/data/crosswalk.<suffix>")
def union(suffix: str) -> Response:
    """Give the union of all asserted and derived graphs in one file."""
    chosen = next((form for form in RDF if form.name == suffix), None)
    if chosen is None:
        names = ", ".join(form.name for form in (*RDF, TRIG, NQUADS))
        raise NotFound(f"The whole graph is offered as {names}.")
    choose(PAGE, chosen)
    return download(chosen, lambda: [page_queries().write("pages/whole-graph", chosen.media_type)])


@blueprint.get("/data/crosswalk.nq")
def quads() -> Response:
    """Give the dataset with its named graphs: the very file that the snapshot's hash is of."""
    file = dataset_file()
    if file is None:
        raise NotFound("The named graphs are offered in one file only where a built snapshot is served.")
    choose(PAGE, NQUADS)
    return download(NQUADS, lambda: read_chunks(file), file)


@blueprint.get("/data/crosswalk.trig")
def named_graphs() -> Response:
    """Give the named graphs in one file for reading and for tools; memory holds one graph at a time."""
    choose(PAGE, TRIG)
    store, query = page_queries().store, load("pages/graph-content")

    def write() -> Iterable[bytes]:
        graphs = dict.fromkeys(text(row, "graph") for row in ask("pages/graphs"))
        return dataset.write_trig(graphs, lambda iri: store.query(bind(query, graph=iri), TURTLE.media_type))

    return download(TRIG, write)


def download(
    form: Representation, write: Callable[[], Iterable[bytes]], file: Path | None = None
) -> Response:
    """Send the whole graph, compressed for clients that take that; where it may not change, it is made once.

    ``file`` is a file that holds the same already.
    """
    compressed, tag = takes_gzip(request.headers.get("Accept-Encoding")), page_tag()
    body = (lambda: compress_chunks(write())) if compressed else write
    name = f"crosswalk.{form.name}"
    if tag:
        path = file if file and not compressed else kept_files().keep(f"{tag}-{compressed}", body)
        response = send_file(path, form.media_type, download_name=name, conditional=False, etag=False)
    else:
        response = Response(body(), content_type=form.content_type)
    response.headers.pop("Last-Modified", None)
    response.headers["Content-Type"] = form.content_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
    return response


def kept_files() -> AnswerFiles:
    """Return the files that large downloads are kept in."""
    files: AnswerFiles = current_app.extensions["crosswalk-files"]
    return files


@blueprint.get("/snapshot/<path:name>")
def snapshot(name: str) -> Response:
    """Lead from the IRI of a version of the dataset to its description or file; ``current`` to that IRI."""
    name, suffix = by_suffix(name, (HTML, *RDF, TRIG, NQUADS))
    present = getattr(current_app.extensions["crosswalk-snapshot"], "hash", "")[:VERSION_DIGITS]
    if present and name == "current":
        return redirect(to(f"/snapshot/{present}"), 303)
    if name != present:
        offered = [(to(f"/snapshot/{present}"), "the present one")] if present else []
        raise UnknownThing(f"No snapshot {name} is served here.", offered)
    chosen = choose((HTML, *RDF, TRIG, NQUADS), suffix)
    return redirect(to("/data/" if chosen is HTML else f"/data/crosswalk.{chosen.name}"), 303)


def dataset_file() -> Path | None:
    """Return the file of the snapshot that is served; None where there is none."""
    file = getattr(current_app.extensions["crosswalk-snapshot"], "dataset", None)
    return file if file is not None and file.is_file() else None


def measured(file: Path) -> dict[str, dataset.Measure]:
    """Return size and hash of each graph, computed once for a snapshot."""
    cache = page_queries().answer_cache
    measures = cache.computed("measures", "web/dataset.py", lambda: dataset.measure_graphs(file))
    return {graph: dataset.Measure(*measure) for graph, measure in measures.items()}


@blueprint.get("/ontology")
@blueprint.get("/ontology.<suffix>")
def ontology(suffix: str = "") -> Response:
    """Give the ontology as a page with an anchor for each term, or as RDF."""
    _, form = by_suffix(f"ontology.{suffix}", (HTML, *RDF))
    chosen = choose((HTML, *RDF), form)
    if chosen in RDF:
        return finish(page_queries().write("pages/vocabulary-graph", chosen.media_type), chosen)
    kinds = group_by(ask("pages/terms"), "kind")
    return render("ontology.html", kinds=kinds, statements=ask("pages/vocabulary").rows)


@blueprint.get("/ontology/<path:version>")
def ontology_version(version: str) -> Response:
    """Give the ontology under the IRI of its version; 404 for any but the present one."""
    version, suffix = by_suffix(version, (HTML, *RDF))
    statements = {compact(text(row, "property")): text(row, "value") for row in ask("pages/vocabulary").rows}
    present = statements.get("owl:versionInfo")
    if present is None or version != present:
        offered = [(to(f"/ontology/{present}"), f"version {present}")] if present else []
        raise UnknownThing(f"The vocabulary is not offered here in a version {version}.", offered)
    return ontology(suffix.name if suffix else "")


@blueprint.get("/context.jsonld")
def context() -> Response:
    """Give the context that compact JSON-LD of this data refers to."""
    choose(PAGE, JSONLD)
    return finish(json.dumps(make_context(), ensure_ascii=False, indent=1), JSONLD)
