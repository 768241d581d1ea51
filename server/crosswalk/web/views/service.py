"""What monitors and crawlers ask for."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, render_template, url_for

from crosswalk.web.desk import desk
from crosswalk.web.links import local

service = Blueprint("service", __name__)

PAGES = ("/", "/standards", "/compare", "/lineage", "/matrix", "/gaps", "/path", "/stale", "/conflicts",
         "/agreement", "/graph", "/questions", "/completeness", "/notes", "/ontology", "/data/")  # fmt: skip


@service.get("/health")
def health() -> Response:
    """Whether the store answers, and over which snapshot; never kept by anybody."""
    snapshot = current_app.extensions["crosswalk-snapshot"]
    desk().store.query("ASK { }", "application/sparql-results+json")
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
    things = [base + local(row["thing"].value) for row in desk().ask("pages/sitemap")]
    body = render_template("sitemap.xml", addresses=[*pages, *things])
    return Response(body, content_type="application/xml; charset=utf-8")
