"""Derives mappings along chains of records, as far as the relation algebra carries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from crosswalk.iris import ID
from crosswalk.relations.algebra import ANY, Candidates
from crosswalk.relations.chains import Chains
from crosswalk.relations.model import Change, MappingRecord, Part
from crosswalk.relations.network import Claim, Network

MAX_HOPS = 3


@dataclass(frozen=True)
class DerivedMapping:
    """A mapping that follows from a chain of premises, in order."""

    subject: str
    object: str
    subject_edition: str
    object_edition: str
    candidates: Candidates
    rationale: str
    premises: tuple[Claim, ...]

    @property
    def confidence(self) -> Decimal | None:
        """The least confidence of the records; None where one of them states none."""
        stated = [claim.confidence for claim in self.premises if claim.record]
        return None if None in stated else min(each for each in stated if each is not None)

    @cached_property
    def mapping_set(self) -> str:
        """The set of all that is derived from one edition to another."""
        ends = (self.subject_edition, self.object_edition)
        return f"{ID}mapping/derived/" + "--".join(end.removeprefix(ID).replace("/", "-") for end in ends)

    @cached_property
    def iri(self) -> str:
        """An address that follows from the premises alone, so that deriving again gives the same."""
        said = "\n".join(f"{claim.iri} {claim.backwards}" for claim in self.premises)
        return f"{self.mapping_set}/{hashlib.sha256(said.encode()).hexdigest()[:16]}"

    @property
    def sources(self) -> tuple[str, ...]:
        """The source documents of all premises."""
        return tuple(sorted({source for claim in self.premises for source in claim.sources}))

    def as_record(self) -> MappingRecord:
        """The mapping as the analyses read it."""
        return MappingRecord(
            self.iri,
            self.subject,
            self.object,
            self.subject_edition,
            self.object_edition,
            ANY & ~self.candidates,
            self.rationale,
            self.confidence,
            self.mapping_set,
            self.sources,
            derived=True,
        )


def derive(
    records: Iterable[MappingRecord],
    changes: Iterable[Change] = (),
    parts: Iterable[Part] = (),
    editions: Mapping[str, str] | None = None,
    *,
    hops: int = MAX_HOPS,
) -> list[DerivedMapping]:
    """What follows along chains of two premises or more, in the order of addresses.

    Premises are records that exclude a relation, all judged in the same respect, changes known to keep the
    wording, and that one element is part of another; derived records are none. A chain enters no edition
    twice. One is left out where another of no more hops, or a record itself, says at least as much, as
    surely; each is given in one direction, from the lesser address to the greater. A chain that begins or
    ends with part and whole must lead to what some record names: a chapter or category that nobody ever
    mapped would get a mapping for each of its parts.
    """
    records = [one for one in records if not one.derived]
    named = frozenset(end for one in records for end in one.ends)
    fit = (one for one in records if one.assessed and one.rationale)
    network = Network(fit, (one for one in changes if one.keeps_all), editions, parts)
    sought, found = Chains(network), []
    for start in sorted(network.elements()):
        for end, chains in sought.start_at(start, hops):
            if start < end:
                between = (network.edition(start), network.edition(end))
                found += (
                    DerivedMapping(start, end, *between, one.candidates, one.rationale, one.claims)
                    for one in chains
                    if one.rationale and len(one.claims) > 1 and one.is_worth_writing and one.ends_in(named)
                )
    return sorted(found, key=lambda one: one.iri)
