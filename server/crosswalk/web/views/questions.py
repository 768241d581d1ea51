"""The named questions: their text, their parameters as a form, and their answers."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from crosswalk.answers import ask
from crosswalk.names import compact
from crosswalk.queries import Query, bind, catalogue
from crosswalk.terms import read_term
from crosswalk.web.desk import desk
from crosswalk.web.errors import UnknownThing, close_names
from crosswalk.web.naming import learn
from crosswalk.web.negotiation import HTML, TABLE
from crosswalk.web.responses import choose, page, render, table

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
    answer = ask(desk().store, query, **terms)
    if chosen is not HTML:
        return table(chosen, answer.columns, answer.rows, name)
    learn(term.value for row in answer.rows[:SHOWN] for term in row.values() if term and term.kind == "uri")
    return render(
        "question.html", query=query, given=given, answer=answer, shown=SHOWN, text=bind(query, **terms)
    )


def brief(example: str) -> str:
    """An example as people write it: an IRI without its brackets, as short as it can be."""
    return compact(example[1:-1]) if example.startswith("<") and example.endswith(">") else example
