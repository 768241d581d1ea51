"""Which records are near each other: what a contradiction is sought in, from the near to the far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from crosswalk.relations.nesting import Nesting
from crosswalk.relations.records import Record


def nested(records: Iterable[Record], nesting: Nesting) -> Iterator[tuple[str, str]]:
    """The pairs of part and whole among what the records are about; others say nothing between these."""
    named = {end for record in records for end in record.ends}
    return ((part, whole) for part in named for whole in nesting.wholes(part) if whole in named)


def groups(records: Sequence[Record], nesting: Nesting) -> Iterator[list[Record]]:
    """The records in groups that share no element."""
    touching = _touching(records, nesting)
    left = dict.fromkeys(record.iri for record in records)
    by_iri = {record.iri: record for record in records}
    while left:
        first = by_iri[next(iter(left))]
        reached = _reach(touching, [first.subject], None)
        group = [by_iri[iri] for iri in left if by_iri[iri].subject in reached]
        for record in group:
            del left[record.iri]
        yield group


def balls(group: Sequence[Record], nesting: Nesting) -> Iterator[list[Record]]:
    """The records among the elements near each element, of widening radius."""
    touching = _touching(group, nesting)
    for radius in (1, 2):
        for element in sorted(touching):
            near = _reach(touching, [element], radius)
            yield [record for record in group if record.ends <= near]


def _touching(records: Sequence[Record], nesting: Nesting) -> dict[str, set[str]]:
    """The neighbours of every element, by records and as part and whole."""
    touching: dict[str, set[str]] = {}
    for one, other in ((record.subject, record.object) for record in records):
        touching.setdefault(one, set()).add(other)
        touching.setdefault(other, set()).add(one)
    for one, other in nested(records, nesting):
        touching[one].add(other)
        touching[other].add(one)
    return touching


def _reach(touching: dict[str, set[str]], starts: Iterable[str], radius: int | None) -> set[str]:
    reached, edge = set(starts), set(starts)
    while edge and radius != 0:
        edge = {other for element in edge for other in touching[element]} - reached
        reached |= edge
        radius = None if radius is None else radius - 1
    return reached
