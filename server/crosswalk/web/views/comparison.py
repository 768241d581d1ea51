"""Compare two editions row by row: a page to read, and the same rows as data."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response

from crosswalk.iris import ID, compact
from crosswalk.relations.reading import find_edition_on, rows_held_on
from crosswalk.stores.results import Row
from crosswalk.web.http.negotiation import HTML, RDF, TABLE_AND_GRAPH
from crosswalk.web.http.responses import choose, finish, render, rows_or_page, table
from crosswalk.web.http.status import UnknownThing
from crosswalk.web.page_queries import ask, page_queries
from crosswalk.web.tables import first_by, text
from crosswalk.web.urls import day_parameter, last_part, pair_name, pair_url, text_parameter

blueprint = Blueprint("comparison", __name__)

FILTERS = ("category", "colour", "document")
COLUMNS = ("number", "title", "categoryTitle", "outcome", "alignment", "basis", "rationale", "fullerSide",
           "references", "quotations", "remark", "pages", "previous", "sharesCellWith",
           "guideline", "row")  # fmt: skip


@dataclass
class ComparisonRow:
    """One row of the comparison with all that belongs to it.

    ``references`` holds for each mapping record the rows that tell its place and the words quoted from it.
    """

    row: Row
    references: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    previous: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)

    def facet(self, name: str) -> dict[str, str]:
        """Return the values by which a filter finds the row, each with its IRI; ``none`` for no value."""
        if name == "document":
            places = (rows[0] for rows in self.references.values() if rows[0]["documentNotation"])
            return {text(place, "documentNotation"): text(place, "document") for place in places}
        term = self.row["alignment" if name == "colour" else name]
        return {last_part(term.value).lower(): term.value} if term else {"none": ""}

    def cells(self) -> dict[str, Any]:
        """Return the row as cells of a table: its quotations and earlier numbers as lists."""
        rows = (row for rows in self.references.values() for row in rows if row["quotation"])
        quotations = [row["text"] for row in first_by(rows, "quotation").values()]
        return {**self.row, "quotations": quotations, "previous": [row["label"] for row in self.previous]}


@blueprint.get("/compare")
def comparisons() -> Response:
    """List the comparisons of two editions."""
    return rows_or_page("pages/comparisons", "comparisons")


@blueprint.get("/compare/<edition:left>/<edition:right>")
def comparison_of_pair(left: str, right: str) -> Response:
    """Show the comparison of two editions, filtered as the form in it asks."""
    day = day_parameter()
    for edition in (left, right) if day else ():
        find_edition_on(ask, edition, day)
    rows = read_rows(left, right)
    undated = 0
    if rows and day:
        held, undated = rows_held_on(ask, left, right, day)
        rows = [row for row in rows if text(row.row, "row") in held]
    if not rows:
        raise UnknownThing(
            f"No comparison of {compact(left)} with {compact(right)} is recorded here.",
            [(pair_url("compare", str(row["left"]), str(row["right"])), str(row["title"] or row["set"]))
             for row in ask("pages/comparisons")],
        )  # fmt: skip
    chosen = choose(TABLE_AND_GRAPH)
    wanted = {name: text_parameter(name) for name in FILTERS}
    filters = [(name, value) for name, value in wanted.items() if value]
    shown = [row for row in rows if all(value in row.facet(name) for name, value in filters)]
    if chosen in RDF:
        return finish(write_graph(left, right, rows, wanted, chosen.media_type), chosen)
    if chosen is not HTML:
        return table(chosen, COLUMNS, [row.cells() for row in shown], pair_name(left, right))
    categories = defaultdict(list)
    for row in shown:
        categories[text(row.row, "category")].append(row)
    return render(
        "comparison.html",
        groups=categories.values(),
        shown=shown,
        rows=rows,
        wanted=wanted,
        options=filter_options(rows),
        left=ask("pages/edition", edition=left).rows[0],
        right=ask("pages/edition", edition=right).rows[0],
        about=ask("pages/compare-set", left=left, right=right).rows,
        goals={text(row, "category"): row for row in ask("pages/categories", edition=left)},
        colours=count_colours(rows),
        day=day,
        undated=undated,
    )


def read_rows(left: str, right: str) -> list[ComparisonRow]:
    """Read the rows of a comparison, each with its references, quotations, earlier guidelines and notes."""
    rows = {text(row, "row"): ComparisonRow(row) for row in ask("pages/compare", left=left, right=right)}
    for quoted in ask("pages/compare-quotations", left=left, right=right):
        rows[text(quoted, "row")].references[text(quoted, "mapping")].append(quoted)
    for related in ask("pages/compare-history", left=left, right=right):
        row = rows[text(related, "row")]
        (row.previous if text(related, "kind") == "previous" else row.notes).append(related)
    return list(rows.values())


def filter_options(rows: Iterable[ComparisonRow]) -> dict[str, list[tuple[str, str]]]:
    """Return what each filter offers: the value in the address and the words on the page."""
    options: dict[str, dict[str, str]] = {name: {} for name in FILTERS}
    for row in rows:
        for name, offered in options.items():
            title = text(row.row, "categoryTitle") if name == "category" else ""
            offered |= {value: title or value for value in row.facet(name)}
    return {name: sorted(offered.items()) if name == "document" else list(offered.items())
            for name, offered in options.items()}  # fmt: skip


def count_colours(rows: Iterable[ComparisonRow]) -> Counter[str]:
    """Count the rows of each colour, and those without one under ``none``."""
    return Counter(colour for row in rows for colour in row.facet("colour"))


def write_graph(
    left: str, right: str, rows: Iterable[ComparisonRow], wanted: dict[str, str], media_type: str
) -> bytes:
    """Return the triples of the rows that the filters leave, as the store writes them."""
    terms: dict[str, str | None] = {}
    for name, value in wanted.items():
        iris = {offered: iri for row in rows for offered, iri in row.facet(name).items()}
        terms[name] = (iris.get(value) or ID + "none") if value else None
    return page_queries().write("pages/compare-graph", media_type, left=left, right=right, **terms)
