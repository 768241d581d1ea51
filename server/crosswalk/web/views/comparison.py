"""The comparison of two editions: a page to read, and the same rows as data."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, request

from crosswalk.iris import ID
from crosswalk.relations.reading import find_edition_on, rows_held_on
from crosswalk.stores.results import Row, Term
from crosswalk.web.http.negotiation import HTML, RDF, TABLE_AND_GRAPH
from crosswalk.web.http.responses import choose, finish, render, table
from crosswalk.web.http.status import UnknownThing
from crosswalk.web.page_queries import page_queries
from crosswalk.web.tables import wanted_day
from crosswalk.web.urls import iri_of, last_part

comparison = Blueprint("comparison", __name__)

FILTERS = ("category", "colour", "document")
COLUMNS = ("number", "title", "categoryTitle", "outcome", "alignment", "basis", "rationale", "fullerSide",
           "references", "quotations", "remark", "pages", "previous", "sharesCellWith",
           "guideline", "row")  # fmt: skip


@dataclass
class Reference:
    """One place a row refers to, and the words quoted from it."""

    about: Row
    quotations: dict[str, Row] = field(default_factory=dict)
    crossings: dict[str, list[Term]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class Line:
    """One row of the comparison with all that belongs to it."""

    row: Row
    references: dict[str, Reference] = field(default_factory=dict)
    previous: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)

    @property
    def documents(self) -> dict[str, str]:
        """The documents this row refers to: number → IRI."""
        named = [one.about for one in self.references.values() if one.about["documentNotation"]]
        return {about["documentNotation"].value: about["document"].value for about in named}

    def facet(self, name: str) -> list[str]:
        """The values by which a filter of this name finds the row."""
        if name == "document":
            return list(self.documents)
        term = self.row["category" if name == "category" else "alignment"]
        return [last_part(term.value).lower()] if term else ["none"]


@comparison.get("/compare/<a>/<a_version>/<b>/<b_version>")
def compare(a: str, a_version: str, b: str, b_version: str) -> Response:
    """The comparison table of two editions, filtered as the form in it asks."""
    left, right = iri_of(f"id/{a}/{a_version}") or ID, iri_of(f"id/{b}/{b_version}") or ID
    if (day := wanted_day()) is not None:
        for edition in (left, right):
            find_edition_on(page_queries().ask, edition, day)
    lines = read_lines(left, right)
    without = 0
    if lines and day is not None:
        held, without = rows_held_on(page_queries().ask, left, right, day)
        lines = [line for line in lines if line.row["row"].value in held]
    if not lines:
        raise UnknownThing(*no_comparison(f"{a}/{a_version}", f"{b}/{b_version}"))
    chosen = choose(TABLE_AND_GRAPH)
    wanted = {name: request.args.get(name, "").strip() for name in FILTERS}
    shown = [
        one for one in lines if all(not wish or wish in one.facet(name) for name, wish in wanted.items())
    ]
    if chosen in RDF:
        return finish(write_graph(left, right, lines, wanted, chosen.media_type), chosen)
    if chosen is not HTML:
        return table(chosen, COLUMNS, [flat(one) for one in shown], f"{a}-{a_version}--{b}-{b_version}")
    groups = [
        list(group)
        for _, group in groupby(shown, lambda one: one.row["category"] and one.row["category"].value)
    ]
    return render(
        "comparison.html",
        groups=groups,
        shown=shown,
        lines=lines,
        wanted=wanted,
        options=options(lines),
        left=page_queries().ask("pages/edition", edition=left).rows[0],
        right=page_queries().ask("pages/edition", edition=right).rows[0],
        about=page_queries().ask("pages/compare-set", left=left, right=right).rows,
        goals={row["category"].value: row for row in page_queries().ask("pages/categories", edition=left)},
        tally=tally(lines),
        day=day,
        undated=without,
    )


def read_lines(left: str, right: str) -> list[Line]:
    """The rows of a comparison, each with its references, quotations, earlier guidelines and notes."""
    ask = page_queries().ask
    lines = {row["row"].value: Line(row) for row in ask("pages/compare", left=left, right=right)}
    for row in ask("pages/compare-quotations", left=left, right=right):
        reference = lines[row["row"].value].references.setdefault(row["mapping"].value, Reference(row))
        if row["quotation"]:
            reference.quotations[row["quotation"].value] = row
            if row["crossReference"]:
                reference.crossings[row["quotation"].value].append(row["crossReference"])
    for row in ask("pages/compare-history", left=left, right=right):
        line = lines[row["row"].value]
        (line.previous if row["kind"].value == "previous" else line.notes).append(row)
    return list(lines.values())


def options(lines: list[Line]) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers: the value in the address and the words on the page."""
    found: dict[str, dict[str, str]] = {name: {} for name in FILTERS}
    for line in lines:
        title = line.row["categoryTitle"]
        for value in line.facet("category"):
            found["category"][value] = title.value if title else value
        for name in ("colour", "document"):
            found[name] |= {value: value for value in line.facet(name)}
    return {name: sorted(values.items()) if name == "document" else list(values.items())
            for name, values in found.items()}  # fmt: skip


def tally(lines: list[Line]) -> dict[str, int]:
    """How many rows have each colour."""
    counts: dict[str, int] = defaultdict(int)
    for line in lines:
        counts[line.facet("colour")[0]] += 1
    return dict(counts)


def flat(line: Line) -> dict[str, Any]:
    """A line as one row of a table: its quotations and earlier numbers as lists."""
    quoted = [row["text"] for one in line.references.values() for row in one.quotations.values()]
    return {**line.row, "quotations": quoted, "previous": [row["label"] for row in line.previous]}


def write_graph(left: str, right: str, lines: list[Line], wanted: dict[str, str], media_type: str) -> bytes:
    """The triples of the rows that the filters leave, as the store writes them."""
    terms: dict[str, str | None] = {}
    for name, wish in wanted.items():
        column = {"category": "category", "colour": "alignment"}.get(name)
        iris = {value: (line.documents[value] if name == "document" else line.row[column].value)
                for line in lines for value in line.facet(name) if value != "none"}  # fmt: skip
        terms[name] = iris.get(wish, ID + "none" if wish else None)
    return page_queries().write("pages/compare-graph", media_type, left=left, right=right, **terms)


def no_comparison(left: str, right: str) -> tuple[str, list[dict[str, str]]]:
    """What to say where nobody compared two editions, and which comparisons there are instead."""
    known = page_queries().ask("pages/comparisons").rows
    there = [
        {
            "href": f"/compare/{row['left'].value.removeprefix(ID)}/{row['right'].value.removeprefix(ID)}",
            "label": row["title"].value if row["title"] else row["set"].value,
        }
        for row in known
    ]
    return f"No comparison of {left} with {right} is recorded here.", there
