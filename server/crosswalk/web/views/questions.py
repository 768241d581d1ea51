"""The page where people write queries; the endpoint itself stands in front of the pages."""

from __future__ import annotations

import json

from flask import Blueprint, Response, request
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from crosswalk.iris import BASE, PREFIXES, compact
from crosswalk.sparql_tokens import without_header
from crosswalk.stores.named_queries import Query, bind, catalogue, load, read_term
from crosswalk.stores.results import ask
from crosswalk.web.http.negotiation import HTML, PAGE, TABLE
from crosswalk.web.http.responses import choose, page, render, table
from crosswalk.web.http.status import UnknownThing, close_names
from crosswalk.web.labels import learn
from crosswalk.web.page_queries import page_queries

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
        "sparql-editor.html",
        text=given or without_header((question or load("pages/first-query")).text).strip() + "\n",
        run=bool(given),
        questions=known.values(),
        question=None if given else question,
        vocabulary=vocabulary(),
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
        for row in page_queries().ask("pages/terms")
    }
    content = {
        "base": BASE,
        "prefixes": {name: str(iri) for name, iri in PREFIXES.items()},
        "terms": list(terms.values()),
        "labels": load("pages/labels").text,
    }
    return Markup(json.dumps(content, ensure_ascii=False).replace("<", "\\u003c"))


questions = Blueprint("questions", __name__)

SHOWN = 200


@questions.get("/questions")
def all_questions() -> Response:
    """Every named question, under its first tag."""
    by_tag: dict[str, list[Query]] = {}
    for query in catalogue("questions"):
        by_tag.setdefault(query.tags[0] if query.tags else "other", []).append(query)
    return page("questions.html", by_tag=dict(sorted(by_tag.items())))


@questions.get("/questions/<name>")
def question(name: str) -> Response:
    """One question with the terms its form holds, or its examples, and the answer to it."""
    known = {query.name: query for query in catalogue("questions")}
    if name not in known:
        raise UnknownThing(f"No question is called {name}.", close_names(name, known, "/questions/"))
    query = known[name]
    chosen = choose(TABLE)
    given = {each: request.args.get(each, brief(query.examples.get(each, ""))).strip()
             for each in query.parameters}  # fmt: skip
    terms = {each: read_term(text) for each, text in given.items() if text}
    if query.form not in ("SELECT", "ASK"):
        raise NotFound("This question gives triples; put it to the query endpoint.")
    answer = ask(page_queries().store, query, **terms)
    if chosen is not HTML:
        return table(chosen, answer.columns, answer.rows, name)
    learn(term.value for row in answer.rows[:SHOWN] for term in row.values() if term and term.kind == "uri")
    return render(
        "question.html", query=query, given=given, answer=answer, shown=SHOWN, text=bind(query, **terms)
    )


def brief(example: str) -> str:
    """An example as people write it: an IRI without its brackets, as short as it can be."""
    return compact(example[1:-1]) if example.startswith("<") and example.endswith(">") else example
