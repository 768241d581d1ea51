"""What follows from the records and what does not: gaps between editions, paths between elements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from crosswalk.errors import InputError
from crosswalk.iris import ID
from crosswalk.relations import paths
from crosswalk.relations.paths import MAX_HOPS, find_paths
from crosswalk.relations.reading import find_edition, find_edition_on, find_element, members
from crosswalk.stores.results import Term
from crosswalk.web.http.negotiation import HTML, TABLE
from crosswalk.web.http.responses import choose, render, table
from crosswalk.web.http.status import UnknownThing
from crosswalk.web.labels import keep
from crosswalk.web.page_queries import page_queries
from crosswalk.web.tables import wanted_day, wanted_number

if TYPE_CHECKING:
    from crosswalk.relations import gaps

analysis = Blueprint("analysis", __name__)

GAPS = (
    "level", "number", "title", "outcome", "printed", "counterparts", "through", "beside", "covered",
    "derived", "notes", "element",
)  # fmt: skip


@analysis.get("/gaps")
def all_gaps() -> Response:
    """The pairs of editions that somebody compared or mapped, each with its gap analysis."""
    chosen = choose(TABLE)
    answer = page_queries().ask("pages/gaps-pairs")
    if chosen is not HTML:
        return table(chosen, answer.columns, answer.rows, "gaps")
    return render("gaps.html", pairs=answer.rows)


@analysis.get("/gaps/<a>/<a_version>/<b>/<b_version>")
def edition_gaps(a: str, a_version: str, b: str, b_version: str) -> Response:
    """Every element of an edition with its answer against another, and the shares as intervals."""
    from crosswalk.relations import gaps  # what it needs would make every start a twentieth longer

    day = wanted_day()
    left, right = (edition(name, day) for name in (f"{a}/{a_version}", f"{b}/{b_version}"))
    chosen = choose(TABLE)
    found = gaps.analyse(page_queries().ask, left, right, day)
    rows = [_line(line) for line in found.rows]
    if chosen is not HTML:
        return table(chosen, GAPS, rows, f"gaps-{a}-{a_version}--{b}-{b_version}")
    return render(
        "gaps-of-pair.html",
        shares=[(share, [_line(line) for line in share.rows]) for share in found.levels],
        gaps=found,
        day=day,
        uri=uri,
        percent=gaps.in_percent,
        titles=titles({left, right, *(iri for row in rows for iri in _named(row))}),
    )


@analysis.get("/path")
def between() -> Response:
    """The paths from one element to another, with the evidence of every hop."""
    start, end = (request.args.get(name, "").strip() for name in ("from", "to"))
    chosen = choose(TABLE)
    if not (start and end):
        return render("path.html", start=start, end=end, found=None, titles=titles((start, end)))
    ask = page_queries().ask
    ends = [find_element(ask, text) for text in (start, end)]
    hops, limit = wanted_number("hops", 5, MAX_HOPS), wanted_number("limit", 10, 1000)
    found = find_paths(page_queries().network(), *(members(ask, iri) for iri in ends), hops=hops, limit=limit)
    if chosen is not HTML:
        rows = [row for number, one in enumerate(found.paths, 1) for row in one.rows(number)]
        return table(chosen, paths.COLUMNS, rows, "path")
    named = {iri for one in found.paths for step in one.steps for iri in (step.start, step.end)}
    return render(
        "path.html",
        start=ends[0],
        end=ends[1],
        hops=hops,
        found=found,
        titles=titles((*ends, *named)),
    )


def edition(name: str, day: date | None) -> str:
    """The IRI of the edition that an address names, or 404 with what there is."""
    try:
        find_edition(page_queries().ask, name)
    except InputError as fault:
        known = page_queries().ask("pages/gaps-pairs").rows
        pairs = [(path(row["left"]), path(row["right"])) for row in known]
        there = [{"href": f"/gaps/{one}/{other}", "label": f"{one} against {other}"} for one, other in pairs]
        raise UnknownThing(f"There is {fault}.", there) from fault
    return find_edition_on(page_queries().ask, name, day)


def titles(iris: Any) -> dict[str, Any]:
    """What the elements and editions of these IRIs are called: rows with number, title and edition."""
    wanted = set(iris)
    rows = page_queries().ask("pages/path-elements")
    called = {row["element"].value: row for row in rows if row["element"].value in wanted}
    for iri, row in called.items():
        keep(iri, row["number"], row["title"])
    return called


def path(term: Term) -> str:
    """The address of an edition without ``/id/``."""
    return term.value.removeprefix(ID)


def uri(iri: str | None) -> Term | None:
    """An IRI as the templates take terms."""
    return Term("uri", iri) if iri else None


def _named(row: dict[str, Any]) -> Iterator[str]:
    """The elements that a line names."""
    yield from (row["element"], *row["counterparts"], *row["through"], *row["beside"])


def _line(line: gaps.GapRow) -> dict[str, Any]:
    return {
        "number": line.element.number,
        "title": line.element.title,
        "outcome": uri(line.verdict.outcome),
        "printed": uri(line.printed),
        "counterparts": line.counterparts,
        "covered": line.verdict.covered,
        "derived": line.verdict.derived,
        "notes": [iri for iri, _ in line.notes],
        "note_titles": line.notes,
        "element": line.element.iri,
        "level": line.level,
        "through": line.verdict.through,
        "beside": line.verdict.beside,
        "judgements": line.verdict.judgements,
    }
