"""Reads records, rows, changes and elements from the graph, through the named queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from pyoxigraph import Literal, NamedNode

from crosswalk.errors import InputError
from crosswalk.iris import PREFIXES, compact, expand
from crosswalk.relations.model import Change, Judgement, MappingRecord, Part, excluded_by
from crosswalk.relations.network import Network

Ask = Callable[..., Iterable[Any]]
"""Puts a named query with its parameters, and gives rows of terms."""


def read_records(ask: Ask, **editions: str) -> list[MappingRecord]:
    """The records from elements of ``left`` to elements of ``right``; an edition not given is any."""
    return [_record(row) for row in ask("pages/relations-records", **editions)]


def read_between(ask: Ask, one: str, other: str) -> list[MappingRecord]:
    """The records between two editions, in either direction."""
    return read_records(ask, left=one, right=other) + read_records(ask, left=other, right=one)


def read_changes(ask: Ask, **editions: str) -> list[Change]:
    """The changes from ``old`` to ``new``, each once and in one direction; an edition not given is any."""
    changes = {row["change"].value: _change(row) for row in ask("pages/relations-changes", **editions)}
    return list(changes.values())


def read_network(ask: Ask) -> Network:
    """Everything that joins elements or tells them apart, but for what was derived."""
    records = [one for one in read_records(ask) if not one.derived]
    rows = ask("pages/path-elements")
    editions = {row["element"].value: row["edition"].value for row in rows if row["edition"]}
    apart = [one for one in records if not one.links]
    linking = [one for one in records if one.links]
    return Network(linking, read_changes(ask), editions, read_parts(ask), apart)


def members(ask: Ask, iri: str) -> list[str]:
    """The elements of an edition, or the element itself."""
    rows = ask("pages/path-elements")
    return [r["element"].value for r in rows if r["edition"] and r["edition"].value == iri] or [iri]


def read_judgements(ask: Ask, **editions: str) -> list[Judgement]:
    """The rows that judge elements of ``left`` against ``right``; an edition not given is any."""
    rows = ask("pages/gaps-rows", **editions)
    return [
        Judgement(
            row["row"].value,
            row["focus"].value,
            row["right"].value,
            row["outcome"].value,
            _text(row["set"]) or "",
            row["shared"] is not None,
            _text(row["alignment"]),
            _day(row["dated"]),
        )
        for row in rows
    ]


def read_parts(ask: Ask, **editions: str) -> list[Part]:
    """Which elements lie directly within which others of ``edition``; without one, of all."""
    rows = ask("pages/relations-parts", **editions)
    return [
        Part(row["part"].value, row["whole"].value, row["edition"].value, _several(row["sources"]))
        for row in rows
    ]


def _record(row: Any) -> MappingRecord:
    confidence = _text(row["confidence"])
    return MappingRecord(
        iri=row["mapping"].value,
        subject=row["subject"].value,
        object=row["object"].value,
        subject_edition=row["left"].value,
        object_edition=row["right"].value,
        excluded=excluded_by(_several(row["exclusions"])),
        rationale=_text(row["rationale"]),
        confidence=Decimal(confidence) if confidence else None,
        mapping_set=_text(row["set"]) or "",
        sources=_several(row["sources"]),
        words=_text(row["words"]),
        dated=_day(row["dated"]),
        derived=_text(row["derived"]) == "true",
    )


def _change(row: Any) -> Change:
    keeps = _text(row["keeps"])
    return Change(
        iri=row["change"].value,
        kind=row["kind"].value,
        earlier=_several(row["earlier"]),
        later=_several(row["later"]),
        unchanged=None if keeps is None else keeps in ("true", "1"),
        approximate=_text(row["approximate"]) in ("true", "1"),
        sources=_several(row["sources"]),
    )


def _text(term: Any) -> str | None:
    return None if term is None else term.value


def _day(term: Any) -> date | None:
    return date.fromisoformat(term.value[:10]) if term is not None and term.value else None


def _several(term: Any) -> tuple[str, ...]:
    """The IRIs of a cell that lists several, in order."""
    return tuple(sorted((_text(term) or "").split()))


def held_on(one: MappingRecord | Judgement, day: date | None) -> bool:
    """Whether a record or row is known to stand on a day, or gives no date by which to tell."""
    return day is None or one.dated is None or one.dated <= day


def undated(claims: Iterable[MappingRecord | Judgement]) -> int:
    """How many of those that somebody entered give no date."""
    return sum(one.dated is None and not getattr(one, "derived", False) for one in claims)


def rows_held_on(ask: Ask, left: str, right: str, day: date) -> tuple[set[str], int]:
    """The rows that compare two editions and stood on a day, and how many of them give no date.

    InputError where there are rows, and all of them are known to be younger.
    """
    rows = read_judgements(ask, left=left, right=right)
    held = [row for row in rows if held_on(row, day)]
    if rows and not held:
        first = min(row.dated for row in rows if row.dated)
        raise InputError(f"nobody had compared {compact(left)} with {compact(right)} by {day}",
                         hint=f"The first comparison here is of {first}.")  # fmt: skip
    return {row.iri for row in held}, undated(held)


IN_FORCE = "questions/which-editions-were-in-force-on-a-date"


def find_edition(ask: Ask, text: str) -> str:
    """The IRI of the edition of that name; an InputError suggests near ones."""
    iri = expand(text)
    known = [row["edition"].value for row in ask("pages/editions")]
    if iri not in known:
        raise InputError(f"no edition is called {text!r}", hint=_meant(text, known))
    return iri


def find_edition_on(ask: Ask, text: str, day: date | None) -> str:
    """The edition of that name, or of the standard of that name that was in force on a day.

    InputError where an edition was not in force then, or the sources leave open which one was.
    """
    if day is None:
        return find_edition(ask, text)
    iri = expand(text)
    in_force = editions_in_force(ask, day)
    own = [edition for edition, standard in in_force.items() if iri in (edition, standard)]
    if len(own) == 1:
        return own[0]
    if own:
        names = " or ".join(map(compact, own))
        raise InputError(f"on {day} one of {names} was in force; the sources leave open which",
                         hint="Name the edition that is meant.")  # fmt: skip
    standards = {row["edition"].value: row["standard"].value for row in ask("pages/editions")}
    if iri not in standards and iri not in standards.values():
        known = [*standards, *standards.values()]
        raise InputError(f"no standard or edition is called {text!r}", hint=_meant(text, known))
    standard = standards.get(iri, iri)
    then = [compact(edition) for edition, other in in_force.items() if other == standard]
    hint = f"In force then: {' or '.join(then) or 'no edition whose dates are known'}."
    raise InputError(f"{compact(iri)} is not known to have been in force on {day}", hint=hint)


def editions_in_force(ask: Ask, day: date) -> dict[str, str]:
    """The editions in force on a day, or possibly so, each with its standard."""
    rows = ask(IN_FORCE, date=Literal(day.isoformat(), datatype=NamedNode(PREFIXES["xsd"] + "date")))
    return {row["edition"].value: row["standard"].value for row in rows}


def find_element(ask: Ask, text: str) -> str:
    """The IRI of the element or edition of that name.

    A number without its edition is refused where editions of the standard number differently: the
    InputError then says what the number means in each.
    """
    iri = expand(text)
    known = {row["element"].value: row for row in ask("pages/path-elements")}
    if iri in known:
        return iri
    same = [row for element, row in known.items() if _without_edition(element, row) == iri]
    if same:
        meanings = (f"{compact(r['element'].value)} ({r['title'].value})" if r["title"] else
                    compact(r["element"].value) for r in same)  # fmt: skip
        raise InputError(f"{text} names no edition, and a number can mean something else in each",
                         hint=f"Did you mean {' or '.join(meanings)}?")  # fmt: skip
    raise InputError(f"nothing is called {text!r}", hint=_meant(text, known))


def _without_edition(element: str, row: object) -> str | None:
    """The address of an element as it would be if the edition were left out: ipa/guideline/5."""
    edition = row["edition"]  # type: ignore[index]
    if edition is None or not element.startswith(edition.value + "/"):
        return None
    standard = edition.value.rpartition("/")[0]
    return standard + element.removeprefix(edition.value)


def _meant(text: str, known: object) -> str:
    names = [compact(iri) for iri in known]  # type: ignore[attr-defined]
    near = get_close_matches(text, names, n=3) or sorted(names)[:5]
    return f"Did you mean {' or '.join(near)}?" if near else "Nothing is here."
