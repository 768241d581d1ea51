"""Show every thing of the graph at its own address: as a page, and in every RDF format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from flask import Blueprint, Response, render_template
from markupsafe import Markup

from crosswalk.iris import ID, compact, expand
from crosswalk.relations.paths import ShortestPath, Step, shortest_paths
from crosswalk.stores.results import Row
from crosswalk.web.dataset import sort_lines
from crosswalk.web.http.negotiation import HTML, JSON, NTRIPLES, RDF, THING, by_suffix
from crosswalk.web.http.responses import choose, finish, render, table
from crosswalk.web.http.status import UnknownThing
from crosswalk.web.labels import cited_number, load_names, named
from crosswalk.web.page_queries import ask, page_queries
from crosswalk.web.tables import first_by, group_by, text
from crosswalk.web.urls import iri_of, last_part, local

blueprint = Blueprint("things", __name__)

JSON_COLUMNS = ("property", "value", "label", "graph")

QUERIES_OF_EVERY_PAGE = ("enclosing-things", "previous-and-next", "thing-notes", "provenance")

PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "xw:Standard": ("standard", ("parts", "thing-comparisons")),
    "xw:Edition": ("edition", ("parts", "parts-outside-categories", "thing-comparisons")),
    **dict.fromkeys(
        ("xw:Document", "xw:Category", "xw:Guideline", "xw:Section", "xw:Provision", "xw:Statement"),
        ("element", ("parts", "element-mappings", "judgements", "versions", "elements-sharing-counterparts")),
    ),
    "xw:Mapping": ("mapping", ("mapping", "premises")),
    "xw:Comparison": ("comparison", ("comparison-row", "comparison-row-mappings")),
    **dict.fromkeys(("xw:ComparisonSet", "xw:MappingSet"), ("set", ("set-records", "thing-comparisons"))),
    "xw:Change": ("change", ("change",)),
    "xkos:Correspondence": ("correspondence", ("correspondence-changes",)),
    "xw:CurationNote": ("note", ("note-readings",)),
    "dcterms:BibliographicResource": ("source", ()),
    **dict.fromkeys(("foaf:Organization", "org:Organization", "org:OrganizationalUnit"), ("body", ())),
}
"""Class → template in ``things/``, and the page queries with ``?thing`` whose rows it shows."""

PATH_ENDS = ("xw:Guideline", "xw:Provision")
"""The kinds whose pages show paths, and to which those paths lead; sections lie between."""


@blueprint.get("/id/<path:address>")
def thing(address: str) -> Response:
    """Show one thing: its page, or its description in the format that is asked for."""
    address, suffix = by_suffix(address, THING)
    iri = iri_of(f"id/{address}")
    if iri is None or not ask("pages/existence", thing=iri).rows:
        raise UnknownThing(f"Nothing here is called {address}.", near_things(address))
    chosen = choose(THING, suffix)
    if chosen in RDF:
        return finish(page_queries().write("pages/thing-graph", chosen.media_type, thing=iri), chosen)
    statements = ask("pages/thing-statements", thing=iri).rows
    if chosen is JSON:
        return table(JSON, JSON_COLUMNS, statements, address.replace("/", "-"))
    references = ask("pages/references-to-thing", thing=iri).rows
    others = [(row, row["value"]) for row in statements] + [(row, row["subject"]) for row in references]
    load_names(term.value for row, term in others if term.kind == "uri" and not row["label"])
    properties = by_property(statements, "value")
    types = [compact(text(row, "value")) for row in dict(properties).get(expand("rdf:type"), ())]
    kind = next((kind for kind in (*PAGES, *types) if kind in types), "")
    template, queries = PAGES.get(kind, ("thing", ()))
    context: dict[str, Any] = {
        query.replace("-", "_"): ask(f"pages/{query}", thing=iri).rows
        for query in (*QUERIES_OF_EVERY_PAGE, *queries)
    }
    if kind in PATH_ENDS:
        # The section is long for some things, and takes a while to write.
        context["paths"] = page_queries().remember(("paths", iri), lambda: paths_section(iri))
    return render(
        f"things/{template}.html",
        iri=iri,
        name=address,
        kind=kind,
        statements=properties,
        references=by_property(references, "subject"),
        **context,
    )


@blueprint.get("/graph/<path:name>")
def named_graph(name: str) -> Response:
    """Show one named graph: where it comes from, and its triples in every RDF format."""
    name, suffix = by_suffix(name, (HTML, *RDF))
    iri = iri_of(f"graph/{name}")
    sizes = ask("pages/graph-size", graph=iri).rows if iri else ()
    if iri is None or not sizes:
        raise UnknownThing(f"No named graph is called {name}.", [])
    chosen = choose((HTML, *RDF), suffix)
    if chosen in RDF:
        body = page_queries().write("pages/graph-content", chosen.media_type, graph=iri)
        return finish(sort_lines(body) if chosen is NTRIPLES else body, chosen)
    statements = by_property(ask("pages/thing-statements", thing=iri).rows, "value")
    return render("named-graph.html", iri=iri, name=name, statements=statements, triples=sizes[0]["triples"])


def by_property(rows: Iterable[Row], column: str) -> list[tuple[str, list[Row]]]:
    """Group rows by their property; a value that several graphs or labels repeat stays once."""
    groups: dict[str, dict[tuple[str, str | None], Row]] = {}
    for row in rows:
        group = groups.setdefault(text(row, "property"), {})
        group.setdefault((row[column].value, row[column].lang), row)
    return [(predicate, list(group.values())) for predicate, group in groups.items()]


def near_things(address: str) -> list[tuple[str, str]]:
    """Find the things that an unknown address may have meant: in what encloses it, or among the standards."""
    parts = address.strip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        whole = iri_of("id/" + "/".join(parts[:length]))
        inside = ask("pages/contained-things", whole=whole).rows if whole else ()
        if inside:
            labels = {row["thing"].value: text(row, "label") for row in inside}
            near = get_close_matches(ID + address, labels, n=5, cutoff=0.5)
            return [*((local(iri), f"{compact(iri)} {labels[iri]}".strip()) for iri in near),
                    (local(whole), compact(whole))]  # fmt: skip
    standards = first_by(ask("pages/editions"), "standard")
    near = get_close_matches(ID + parts[0], standards, n=3, cutoff=0.7)
    return [(local(iri), text(standards[iri], "standardTitle") or compact(iri)) for iri in near]


@dataclass(frozen=True)
class ShownPath:
    """Paths that differ in their last step only, so that the steps before it are shown once.

    ``ends`` are the last steps, each with how many paths are as short, and ``sources`` what they rest on.
    """

    steps: tuple[Step, ...]
    ends: list[tuple[Step, int]]
    sources: tuple[str, ...]
    verdict: str
    weakest: tuple[int, str]


def paths_section(iri: str) -> Markup:
    """Write the section on the paths from an element to guidelines and provisions, the nearest first."""
    paths = {shortest.path.end: shortest for shortest in shortest_paths(page_queries().network(), iri)}
    passed = {step.start for shortest in paths.values() for step in shortest.path.steps} | set(paths)
    rows = ask("pages/element-summaries", element=tuple(sorted(passed))).rows if paths else ()
    ends = [row for row in rows if row["element"].value in paths and compact(row["kind"].value) in PATH_ENDS]
    editions = [
        (named(edition), len(group), shown_paths(paths[row["element"].value] for row in group))
        for edition, group in group_by(ends, "edition").items()
    ]
    editions.sort(key=lambda edition: len(edition[2][0].steps))
    names = {row["element"].value: (_short_name(row), text(row, "title")) for row in rows}
    return Markup(render_template("includes/paths.html", iri=iri, editions=editions, names=names))


def shown_paths(paths: Iterable[ShortestPath]) -> list[ShownPath]:
    """Gather paths by all but their last element, and by what is said of them; the shortest come first."""
    gathered: dict[Any, ShownPath] = {}
    for shortest in sorted(paths, key=lambda shortest: len(shortest.path.steps)):
        *before, last = shortest.path.steps
        sources = tuple(dict.fromkeys(source for claim in last.claims for source in claim.sources))
        common = (sources, shortest.path.verdict(), shortest.path.weakest())
        key = (tuple(step.start for step in shortest.path.steps), last.words(), *common)
        shown = gathered.setdefault(key, ShownPath(tuple(before), [], *common))
        shown.ends.append((last, shortest.ties))
    return list(gathered.values())


def _short_name(row: Row) -> str:
    """Return the number of an element, with as much before it as tells what it is."""
    iri, number, kind = text(row, "element"), text(row, "number"), last_part(text(row, "kind"))
    if kind == "Section" and number:
        return cited_number(iri, number)
    return f"Guideline {number or compact(iri)}" if kind == "Guideline" else number or compact(iri)
