"""Reads records, rows, changes and elements from the graph, through the named queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from crosswalk.relations.network import Network
from crosswalk.relations.records import Change, Judgement, Part, Record, excluded_by

Ask = Callable[..., Iterable[Any]]
"""Puts a named query with its parameters, and gives rows of terms."""


def read_records(ask: Ask, **editions: str) -> list[Record]:
    """The records from elements of ``left`` to elements of ``right``; an edition not given is any."""
    return [_record(row) for row in ask("pages/relations-records", **editions)]


def read_between(ask: Ask, one: str, other: str) -> list[Record]:
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


def _record(row: Any) -> Record:
    confidence = _text(row["confidence"])
    return Record(
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
