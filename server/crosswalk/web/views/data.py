"""What can be downloaded: every named graph and the whole, in every RDF format."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect
from werkzeug.exceptions import NotFound

from crosswalk.web.desk import desk
from crosswalk.web.negotiation import CSV, HTML, JSON, NTRIPLES, RDF, TABLE
from crosswalk.web.responses import choose, finish, render, table

data = Blueprint("data", __name__)


@data.get("/data")
def without_slash() -> Response:
    """The address that interface and links use ends in a slash."""
    return redirect("/data/", 308)


@data.get("/data/")
def dumps() -> Response:
    """The named graphs with their size, source and terms, and the links to their files."""
    chosen = choose(TABLE)
    graphs = desk().ask("pages/graphs")
    if chosen in (CSV, JSON) or chosen is not HTML:
        return table(chosen, graphs.columns, graphs.rows, "graphs")
    single = list({row["graph"].value: row for row in graphs}.values())
    return render("data.html", graphs=single, formats=RDF, facts=current_app.extensions["crosswalk-snapshot"])


@data.get("/data/crosswalk.<suffix>")
def whole(suffix: str) -> Response:
    """The union of all asserted and derived graphs in one file."""
    chosen = next((one for one in RDF if one.name == suffix), None)
    if chosen is None:
        raise NotFound("The whole graph is offered as " + ", ".join(one.name for one in RDF) + ".")
    choose((chosen, NTRIPLES), chosen)
    response = finish(desk().write("pages/everything", chosen.engine), chosen)
    response.headers["Content-Disposition"] = f'attachment; filename="crosswalk.{suffix}"'
    return response
