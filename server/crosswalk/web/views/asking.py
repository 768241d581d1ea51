"""The page where people write queries; the endpoint itself stands in front of the pages."""

from __future__ import annotations

import json

from flask import Blueprint, Response, request
from markupsafe import Markup

from crosswalk.names import BASE, PREFIXES, compact
from crosswalk.queries import Query, catalogue, load
from crosswalk.web.desk import desk
from crosswalk.web.errors import UnknownThing, close_names
from crosswalk.web.negotiation import PAGE
from crosswalk.web.responses import choose, page

asking = Blueprint("asking", __name__)


@asking.get("/sparql")
def editor() -> Response:
    """The editor, holding the query of the address, a named question, or a first example."""
    choose(PAGE)
    given, name = request.args.get("query"), request.args.get("question")
    known = {query.name: query for query in catalogue("questions")}
    if name and name not in known:
        raise UnknownThing(f"No question is called {name}.", close_names(name, known, "/sparql?question="))
    question = known.get(name or "")
    return page(
        "ask.html",
        text=given or without_header(question or load("pages/first-query")),
        run=bool(given),
        questions=known.values(),
        question=None if given else question,
        vocabulary=vocabulary(),
    )


def without_header(query: Query) -> str:
    """The text of a query that needs no header lines, because the page says what they say."""
    lines = query.text.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("#+")).strip() + "\n"


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
        "base": BASE,
        "prefixes": {name: str(iri) for name, iri in PREFIXES.items()},
        "terms": list(terms.values()),
        "labels": load("pages/labels").text,
    }
    return Markup(json.dumps(content, ensure_ascii=False).replace("<", "\\u003c"))
