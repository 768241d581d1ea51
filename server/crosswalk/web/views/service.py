"""What monitors and crawlers ask for, and the curation notes."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, url_for

from crosswalk.answers import Row
from crosswalk.web.desk import desk
from crosswalk.web.negotiation import HTML, TABLE
from crosswalk.web.responses import choose, render, table

service = Blueprint("service", __name__)


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
    lines = ("User-agent: *", "Disallow: /sparql", "Disallow: /search", "")
    return Response("\n".join(lines), content_type="text/plain; charset=utf-8")


@service.get("/favicon.ico")
def favicon() -> Response:
    """Browsers that ask at the root are sent to the drawing."""
    return Response(status=308, headers={"Location": url_for("static", filename="favicon.svg")})


@service.get("/notes")
def notes() -> Response:
    """Every curation note with its readings, by standard and kind."""
    chosen = choose(TABLE)
    answer = desk().ask("pages/notes")
    if chosen is not HTML:
        return table(chosen, answer.columns, answer.rows, "notes")
    return render("notes.html", by_standard=gather(answer.rows))


def gather(rows: tuple[Row, ...]) -> dict[str, dict[str, dict[str, object]]]:
    """Standard → note → the note's row, what it is about and its readings, each once."""
    found: dict[str, dict[str, dict[str, object]]] = {}
    for row in rows:
        standard = row["standard"].value if row["standard"] else ""
        note = found.setdefault(standard, {}).setdefault(
            row["note"].value, {"row": row, "about": {}, "readings": {}}
        )
        if row["about"]:
            note["about"][row["about"].value] = row
        if row["reading"]:
            reading = note["readings"].setdefault(row["reading"].value, {"row": row, "sources": {}})
            if row["source"]:
                reading["sources"][row["source"].value] = row
    return dict(sorted(found.items(), key=lambda item: (not item[0], item[0])))
