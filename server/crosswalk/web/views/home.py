"""Show the first page and the standards, and answer what browsers and crawlers ask of every site."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, render_template, url_for

from crosswalk.web.dataset import describe_dataset
from crosswalk.web.diagrams.timeline import draw_timeline
from crosswalk.web.http.responses import page, rows_or_page
from crosswalk.web.page_queries import ask, page_queries
from crosswalk.web.urls import path_of

blueprint = Blueprint("home", __name__)

LISTED = ("/", "/standards", "/compare", "/lineage", "/matrix", "/gaps", "/path", "/stale", "/conflicts",
          "/agreement", "/graph", "/questions", "/completeness", "/notes", "/ontology", "/data/")  # fmt: skip
"""The pages that the sitemap lists before the things."""


@blueprint.get("/")
def home() -> Response:
    """Show what this is, one diagram of the whole, and the ways in."""
    editions, comparisons = ask("pages/editions").rows, ask("pages/comparisons")
    compared = {row[side].value for row in comparisons for side in ("left", "right")}
    return page(
        "home.html",
        standards=editions,
        timeline=draw_timeline(editions, compared),
        comparisons=comparisons,
        dataset=describe_dataset(),
    )


@blueprint.get("/standards")
def standards() -> Response:
    """List every standard with its editions."""
    return rows_or_page("pages/editions", "standards", lambda _: {"comparisons": ask("pages/comparisons")})


@blueprint.get("/health")
def health() -> Response:
    """Say whether the store answers, and over which snapshot; nobody may keep the answer."""
    snapshot = current_app.extensions["crosswalk-snapshot"]
    page_queries().store.query("ASK { }", "application/sparql-results+json")
    triples = getattr(snapshot, "triples", None)
    response = jsonify(status="ok", snapshot=getattr(snapshot, "hash", None), triples=triples)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Allow crawlers to read everything but the answers to queries."""
    return Response(render_template("robots.txt"), content_type="text/plain; charset=utf-8")


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Send browsers that ask at the root to the drawing."""
    return Response(status=308, headers={"Location": url_for("static", filename="favicon.svg")})


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """List the address of every page and of every thing, as seen from outside."""
    things = (path_of(row["thing"].value) for row in ask("pages/sitemap"))
    body = render_template("sitemap.xml", addresses=(*LISTED, *things))
    return Response(body, content_type="application/xml; charset=utf-8")
