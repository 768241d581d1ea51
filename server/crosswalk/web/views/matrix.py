"""How much of each edition is mapped to each other one, and which element to which."""

from __future__ import annotations

from flask import Blueprint, Response, request

from crosswalk.iris import ID
from crosswalk.web.diagrams.heatmap import lay_heat, lay_matrix
from crosswalk.web.http.negotiation import HTML, TABLE
from crosswalk.web.http.responses import choose, render, table
from crosswalk.web.http.status import UnknownThing
from crosswalk.web.page_queries import page_queries
from crosswalk.web.urls import iri_of

matrix = Blueprint("matrix", __name__)


@matrix.get("/matrix")
def editions() -> Response:
    """Editions by editions: what is mapped, what is said to have no counterpart, what nobody assessed."""
    chosen = choose(TABLE)
    pairs = page_queries().ask("pages/matrix")
    if chosen is not HTML:
        return table(chosen, pairs.columns, pairs.rows, "matrix")
    every = bool(request.args.get("all"))
    comparisons = page_queries().ask("pages/comparisons").rows
    compared = {row["right"].value: 1 for row in comparisons} | {row["left"].value: 0 for row in comparisons}
    laid = lay_matrix(page_queries().ask("pages/editions").rows, pairs.rows, compared, every)
    return render("matrix.html", matrix=laid, every=every)


@matrix.get("/matrix/<a>/<a_version>/<b>/<b_version>")
def pair(a: str, a_version: str, b: str, b_version: str) -> Response:
    """The heat map of two editions: elements by elements, under their categories and documents."""
    left, right = iri_of(f"id/{a}/{a_version}") or ID, iri_of(f"id/{b}/{b_version}") or ID
    names = [page_queries().ask("pages/edition", edition=iri).rows for iri in (left, right)]
    if not all(names):
        raise UnknownThing("One of these editions is not here.", [{"href": "/matrix", "label": "the matrix"}])
    chosen = choose(TABLE)
    cells = page_queries().ask("pages/heatmap-cells", left=left, right=right)
    if chosen is not HTML:
        return table(chosen, cells.columns, cells.rows, f"{a}-{a_version}--{b}-{b_version}-cells")
    axes = [page_queries().ask("pages/heatmap-elements", edition=iri).rows for iri in (left, right)]
    whole = bool(request.args.get("all"))
    return render("heatmap.html", left=names[0][0], right=names[1][0], heat=lay_heat(*axes, cells.rows, whole),
                  whole=whole, judged=judged(left, right))  # fmt: skip


def judged(left: str, right: str) -> dict[str, str]:
    """Element → outcome, for the rows of the comparison of these two editions."""
    rows = page_queries().ask("pages/gaps-rows", left=left, right=right)
    return {row["focus"].value: row["outcome"].value for row in rows}
