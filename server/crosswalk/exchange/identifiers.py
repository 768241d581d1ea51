"""Find the elements of the graph by the identifiers that other tools write for them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from crosswalk.exchange.records import Losses, MappingSet, Record
from crosswalk.iris import ID, compact

Key = tuple[str, ...]
_KINDS = frozenset(
    ("annex", "category", "chapter", "clause", "document", "guideline", "provision", "section", "statement")
)


@dataclass(frozen=True)
class KnownElement:
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
class UnknownIdentifier:
    """An identifier that no element of the graph has, or that several have; ``near`` look alike."""

    text: str
    place: int | None
    near: tuple[str, ...]

    def __str__(self) -> str:
        near = f": did you mean {' or '.join(self.near)}?" if self.near else ""
        return f"{self.text}{near}"


def key(text: str) -> Key:
    """Return the words and numbers of an identifier, without the words for kinds of elements.

    >>> key("CLP12_6.11") == key("CLP.12/section/6.11"), key("AC-2 (1)") == key("ac-2.1")
    (True, True)
    """
    parts = re.findall(r"[^\W\d_]+|\d+", text.casefold())
    return tuple(part.lstrip("0") or "0" for part in parts if part not in _KINDS)


def token(known: KnownElement) -> str:
    """Return an element's identifier as OSCAL's type token has it: a letter first, no spaces and slashes.

    https://pages.nist.gov/metaschema/specification/datatypes/#token
    """
    text = re.sub(r"[^\w.\-]", "_", known.path)
    return text if re.match(r"[^\W\d]", text) else f"_{text}"


class Register:
    """Find elements by IRI, or within an edition by path, number or token."""

    def __init__(self, elements: Iterable[KnownElement]) -> None:
        self.known = {element.iri: element for element in elements}
        self.editions = {element.edition for element in self.known.values()}
        self._exact: dict[tuple[str, str], list[str]] = {}
        self._keys: dict[tuple[str, Key], list[str]] = {}
        for element in self.known.values():
            number = element.notation or element.path
            for name in {number, element.path, token(element)}:
                self._exact.setdefault((element.edition, name.casefold()), []).append(element.iri)
            for parts in {key(element.path), key(number)}:
                self._keys.setdefault((element.edition, parts), []).append(element.iri)

    def find(self, text: str, edition: str | None = None) -> str | None:
        """Return the IRI that an identifier stands for, where exactly one does."""
        if text in self.known or text in self.editions:
            return text
        if edition is None:
            return None
        exact = self._exact.get((edition, text.casefold()), [])
        iris = exact or self._keys.get((edition, key(text)), [])
        return iris[0] if len(iris) == 1 else None

    def label(self, iri: str) -> str:
        """Return the title of an element, empty where it is unknown."""
        return (iri in self.known and self.known[iri].label) or ""

    def labels(self) -> dict[str, str]:
        """Return the titles of all elements that have one."""
        return {iri: element.label for iri, element in self.known.items() if element.label}

    def near(self, text: str, edition: str | None) -> tuple[str, ...]:
        """Return up to three elements whose identifiers look alike."""
        elements = [element for element in self.known.values() if edition in (None, element.edition)]
        paths = {element.path if edition else compact(element.iri) for element in elements}
        wanted = text.removeprefix(ID) if edition is None else text.removeprefix(f"{edition}/")
        close = get_close_matches(wanted, paths, n=3, cutoff=0.6)
        if edition:
            numbers = {element.notation: element.path for element in elements if element.notation}
            close += [numbers[number] for number in get_close_matches(wanted, numbers, n=2, cutoff=0.6)]
        return tuple(dict.fromkeys(close))[:3]


def resolve(mapping_set: MappingSet, register: Register) -> tuple[MappingSet, list[UnknownIdentifier]]:
    """Return the set with the IRIs of its ends, without the records of unknown ends, and those ends."""
    unknown: dict[tuple[str, str | None], UnknownIdentifier] = {}
    records: list[Record] = []

    def find(text: str, edition: str | None, place: int | None) -> str | None:
        iri = register.find(text, edition)
        if iri is None and (text, edition) not in unknown:
            unknown[text, edition] = UnknownIdentifier(text, place, register.near(text, edition))
        return iri

    for record in mapping_set.records:
        subject = find(record.subject, mapping_set.subject_source, record.place)
        target = record.object and find(record.object, mapping_set.object_source, record.place)
        if subject and (target or record.object is None):
            records.append(replace(record, subject=subject, object=target))
    dropped = len(mapping_set.records) - len(records)
    losses = Losses(mapping_set.losses, mapping_set.losses.places)
    losses.note("record with an unknown identifier", count=dropped)
    different = _different(records, losses)
    return replace(mapping_set, records=different, losses=losses), list(unknown.values())


def _different(records: Iterable[Record], losses: Losses) -> tuple[Record, ...]:
    """Return the records without repetitions, each name of a record given to the first that bears it."""
    different: dict[Record, Record] = {}
    names: set[str] = set()
    for record in records:
        stated = replace(record, place=None)
        if stated in different:
            losses["record that repeats another in every word"] += 1
            continue
        is_taken = record.identifier in names
        losses["identifier of a record that another record bears"] += is_taken
        different[stated] = replace(record, identifier=None) if is_taken else record
        names |= {record.identifier} if record.identifier else set()
    return tuple(different.values())
