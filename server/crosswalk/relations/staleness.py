"""What a new edition leaves of the mappings to the old one, and which of its elements are new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crosswalk.iris import term
from crosswalk.relations.model import Change, Judgement, MappingRecord
from crosswalk.relations.reading import Ask, read_changes, read_judgements, read_records, read_texts

CARRIED, REVIEW, ORPHANED = "carried", "re-review", "orphaned"
UNMAPPED, MAPPED_ANEW = "unmapped", "mapped anew"
STATES = (CARRIED, REVIEW, ORPHANED)

_REASONS = {
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
    element: str
    later: tuple[str, ...]
    why: str
    claim: str
    other: str
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
        """Count the claims in each state and the added elements in each; the counts add up."""
        counts = Counter(claim.state for claim in self.claims) + Counter(state for state, _ in self.added)
        return {state: counts[state] for state in (*STATES, UNMAPPED, MAPPED_ANEW)}


def is_later(ask: Ask, old: str, new: str) -> bool:
    """Return whether changes lead from one edition to the other, or sources say that it follows."""
    recorded = {(row["old"], row["new"]) for row in read_texts(ask, "pages/lineages")}
    return (old, new) in recorded or bool(read_texts(ask, "pages/is-later-edition", old=old, new=new))


def review(ask: Ask, old: str, new: str) -> Staleness:
    """Judge the records that touch an old edition, and its rows, by the lineage to the new one."""
    touching = {
        record.iri: record for record in (*read_records(ask, left=old), *read_records(ask, right=old))
    }
    newer = [*read_records(ask, left=new), *read_records(ask, right=new)]
    numbers: dict[str, dict[str, str]] = {old: {}, new: {}}
    for row in read_texts(ask, "pages/stale-elements", old=old, new=new):
        numbers[row["edition"]][f"{row['kind']}\n{row['number']}"] = row["element"]
    return judge(
        [record for record in touching.values() if not record.derived],
        read_changes(ask, old=old, new=new),
        [row for row in read_judgements(ask, left=old) if row.outcome != term("Mapped")],
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
    """Return what becomes of what each claim is about; ``mapped`` are elements of newer records.

    Numbers map a kind and number, parted by a line break, to the element that bears it.
    """
    changes = list(changes)
    change_of = {earlier: change for change in changes for earlier in change.earlier}
    claims = [
        (record.iri, element, record.other_end(element))
        for record in sorted(records, key=lambda record: record.iri)
        for element, edition in (
            (record.subject, record.subject_edition), (record.object, record.object_edition)
        )
        if edition == old
    ]  # fmt: skip
    claims += [(row.iri, row.focus, row.against) for row in judgements]
    mapped = set(mapped)
    added = sorted(later for change in changes if not change.earlier for later in change.later)
    return Staleness(
        tuple(_state_of(*claim, change_of.get(claim[1])) for claim in claims),
        tuple((MAPPED_ANEW if element in mapped else UNMAPPED, element) for element in added),
        _collisions(changes, old_numbers or {}, new_numbers or {}),
    )


def _state_of(claim: str, element: str, other: str, change: Change | None) -> ClaimState:
    if change is None:
        return ClaimState(REVIEW, element, (), "what became of it is not known", claim, other, None)
    state, why = REVIEW, _REASONS.get(change.kind, "changed")
    if not change.later:
        state, why = ORPHANED, _REASONS.get(change.kind, "removed")
    elif change.unchanged is False:
        why = "continued; its wording was changed"
    elif change.approximate:
        why = f"{why}, and only approximately"
    elif change.unchanged and change.kind == term("Continued"):
        state, why = CARRIED, "continued, wording known to be kept"
    return ClaimState(state, element, change.later, why, claim, other, change.iri)


def _collisions(
    changes: Iterable[Change], old: Mapping[str, str], new: Mapping[str, str]
) -> tuple[Collision, ...]:
    """Return the numbers in both editions whose elements no change joins; without lineage none is claimed."""
    joined = {(earlier, later) for change in changes for earlier in change.earlier for later in change.later}
    if not joined:
        return ()
    known = {element for change in changes for element in (*change.earlier, *change.later)}
    return tuple(
        Collision(key.rpartition("\n")[2], old[key], new[key])
        for key in old
        if key in new and (old[key], new[key]) not in joined and {old[key], new[key]} <= known
    )
