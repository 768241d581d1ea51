"""Write mappings as CSV for spreadsheets, where a text must not become a formula.

OWASP on formulas in CSV: https://owasp.org/www-community/attacks/CSV_Injection.
"""

from __future__ import annotations

import csv
import io
from collections import Counter

from crosswalk.exchange.identifiers import Register
from crosswalk.exchange.records import MappingSet, Record
from crosswalk.exchange.triples import record_iri
from crosswalk.iris import compact
from crosswalk.relations.algebra import ANY, Candidates, members

COLUMNS = (
    *("set", "subject", "subject_title", "relation", "possible_relations", "object", "object_title"),
    *("rationale", "confidence", "justification", "author", "date", "comment", "as_cited", "colour"),
    *("quotations", "record", "strength", "reviewers", "review_date"),
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_KEPT = ("licence", "description", "provider", "version", "creators", "sources")


def write(sets: list[MappingSet], register: Register) -> tuple[bytes, Counter[str]]:
    """Return the table, with a byte order mark, so that a spreadsheet reads it as UTF-8, and its losses."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    losses: Counter[str] = Counter()
    for mapping_set in sets:
        for name in _NOT_KEPT:
            losses[f"{name} of the set"] += bool(getattr(mapping_set, name))
        for row in sorted(_row(mapping_set, record, register) for record in mapping_set.records):
            losses["apostrophe put before a text that a spreadsheet would take for a formula"] += sum(
                cell.startswith(_FORMULA) for cell in row
            )
            writer.writerow([escape(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig"), +losses


def _row(mapping_set: MappingSet, record: Record, register: Register) -> list[str]:
    """Return the cells of a record, in the order of the columns."""
    has_object = record.object is not None
    return [
        compact(mapping_set.identifier).removeprefix("mapping/"),
        compact(record.subject),
        register.label(record.subject),
        *(_relations(record.candidates) if has_object else ("none found", "")),
        compact(record.object or ""),
        register.label(record.object or ""),
        record.rationale_kind or "",
        record.confidence or "",
        compact(record.justification),
        "; ".join(map(compact, record.authors)),
        record.date or mapping_set.mapping_date or "",
        record.comment or "",
        record.as_cited or "",
        compact(record.alignment or "").partition(":")[2],
        "\n".join(record.quotations),
        compact(record_iri(mapping_set, record)) if has_object else record.comparison or "",
        "" if record.strength is None else str(record.strength),
        "; ".join((*map(compact, record.reviewers), *record.reviewer_names)),
        record.review_date or "",
    ]


def _relations(candidates: Candidates) -> tuple[str, str]:
    """Return the one set relation left, and those that are left where any is out; empty where none fits."""
    if candidates == ANY:
        return "linked, relation not assessed", ""
    names = [str(relation.name).casefold() for relation in members(candidates)]
    return names[0] if len(names) == 1 else "", ", ".join(names)


def escape(cell: str) -> str:
    """Return the text with an apostrophe before it where a spreadsheet would otherwise compute it.

    >>> escape("=1+1"), escape("plain")
    ("'=1+1", 'plain')
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
