"""The ontology: its terms for reading, its triples, and the JSON-LD context made from it."""

from __future__ import annotations

import json

from flask import Blueprint, Response

from crosswalk.exchange.rdf_writing import make_context
from crosswalk.iris import compact
from crosswalk.stores.results import Row
from crosswalk.web.http.negotiation import HTML, JSONLD, PAGE, RDF, by_suffix
from crosswalk.web.http.responses import choose, finish, render
from crosswalk.web.http.status import UnknownThing
from crosswalk.web.page_queries import page_queries

vocabulary = Blueprint("vocabulary", __name__)


@vocabulary.get("/ontology")
@vocabulary.get("/ontology.<suffix>")
def ontology(suffix: str = "") -> Response:
    """The ontology as a page with an anchor for each term, or as RDF."""
    _, named = by_suffix(f"ontology.{suffix}", (HTML, *RDF))
    chosen = choose((HTML, *RDF), named)
    if chosen in RDF:
        return finish(page_queries().write("pages/vocabulary-graph", chosen.media_type), chosen)
    return render("ontology.html", terms=by_kind(), said=page_queries().ask("pages/vocabulary").rows)


@vocabulary.get("/ontology/<path:version>")
def version(version: str) -> Response:
    """The ontology under the IRI of its version; an earlier version is told from the present one."""
    version, suffix = by_suffix(version, (HTML, *RDF))
    said = {
        compact(row["property"].value): row["value"] for row in page_queries().ask("pages/vocabulary").rows
    }
    present = said.get("owl:versionInfo")
    if present is None or version != present.value:
        offered = (
            [{"href": f"/ontology/{present.value}", "label": f"version {present.value}"}] if present else []
        )
        raise UnknownThing(f"The vocabulary is not offered here in a version {version}.", offered)
    return ontology(suffix.name if suffix else "")


@vocabulary.get("/context.jsonld")
def context() -> Response:
    """The context that compact JSON-LD of this data refers to."""
    choose(PAGE, JSONLD)
    return finish(json.dumps(make_context(), ensure_ascii=False, indent=1), JSONLD)


def by_kind() -> dict[str, list[dict[str, object]]]:
    """Classes, properties and concepts, each term once with all its examples, parents, domains and ranges."""
    found: dict[str, dict[str, dict[str, object]]] = {"class": {}, "property": {}, "concept": {}}
    for row in page_queries().ask("pages/terms"):
        term = found[row["kind"].value].setdefault(row["term"].value, {"row": row})
        for column in ("example", "note", "parent", "domain", "range"):
            add(term.setdefault(column, []), row, column)
    return {kind: list(terms.values()) for kind, terms in found.items()}


def add(values: list[object], row: Row, column: str) -> None:
    """Adds what a row has in a column, unless it is there."""
    if row[column] is not None and row[column] not in values:
        values.append(row[column])
