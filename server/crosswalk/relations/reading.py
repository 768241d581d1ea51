"""Read records, rows, changes and elements from the graph, through the named queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from pyoxigraph import Literal, NamedNode

from crosswalk.errors import InputError
from crosswalk.iris import PREFIXES, compact, expand
from crosswalk.relations.algebra import excluded_by
from crosswalk.relations.model import Change, Judgement, MappingRecord, Part, held_on, undated
from crosswalk.relations.network import Network

Ask = Callable[..., Iterable[Any]]
"""Puts a named query with its parameters, and gives rows of terms."""

_TRUE = ("true", "1")


def read_texts(ask: Ask, name: str, **terms: Any) -> list[dict[str, str]]:
    """Read the rows of a query as plain texts, empty where nothing is bound."""
    return [
        {column: "" if cell is None else cell.value for column, cell in row.items()}
        for row in ask(name, **terms)
    ]


def read_records(ask: Ask, **editions: str) -> list[MappingRecord]:
    """Read the records from elements of ``left`` to elements of ``right``; an edition not given is any."""
    return [
        MappingRecord(
            iri=row["mapping"],
            subject=row["subject"],
            object=row["object"],
            subject_edition=row["left"],
            object_edition=row["right"],
            excluded=excluded_by(row["exclusions"].split()),
            rationale=row["rationale"] or None,
            confidence=Decimal(row["confidence"]) if row["confidence"] else None,
            mapping_set=row["set"],
            sources=split_iris(row["sources"]),
            words=row["words"] or None,
            dated=_day(row["dated"]),
            derived=row["derived"] == "true",
        )
        for row in read_texts(ask, "pages/relations-records", **editions)
    ]


def read_changes(ask: Ask, **editions: str) -> list[Change]:
    """Read the changes from ``old`` to ``new``, each once; an edition not given is any."""
    changes = {
        row["change"]: Change(
            iri=row["change"],
            kind=row["kind"],
            earlier=split_iris(row["earlier"]),
            later=split_iris(row["later"]),
            unchanged=row["keeps"] in _TRUE if row["keeps"] else None,
            approximate=row["approximate"] in _TRUE,
            sources=split_iris(row["sources"]),
        )
        for row in read_texts(ask, "pages/relations-changes", **editions)
    }
    return list(changes.values())


def read_judgements(ask: Ask, **editions: str) -> list[Judgement]:
    """Read the rows that judge elements of ``left`` against ``right``; an edition not given is any."""
    return [
        Judgement(
            iri=row["row"],
            focus=row["focus"],
            against=row["right"],
            outcome=row["outcome"],
            comparison_set=row["set"],
            shares_cell=bool(row["shared"]),
            alignment=row["alignment"] or None,
            dated=_day(row["dated"]),
        )
        for row in read_texts(ask, "pages/gaps-rows", **editions)
    ]


def read_parts(ask: Ask, **editions: str) -> list[Part]:
    """Read which elements are directly part of which others of ``edition``; without one, of all."""
    return [
        Part(row["part"], row["whole"], row["edition"], split_iris(row["sources"]))
        for row in read_texts(ask, "pages/relations-parts", **editions)
    ]


def read_network(ask: Ask) -> Network:
    """Read everything that joins elements or tells them apart, but for what was derived."""
    records = [record for record in read_records(ask) if not record.derived]
    elements = read_texts(ask, "pages/path-elements")
    editions = {row["element"]: row["edition"] for row in elements if row["edition"]}
    linking = (record for record in records if record.links)
    apart = (record for record in records if not record.links)
    return Network(linking, read_changes(ask), editions, read_parts(ask), apart)


def split_iris(text: str) -> tuple[str, ...]:
    """Return the IRIs of a cell that lists several, in order."""
    return tuple(sorted(text.split()))


def _day(text: str) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def rows_held_on(ask: Ask, left: str, right: str, day: date) -> tuple[set[str], int]:
    """Return the rows that compare two editions and stood on a day, and how many of them give no date.

    Raises InputError where there are rows, and all of them are known to be younger.
    """
    rows = read_judgements(ask, left=left, right=right)
    held = [row for row in rows if held_on(row, day)]
    if rows and not held:
        first = min(row.dated for row in rows if row.dated)
        raise InputError(f"nobody had compared {compact(left)} with {compact(right)} by {day}",
                         hint=f"The first comparison here is of {first}.")  # fmt: skip
    return {row.iri for row in held}, undated(held)


def find_edition(ask: Ask, text: str) -> str:
    """Return the IRI of the edition of that name. Raises InputError, which suggests near ones."""
    iri = expand(text)
    known = [row["edition"] for row in read_texts(ask, "pages/editions")]
    if iri not in known:
        raise InputError(f"no edition is called {text!r}", hint=_suggestion(text, known))
    return iri


def find_edition_on(ask: Ask, text: str, day: date | None) -> str:
    """Return the edition of that name, or of the standard of that name that was in force on a day.

    Raises InputError where an edition was not in force then, or the sources leave open which one was.
    """
    if day is None:
        return find_edition(ask, text)
    iri = expand(text)
    literal = Literal(day.isoformat(), datatype=NamedNode(PREFIXES["xsd"] + "date"))
    rows = read_texts(ask, "questions/which-editions-were-in-force-on-a-date", date=literal)
    in_force = {row["edition"]: row["standard"] for row in rows}
    fitting = [edition for edition, standard in in_force.items() if iri in (edition, standard)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = " or ".join(map(compact, fitting))
        raise InputError(f"on {day} one of {names} was in force; the sources leave open which",
                         hint="Name the edition that is meant.")  # fmt: skip
    standards = {row["edition"]: row["standard"] for row in read_texts(ask, "pages/editions")}
    known = [*standards, *standards.values()]
    if iri not in known:
        raise InputError(f"no standard or edition is called {text!r}", hint=_suggestion(text, known))
    standard = standards.get(iri, iri)
    then = " or ".join(compact(edition) for edition, other in in_force.items() if other == standard)
    raise InputError(f"{compact(iri)} is not known to have been in force on {day}",
                     hint=f"In force then: {then or 'no edition whose dates are known'}.")  # fmt: skip


def members(ask: Ask, iri: str) -> list[str]:
    """Return the elements of an edition, or the element itself."""
    rows = read_texts(ask, "pages/path-elements")
    return [row["element"] for row in rows if row["edition"] == iri] or [iri]


def find_element(ask: Ask, text: str) -> str:
    """Return the IRI of the element or edition of that name.

    Raises InputError for an unknown name, and for a number without its edition where editions of the standard
    number differently: it then says what the number means in each.
    """
    iri = expand(text)
    known = {row["element"]: row for row in read_texts(ask, "pages/path-elements")}
    if iri in known:
        return iri
    meanings = [
        f"{compact(element)} ({row['title']})" if row["title"] else compact(element)
        for element, row in known.items()
        if iri == _without_edition(element, row["edition"])
    ]
    if meanings:
        raise InputError(f"{text} names no edition, and a number can mean something else in each",
                         hint=f"Did you mean {' or '.join(meanings)}?")  # fmt: skip
    raise InputError(f"nothing is called {text!r}", hint=_suggestion(text, known))


def _without_edition(element: str, edition: str) -> str | None:
    """Return the address of an element as it would be if the edition were left out: ipa/guideline/5."""
    if not edition or not element.startswith(edition + "/"):
        return None
    return edition.rpartition("/")[0] + element.removeprefix(edition)


def _suggestion(text: str, known: Iterable[str]) -> str:
    names = [compact(iri) for iri in known]
    near = get_close_matches(text, names, n=3) or sorted(names)[:5]
    return f"Did you mean {' or '.join(near)}?" if near else "Nothing is here."
