"""Refuse queries before an engine reads them, and read off the text of the others what they ask for."""

from __future__ import annotations

from typing import NamedTuple

from crosswalk.errors import QuerySyntaxError
from crosswalk.settings import Settings
from crosswalk.sparql_tokens import FORMS, query_form
from crosswalk.stores import QueryDataset
from crosswalk.stores.refusals import admit

VOLATILE = frozenset(("NOW", "RAND", "UUID", "STRUUID", "BNODE"))
"""Functions that answer anew each time: https://www.w3.org/TR/sparql11-query/#SparqlOps."""


class Inspection(NamedTuple):
    """What a text says of itself; where it has no form, the engine will say what is wrong with it."""

    form: str | None
    volatile: bool = False
    dataset: QueryDataset = QueryDataset()


def inspect(text: str, settings: Settings, base: str = "") -> Inspection:
    """Return the form of a query, whether it answers anew each time, and the graphs it chooses.

    Relative IRIs are completed by ``base``. Raises QueryRefused for what no engine is given; see ``admit``.
    """
    try:
        written = admit(text, settings.query_depth, settings.query_tokens, base)
    except QuerySyntaxError:
        return Inspection(query_form(text))  # the store will refuse it, and say why
    form = next((word for word in written.words if word in FORMS), None)
    return Inspection(form, not VOLATILE.isdisjoint(written.words), written.dataset)
