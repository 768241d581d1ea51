"""Show what became of elements from edition to edition, and what that leaves of the mappings to them."""

from __future__ import annotations

from flask import Blueprint, Response

from crosswalk.iris import compact
from crosswalk.web.diagrams.lineage_diagram import distinct_changes, draw_lineage
from crosswalk.web.http.negotiation import HTML, TABLE
from crosswalk.web.http.responses import choose, render, rows_or_page, table
from crosswalk.web.http.status import UnknownThing
from crosswalk.web.labels import load_elements
from crosswalk.web.page_queries import ask
from crosswalk.web.tables import text
from crosswalk.web.urls import iri_of, lineage_url, stale_url

blueprint = Blueprint("lineage", __name__)

LINEAGE_COLUMNS = ("oldVersion", "fromNotation", "fromTitle", "kind", "approximate", "newVersion",
                   "toNotation", "toTitle", "words", "source", "change")  # fmt: skip
STALE_COLUMNS = ("state", "element", "later", "why", "claim", "other", "change")


@blueprint.get("/lineage")
def lineages() -> Response:
    """List the standards whose lineage is recorded."""
    return rows_or_page("pages/standards-with-lineage", "lineages")


@blueprint.get("/lineage/<standard>")
def lineage(standard: str) -> Response:
    """Show the editions of a standard as columns, whose elements continue, move, appear and end."""
    iri = iri_of(f"id/{standard}")
    standards = ask("pages/standard", standard=iri).rows if iri else ()
    if not standards:
        raise UnknownThing(
            f"No standard is called {standard}.",
            [(lineage_url(text(row, "standard")), str(row["title"]))
             for row in ask("pages/standards-with-lineage")],
        )  # fmt: skip
    chosen = choose(TABLE)
    rows = ask("pages/lineage-steps", standard=iri).rows
    changes = distinct_changes(rows)
    if chosen is not HTML:
        return table(chosen, LINEAGE_COLUMNS, changes, f"lineage-{standard}")
    return render(
        "lineage.html", standard=standards[0], drawing=draw_lineage(rows), changes=changes, name=standard
    )


@blueprint.get("/stale")
def stale() -> Response:
    """List the pairs of editions whose lineage is recorded."""
    return rows_or_page("pages/lineages", "stale")


@blueprint.get("/stale/<standard>/<old>/<new>")
def stale_of_pair(standard: str, old: str, new: str) -> Response:
    """Show what a new edition leaves of the mappings to the old one."""
    from crosswalk.relations.staleness import is_later, review  # no start is to wait for it

    editions = [iri_of(f"id/{standard}/{version}") or "" for version in (old, new)]
    if not all(editions) or not is_later(ask, *editions):
        pairs = [(row["old"].value, row["new"].value) for row in ask("pages/lineages")]
        raise UnknownThing(
            f"No lineage from {standard}/{old} to {standard}/{new} is recorded here.",
            [(stale_url(*pair), " to ".join(map(compact, pair))) for pair in pairs],
        )
    chosen = choose(TABLE)
    staleness = review(ask, *editions)
    rows = [vars(claim) for claim in staleness.claims]
    rows += [{"state": state, "element": element, "why": "added", "later": ()}
             for state, element in staleness.added]  # fmt: skip
    if chosen is not HTML:
        return table(chosen, STALE_COLUMNS, rows, f"stale-{standard}-{old}--{new}")
    elements = load_elements((*editions, *(row["element"] for row in rows)))
    return render("stale-of-pair.html", staleness=staleness, rows=rows, old=editions[0], new=editions[1],
                  elements=elements)  # fmt: skip
