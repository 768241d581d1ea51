"""Choose the status of every fault, and describe the fault: the one table for pages and query endpoint.

A fault is a class of ``crosswalk.errors`` or ``crosswalk.evaluation``, or a rule of HTTP or of the SPARQL
protocol that a request breaks. What Flask or a view refuses by one of werkzeug's exceptions has its status
by the class of the exception.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any

from werkzeug.exceptions import NotFound

from crosswalk.errors import CrosswalkError
from crosswalk.web.http.headers import Headers

STATUS = {
    # Faults, by the name of their class; a class that is not named has the status of the class it extends.
    "CrosswalkError": HTTPStatus.INTERNAL_SERVER_ERROR,
    "InputError": HTTPStatus.BAD_REQUEST,
    "QuerySyntaxError": HTTPStatus.BAD_REQUEST,
    "QueryRefused": HTTPStatus.FORBIDDEN,
    "Unacceptable": HTTPStatus.NOT_ACCEPTABLE,
    "ResultTooLarge": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "RateExceeded": HTTPStatus.TOO_MANY_REQUESTS,
    "StoreFault": HTTPStatus.SERVICE_UNAVAILABLE,
    "EngineFault": HTTPStatus.SERVICE_UNAVAILABLE,
    "QueryTimedOut": HTTPStatus.SERVICE_UNAVAILABLE,
    "ResourceLimit": HTTPStatus.SERVICE_UNAVAILABLE,
    "Overloaded": HTTPStatus.SERVICE_UNAVAILABLE,
    # Rules that a request breaks.
    "MalformedRequest": HTTPStatus.BAD_REQUEST,
    "UnknownGraph": HTTPStatus.NOT_FOUND,
    "MethodNotAllowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "RequestTimeout": HTTPStatus.REQUEST_TIMEOUT,
    "QueryTooLong": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "UnsupportedMediaType": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "AddressTooLong": HTTPStatus.REQUEST_URI_TOO_LONG,
    "HeadersTooLong": HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
}

HEADINGS = {
    400: "This cannot be answered as asked",
    403: "This is not allowed",
    404: "This page is not here",
    406: "Not in this format",
    500: "Something went wrong",
    503: "This cannot be answered now",
}
"""What pages say above the fault, in words for people; programs get the words of HTTP."""

SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address can be read, and nothing else.",
    406: "None of the formats your client accepts is offered here.",
    414: "The address is too long.",
    500: "Something went wrong on this side. It has been logged.",
}
"""What is said of a fault that brings no sentence of its own."""

_TEMPORARY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_LASTING = ("EngineFault",)
"""Faults that are there again, whatever their status, when the same is asked once more."""

_RETRY_SECONDS = 5


class UnknownThing(NotFound):
    """An address that stands for nothing; carries address and label of what may have been meant."""

    def __init__(self, description: str, suggestions: list[tuple[str, str]]) -> None:
        super().__init__(description)
        self.suggestions = suggestions


def row_of(fault: CrosswalkError) -> str:
    """Return the row of the table that a fault belongs to: the name of the nearest of its classes there."""
    return next(kind.__name__ for kind in type(fault).__mro__ if kind.__name__ in STATUS)


def status_of(fault: CrosswalkError) -> HTTPStatus:
    """Return the status of a fault."""
    return STATUS[row_of(fault)]


def retry_headers(fault: str, seconds: int | None = None) -> Headers:
    """Return the Retry-After header of a fault that passes, named by its row; no header for any other."""
    passes = STATUS[fault] in _TEMPORARY and fault not in _LASTING
    return [("Retry-After", str(seconds or _RETRY_SECONDS))] if passes else []


def problem_document(status: HTTPStatus, detail: str, **members: Any) -> bytes:
    """Return a fault as application/problem+json (RFC 9457); members that are empty are left out."""
    document = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    document |= {name: value for name, value in members.items() if value not in (None, "", [])}
    return json.dumps(document, ensure_ascii=False).encode()


def problem_text(status: HTTPStatus, detail: str, **members: Any) -> bytes:
    """Return a fault as text for people at a terminal, with line, column and hint where they are known."""
    place = " (line {line}, column {column})".format_map(members) if members.get("line") else ""
    hint = [members["hint"]] if members.get("hint") else []
    return "\n".join((f"{status.value} {status.phrase}", "", detail + place, *hint, "")).encode()


def close_names(name: str, known: Iterable[str], base: str, cutoff: float = 0.4) -> list[tuple[str, str]]:
    """Return address and label, below ``base``, of the four known names that resemble a name most."""
    close = get_close_matches(name, list(known), n=4, cutoff=cutoff)
    return [(base + match, match) for match in close]
