"""Define what passes between the formats: mapping sets with records, catalogues with entries, losses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from crosswalk.errors import InputError
from crosswalk.graph.mappings import PREDICATES, UNTYPED
from crosswalk.json_document import Document
from crosswalk.namespaces import SEMAPV, XW
from crosswalk.relations.algebra import (
    ANY,
    DISJOINT,
    EQUAL,
    INTERSECTS,
    IRIS,
    RELATIONS,
    SUBSET,
    SUPERSET,
    Candidates,
)
from crosswalk.relations.model import local_name

UNSPECIFIED = str(SEMAPV.UnspecifiedMatching)
MANUAL = str(SEMAPV.ManualMappingCuration)

Iri = str
"""A full IRI: `isolated.examine` looks whether what a file gave for it is one."""

Day = str
"""A date such as 2026-01-31."""

Language = str
"""The tag of a language, such as en or pt-BR."""

Share = str
"""A number from 0 to 1, as xsd:decimal has it."""


@dataclass(frozen=True)
class Record:
    """One mapping; ``object`` is None where somebody looked and found no counterpart.

    ``subject`` and ``object`` are IRIs once they are resolved, and before that what the file says;
    ``strength`` is OLIR's, from 0 to 10; ``reviewers`` are IRIs, of whom some may be known by name only;
    ``candidates`` are the set relations still possible. ``place`` is the line or row of the file.
    """

    subject: str
    object: str | None
    predicate: Iri = UNTYPED
    justification: Iri = MANUAL
    identifier: Iri | None = None
    candidates: Candidates = ANY
    rationale_kind: str | None = None
    confidence: Share | None = None
    comment: str | None = None
    as_cited: str | None = None
    authors: tuple[Iri, ...] = ()
    date: Day | None = None
    comparison: Iri | None = None
    alignment: Iri | None = None
    quotations: tuple[str, ...] = ()
    strength: int | None = None
    reviewers: tuple[Iri, ...] = ()
    reviewer_names: tuple[str, ...] = ()
    review_date: Day | None = None
    place: int | None = None

    def gives(self, name: str) -> bool:
        """Say whether a field holds anything; a strength of 0 is something."""
        return getattr(self, name) not in (None, "", ())

    @property
    def relation(self) -> Candidates | None:
        """The one set relation left, or None where several are."""
        return self.candidates if self.candidates in RELATIONS else None

    @property
    def excluded(self) -> list[str]:
        """The IRIs of the set relations that are out."""
        return [IRIS[relation] for relation in RELATIONS if relation & ~self.candidates]

    @property
    def stated_predicate(self) -> str:
        """The predicate; where that is the most general one, the one that says what the candidates do."""
        if self.predicate != UNTYPED or self.relation is None:
            return self.predicate
        return PREDICATES[self.relation]


UNDETERMINED = "und"
"""The tag of words whose language nobody has said: https://www.rfc-editor.org/rfc/rfc5646#section-4.1"""


class Losses(Counter[str]):
    """Count what is not kept, by kind; ``places`` are the line or row in which each kind was met first."""

    def __init__(self, counts: Mapping[str, int] | None = None, places: Mapping[str, int] | None = None):
        super().__init__(counts or {})
        self.places = dict(places or {})

    def note(self, kind: str, place: int | None = None, count: int = 1) -> None:
        """Count what is not kept of a kind, met first in the line or row ``place``."""
        if count:
            self[kind] += count
            if place is not None:
                self.places.setdefault(kind, place)

    def lines(self, name: str) -> list[str]:
        """Return a line for each kind with its number, and its first place in the file of that name."""
        places = {kind: f", first at {name}:{place}" for kind, place in self.places.items()}
        return [f"{kind}, {count} times{places.get(kind, '')}" for kind, count in sorted((+self).items())]


def count_unread(document: Document, losses: Losses) -> Losses:
    """Add to losses whatever of a document nobody has read, with the place of the first of each kind."""
    for what, path in document.unread():
        losses.note(what, None if what in losses else document.line(path))
    return losses


@dataclass(frozen=True)
class MappingSet:
    """Records with what holds for all of them; ``losses`` counts what was in the file and is not kept.

    ``language`` is that of the texts, by its tag (BCP 47), or None where nobody says it.
    """

    identifier: Iri = ""
    title: str | None = None
    description: str | None = None
    licence: Iri | None = None
    version: str | None = None
    creators: tuple[Iri, ...] = ()
    sources: tuple[Iri, ...] = ()
    provider: Iri | None = None
    subject_source: str | None = None
    subject_version: str | None = None
    object_source: str | None = None
    object_version: str | None = None
    mapping_date: Day | None = None
    publication_date: Day | None = None
    modified: Day | None = None
    complete: bool = False
    language: Language | None = None
    records: tuple[Record, ...] = ()
    losses: Losses = field(default_factory=Losses)


