"""Show how much of each edition is mapped to each other one, what is missing, and what leads across."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from crosswalk.errors import InputError
from crosswalk.iris import compact
from crosswalk.relations import paths
from crosswalk.relations.reading import find_edition, find_edition_on, find_element, members
from crosswalk.stores.results import Answer, Term
from crosswalk.web.diagrams.heatmap import lay_heatmap, lay_matrix
from crosswalk.web.http.negotiation import HTML, TABLE
from crosswalk.web.http.responses import choose, render, rows_or_page, table
from crosswalk.web.http.status import UnknownThing
from crosswalk.web.labels import load_elements
from crosswalk.web.page_queries import ask, page_queries
from crosswalk.web.tables import first_by
from crosswalk.web.urls import day_parameter, number_parameter, pair_name, pair_url, text_parameter, to

if TYPE_CHECKING:
    from crosswalk.relations.gaps import GapRow

blueprint = Blueprint("analysis", __name__)

GAP_CELLS: dict[str, Callable[[GapRow], Any]] = {
    "level": attrgetter("level"),
    "number": attrgetter("element.number"),
    "title": attrgetter("element.title"),
    "outcome": lambda row: Term("uri", row.verdict.outcome),
    "printed": lambda row: row.printed and Term("uri", row.printed),
    "counterparts": attrgetter("counterparts"),
    "through": attrgetter("verdict.through"),
    "beside": attrgetter("verdict.beside"),
    "covered": attrgetter("verdict.covered"),
    "derived": attrgetter("verdict.derived"),
    "notes": lambda row: [iri for iri, _ in row.notes],
    "element": attrgetter("element.iri"),
}
"""Column of the table of gaps → its cell."""


@blueprint.get("/matrix")
def matrix() -> Response:
    """Show editions by editions: what is mapped, what is said to match nothing, what nobody assessed."""

    def context(pairs: Answer) -> dict[str, Any]:
        comparisons, every = ask("pages/comparisons").rows, bool(request.args.get("all"))
        ranks = {row["right"].value: 1 for row in comparisons} | {row["left"].value: 0 for row in comparisons}
        editions, cells = lay_matrix(ask("pages/editions"), pairs, ranks, every)
        return {"editions": editions, "cells": cells, "every": every}

    return rows_or_page("pages/matrix", "matrix", context)


@blueprint.get("/matrix/<edition:left>/<edition:right>")
def heatmap(left: str, right: str) -> Response:
    """Show two editions as a heat map: elements by elements, under their categories and documents."""
    names = [ask("pages/edition", edition=iri).rows for iri in (left, right)]
    if not all(names):
        raise UnknownThing("One of these editions is not here.", [(to("/matrix"), "the matrix")])
    chosen = choose(TABLE)
    cells = ask("pages/heatmap-cells", left=left, right=right)
    if chosen is not HTML:
        return table(chosen, cells.columns, cells.rows, f"{pair_name(left, right)}-cells")
    axes = [ask("pages/heatmap-elements", edition=iri).rows for iri in (left, right)]
    whole = bool(request.args.get("all"))
    diagram = lay_heatmap(*axes, cells.rows, whole)
    judgements = first_by(ask("pages/gaps-rows", left=left, right=right), "focus")
    pairs = ((left, right), (right, left))
    compared = next(
        (pair for pair in pairs if ask("pages/compare-set", left=pair[0], right=pair[1]).rows), None
    )
    left, right = (rows[0] for rows in names)
    return render("heatmap.html", left=left, right=right, heatmap=diagram, whole=whole, judgements=judgements,
                  compared=compared)  # fmt: skip


@blueprint.get("/gaps")
def gaps() -> Response:
    """List the pairs of editions that somebody compared or mapped, each with its gap analysis."""
    return rows_or_page("pages/gaps-pairs", "gaps")


@blueprint.get("/gaps/<edition:left>/<edition:right>")
def gaps_of_pair(left: str, right: str) -> Response:
    """Show every element of an edition with its answer against another, and the shares as intervals."""
    from crosswalk.relations.gaps import analyse, in_percent  # it would make every start a twentieth longer

    day = day_parameter()
    left, right = (held_edition(edition, day) for edition in (left, right))
    chosen = choose(TABLE)
    analysis = analyse(ask, left, right, day)
    if chosen is not HTML:
        rows = [{column: cell(row) for column, cell in GAP_CELLS.items()} for row in analysis.rows]
        return table(chosen, tuple(GAP_CELLS), rows, f"gaps-{pair_name(left, right)}")
    load_elements(
        iri
        for row in analysis.rows
        for iri in (row.element.iri, *row.counterparts, *row.verdict.through, *row.verdict.beside)
    )
    return render("gaps-of-pair.html", gaps=analysis, day=day, percent=in_percent)


@blueprint.get("/path")
def path() -> Response:
    """Show the paths from one element to another, with the evidence of every step."""
    start, end = text_parameter("from"), text_parameter("to")
    chosen = choose(TABLE)
    if not (start and end):
        return render("path.html", start=start, end=end, found=None, elements=load_elements((start, end)))
    start, end = (find_element(ask, text) for text in (start, end))
    hops, limit = number_parameter("hops", 5, paths.MAX_HOPS), number_parameter("limit", 10, 1000)
    network = page_queries().network()
    found = paths.find_paths(network, members(ask, start), members(ask, end), hops=hops, limit=limit)
    if chosen is not HTML:
        rows = [row for number, path in enumerate(found.paths, 1) for row in path.rows(number)]
        return table(chosen, paths.COLUMNS, rows, "path")
    passed = {iri for path in found.paths for step in path.steps for iri in (step.start, step.end)}
    elements = load_elements((start, end, *passed))
    return render("path.html", start=start, end=end, hops=hops, found=found, elements=elements)


def held_edition(edition: str, day: date | None) -> str:
    """Return an edition that is held here, or a 404 that offers the pairs there are.

    Raises InputError where it was not in force on the day.
    """
    try:
        find_edition(ask, compact(edition))
    except InputError as fault:
        pairs = [(row["left"].value, row["right"].value) for row in ask("pages/gaps-pairs")]
        raise UnknownThing(
            f"There is {fault}.",
            [(pair_url("gaps", *pair), " against ".join(map(compact, pair))) for pair in pairs],
        ) from fault
    return find_edition_on(ask, compact(edition), day)
