"""The first page and the list of standards."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from flask import Blueprint, Response, current_app, jsonify, render_template, url_for

from crosswalk.stores.results import Row
from crosswalk.web.dataset import dataset
from crosswalk.web.diagrams.timeline import draw_editions
from crosswalk.web.http.negotiation import HTML, TABLE
from crosswalk.web.http.responses import choose, page, render, table
from crosswalk.web.page_queries import page_queries
from crosswalk.web.urls import local

home = Blueprint("home", __name__)


@home.get("/")
def home_page() -> Response:
    """What this is, one picture of the whole, and the ways in."""
    editions = page_queries().ask("pages/editions").rows
    snapshot = current_app.extensions["crosswalk-snapshot"]
    comparisons = page_queries().ask("pages/comparisons")
    compared = {row[side].value for row in comparisons for side in ("left", "right")}
    return page(
        "home.html",
        standards=by_standard(editions),
        drawing=draw_editions(editions, compared),
        comparisons=comparisons,
        dataset=dataset(current_app.extensions["crosswalk-settings"], getattr(snapshot, "hash", None)),
    )


@home.get("/standards")
def standards() -> Response:
    """Every standard with its editions."""
    chosen = choose(TABLE)
    editions = page_queries().ask("pages/editions")
    if chosen is not HTML:
        return table(chosen, editions.columns, editions.rows, "standards")
    return render(
        "standards.html",
        standards=by_standard(editions.rows),
        comparisons=page_queries().ask("pages/comparisons"),
    )


@home.get("/compare")
def comparisons() -> Response:
    """Every comparison of two editions."""
    chosen = choose(TABLE)
    answer = page_queries().ask("pages/comparisons")
    if chosen is not HTML:
        return table(chosen, answer.columns, answer.rows, "comparisons")
    return render("comparisons.html", comparisons=answer)


def by_standard(editions: Iterable[Row]) -> list[tuple[Row, list[Row]]]:
    """The rows of the editions query, gathered under the standard each belongs to; an edition stands once."""
    groups = (list(rows) for _, rows in groupby(editions, key=lambda row: row["standard"].value))
    return [(rows[0], list({row["edition"].value: row for row in rows}.values())) for rows in groups]


service = Blueprint("service", __name__)

PAGES = ("/", "/standards", "/compare", "/lineage", "/matrix", "/gaps", "/path", "/stale", "/conflicts",
         "/agreement", "/graph", "/questions", "/completeness", "/notes", "/ontology", "/data/")  # fmt: skip


@service.get("/health")
def health() -> Response:
    """Whether the store answers, and over which snapshot; never kept by anybody."""
    snapshot = current_app.extensions["crosswalk-snapshot"]
    page_queries().store.query("ASK { }", "application/sparql-results+json")
    response = jsonify(
        status="ok",
        snapshot=getattr(snapshot, "hash", None),
        triples=getattr(snapshot, "triples", None),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@service.get("/robots.txt")
def robots() -> Response:
    """Crawlers may read everything but the answers to queries."""
    base = current_app.extensions["crosswalk-settings"].base_iri.rstrip("/")
    lines = ("User-agent: *", "Disallow: /sparql", "Disallow: /search", f"Sitemap: {base}/sitemap.xml", "")
    return Response("\n".join(lines), content_type="text/plain; charset=utf-8")


@service.get("/favicon.ico")
def favicon() -> Response:
    """Browsers that ask at the root are sent to the drawing."""
    return Response(status=308, headers={"Location": url_for("static", filename="favicon.svg")})


@service.get("/sitemap.xml")
def sitemap() -> Response:
    """The address of every page and of every thing, as seen from outside."""
    base = current_app.extensions["crosswalk-settings"].base_iri.rstrip("/")
    pages = [f"{base}{address}" for address in PAGES]
    things = [base + local(row["thing"].value) for row in page_queries().ask("pages/sitemap")]
    body = render_template("sitemap.xml", addresses=[*pages, *things])
    return Response(body, content_type="application/xml; charset=utf-8")
