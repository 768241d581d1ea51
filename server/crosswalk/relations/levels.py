"""What an edition is counted in: its guidelines, or the levels of which a source gives the size."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from crosswalk.relations.evidence import Ask
from crosswalk.relations.nesting import Nesting
from crosswalk.relations.records import Element

GUIDELINE = "Guideline"
_KINDS = ("Provision", "Section", "Document")


@dataclass(frozen=True)
class Level:
    """Elements of one kind, and at one depth where a source counts them so.

    ``declared`` is how many there are by that source, ``basis`` how it counted and ``sources`` what it is;
    without one nobody says.
    """

    name: str
    kind: str
    elements: tuple[Element, ...]
    declared: int | None = None
    basis: str = ""
    sources: tuple[str, ...] = ()


def read_levels(ask: Ask, edition: str, nesting: Nesting, claimed: Collection[str] = ()) -> list[Level]:
    """The levels that an edition is counted in, those of which a source gives the number first.

    An edition without any is counted in its guidelines, or in the kind that it has most of. Elements of
    another kind are added where some of them are ``claimed``: a record or row is about them.
    """
    rows = list(ask("pages/gaps-elements", edition=edition))
    by_kind: dict[str, list[Any]] = {}
    for row in rows:
        by_kind.setdefault(_bare(row["kind"].value), []).append(row)
    kinds = {element: kind for kind, same in by_kind.items() for element in _named(same)}
    levels = [_guidelines(edition, by_kind[GUIDELINE])] if GUIDELINE in by_kind else []
    for row in ask("pages/gaps-levels", edition=edition):
        kind, depth = _bare(row["kind"].value), int(row["depth"].value)
        held = [
            one
            for one in by_kind.get(kind, ())
            if 1 + sum(kinds.get(whole) == kind for whole in nesting.wholes(one["element"].value)) == depth
        ]
        levels.append(
            Level(
                row["name"].value,
                kind.lower(),
                _elements(edition, held),
                int(row["size"].value),
                row["note"].value if row["note"] else "",
                tuple(sorted((row["sources"].value if row["sources"] else "").split())),
            )
        )
    return _with_others(edition, by_kind, levels, claimed)


def _with_others(
    edition: str, by_kind: dict[str, list[Any]], levels: list[Level], claimed: Collection[str]
) -> list[Level]:
    """The levels, with those whose size no source gives: where claims end, or where there is no other."""
    counted = {one.iri for level in levels for one in level.elements}
    rest = {
        kind: [row for row in by_kind.get(kind, ()) if row["element"].value not in counted] for kind in _KINDS
    }
    most = max(_KINDS, key=lambda kind: len(rest[kind]))
    for kind in _KINDS:
        main = kind == most and not levels
        if rest[kind] and (main or _named(rest[kind]) & set(claimed)):
            other = any(level.kind == kind.lower() for level in levels)
            name = f"other {kind.lower()}s" if other else f"{kind.lower()}s"
            levels = [*levels, Level(name, kind.lower(), _elements(edition, rest[kind]))]
    return levels


def _guidelines(edition: str, rows: list[Any]) -> Level:
    declared = rows[0]["declared"]
    level = Level("guidelines", GUIDELINE.lower(), _elements(edition, rows))
    return replace(level, declared=int(declared.value)) if declared else level


def _elements(edition: str, rows: Iterable[Any]) -> tuple[Element, ...]:
    return tuple(
        Element(
            row["element"].value,
            edition,
            row["number"].value if row["number"] else "",
            row["title"].value if row["title"] else None,
        )
        for row in rows
    )


def _named(rows: Iterable[Any]) -> set[str]:
    return {row["element"].value for row in rows}


def _bare(iri: str) -> str:
    return iri.rpartition("#")[2]
