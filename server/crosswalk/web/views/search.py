"""Search things by the words in them and by the numbers printed on them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from flask import Blueprint, Response, request

from crosswalk.iris import ID, compact
from crosswalk.stores.results import Row, Term
from crosswalk.web.http.negotiation import HTML, TABLE
from crosswalk.web.http.responses import choose, render, table
from crosswalk.web.labels import load_names, named
from crosswalk.web.page_queries import ask
from crosswalk.web.search_index import rows_with, search_index
from crosswalk.web.tables import first_by, text

blueprint = Blueprint("search", __name__)

MOST_RESULTS = 100
COLUMNS = ("thing", "kind", "notation", "label", "property", "text", "edition", "standard")
ORDER = ("skos:prefLabel", "dcterms:title", "skos:altLabel", "xw:text", "xw:goal", "xw:remark", "xw:asCited")
"""The properties in whose order results stand."""
FILTERS = {"type": "kind", "standard": "standard"}
"""Parameter → the column that it filters by."""
_NUMBER = re.compile(r"[§#]?([\w.\-]*\d[\w.\-]*|[A-Z])")
_WORDS_OF_NUMBERS = re.compile(r"(?i)\b(?:chapter|section|guideline|provision|annex|document|clause)\b|§")


@blueprint.get("/search")
def search() -> Response:
    """Show the things that carry the words or the number, filtered by type and standard."""
    chosen = choose(TABLE)
    words = " ".join(request.args.get("q", "").split())[:200]
    wanted = {name: request.args.get(name, "") for name in FILTERS}
    matches = find(words) if words else []
    chosen_filters = [(FILTERS[name], value) for name, value in wanted.items() if value]
    results = [row for row in matches if all(short(row, column) == value for column, value in chosen_filters)]
    if chosen is not HTML:
        return table(chosen, COLUMNS, results, "search")
    shown = results[:MOST_RESULTS]
    load_names(row["edition"].value for row in shown if row["edition"])
    standards = count(matches, "standard")
    return render("search.html", words=words, wanted=wanted, results=shown, total=len(results),
                  types=count(matches, "kind"), standards=standards,
                  names={standard: named(ID + standard) for standard in standards})  # fmt: skip


def find(words: str) -> list[Row]:
    """Find one row for each thing: those of the number asked for first, then by where the words stand.

    Of several rows of a thing the first is shown, at the place of the last.
    """
    rows = [*find_numbers(words), *find_texts(words)]
    return list(first_by(reversed(rows), "thing").values())[::-1]


def find_numbers(words: str) -> list[Row]:
    """Find the things with the last of these numbers that lie inside what the others name."""
    *above, last = _WORDS_OF_NUMBERS.sub(" ", words).split() or [""]
    if not all(_NUMBER.fullmatch(part) for part in (*above, last)):
        return []
    rows = ask("pages/things-by-number", number=Term("literal", last.strip("§#")))
    return [{**row, "property": None, "text": None} for row in rows
            if {part.lower() for part in above} <= set(text(row, "thing").lower().split("/"))]  # fmt: skip


def find_texts(words: str) -> list[Row]:
    """Find the things whose texts hold all the words; titles before statements before quotations."""
    longest, *others = sorted(words.split(), key=len, reverse=True)
    rows = rows_with([longest, *others], search_index(longest))
    ranks = {name: rank for rank, name in enumerate(ORDER)}
    return sorted(rows, key=lambda row: (words.lower() not in text(row, "text").lower(),
                                         ranks.get(compact(text(row, "property")), len(ranks))))  # fmt: skip


def count(rows: Iterable[Row], column: str) -> dict[str, int]:
    """Count the rows of each value of a column, the most frequent first."""
    return dict(Counter(short(row, column) for row in rows if row[column]).most_common())


def short(row: Row, column: str) -> str:
    """Return the short IRI of a kind or of a standard, as the filters name it."""
    return compact(text(row, column))
