"""Derive mappings along chains of records, as far as the relation algebra carries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from crosswalk.iris import ID
from crosswalk.relations.algebra import ANY
from crosswalk.relations.chains import Chain, ChainSearch
from crosswalk.relations.model import Change, MappingRecord, Part
from crosswalk.relations.network import Network

MAX_HOPS = 3


def derive(
    records: Iterable[MappingRecord],
    changes: Iterable[Change] = (),
    parts: Iterable[Part] = (),
    editions: Mapping[str, str] | None = None,
    *,
    hops: int = MAX_HOPS,
) -> list[MappingRecord]:
    """Return the mappings that follow along chains of two premises or more, in the order of addresses.

    Premises are records that exclude a relation, all judged in the same respect, changes known to keep the
    wording, and that one element is part of another; derived records are none. A chain enters no edition
    twice. One is left out where another of no more hops, or a record itself, says at least as much, as
    surely; each is given in one direction, from the lesser address to the greater. A chain that begins or
    ends with part and whole must lead to what some record names: a chapter or category that nobody ever
    mapped would get a mapping for each of its parts.
    """
    records = [record for record in records if not record.derived]
    named = frozenset(end for record in records for end in record.ends)
    premises = (record for record in records if record.is_premise)
    network = Network(premises, (change for change in changes if change.keeps_all), editions, parts)
    search, derived = ChainSearch(network), []
    for start in sorted(network.elements()):
        for end, chains in search.chains_from(start, hops):
            if start < end:
                editions_of_ends = (network.edition(start), network.edition(end))
                derived += (
                    _mapping(chain, *editions_of_ends)
                    for chain in chains
                    if len(chain.claims) > 1 and chain.is_worth_writing and chain.ends_in(named)
                )
    return sorted(derived, key=lambda mapping: mapping.iri)


def _mapping(chain: Chain, subject_edition: str, object_edition: str) -> MappingRecord:
    """Return what a chain implies for its ends as a record of the set of all that the two editions imply.

    Its address follows from the premises alone, so that deriving again gives the same. Its confidence is the
    least of the records', and none where one of them states none.
    """
    names = (edition.removeprefix(ID).replace("/", "-") for edition in (subject_edition, object_edition))
    mapping_set = f"{ID}mapping/derived/{'--'.join(names)}"
    premises = "\n".join(f"{claim.iri} {claim.backwards}" for claim in chain.claims)
    stated = [claim.confidence for claim in chain.claims if claim.record]
    return MappingRecord(
        f"{mapping_set}/{hashlib.sha256(premises.encode()).hexdigest()[:16]}",
        chain.claims[0].start,
        chain.claims[-1].end,
        subject_edition,
        object_edition,
        ANY & ~chain.candidates,
        chain.rationale,
        None if None in stated else min(stated),
        mapping_set,
        tuple(sorted({source for claim in chain.claims for source in claim.sources})),
        derived=True,
        premises=chain.claims,
    )
