"""The interactive drawing: its page, and the nodes and edges it is made of."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest

from crosswalk.iris import BASE, expand
from crosswalk.web.diagrams.subgraph import neighbourhood, overview, whole
from crosswalk.web.http.negotiation import JSON
from crosswalk.web.http.responses import choose, page
from crosswalk.web.http.status import UnknownThing
from crosswalk.web.page_queries import page_queries

drawing = Blueprint("drawing", __name__)

MOST_EXPANDED = 50


@drawing.get("/graph")
def graph() -> Response:
    """The drawing's page; the table below it says the same without JavaScript."""
    part = _asked_for()
    names = {node["id"]: node for node in part["nodes"]}
    names_for_script = {"base": BASE, "prefixes": {}, "labels": ""}
    return page(
        "drawing.html", part=part, names=names, focus=names.get(part["focus"]), vocabulary=names_for_script
    )


@drawing.get("/graph.json")
def graph_json() -> Response:
    """Nodes and edges around ``focus``, up to ``depth`` links away; without it, the editions.

    Each ``also`` widens the part around one of its things; ``whole`` asks for everything.
    """
    choose((JSON,), suffix=JSON)
    return jsonify(_asked_for())


def _asked_for() -> dict[str, Any]:
    focus, depth = request.args.get("focus", "").strip(), request.args.get("depth", "1")
    if not re.fullmatch("[0-9]{1,3}", depth):
        raise BadRequest("The depth is a number of links: 1, 2 or 3.")
    if request.args.get("whole"):
        return whole(page_queries())
    also = [expand(name) for name in request.args.getlist("also")[:MOST_EXPANDED] if name]
    if not focus:
        return overview(page_queries(), also)
    iri = expand(focus)
    if not page_queries().ask("pages/existence", thing=iri).rows:
        raise UnknownThing(f"The graph has nothing called {focus}.", [])
    return neighbourhood(page_queries(), iri, int(depth), also)
