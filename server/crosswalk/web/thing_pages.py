"""The paths that begin at an element, as its page shows them: by the edition they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import render_template
from markupsafe import Markup

from crosswalk.iris import compact
from crosswalk.relations.paths import ShortestPath, Step, shortest_paths
from crosswalk.stores.results import Row
from crosswalk.web.labels import named
from crosswalk.web.page_queries import page_queries
from crosswalk.web.urls import document_of, local, name_of

ENDS = ("Guideline", "Provision")
"""What a path is shown from and to; sections lie on the way."""


@dataclass(frozen=True)
class Stop:
    """An element on the way."""

    href: str
    name: str
    title: str | None


@dataclass(frozen=True)
class Hop:
    """A step as it is shown: the records or changes that make it, and the sources that say so."""

    start: Stop
    words: str
    end: Stop
    claims: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Chain:
    """Paths that differ in their last element only, so that the way there is shown once.

    ``ends`` are the last hops, each with how many paths are as short and the address that shows them all.
    """

    hops: tuple[Hop, ...]
    ends: tuple[tuple[Hop, int, str], ...]
    verdict: str
    weakest: tuple[int, str]


@dataclass(frozen=True)
class Reached:
    """An edition that paths lead to."""

    title: str
    count: int
    chains: tuple[Chain, ...]


def onward(iri: str) -> list[Reached]:
    """The paths from an element to guidelines and provisions, the editions of the nearest first."""
    ways = {way.path.end: way for way in shortest_paths(page_queries().network(), iri)}
    passed = {step.start for way in ways.values() for step in way.path.steps} | set(ways)
    rows = page_queries().ask("pages/element-summaries", element=tuple(sorted(passed))).rows if ways else ()
    stops = {row["element"].value: _stop(row) for row in rows}
    ends = [row for row in rows if row["element"].value in ways and _kind(row) in ENDS]
    titles = (
        {row["edition"].value: row["title"] for row in page_queries().ask("pages/editions")} if ends else {}
    )
    found = []
    for edition, group in groupby(ends, lambda row: row["edition"].value):
        listed = list(group)
        title = titles.get(edition)
        chains = _chains([ways[row["element"].value] for row in listed], stops)
        found.append(Reached(title.value if title else name_of(edition), len(listed), chains))
    return sorted(found, key=lambda one: len(one.chains[0].hops))


def _chains(ways: list[ShortestPath], stops: dict[str, Stop]) -> tuple[Chain, ...]:
    """The paths gathered by all but their last element, and by what is said of them."""
    gathered: dict[Any, list[tuple[Hop, int, str]]] = {}
    for way in sorted(ways, key=lambda way: len(way.path.steps)):
        *before, last = (_hop(step, stops) for step in way.path.steps)
        alike = (tuple(before), last.words, last.sources, way.path.verdict(), way.path.weakest())
        address = "/path?" + urlencode({"from": way.path.start, "to": way.path.end})
        gathered.setdefault(alike, []).append((last, way.ties, address))
    return tuple(Chain(alike[0], tuple(ends), *alike[3:]) for alike, ends in gathered.items())


def _hop(step: Step, stops: dict[str, Stop]) -> Hop:
    claims = tuple((local(claim.iri), "change" if claim.change else "record") for claim in step.claims)
    sources = tuple(dict.fromkeys(source for claim in step.claims for source in claim.sources))
    start, end = (stops.get(iri) or Stop(local(iri), name_of(iri), None) for iri in (step.start, step.end))
    return Hop(start, step.words(), end, claims, tuple((local(one), named(one)) for one in sources))


def _stop(row: Row) -> Stop:
    iri, number, title = row["element"].value, row["number"], row["title"]
    name = number.value if number else name_of(iri)
    if _kind(row) == "Section" and number:
        name = f"{document_of(iri)}{'annex ' if name[:1].isalpha() else '§'}{name}"
    elif _kind(row) == "Guideline":
        name = f"Guideline {name}"
    return Stop(local(iri), name, title.value if title else None)


def _kind(row: Row) -> str:
    return row["kind"].value.rpartition("#")[2]


ALWAYS = ("enclosing-things", "previous-and-next", "thing-notes", "provenance")
"""What every page asks."""

PATHS = ("xw:Guideline", "xw:Provision")
"""What shows the paths that begin and end at it."""

ELEMENT = ("parts", "element-mappings", "judgements", "versions", "elements-sharing-counterparts")

STORIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "xw:Standard": ("standard", ("parts", "thing-comparisons")),
    "xw:Edition": ("edition", ("parts", "parts-outside-categories", "thing-comparisons")),
    "xw:Document": ("element", ELEMENT),
    "xw:Category": ("element", ELEMENT),
    "xw:Guideline": ("element", ELEMENT),
    "xw:Section": ("element", ELEMENT),
    "xw:Provision": ("element", ELEMENT),
    "xw:Statement": ("element", ELEMENT),
    "xw:Mapping": ("mapping", ("mapping", "premises")),
    "xw:Comparison": ("comparison", ("comparison-row", "comparison-row-mappings")),
    "xw:ComparisonSet": ("set", ("set-records", "thing-comparisons")),
    "xw:MappingSet": ("set", ("set-records",)),
    "xw:Change": ("change", ("change",)),
    "xkos:Correspondence": ("correspondence", ("correspondence-changes",)),
    "xw:CurationNote": ("note", ("note-readings",)),
    "dcterms:BibliographicResource": ("source", ()),
    "foaf:Organization": ("body", ()),
    "org:Organization": ("body", ()),
    "org:OrganizationalUnit": ("body", ()),
}
"""Class → template in ``things/``, and the page queries with ``?thing`` whose rows it shows."""


def story(iri: str, said: tuple[Row, ...]) -> tuple[str, dict[str, Any]]:
    """The template made for the first of a thing's classes that has one, with the answers it needs."""
    types = [compact(row["value"].value) for row in said if compact(row["property"].value) == "rdf:type"]
    kind = next((one for one in STORIES if one in types), None)
    name, questions = STORIES[kind] if kind else ("thing", ())
    told = {
        question.replace("-", "_"): page_queries().ask(f"pages/{question}", thing=iri).rows
        for question in (*ALWAYS, *questions)
    }
    if kind in PATHS:
        told["paths"] = page_queries().remember(("paths", iri), lambda: paths(iri))
    return f"things/{name}.html", {"kind": kind or next(iter(types), ""), **told}


def paths(iri: str) -> Markup:
    """The section on the paths from an element, which is long for some, and is kept as it was written."""
    return Markup(render_template("includes/paths.html", iri=iri, onward=onward(iri)))
