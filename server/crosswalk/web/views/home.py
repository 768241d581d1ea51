"""The first page and the list of standards."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from flask import Blueprint, Response, current_app

from crosswalk.answers import Row
from crosswalk.web.desk import desk
from crosswalk.web.drawings import draw_editions
from crosswalk.web.negotiation import HTML, TABLE
from crosswalk.web.responses import choose, page, render, table
from crosswalk.web.structured import dataset

home = Blueprint("home", __name__)


@home.get("/")
def home_page() -> Response:
    """What this is, one picture of the whole, and the ways in."""
    editions = desk().ask("pages/editions").rows
    snapshot = current_app.extensions["crosswalk-snapshot"]
    comparisons = desk().ask("pages/comparisons")
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
    editions = desk().ask("pages/editions")
    if chosen is not HTML:
        return table(chosen, editions.columns, editions.rows, "standards")
    return render(
        "standards.html", standards=by_standard(editions.rows), comparisons=desk().ask("pages/comparisons")
    )


@home.get("/compare")
def comparisons() -> Response:
    """Every comparison of two editions."""
    chosen = choose(TABLE)
    answer = desk().ask("pages/comparisons")
    if chosen is not HTML:
        return table(chosen, answer.columns, answer.rows, "comparisons")
    return render("comparisons.html", comparisons=answer)


def by_standard(editions: Iterable[Row]) -> list[tuple[Row, list[Row]]]:
    """The rows of the editions query, gathered under the standard each belongs to; an edition stands once."""
    groups = (list(rows) for _, rows in groupby(editions, key=lambda row: row["standard"].value))
    return [(rows[0], list({row["edition"].value: row for row in rows}.values())) for rows in groups]
