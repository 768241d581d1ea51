"""The page where people write queries; the endpoint itself stands in front of the pages."""

from __future__ import annotations

import json

from flask import Blueprint, Response, request
from markupsafe import Markup

from crosswalk.namespaces import BASE, PREFIXES, compact
from crosswalk.queries import catalogue, load
from crosswalk.web.desk import desk
from crosswalk.web.negotiation import PAGE
from crosswalk.web.responses import choose, page

asking = Blueprint("asking", __name__)


@asking.get("/sparql")
def editor() -> Response:
    """The editor, holding the query of the address, a named question, or a first example."""
    choose(PAGE)
    given, name = request.args.get("query"), request.args.get("question")
    text = given or (load(f"questions/{name}").text if name else load("pages/first-query").text)
    questions = catalogue("questions")
    return page(
        "ask.html", text=text, run=bool(given), questions=questions, name=name, vocabulary=vocabulary()
    )


def vocabulary() -> Markup:
    """What the editor completes with, as JSON that cannot end the script element it stands in."""
    terms = {
        row["term"].value: {
            "name": compact(row["term"].value),
            "label": row["label"].value if row["label"] else "",
            "kind": row["kind"].value,
            "definition": row["definition"].value if row["definition"] else "",
        }
        for row in desk().ask("pages/terms")
    }
    content = {
        "base": str(BASE),
        "prefixes": {name: str(iri) for name, iri in PREFIXES.items()},
        "terms": list(terms.values()),
        "labels": load("pages/labels").text,
    }
    return Markup(json.dumps(content, ensure_ascii=False).replace("<", "\\u003c"))
