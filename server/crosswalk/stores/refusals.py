"""What an endpoint's HTTP status and words mean, told as one of the program's own faults."""

from __future__ import annotations

import re

import pyoxigraph
from SPARQLWrapper import SPARQLExceptions

from crosswalk.errors import InputError, QueryRefused, QueryTimedOut, StoreFault
from crosswalk.stores.faults import syntax_error

STATUS = {SPARQLExceptions.QueryBadFormed: 400, SPARQLExceptions.Unauthorized: 401,
          SPARQLExceptions.EndPointNotFound: 404, SPARQLExceptions.URITooLong: 414,
          SPARQLExceptions.EndPointInternalError: 500}  # fmt: skip
_BUSY = (429, 502, 503)
_LATE = re.compile(r"tim(?:ed?[ -]?)?out|too long|exceeds? the limit of \d+ .*sec", re.IGNORECASE)
_SHOWN = 300


class Unavailable(StoreFault):
    """Nobody answers just now."""


def refusal(status: int, body: str, text: str, shown: str) -> StoreFault | InputError:
    """The fault for a status; what is wrong with a query is found by parsing it here."""
    if status == 400:
        try:
            pyoxigraph.Store().query(text)
        except SyntaxError as fault:
            return syntax_error(text, str(fault))
        return QueryRefused(f"{shown} refuses the query: {words(body)}")
    if status in (408, 504) or (status in (500, 503) and _LATE.search(words(body))):
        hint = "Ask for less, or let the server give a query more time."
        return QueryTimedOut(f"{shown} gave no answer within the time it allows", hint=hint)
    if status in (401, 403):
        hint = "Set CROSSWALK_STORE_USER and CROSSWALK_STORE_PASSWORD."
        return StoreFault(f"{shown} wants other credentials (HTTP {status})", hint=hint)
    if status == 404:
        return StoreFault(f"{shown} does not exist (HTTP 404)", hint="Is the address right?")
    kind = Unavailable if status in _BUSY else StoreFault
    return kind(f"{shown} failed (HTTP {status}): {words(body)}")


def words(body: str) -> str:
    """The first words of a body: without SPARQLWrapper's preface, HTML's marks, and the query said back."""
    words = re.sub(r"<[^>]{1,200}>|\\[nrt]", " ", body.rpartition("Response:")[2]).strip(" \n'\"")
    said = " ".join(words.removeprefix("b'").split()).partition(" SPARQL query: ")[0]
    return said[:_SHOWN] or "it does not say why"
