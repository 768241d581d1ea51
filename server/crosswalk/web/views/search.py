"""Search over words and printed numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask import Blueprint, Response, request

from crosswalk.iris import ID, compact
from crosswalk.stores.results import Row, Term
from crosswalk.web.http.negotiation import HTML, TABLE
from crosswalk.web.http.responses import choose, render, table
from crosswalk.web.labels import learn, named
from crosswalk.web.page_queries import page_queries
from crosswalk.web.search_index import holding
from crosswalk.web.urls import name_of

search = Blueprint("search", __name__)

SHOWN = 100
COLUMNS = ("thing", "kind", "notation", "label", "property", "text", "edition", "standard")
ORDER = ("skos:prefLabel", "dcterms:title", "skos:altLabel", "xw:text", "xw:goal", "xw:remark", "xw:asCited")
_NUMBER = re.compile(r"[§#]?([\w.\-]*\d[\w.\-]*|[A-Z])")
_FILLER = re.compile(r"(?i)\b(?:chapter|section|guideline|provision|annex|document|clause)\b|§")


@search.get("/search")
def results() -> Response:
    """Things by the words in them or the number printed on them, filtered by type and standard."""
    chosen = choose(TABLE)
    words = " ".join(request.args.get("q", "").split())[:200]
    wanted = {name: request.args.get(name, "") for name in ("type", "standard")}
    found = find(words) if words else []
    shown = [row for row in found if fits(row, wanted)]
    if chosen is not HTML:
        return table(chosen, COLUMNS, shown, "search")
    learn(row["edition"].value for row in shown[:SHOWN] if row["edition"])
    standards = counts(found, "standard")
    return render("search.html", words_asked=words, wanted=wanted, found=shown[:SHOWN], total=len(shown),
                  types=counts(found, "kind"), standards=standards,
                  called={name: named(ID + name) for name in standards})  # fmt: skip


def find(words: str) -> list[Row]:
    """One row for each thing: those whose number is asked for first, then by where the words stand."""
    rows = [*numbered(words), *texts(words)]
    return list({row["thing"].value: row for row in reversed(rows)}.values())[::-1]


def numbered(words: str) -> list[Row]:
    """The things called by the last of these numbers that stand inside what the others call."""
    parts = _FILLER.sub(" ", words).split()
    if not parts or not all(_NUMBER.fullmatch(part) for part in parts):
        return []
    rows = [
        row
        for part in parts[-1:]
        for row in page_queries().ask("pages/things-by-number", number=literal(part.strip("§#")))
    ]
    above = [part.lower() for part in parts[:-1]]
    return [{**row, "property": None, "text": None} for row in rows
            if all(part in re.split("/", row["thing"].value.lower()) for part in above)]  # fmt: skip


def texts(words: str) -> list[Row]:
    """The things whose texts hold all the words; titles before statements before quotations and remarks."""
    first, *others = sorted(words.split(), key=len, reverse=True)
    whole = words.lower()
    rows = holding([first, *others])
    return sorted(rows, key=lambda row: (whole not in row["text"].value.lower(), rank(row)))


def rank(row: Row) -> int:
    """The place of a row's property in the order of results."""
    name = compact(row["property"].value)
    return ORDER.index(name) if name in ORDER else len(ORDER)


def fits(row: Row, wanted: dict[str, str]) -> bool:
    """Whether a row passes the filters; an empty filter lets everything through."""
    kind, standard = wanted["type"], wanted["standard"]
    return (not kind or _key(row, "kind") == kind) and (not standard or _key(row, "standard") == standard)


def counts(rows: Iterable[Row], column: str) -> dict[str, int]:
    """How many rows there are for each value of a column, the most frequent first."""
    found: dict[str, int] = {}
    for row in rows:
        if row[column]:
            found[_key(row, column)] = found.get(_key(row, column), 0) + 1
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def literal(text: str) -> Term:
    """A plain string as a term."""
    return Term("literal", text)


def _key(row: Row, column: str) -> str:
    term = row[column]
    return "" if term is None else compact(term.value) if column == "kind" else name_of(term.value)
