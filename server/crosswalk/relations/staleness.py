"""What a new edition leaves of the mappings to the old one, and which of its elements are new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crosswalk.iris import term
from crosswalk.relations.model import Change, Judgement, MappingRecord
from crosswalk.relations.reading import Ask, read_changes, read_judgements, read_records

CARRIED, REVIEW, ORPHANED = "carried", "re-review", "orphaned"
UNMAPPED, MAPPED_ANEW = "unmapped", "mapped anew"
STATES = (CARRIED, REVIEW, ORPHANED)

_WHY = {
    term("Continued"): "continued; whether its wording was kept is not known",
    term("Renumbered"): "renumbered",
    term("Merged"): "merged with others",
    term("Split"): "split",
    term("Removed"): "removed",
}


@dataclass(frozen=True)
class ClaimState:
    """What becomes of one claim, a record or a row that names no counterpart, about an old element."""

    state: str
    why: str
    claim: str
    element: str
    other: str
    later: tuple[str, ...]
    change: str | None


@dataclass(frozen=True)
class Collision:
    """A number that stands for one element in the old edition and for an unrelated one in the new."""

    number: str
    old: str
    new: str


@dataclass(frozen=True)
class Staleness:
    """All claims about an old edition with what becomes of them, and the elements that the new one adds."""

    claims: tuple[ClaimState, ...]
    added: tuple[tuple[str, str], ...]
    collisions: tuple[Collision, ...]

    def counts(self) -> dict[str, int]:
        """How many claims are in each state and how many added elements in each; they add up."""
        found = Counter(one.state for one in self.claims) + Counter(state for state, _ in self.added)
        return {state: found[state] for state in (*STATES, UNMAPPED, MAPPED_ANEW)}


def is_later(ask: Ask, old: str, new: str) -> bool:
    """Whether changes lead from one edition to the other, or sources say that it follows."""
    told = {(row["old"].value, row["new"].value) for row in ask("pages/lineages")}
    return (old, new) in told or bool(list(ask("pages/is-later-edition", old=old, new=new)))


def review(ask: Ask, old: str, new: str) -> Staleness:
    """Judges the records that touch an old edition, and its rows, by the lineage to the new one."""
    touching = {one.iri: one for one in (*read_records(ask, left=old), *read_records(ask, right=old))}
    newer = [*read_records(ask, left=new), *read_records(ask, right=new)]
    rows = list(ask("pages/stale-elements", old=old, new=new))
    numbers: dict[str, dict[str, str]] = {old: {}, new: {}}
    for row in rows:
        key = f"{row['kind'].value}\n{row['number'].value}"
        numbers[row["edition"].value][key] = row["element"].value
    changes = read_changes(ask, old=old, new=new)
    return judge(
        [one for one in touching.values() if not one.derived],
        changes,
        [one for one in read_judgements(ask, left=old) if one.outcome != term("Mapped")],
        old,
        {end for record in newer if not record.derived for end in record.ends},
        numbers[old],
        numbers[new],
    )


def judge(
    records: Iterable[MappingRecord],
    changes: Iterable[Change],
    judgements: Iterable[Judgement],
    old: str,
    mapped: Iterable[str] = (),
    old_numbers: Mapping[str, str] | None = None,
    new_numbers: Mapping[str, str] | None = None,
) -> Staleness:
    """What becomes of what each claim is about; ``mapped`` are elements of newer records.

    Numbers map a kind and number to the element that bears it.
    """
    changes = list(changes)
    by_element = {earlier: change for change in changes for earlier in change.earlier}
    claims = [
        (record.iri, element, record.other_end(element))
        for record in sorted(records, key=lambda one: one.iri)
        for element, edition in (
            (record.subject, record.subject_edition), (record.object, record.object_edition)
        )
        if edition == old
    ]  # fmt: skip
    claims += [(row.iri, row.focus, row.against) for row in judgements]
    held = [_held(*claim, by_element.get(claim[1])) for claim in claims]
    mapped = set(mapped)
    added = sorted(later for change in changes if not change.earlier for later in change.later)
    return Staleness(
        tuple(held),
        tuple((MAPPED_ANEW if element in mapped else UNMAPPED, element) for element in added),
        _collisions(changes, old_numbers or {}, new_numbers or {}),
    )


def _held(claim: str, element: str, other: str, change: Change | None) -> ClaimState:
    if change is None:
        state, why = REVIEW, "what became of it is not known"
    elif not change.later:
        state, why = ORPHANED, _WHY.get(change.kind, "removed")
    elif _is_carried(change):
        state, why = CARRIED, "continued, wording known to be kept"
    else:
        state, why = REVIEW, _why(change)
    later = change.later if change else ()
    return ClaimState(state, why, claim, element, other, later, change and change.iri)


def _is_carried(change: Change) -> bool:
    return change.kind == term("Continued") and change.unchanged is True and not change.approximate


def _why(change: Change) -> str:
    if change.unchanged is False:
        return "continued; its wording was changed"
    why = _WHY.get(change.kind, "changed")
    return f"{why}, and only approximately" if change.approximate else why


def _collisions(
    changes: Iterable[Change], old: Mapping[str, str], new: Mapping[str, str]
) -> tuple[Collision, ...]:
    """The numbers in both editions whose elements no change joins; without lineage none is claimed."""
    joined = {(a, b) for change in changes for a in change.earlier for b in change.later}
    if not joined:
        return ()
    known = {element for change in changes for element in (*change.earlier, *change.later)}
    return tuple(
        Collision(key.rpartition("\n")[2], old[key], new[key])
        for key in old
        if key in new and (old[key], new[key]) not in joined and {old[key], new[key]} <= known
    )
