"""What is known and what is missing: edition by edition, by findings of the shapes, and by curation notes."""

from __future__ import annotations

from flask import Blueprint, Response

from crosswalk.answers import Row
from crosswalk.web.desk import desk
from crosswalk.web.naming import keep
from crosswalk.web.negotiation import HTML, TABLE
from crosswalk.web.responses import choose, render, table

completeness = Blueprint("completeness", __name__)


@completeness.get("/completeness")
def overview() -> Response:
    """Each edition's gaps, then what the shapes report."""
    chosen = choose(TABLE)
    editions = desk().ask("pages/completeness")
    if chosen is not HTML:
        return table(chosen, editions.columns, editions.rows, "completeness")
    noted = notes_by_standard(desk().ask("pages/notes").rows)
    return render(
        "completeness.html", editions=editions.rows, noted=noted, findings=desk().ask("pages/findings").rows
    )


@completeness.get("/notes")
def notes() -> Response:
    """Every curation note with its readings, by standard."""
    chosen = choose(TABLE)
    answer = desk().ask("pages/notes")
    if chosen is not HTML:
        return table(chosen, answer.columns, answer.rows, "notes")
    for row in answer.rows:
        if row["about"]:
            keep(row["about"].value, row["aboutNotation"], row["aboutTitle"])
    titles = {row["standard"].value: row["standardTitle"] for row in desk().ask("pages/editions")}
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
