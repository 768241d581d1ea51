"""What became of each element of a standard from edition to edition, drawn and as a table."""

from __future__ import annotations

from flask import Blueprint, Response

from crosswalk.web.diagrams.lineage_diagram import draw_lineage, once
from crosswalk.web.http.negotiation import HTML, TABLE
from crosswalk.web.http.responses import choose, render, table
from crosswalk.web.http.status import UnknownThing
from crosswalk.web.page_queries import page_queries
from crosswalk.web.urls import iri_of, name_of

lineage = Blueprint("lineage", __name__)

COLUMNS = ("oldVersion", "fromNotation", "fromTitle", "kind", "approximate", "newVersion", "toNotation",
           "toTitle", "words", "source", "change")  # fmt: skip


@lineage.get("/lineage")
def all_lineages() -> Response:
    """The standards whose lineage is recorded."""
    chosen = choose(TABLE)
    answer = page_queries().ask("pages/standards-with-lineage")
    if chosen is not HTML:
        return table(chosen, answer.columns, answer.rows, "lineages")
    return render("lineages.html", standards=answer.rows)


@lineage.get("/lineage/<standard>")
def of_standard(standard: str) -> Response:
    """The editions of a standard as columns, its elements as bands that continue, move, appear and end."""
    iri = iri_of(f"id/{standard}")
    named = page_queries().ask("pages/standard", standard=iri).rows if iri else ()
    if not named:
        known = page_queries().ask("pages/standards-with-lineage").rows
        there = [
            {"href": f"/lineage/{name_of(row['standard'].value)}", "label": str(row["title"])}
            for row in known
        ]
        raise UnknownThing(f"No standard is called {standard}.", there)
    chosen = choose(TABLE)
    rows = page_queries().ask("pages/lineage-steps", standard=iri).rows
    steps = once(rows)
    if chosen is not HTML:
        return table(chosen, COLUMNS, steps, f"lineage-{standard}")
    return render("lineage.html", standard=named[0], drawing=draw_lineage(rows), steps=steps, name=standard)
