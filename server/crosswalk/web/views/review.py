"""Show what needs attention: what is missing or irregular, and where records and assessors disagree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response

from crosswalk.relations.algebra import in_signs, in_words
from crosswalk.relations.model import MappingRecord
from crosswalk.relations.reading import read_parts, read_records
from crosswalk.stores.results import Answer
from crosswalk.web.http.negotiation import HTML, TABLE
from crosswalk.web.http.responses import choose, render, rows_or_page, table
from crosswalk.web.labels import add_name, load_elements
from crosswalk.web.page_queries import ask, page_queries
from crosswalk.web.urls import text_parameter

blueprint = Blueprint("review", __name__)

CONFLICT_COLUMNS = ("conflict", "rationale", "record", "subject", "relation", "object", "sources")
AGREEMENT_COLUMNS = ("kind", "label", "items", "same", "kappa")


@blueprint.get("/completeness")
def completeness() -> Response:
    """Show what each edition lacks, then what the shapes report."""
    return rows_or_page(
        "pages/completeness",
        "completeness",
        lambda _: {"notes": ask("pages/notes").rows, "findings": ask("pages/findings").rows},
    )


@blueprint.get("/notes")
def notes() -> Response:
    """Show every curation note with its readings, by standard."""

    def context(notes: Answer) -> dict[str, Any]:
        for row in notes:
            if row["about"]:
                add_name(row["about"].value, row["aboutNotation"], row["aboutTitle"])
        return {}

    return rows_or_page("pages/notes", "notes", context)


@blueprint.get("/conflicts")
def conflicts() -> Response:
    """Show the smallest sets of records that cannot all be true."""
    chosen = choose(TABLE)
    records = {record.iri: record for record in read_records(ask)}
    report = page_queries().answer_cache.computed(
        "conflicts", "relations", lambda: report_conflicts(records.values())
    )
    conflicts = [(rationale, [records[iri] for iri in iris]) for rationale, iris in report["conflicts"]]
    if chosen is not HTML:
        rows = [
            {"conflict": number, "rationale": rationale, "record": record.iri, "subject": record.subject,
             "relation": in_signs(record.candidates), "object": record.object, "sources": record.sources}
            for number, (rationale, same) in enumerate(conflicts, 1) for record in same
        ]  # fmt: skip
        return table(chosen, CONFLICT_COLUMNS, rows, "conflicts")
    return render(
        "conflicts.html",
        conflicts=conflicts,
        undecided=[records[iri] for iri in report["undecided"]],
        more=report["more"],
        checked=sum(record.is_premise for record in records.values()),
        all=len(records),
        in_words=in_words,
        elements=load_elements(end for _, same in conflicts for record in same for end in record.ends),
    )


def report_conflicts(records: Iterable[MappingRecord]) -> dict[str, Any]:
    """Find the conflicts, and name their records by their IRIs, as JSON can hold them."""
    from crosswalk.relations.consistency import find_conflicts  # numpy is slow to import, and seldom needed

    report = find_conflicts(records, read_parts(ask))
    return {
        "conflicts": [
            (conflict.rationale, [record.iri for record in conflict.records]) for conflict in report.conflicts
        ],
        "undecided": [record.iri for record in report.undecided],
        "more": report.more,
    }


@blueprint.get("/agreement")
def agreement() -> Response:
    """Show how far two assessors agree on what both judged."""
    from crosswalk.relations.agreement import compare_sets  # no start is to wait for it

    one, other = text_parameter("one"), text_parameter("other")
    chosen = choose(TABLE)
    rows = compare_sets(ask, one, other) if one and other else []
    if chosen is not HTML:
        return table(chosen, AGREEMENT_COLUMNS, [vars(row) for row in rows], "agreement")
    return render("agreement.html", rows=rows, one=one, other=other, sets=ask("pages/agreement-sets").rows)
