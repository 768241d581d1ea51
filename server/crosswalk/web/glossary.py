"""What the concepts of the ontology are called on the pages, in the ontology's own words."""

from __future__ import annotations

from crosswalk.answers import Term
from crosswalk.web.desk import desk
from crosswalk.web.links import last_part


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
    return {row["concept"].value: row for row in desk().ask("pages/concepts")}