@dataclass(frozen=True)
class Entry:
    """One element of a catalogue: its identifier there, and how it stands to others.

    ``aliases`` are other identifiers, such as one that stays with it when elements are numbered anew.
    """

    identifier: str
    title: str | None = None
    parent: str | None = None
    text: str | None = None
    withdrawn: bool = False
    replaced_by: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    place: int | None = None


@dataclass(frozen=True)
class Catalogue:
    """The elements of one edition, in order; a ``selection`` only names elements of another catalogue."""

    title: str
    version: str | None = None
    entries: tuple[Entry, ...] = ()
    selection: bool = False
    language: Language | None = None
    losses: Losses = field(default_factory=Losses)


SET_FIELDS = {
    "title": "mapping_set_title",
    "description": "mapping_set_description",
    "licence": "license",
    "version": "mapping_set_version",
    "sources": "mapping_set_source",
    "creators": "creator_id",
    "provider": "mapping_provider",
    "subject_source": "subject_source",
    "subject_version": "subject_source_version",
    "object_source": "object_source",
    "object_version": "object_source_version",
    "mapping_date": "mapping_date",
    "publication_date": "publication_date",
}
"""The fields of a mapping set that SSSOM has a slot for, each with that slot."""

RECORD_FIELDS = {
    "identifier": "record_id",
    "subject": "subject_id",
    "predicate": "predicate_id",
    "object": "object_id",
    "justification": "mapping_justification",
    "authors": "author_id",
    "reviewers": "reviewer_id",
    "reviewer_names": "reviewer_label",
    "review_date": "review_date",
    "date": "mapping_date",
    "confidence": "confidence",
    "comment": "comment",
    "comparison": "comparison",
    "as_cited": "as_cited",
    "strength": "strength",
}
"""The fields of a record with their SSSOM slots; the last three, which it has not, go by their own names."""


def slot_values(value: MappingSet | Record, fields: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the values of the slots of a table of fields, none for those of empty fields."""
    return listed({slot: getattr(value, name) for name, slot in fields.items()})


def listed(values: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Return each value as a tuple of texts; what is None or empty is left out."""
    filled = {name: value for name, value in values.items() if value not in (None, "", ())}
    return {name: value if isinstance(value, tuple) else (str(value),) for name, value in filled.items()}


# How each relation is called in OLIR, OSCAL and CISO Assistant.
_WORDS = (
    (EQUAL, "equal", "equal-to", "equal"),
    (SUBSET, "subset of", "subset-of", "subset"),
    (SUPERSET, "superset of", "superset-of", "superset"),
    (INTERSECTS, "intersects with", "intersects-with", "intersect"),
    (DISJOINT, "not related to", "no-relationship", "not_related"),
)
OLIR = {relation: word for relation, word, _, _ in _WORDS}
OSCAL = {relation: word for relation, _, word, _ in _WORDS}
CISO = {word: relation for relation, _, _, word in _WORDS}
RELATION_NAMES = tuple(str(relation.name).capitalize() for relation in RELATIONS)
"""The local names of the set relations in the ontology."""

RATIONALES = {kind: str(XW[kind.capitalize()]) for kind in ("syntactic", "semantic", "functional")}
"""The kinds of rationale, each with its IRI."""

STRENGTHS = {str(number): number for number in range(11)}
"""OLIR's strengths of a relation, as they are written."""


def is_day(text: str) -> bool:
    """Say whether a text is a date such as 2026-01-31, of a day that there is."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def read_strength(text: str | None, fault: Callable[[str, str], InputError]) -> int | None:
    """Return the strength that a text states; ``fault`` makes an error of what is wrong and what to do."""
    if text is not None and text not in STRENGTHS:
        raise fault(f"the strength “{text}” is no whole number from 0 to 10", "Mend it or leave it out.")
    return None if text is None else STRENGTHS[text]


def rationale_kind(iri: str) -> str | None:
    """Return the kind of rationale that an IRI names, or None where it names none."""
    kind = local_name(iri)
    return kind if kind in RATIONALES else None
