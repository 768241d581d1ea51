"""What is known and what is missing: edition by edition, by findings of the shapes, and by curation notes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, request

from crosswalk.relations.model import MappingRecord, in_signs, in_words
from crosswalk.relations.reading import read_parts, read_records
from crosswalk.stores.results import Row
from crosswalk.web.http.negotiation import HTML, TABLE
from crosswalk.web.http.responses import choose, render, table
from crosswalk.web.http.status import UnknownThing
from crosswalk.web.labels import keep
from crosswalk.web.page_queries import page_queries
from crosswalk.web.urls import iri_of, name_of
from crosswalk.web.views.analysis import titles

completeness = Blueprint("completeness", __name__)


@completeness.get("/completeness")
def overview() -> Response:
    """Each edition's gaps, then what the shapes report."""
    chosen = choose(TABLE)
    editions = page_queries().ask("pages/completeness")
    if chosen is not HTML:
        return table(chosen, editions.columns, editions.rows, "completeness")
    noted = notes_by_standard(page_queries().ask("pages/notes").rows)
    return render(
        "completeness.html",
        editions=editions.rows,
        noted=noted,
        findings=page_queries().ask("pages/findings").rows,
    )


@completeness.get("/notes")
def notes() -> Response:
    """Every curation note with its readings, by standard."""
    chosen = choose(TABLE)
    answer = page_queries().ask("pages/notes")
    if chosen is not HTML:
        return table(chosen, answer.columns, answer.rows, "notes")
    for row in answer.rows:
        if row["about"]:
            keep(row["about"].value, row["aboutNotation"], row["aboutTitle"])
    titles = {row["standard"].value: row["standardTitle"] for row in page_queries().ask("pages/editions")}
    return render("notes.html", by_standard=notes_by_standard(answer.rows), titles=titles)


def notes_by_standard(rows: tuple[Row, ...]) -> dict[str, dict[str, dict[str, object]]]:
    """Standard → note → the note's row, what it is about and its readings, each once."""
    found: dict[str, dict[str, dict[str, object]]] = {}
    for row in rows:
        standard = row["standard"].value if row["standard"] else ""
        note = found.setdefault(standard, {}).setdefault(
            row["note"].value, {"row": row, "about": {}, "readings": {}}
        )
        if row["about"]:
            note["about"][row["about"].value] = row
        if row["reading"]:
            reading = note["readings"].setdefault(row["reading"].value, {"row": row, "sources": {}})
            if row["source"]:
                reading["sources"][row["source"].value] = row
    return dict(sorted(found.items(), key=lambda item: (not item[0], item[0])))


upkeep = Blueprint("upkeep", __name__)

STALE = ("state", "element", "later", "why", "claim", "other", "change")
CONFLICTS = ("conflict", "rationale", "record", "subject", "relation", "object", "sources")
AGREEMENT = ("kind", "label", "items", "same", "kappa")


@upkeep.get("/stale")
def all_stale() -> Response:
    """The pairs of editions whose lineage is recorded."""
    chosen = choose(TABLE)
    answer = page_queries().ask("pages/lineages")
    if chosen is not HTML:
        return table(chosen, answer.columns, answer.rows, "stale")
    titles = {row["edition"].value: row["title"] for row in page_queries().ask("pages/editions")}
    return render("stale.html", pairs=answer.rows, titles=titles)


@upkeep.get("/stale/<standard>/<old>/<new>")
def stale(standard: str, old: str, new: str) -> Response:
    """What a new edition leaves of the mappings to the old one."""
    from crosswalk.relations.staleness import is_later, review  # no start is to wait for it

    editions = [iri_of(f"id/{standard}/{version}") or "" for version in (old, new)]
    pairs = page_queries().ask("pages/lineages").rows
    if not all(editions) or not is_later(page_queries().ask, *editions):
        there = [_pair(row["old"].value, row["new"].value) for row in pairs]
        raise UnknownThing(f"No lineage from {standard}/{old} to {standard}/{new} is recorded here.", there)
    chosen = choose(TABLE)
    found = review(page_queries().ask, *editions)
    rows = [vars(one) for one in found.claims]
    rows += [
        {"state": state, "element": element, "why": "added", "later": ()} for state, element in found.added
    ]
    if chosen is not HTML:
        return table(chosen, STALE, rows, f"stale-{standard}-{old}--{new}")
    return render("stale-of-pair.html", found=found, rows=rows, old=editions[0], new=editions[1],
                  titles=titles((*editions, *(row["element"] for row in rows))))  # fmt: skip


@upkeep.get("/conflicts")
def conflicts() -> Response:
    """The smallest sets of records that cannot all be true."""
    chosen = choose(TABLE)
    records = {one.iri: one for one in read_records(page_queries().ask)}
    found = page_queries().answer_cache.computed("conflicts", "relations", lambda: _found(records.values()))
    conflicts = [(rationale, [records[iri] for iri in iris]) for rationale, iris in found["conflicts"]]
    if chosen is not HTML:
        rows = [
            {"conflict": number, "rationale": rationale, "record": record.iri, "subject": record.subject,
             "relation": in_signs(record.candidates), "object": record.object, "sources": record.sources}
            for number, (rationale, same) in enumerate(conflicts, 1) for record in same
        ]  # fmt: skip
        return table(chosen, CONFLICTS, rows, "conflicts")
    checked = sum(record.is_premise for record in records.values())
    named = {end for _, same in conflicts for record in same for end in record.ends}
    return render(
        "conflicts.html",
        conflicts=conflicts,
        undecided=[records[iri] for iri in found["undecided"]],
        more=found["more"],
        checked=checked,
        all=len(records),
        in_words=in_words,
        titles=titles(named),
    )


@upkeep.get("/agreement")
def agreement() -> Response:
    """How far two assessors agree on what both judged."""
    from crosswalk.relations.agreement import compare_sets  # no start is to wait for it

    one, other = (request.args.get(name, "").strip() for name in ("one", "other"))
    chosen = choose(TABLE)
    lines = compare_sets(page_queries().ask, one, other) if one and other else []
    if chosen is not HTML:
        return table(chosen, AGREEMENT, [vars(line) for line in lines], "agreement")
    sets = page_queries().ask("pages/agreement-sets").rows
    return render("agreement.html", lines=lines, one=one, other=other, sets=sets)


def _found(records: Iterable[MappingRecord]) -> dict[str, Any]:
    """The conflicts as lists of the records' IRIs."""
    from crosswalk.relations.consistency import find_conflicts  # numpy is slow to import, and seldom needed

    found = find_conflicts(records, read_parts(page_queries().ask))
    return {
        "conflicts": [(one.rationale, [record.iri for record in one.records]) for one in found.conflicts],
        "undecided": [record.iri for record in found.undecided],
        "more": found.more,
    }


def _pair(old: str, new: str) -> dict[str, str]:
    return {"href": f"/stale/{name_of(old)}/{name_of(new).rpartition('/')[2]}",
            "label": f"{name_of(old)} to {name_of(new)}"}  # fmt: skip
