"""Answer named questions, and show the editor for queries; the endpoint is an application of its own."""

from __future__ import annotations

import json

from flask import Blueprint, Response, request
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from crosswalk.iris import BASE, PREFIXES, compact
from crosswalk.query_header import without_header
from crosswalk.stores import results
from crosswalk.stores.named_queries import Query, bind, catalogue, load, read_term
from crosswalk.web.http.negotiation import HTML, PAGE, TABLE
from crosswalk.web.http.responses import choose, page, render, table
from crosswalk.web.http.status import UnknownThing, close_names
from crosswalk.web.labels import load_names
from crosswalk.web.page_queries import ask, page_queries
from crosswalk.web.tables import first_by, text
from crosswalk.web.urls import to

blueprint = Blueprint("questions", __name__)

MOST_ROWS = 200
"""How many rows of an answer its page shows."""


@blueprint.get("/questions")
def questions() -> Response:
    """List every named question, under its first tag."""
    by_tag: dict[str, list[Query]] = {}
    for query in catalogue("questions"):
        by_tag.setdefault(query.tags[0] if query.tags else "other", []).append(query)
    return page("questions.html", by_tag=dict(sorted(by_tag.items())))


@blueprint.get("/questions/<name>")
def question(name: str) -> Response:
    """Answer one question with the terms that its form holds, or with its examples."""
    query = named_question(name, to("/questions/"))
    chosen = choose(TABLE)
    given = {parameter: request.args.get(parameter, brief(query.examples.get(parameter, ""))).strip()
             for parameter in query.parameters}  # fmt: skip
    terms = {parameter: read_term(value) for parameter, value in given.items() if value}
    if query.form not in ("SELECT", "ASK"):
        raise NotFound("This question gives triples; put it to the query endpoint.")
    answer = results.ask(page_queries().store, query, **terms)
    if chosen is not HTML:
        return table(chosen, answer.columns, answer.rows, name)
    shown = answer.rows[:MOST_ROWS]
    load_names(term.value for row in shown for term in row.values() if term and term.kind == "uri")
    return render(
        "question.html", query=query, given=given, answer=answer, shown=shown, text=bind(query, **terms)
    )


@blueprint.get("/sparql")
def editor() -> Response:
    """Show the editor, holding the query of the address, a named question, or a first example."""
    choose(PAGE)
    given, name = request.args.get("query"), request.args.get("question")
    question = named_question(name, to("/sparql?question=")) if name else None
    return page(
        "sparql-editor.html",
        text=given or without_header((question or load("pages/first-query")).text).strip() + "\n",
        run=bool(given),
        questions=catalogue("questions"),
        question=None if given else question,
        vocabulary=vocabulary(),
    )


def named_question(name: str, base: str) -> Query:
    """Return a question by its name, or a 404 that offers the closest names as links below ``base``."""
    known = {query.name: query for query in catalogue("questions")}
    if name not in known:
        raise UnknownThing(f"No question is called {name}.", close_names(name, known, base))
    return known[name]


def brief(example: str) -> str:
    """Return an example as people write it: an IRI without its brackets, as short as it can be."""
    return compact(example[1:-1]) if example.startswith("<") and example.endswith(">") else example


def vocabulary() -> Markup:
    """Return what the editor completes with, as JSON that cannot end the script element it stands in."""
    terms = [
        {"name": compact(term)} | {column: text(row, column) for column in ("label", "kind", "definition")}
        for term, row in first_by(ask("pages/terms"), "term").items()
    ]
    labels = load("pages/labels").text
    content = {"root": to(""), "base": BASE, "prefixes": dict(PREFIXES), "terms": terms, "labels": labels}
    return Markup(json.dumps(content, ensure_ascii=False).replace("<", "\\u003c"))
