"""A path as rows of a table: what follows from it, and what each hop rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crosswalk.names import compact
from crosswalk.relations.paths import Path, Step, bare, in_words_of

COLUMNS = (
    "path", "follows", "step", "from", "relation", "to", "claim", "kind", "set", "rationale", "confidence",
    "cited", "backwards", "sources",
)  # fmt: skip


def rows(number: int, one: Path) -> Iterator[dict[str, Any]]:
    """A path as rows of a table, one for each claim of each hop."""
    for place, step in enumerate(one.steps, 1):
        for row in evidence(step):
            yield {
                "path": number,
                "follows": one.verdict(),
                "step": place,
                "from": compact(step.start),
                "relation": in_words_of(step),
                "to": compact(step.end),
                **row,
            }


def evidence(step: Step) -> Iterator[dict[str, Any]]:
    """What a hop rests on: every record and change, with set, confidence, words and sources."""
    for claim in step.claims:
        record, change = claim.record, claim.change
        yield {
            "claim": compact(claim.iri),
            "kind": bare(change.kind) if change else "part" if claim.part else "record",
            "set": compact(record.mapping_set) if record else "",
            "rationale": bare(claim.rationale) if claim.rationale else "",
            "confidence": "" if claim.confidence is None else str(claim.confidence),
            "cited": record.words or "" if record else "",
            "backwards": claim.backwards,
            "sources": [compact(source) for source in claim.sources],
        }
