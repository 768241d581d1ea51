"""Show the interactive drawing of the graph: its page, and the nodes and edges that it is made of."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest

from crosswalk.iris import BASE, expand
from crosswalk.web.diagrams.subgraph import all_elements, neighbourhood, overview
from crosswalk.web.http.negotiation import JSON
from crosswalk.web.http.responses import choose, page
from crosswalk.web.http.status import UnknownThing
from crosswalk.web.page_queries import ask
from crosswalk.web.urls import text_parameter, to

blueprint = Blueprint("drawing", __name__)

MOST_EXPANDED = 50
"""How many things one address may widen the drawing around."""


@blueprint.get("/graph")
def graph() -> Response:
    """Show the page of the drawing; the table below it says the same without JavaScript."""
    part = requested_part()
    nodes = {node["id"]: node for node in part["nodes"]}
    vocabulary = {"root": to(""), "base": BASE, "prefixes": {}, "labels": ""}
    return page("drawing.html", part=part, nodes=nodes, focus=nodes.get(part["focus"]), vocabulary=vocabulary)


@blueprint.get("/graph.json")
def graph_json() -> Response:
    """Give nodes and edges around ``focus``, up to ``depth`` links away; without it, the editions.

    Each ``also`` widens the part around one of its things; ``whole`` asks for everything.
    """
    choose((JSON,), suffix=JSON)
    return jsonify(requested_part())


def requested_part() -> dict[str, Any]:
    """Return the part of the graph that the parameters ask for; 400 or 404 where they ask for none."""
    focus, depth = text_parameter("focus"), request.args.get("depth", "1")
    if not re.fullmatch("[0-9]{1,3}", depth):
        raise BadRequest("The depth is a number of links: 1, 2 or 3.")
    if request.args.get("whole"):
        return all_elements()
    also = [expand(name) for name in request.args.getlist("also")[:MOST_EXPANDED] if name]
    if not focus:
        return overview(also)
    iri = expand(focus)
    if not ask("pages/existence", thing=iri).rows:
        raise UnknownThing(f"The graph has nothing called {focus}.", [])
    return neighbourhood(iri, int(depth), also)
