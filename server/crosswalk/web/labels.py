"""Name things on the pages: by number and title, not by the end of their IRI."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterable, MutableMapping
from typing import Any

from flask import g

from crosswalk.iris import BASE, ID, compact
from crosswalk.stores.results import Row, Term
from crosswalk.web.page_queries import ask, page_queries
from crosswalk.web.tables import first_by, text
from crosswalk.web.urls import last_part

_NUMBERED = ("guideline", "provision", "statement")
"""Kinds whose number is given together with the word for the kind."""

_JOINING = {"Mapping": "to", "Comparison": "against", "Change": "→"}
"""Kinds without a title of their own, named by the two things that they join."""


def named(thing: str | Term | None) -> str:
    """Return the name of a thing in words, its short IRI where it has none, and nothing for no thing."""
    if thing is None:
        return ""
    iri = str(thing)
    load_names((iri,))
    return _names().get(iri) or compact(iri)


def meaning(concept: str | Term | None) -> str:
    """Return the definition of a concept such as a colour, a basis or a kind, or nothing."""
    row = _concepts().get(str(concept))
    return text(row, "definition") if row else ""


def spelled(iri: str) -> str:
    """Return the last segment of an IRI as words.

    >>> spelled("http://purl.org/dc/terms/rightsHolder")
    'rights holder'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", last_part(iri).rpartition(":")[2]).lower()


def cited_number(iri: str, number: str) -> str:
    """Return the number of a section as people cite it, with the document that its IRI names.

    >>> cited_number(ID + "gsma/2.0/CLP.12/section/5.7", "5.7")
    'CLP.12 §5.7'
    """
    _, _, *document = iri.removeprefix(ID).partition("/section/")[0].split("/")
    return " ".join([*document[:1], f"annex {number}" if number[:1].isalpha() else f"§{number}"])


def load_names(iris: Iterable[str]) -> None:
    """Ask for the names of some things at once; a page of many names does this first."""
    names = _names()
    unknown = sorted({iri for iri in iris if iri.startswith(BASE) and iri not in names})
    if not unknown:
        return
    rows = first_by(ask("pages/thing-names", thing=tuple(unknown)), "thing")
    names |= dict.fromkeys(unknown, "")
    names |= {iri: _numbered(iri, text(row, "notation"), text(row, "label")) for iri, row in rows.items()}
    joining = {iri: row for iri, row in rows.items() if _is_joining(row)}
    load_names({row[end].value for row in joining.values() for end in ("from", "to") if row[end]})
    names |= {iri: _joined(row) for iri, row in joining.items()}


def load_elements(iris: Iterable[str | None]) -> dict[str, Row]:
    """Return number, title and edition of elements and editions by their IRIs, and note their names."""
    wanted = set(iris)
    rows = {row["element"].value: row for row in ask("pages/path-elements") if row["element"].value in wanted}
    for iri, row in rows.items():
        add_name(iri, row["number"], row["title"])
    return rows


def add_name(iri: str, number: Term | None, title: Term | None) -> None:
    """Note the name of a thing that a page has read already, so that it is not asked for.

    A thing with neither number nor title is named after the set that it is in.
    """
    names = _names()
    name = _numbered(iri, number.value if number else "", title.value if title else "")
    whole = names.get(iri.rpartition("/")[0])
    names.setdefault(iri, name or (f"{last_part(iri)} of “{whole}”" if whole else ""))


def _names() -> MutableMapping[str, str]:
    """Return the names known to this request, before all those that the snapshot always holds."""
    if "names" not in g:
        g.names = ChainMap({}, page_queries().remember(("names",), _lasting_names))
    return g.names


def _lasting_names() -> dict[str, str]:
    """Return the names of standards, editions, sources, sets, bodies and named graphs, and of concepts."""
    titles = {iri: text(row, "title") for iri, row in first_by(ask("pages/titles"), "thing").items()}
    return {iri: _numbered(iri, text(row, "notation"), text(row, "label") or last_part(iri))
            for iri, row in _concepts().items()} | titles  # fmt: skip


def _concepts() -> dict[str, Any]:
    return page_queries().remember(("concepts",), lambda: first_by(ask("pages/concepts"), "concept"))


def _is_joining(row: Row) -> bool:
    return not row["label"] and last_part(text(row, "kind")) in _JOINING


def _joined(row: Row) -> str:
    """Name a thing after the two that it joins, without their titles; nothing where it joins none."""
    ends = [named(row[end]).partition(":")[0] if row[end] else "nothing" for end in ("from", "to")]
    return f" {_JOINING[last_part(text(row, 'kind'))]} ".join(ends) if row["from"] or row["to"] else ""


def _numbered(iri: str, number: str, title: str) -> str:
    """Join number and title as people do, by the kind that an element's IRI names before its number."""
    kind = iri.split("/")[-2]
    if kind == "section" and number:
        return f"{cited_number(iri, number)} {title}".strip()
    if kind in _NUMBERED and number:
        return f"{kind.capitalize()} {number}{': ' if title else ''}{title}"
    if not title and kind.isalpha():
        return f"{kind.capitalize()} {number}" if number else ""
    return title if number == title else f"{number} {title}".strip()
