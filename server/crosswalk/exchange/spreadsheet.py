"""Writes mappings as CSV for spreadsheets, where a text must not become a formula."""

from __future__ import annotations

import csv
import io
from collections import Counter

from crosswalk.exchange.identifiers import Register
from crosswalk.exchange.records import MappingSet, excluded, single
from crosswalk.exchange.triples import record_iri
from crosswalk.namespaces import compact
from crosswalk.relations.algebra import Candidates

COLUMNS = (
    *("set", "subject", "subject_title", "relation", "possible_relations", "object", "object_title"),
    *("rationale", "confidence", "justification", "author", "date", "comment", "as_cited", "colour"),
    *("quotations", "record", "strength", "reviewers", "review_date"),
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(sets: list[MappingSet], register: Register) -> tuple[bytes, Counter[str]]:
    """The table, with a byte order mark, so that a spreadsheet reads it as UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    losses: Counter[str] = Counter()
    for found in sets:
        for what in ("licence", "description", "provider", "version", "creators", "sources"):
            losses[f"{what} of the set"] += bool(getattr(found, what))
        for row in sorted(_rows(found, register)):
            losses["apostrophe put before a text that a spreadsheet would take for a formula"] += sum(
                cell.startswith(_FORMULA) for cell in row
            )
            writer.writerow([escape(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig"), +losses


def _rows(found: MappingSet, register: Register) -> list[list[str]]:
    def title(iri: str | None) -> str:
        known = register.known.get(iri or "")
        return (known and known.label) or ""

    return [
        [
            compact(found.identifier).removeprefix("mapping/"),
            compact(record.subject),
            title(record.subject),
            "none found" if record.object is None else _relation(record.candidates),
            "" if record.object is None else _possible(record.candidates),
            compact(record.object) if record.object else "",
            title(record.object),
            record.rationale_kind or "",
            record.confidence or "",
            compact(record.justification),
            "; ".join(compact(each) for each in record.authors),
            record.date or found.mapping_date or "",
            record.comment or "",
            record.as_cited or "",
            compact(record.alignment).partition(":")[2] if record.alignment else "",
            "\n".join(record.quotations),
            compact(record_iri(found, record)) if record.object else record.comparison or "",
            "" if record.strength is None else str(record.strength),
            "; ".join((*(compact(each) for each in record.reviewers), *record.reviewer_names)),
            record.review_date or "",
        ]
        for record in found.records
    ]


def _relation(candidates: Candidates) -> str:
    one = single(candidates)
    return (
        one.name.casefold()
        if one and one.name
        else "linked, relation not assessed"
        if candidates == 31
        else ""
    )


def _possible(candidates: Candidates) -> str:
    out = set(excluded(candidates))
    names = ("Equal", "Subset", "Superset", "Intersects", "Disjoint")
    return ", ".join(name.casefold() for name in names if name not in out) if out else ""


def escape(cell: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would otherwise compute it.

    >>> escape("=1+1"), escape("plain")
    ("'=1+1", 'plain')
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
