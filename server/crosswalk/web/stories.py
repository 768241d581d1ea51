"""Which template tells of a thing, and what more it needs to know: one line for each class."""

from __future__ import annotations

from typing import Any

from crosswalk.answers import Row
from crosswalk.namespaces import compact
from crosswalk.web.desk import desk

RDF_TYPE = "rdf:type"

STORIES: dict[str, tuple[str, dict[str, str]]] = {}
"""Class → template, and the queries that feed it (name in the template → page query with ``?thing``)."""


def story(iri: str, said: tuple[Row, ...]) -> tuple[str, dict[str, Any]]:
    """The template made for the first of a thing's classes that has one, with the answers it needs."""
    types = [compact(row["value"].value) for row in said if compact(row["property"].value) == RDF_TYPE]
    for kind, (template, queries) in STORIES.items():
        if kind in types:
            told = {name: desk().ask(query, thing=iri).rows for name, query in queries.items()}
            return template, {"kind": kind, **told}
    return "thing.html", {"kind": next(iter(types), "")}
