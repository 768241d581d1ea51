"""The edge where faults become answers: a page for people, application/problem+json for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from difflib import get_close_matches
from http import HTTPStatus

from flask import Blueprint, Response, current_app, g, render_template, request
from werkzeug.exceptions import HTTPException, NotFound

from crosswalk.errors import CrosswalkError, InputError, NonconformingData, QueryTimedOut, ResourceLimit
from crosswalk.web.http.negotiation import HTML, JSON, Representation, by_accept

errors = Blueprint("errors", __name__)

PROBLEM = Representation("problem", "application/problem+json", "Problem", (JSON.media_type,))
SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address can be read, and nothing else.",
    406: "None of the formats your client accepts is offered here.",
    414: "The address is too long.",
    500: "Something went wrong on this side. It has been logged.",
}
HEADINGS = {
    400: "This cannot be answered as asked",
    403: "This is not allowed",
    404: "This page is not here",
    406: "Not in this format",
    500: "Something went wrong",
    503: "This was too much to answer",
}
"""What pages say above the fault, in words for people; programs get the words of HTTP."""
STATUS = {QueryTimedOut: 503, ResourceLimit: 503, InputError: 400, NonconformingData: 500}


class UnknownThing(NotFound):
    """An address under ``/id/`` or ``/graph/`` that stands for nothing; carries what may have been meant."""

    def __init__(self, description: str, suggestions: list[dict[str, str]]) -> None:
        super().__init__(description)
        self.suggestions = suggestions


@errors.app_errorhandler(HTTPException)
def http_fault(fault: HTTPException) -> Response:
    """Answers what Flask or a view refused, keeping headers such as Allow."""
    if fault.code is None or fault.code < 400:
        return fault.get_response()
    own = fault.description if type(fault).description != fault.description else None
    detail = own or SENTENCES.get(fault.code) or fault.description or ""
    suggestions = getattr(fault, "suggestions", None) or (nearby() if fault.code == 404 else [])
    response = answer(fault.code, detail, suggestions=suggestions)
    for name, value in fault.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


@errors.app_errorhandler(CrosswalkError)
def crosswalk_fault(fault: CrosswalkError) -> Response:
    """Answers a fault of the store or of an input, in its own words."""
    status = next((code for kind, code in STATUS.items() if isinstance(fault, kind)), 502)
    if status >= 500:
        current_app.logger.error("%s", fault)
    return answer(status, str(fault), hint=fault.hint)


def answer(
    status: int, detail: str, *, hint: str | None = None, suggestions: list[dict[str, str]] | None = None
) -> Response:
    """One fault as a page or as a problem document, as the client prefers; a page when in doubt."""
    g.offered = (HTML,)
    title = HTTPStatus(status).phrase
    if (
        request.args.get("format") in (None, "html")
        and by_accept(request.accept_mimetypes, (HTML, PROBLEM)) is HTML
    ):
        heading = HEADINGS.get(status, title)
        body = render_template("error.html", status=status, title=heading, detail=detail, hint=hint,
                               suggestions=suggestions or [])  # fmt: skip
        return Response(body, status, content_type=HTML.content_type)
    problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, "hint": hint}
    problem["suggestions"] = [one["href"] for one in suggestions or []]
    body = json.dumps({name: value for name, value in problem.items() if value}, ensure_ascii=False)
    return Response(body, status, content_type=PROBLEM.media_type)


def nearby() -> list[dict[str, str]]:
    """The pages of this site whose addresses look most like the one asked for."""
    rules = [
        rule.rule for rule in current_app.url_map.iter_rules() if not rule.arguments and "GET" in rule.methods
    ]
    close = get_close_matches(request.path.lower().rstrip("/"), rules, n=3, cutoff=0.6)
    return [{"href": address, "label": address} for address in close]


def close_names(name: str, known: Iterable[str], base: str) -> list[dict[str, str]]:
    """The known names that look most like the given one, as links below an address."""
    return [
        {"href": base + each, "label": each} for each in get_close_matches(name, list(known), n=4, cutoff=0.4)
    ]
