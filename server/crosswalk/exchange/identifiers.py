"""The elements that the graph knows, found by the identifiers that other tools write for them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from crosswalk.exchange.records import MappingSet, Record
from crosswalk.namespaces import ID, compact

Key = tuple[str, ...]
_KINDS = {
    "provision",
    "section",
    "guideline",
    "document",
    "category",
    "statement",
    "clause",
    "chapter",
    "annex",
}


@dataclass(frozen=True)
class Known:
    """An element of the graph, with the number it bears in its edition."""

    iri: str
    edition: str
    notation: str | None = None
    label: str | None = None

    @property
    def path(self) -> str:
        """Its path within its edition, such as CLP.12/section/5.7."""
        return self.iri.removeprefix(self.edition + "/")


@dataclass(frozen=True)
class Unknown:
    """An identifier that nothing in the graph answers to, or several things do."""

    text: str
    place: int | None
    near: tuple[str, ...]

    def __str__(self) -> str:
        near = f": did you mean {' or '.join(self.near)}?" if self.near else ""
        return f"{self.text}{near}"


def key(text: str) -> Key:
    """What an identifier comes down to: its words and numbers, without the words for kinds of elements.

    >>> key("CLP12_6.11") == key("CLP.12/section/6.11"), key("AC-2 (1)") == key("ac-2.1")
    (True, True)
    """
    parts = re.findall(r"[^\W\d_]+|\d+", text.casefold())
    return tuple(part.lstrip("0") or "0" for part in parts if part not in _KINDS)


def token(known: Known) -> str:
    """The element's identifier as OSCAL writes one: it begins with a letter, without spaces and slashes."""
    text = re.sub(r"[^\w.\-]", "_", known.path)
    return text if re.match(r"[^\W\d]", text) else f"_{text}"


class Register:
    """Finds elements by IRI, or within an edition by path, number or token."""

    def __init__(self, known: Iterable[Known]) -> None:
        self.known = {each.iri: each for each in known}
        self.editions = {each.edition for each in self.known.values()}
        self._exact: dict[tuple[str, str], list[str]] = {}
        self._keys: dict[tuple[str, Key], list[str]] = {}
        for each in self.known.values():
            for name in {each.notation or each.path, each.path, token(each)}:
                self._exact.setdefault((each.edition, name.casefold()), []).append(each.iri)
            for found in {key(each.path), key(each.notation or each.path)}:
                self._keys.setdefault((each.edition, found), []).append(each.iri)

    def find(self, text: str, edition: str | None = None) -> str | None:
        """The IRI that an identifier stands for, where exactly one does."""
        if text in self.known or text in self.editions:
            return text
        if edition is None:
            return None
        exact = self._exact.get((edition, text.casefold()), [])
        found = exact or self._keys.get((edition, key(text)), [])
        return found[0] if len(found) == 1 else None

    def near(self, text: str, edition: str | None) -> tuple[str, ...]:
        """Up to three elements whose identifiers look alike."""
        inside = [each for each in self.known.values() if edition in (None, each.edition)]
        paths = {each.path if edition else compact(each.iri): each for each in inside}
        wanted = text.removeprefix(ID) if edition is None else text.removeprefix(f"{edition}/")
        found = get_close_matches(wanted, paths, n=3, cutoff=0.6)
        names = {each.notation: each for each in inside if each.notation}
        found += [names[name].path for name in get_close_matches(wanted, names, n=2, cutoff=0.6) if edition]
        return tuple(dict.fromkeys(found))[:3]


def resolve(found: MappingSet, register: Register) -> tuple[MappingSet, list[Unknown]]:
    """The set with the IRIs of its ends, without the records whose ends are not known, and those ends."""
    unknown: dict[tuple[str, str | None], Unknown] = {}
    records: list[Record] = []

    def end(text: str, edition: str | None, place: int | None) -> str | None:
        iri = register.find(text, edition)
        if iri is None and (text, edition) not in unknown:
            unknown[text, edition] = Unknown(text, place, register.near(text, edition))
        return iri

    for record in found.records:
        subject = end(record.subject, found.subject_source, record.place)
        target = record.object and end(record.object, found.object_source, record.place)
        if subject and (target or record.object is None):
            records.append(replace(record, subject=subject, object=target))
    dropped = len(found.records) - len(records)
    losses = found.losses + Counter({"record with an unknown identifier": dropped} if dropped else {})
    return replace(found, records=tuple(records), losses=losses), list(unknown.values())
