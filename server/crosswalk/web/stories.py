"""Which template tells of a thing, and which questions feed it: one line for each class."""

from __future__ import annotations

from typing import Any

from flask import render_template
from markupsafe import Markup

from crosswalk.answers import Row
from crosswalk.names import compact
from crosswalk.web.desk import desk
from crosswalk.web.onward import onward

ALWAYS = ("place", "beside", "noted", "provenance")
"""What every page asks."""

PATHS = ("xw:Guideline", "xw:Provision")
"""What shows the paths that begin and end at it."""

ELEMENT = ("parts", "correspondences", "judgements", "versions", "also")

STORIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "xw:Standard": ("standard", ("parts", "compared")),
    "xw:Edition": ("edition", ("parts", "loose", "compared")),
    "xw:Document": ("element", ELEMENT),
    "xw:Category": ("element", ELEMENT),
    "xw:Guideline": ("element", ELEMENT),
    "xw:Section": ("element", ELEMENT),
    "xw:Provision": ("element", ELEMENT),
    "xw:Statement": ("element", ELEMENT),
    "xw:Mapping": ("mapping", ("mapped", "premises")),
    "xw:Comparison": ("comparison", ("judged", "mapped-in")),
    "xw:ComparisonSet": ("set", ("records", "compared")),
    "xw:MappingSet": ("set", ("records",)),
    "xw:Change": ("change", ("changed",)),
    "xkos:Correspondence": ("correspondence", ("made-of",)),
    "xw:CurationNote": ("note", ("readings",)),
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
    name, questions = STORIES[kind] if kind else ("any", ())
    told = {
        question.replace("-", "_"): desk().ask(f"pages/{question}", thing=iri).rows
        for question in (*ALWAYS, *questions)
    }
    if kind in PATHS:
        told["paths"] = desk().keep(("paths", iri), lambda: paths(iri))
    return f"things/{name}.html", {"kind": kind or next(iter(types), ""), **told}


def paths(iri: str) -> Markup:
    """The section on the paths from an element, which is long for some, and is kept as it was written."""
    return Markup(render_template("part-paths.html", iri=iri, onward=onward(iri)))
