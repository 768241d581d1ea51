"""Refuse queries before an engine reads them, and read off the text of the others what they ask for."""

from __future__ import annotations

from typing import NamedTuple

from crosswalk.errors import QuerySyntaxError
from crosswalk.settings import Settings
from crosswalk.sparql_tokens import FORMS, query_form, readings
from crosswalk.stores import QueryDataset
from crosswalk.stores.refusals import refuse
from crosswalk.stores.rewriting import rewrite

VOLATILE = frozenset(("NOW", "RAND", "UUID", "STRUUID", "BNODE"))
"""Functions that answer anew each time: https://www.w3.org/TR/sparql11-query/#SparqlOps."""


class Inspection(NamedTuple):
    """What a text says of itself; where it has no form, the engine will say what is wrong with it."""

    form: str | None
    volatile: bool = False
    dataset: QueryDataset = QueryDataset()


def inspect(text: str, settings: Settings, base: str = "") -> Inspection:
    """Return the form of a query, whether it answers anew each time, and the graphs it chooses.

    Relative IRIs are completed by ``base``. Raises QueryRefused for an update, for SERVICE wherever it
    stands, and for a text nested more deeply or made of more tokens than the engine can bear: it recurses
    natively, and dies of a long nesting. What engines read that resolve escapes first counts as well.
    """
    for reading in readings(text):
        refuse(reading, settings.query_depth, settings.query_tokens)
    try:
        written = rewrite(text, base)
    except QuerySyntaxError:
        return Inspection(query_form(text))  # the store will refuse it, and say why
    if written.text is not text:
        refuse(written.text, settings.query_depth, settings.query_tokens)
    form = next((word for word in written.words if word in FORMS), None)
    return Inspection(form, not VOLATILE.isdisjoint(written.words), written.dataset)
