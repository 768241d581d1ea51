"""Every thing of the graph at its own address, for people and in every RDF format."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import groupby

from flask import Blueprint, Response

from crosswalk.iris import ID
from crosswalk.stores.results import Row
from crosswalk.web.dataset import ordered
from crosswalk.web.http.negotiation import HTML, JSON, NTRIPLES, RDF, THING, by_suffix
from crosswalk.web.http.responses import choose, finish, render, table
from crosswalk.web.http.status import UnknownThing
from crosswalk.web.labels import learn
from crosswalk.web.page_queries import page_queries
from crosswalk.web.thing_pages import story
from crosswalk.web.urls import iri_of, local, name_of

things = Blueprint("things", __name__)

JSON_COLUMNS = ("property", "value", "label", "graph")


@things.get("/id/<path:address>")
def thing(address: str) -> Response:
    """One thing: a page, or its description in the format that is asked for."""
    address, suffix = by_suffix(address, THING)
    iri = iri_of(f"id/{address}")
    if iri is None or not page_queries().ask("pages/existence", thing=iri).rows:
        raise UnknownThing(*unknown(address))
    chosen = choose(THING, suffix)
    if chosen in RDF:
        return finish(page_queries().write("pages/thing-graph", chosen.media_type, thing=iri), chosen)
    said = page_queries().ask("pages/thing-statements", thing=iri).rows
    if chosen is JSON:
        return table(JSON, JSON_COLUMNS, said, address.replace("/", "-"))
    referring = page_queries().ask("pages/references-to-thing", thing=iri).rows
    learn(unnamed(*said, *referring))
    template, told = story(iri, said)
    return render(
        template, iri=iri, name=address, said=by_property(said), referring=by_property(referring), **told
    )


@things.get("/graph/<path:name>")
def named_graph(name: str) -> Response:
    """One named graph: where it comes from, and its triples in every RDF format."""
    name, suffix = by_suffix(name, (HTML, *RDF))
    iri = iri_of(f"graph/{name}")
    counted = page_queries().ask("pages/graph-size", graph=iri).rows if iri else ()
    if iri is None or not counted:
        raise UnknownThing(f"No named graph is called {name}.", [])
    chosen = choose((HTML, *RDF), suffix)
    if chosen in RDF:
        body = page_queries().write("pages/graph-content", chosen.media_type, graph=iri)
        return finish(ordered(body) if chosen is NTRIPLES else body, chosen)
    said = page_queries().ask("pages/thing-statements", thing=iri).rows
    return render(
        "named-graph.html", iri=iri, name=name, said=by_property(said), triples=counted[0]["triples"]
    )


def unnamed(*rows: Row) -> Iterator[str]:
    """The IRIs that these rows give without a label."""
    for row in rows:
        term = row.get("value") or row["subject"]
        if term.kind == "uri" and not row["label"]:
            yield term.value


def by_property(rows: tuple[Row, ...]) -> list[tuple[str, list[Row]]]:
    """The rows gathered under their property; what several graphs or labels repeat stands once."""
    gathered = []
    for predicate, group in groupby(rows, lambda row: row["property"].value):
        once: dict[tuple[str, str | None], Row] = {}
        for row in group:
            term = row.get("value") or row["subject"]
            once.setdefault((term.value, term.lang), row)
        gathered.append((predicate, list(once.values())))
    return gathered


def unknown(address: str) -> tuple[str, list[dict[str, str]]]:
    """What to say of an address that stands for nothing, and which things may have been meant."""
    parts = address.strip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        whole = iri_of("id/" + "/".join(parts[:length]))
        inside = page_queries().ask("pages/contained-things", whole=whole).rows if whole else ()
        if inside:
            labels = {row["thing"].value: row["label"] for row in inside}
            near = get_close_matches(ID + address, labels, n=5, cutoff=0.5)
            listed = [
                {"href": local(iri), "label": f"{name_of(iri)} {labels[iri] or ''}".strip()} for iri in near
            ]
            listed.append({"href": local(whole), "label": name_of(whole)})
            return f"Nothing here is called {address}.", listed
    standards = {row["standard"].value: row["standardTitle"] for row in page_queries().ask("pages/editions")}
    near = get_close_matches(ID + parts[0], standards, n=3, cutoff=0.7)
    listed = [{"href": local(iri), "label": str(standards[iri] or name_of(iri))} for iri in near]
    return f"Nothing here is called {address}.", listed
