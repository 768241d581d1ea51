"""What things are called on the pages: by number and title, not by the end of their IRI."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask import g

from crosswalk.iris import BASE, compact
from crosswalk.stores.results import Row, Term
from crosswalk.web.page_queries import page_queries
from crosswalk.web.urls import document_of, last_part

NUMBERED = ("guideline", "provision", "statement")
"""Kinds whose number is said together with the word for the kind."""

JOINED = {"Mapping": "to", "Comparison": "against", "Change": "→"}
"""Kinds without a title of their own, called by what they join."""


def learn(iris: Iterable[str]) -> None:
    """Finds the names of some things at once; a page of many names does this first."""
    known = _known()
    wanted = sorted({iri for iri in iris if iri.startswith(BASE) and iri not in known})
    if not wanted:
        return
    found = page_queries().ask("pages/thing-names", thing=tuple(wanted)).rows
    rows = {row["thing"].value: row for row in reversed(found)}
    untitled = [row for row in rows.values() if not row["label"]]
    ends = {row[end].value for row in untitled for end in ("from", "to") if row[end]}
    known |= dict.fromkeys(wanted, "")
    learn(ends)
    known |= {iri: _name(iri, row) for iri, row in rows.items()}


def keep(iri: str, number: Term | None, title: Term | None) -> None:
    """Takes a name from what a page knows already, so that nobody has to be asked for it.

    What has neither number nor title is called after the set it stands in.
    """
    name = _numbered(iri, number.value if number else "", title.value if title else "")
    whole = _known().get(iri.rpartition("/")[0])
    _known().setdefault(iri, name or (f"{last_part(iri)} of “{whole}”" if whole else ""))


def named(iri: str) -> str:
    """A thing's name in words; its short IRI where it has none."""
    learn((iri,))
    return _known().get(iri) or compact(iri)


def spelled(iri: str) -> str:
    """The last segment of an IRI as words.

    >>> spelled("http://purl.org/dc/terms/rightsHolder")
    'rights holder'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", last_part(iri).rpartition(":")[2]).lower()


def _known() -> dict[str, str]:
    """The names of this request; those of standards, editions, sources, sets and graphs are always there."""
    if "names" not in g:
        g.names = dict(page_queries().remember(("titles",), _titles))
    return g.names


def _titles() -> dict[str, str]:
    rows = reversed(page_queries().ask("pages/titles").rows)
    return {row["thing"].value: row["title"].value for row in rows}


def _name(iri: str, row: Row) -> str:
    kind = last_part(row["kind"].value) if row["kind"] else ""
    label, number = (row[each].value if row[each] else "" for each in ("label", "notation"))
    if kind in JOINED and not label:
        ends = [_end(row, each) for each in ("from", "to")]
        return f"{ends[0]} {JOINED[kind]} {ends[1]}" if any(ends) else ""
    return _numbered(iri, number, label)


def _numbered(iri: str, number: str, title: str) -> str:
    """Number and title as people say them, by the kind that an element's IRI names before its number."""
    kind = iri.split("/")[-2]
    if kind == "section" and number:
        return f"{document_of(iri)}{'annex ' if number[:1].isalpha() else '§'}{number} {title}".strip()
    if kind in NUMBERED and number:
        return f"{kind.capitalize()} {number}{': ' if title else ''}{title}"
    if not title and kind.isalpha():
        return f"{kind.capitalize()} {number}" if number else ""
    return title if number == title else f"{number} {title}".strip()


def _end(row: Row, side: str) -> str:
    """The name of what stands on one side of a thing that joins two, without its title."""
    return _known().get(row[side].value, "").partition(":")[0] if row[side] else "nothing"


def called(term: Term | None) -> str:
    """The label of a concept such as a colour, a basis or a kind; the end of its IRI where it has none."""
    if term is None:
        return ""
    label = _rows().get(term.value, {}).get("label")
    return label.value if label else last_part(term.value)


def meaning(term: Term | None) -> str:
    """The definition of a concept, or nothing."""
    definition = _rows().get(term.value, {}).get("definition") if term else None
    return definition.value if definition else ""


def _rows() -> dict[str, dict[str, Term | None]]:
    return {row["concept"].value: row for row in page_queries().ask("pages/concepts")}
