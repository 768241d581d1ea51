"""Paths between elements over records and lineage, each with what follows from it and what does not."""

from __future__ import annotations

from dataclasses import dataclass

from crosswalk.relations.algebra import ANY, Candidates, chain, intersect
from crosswalk.relations.network import Claim
from crosswalk.relations.records import in_signs, in_words

NOT_ASSESSED = "linked, relation not assessed"


@dataclass(frozen=True)
class Step:
    """One hop: two neighbours and every claim that joins them, read in the direction of the path."""

    start: str
    end: str
    claims: tuple[Claim, ...]

    @property
    def is_lineage(self) -> bool:
        """Whether nothing but lineage joins the two."""
        return all(claim.change for claim in self.claims)

    @property
    def is_certain(self) -> bool:
        """Whether it needs nobody's judgement: a part and its whole, or lineage that kept the wording."""
        return any(claim.assessed and not claim.record for claim in self.claims)

    def rationales(self) -> set[str]:
        """The respects in which some record of this hop was judged."""
        return {claim.rationale for claim in self.claims if claim.assessed and claim.rationale}

    def candidates(self, rationale: str) -> Candidates | None:
        """What may hold in one respect; None where no claim says. Parts and kept wording hold in all."""
        fitting = [
            claim.candidates
            for claim in self.claims
            if claim.assessed and (not claim.record or claim.rationale == rationale)
        ]
        return intersect(fitting) if fitting else None


@dataclass(frozen=True)
class Path:
    """A path from one element to another that enters no edition twice."""

    steps: tuple[Step, ...]

    @property
    def start(self) -> str:
        """Where it begins."""
        return self.steps[0].start

    @property
    def end(self) -> str:
        """Where it leads."""
        return self.steps[-1].end

    def relations(self) -> dict[str, Candidates]:
        """What follows for the two ends, by rationale; nothing where some hop was assessed in none."""
        common: set[str] = set().union(*(step.rationales() for step in self.steps))
        found = {}
        for rationale in sorted(common):
            hops = [step.candidates(rationale) for step in self.steps]
            if None not in hops:
                found[rationale] = chain(hop for hop in hops if hop is not None)
        return found

    def verdict(self) -> str:
        """What follows, in words."""
        relations = self.relations()
        if not relations:
            return NOT_ASSESSED
        return "; ".join(
            f"{bare(rationale)}: every relation remains possible"
            if mask == ANY
            else f"{bare(rationale)}: {in_words(mask)} ({in_signs(mask)})"
            for rationale, mask in relations.items()
        )

    def weakest(self) -> tuple[int, str]:
        """The number of the weakest hop, from 1, and why: nobody assessed it, or its confidence is least."""
        for number, step in enumerate(self.steps, 1):
            if not any(claim.assessed for claim in step.claims):
                why = "lineage, wording not compared" if step.is_lineage else "relation not assessed"
                return number, why
        judged = [(number, step) for number, step in enumerate(self.steps, 1) if not step.is_certain]
        if not judged:
            return 1, "certain"
        stated = [
            (max(confidences), number)
            for number, step in judged
            if (confidences := [c.confidence for c in step.claims if c.confidence is not None])
        ]
        if len(stated) < len(judged):
            said = {number for _, number in stated}
            return next(number for number, _ in judged if number not in said), "no confidence stated"
        least, number = min(stated)
        return number, f"confidence {least}"


def in_words_of(step: Step) -> str:
    """How the two ends of a hop are joined, as a phrase to stand between their names.

    Lineage is told from mapping, and a relation named with the respect in which it was assessed.
    """
    if (claim := step.claims[0]).part:
        return "contains" if claim.backwards else "is part of"
    if step.is_lineage:
        change = step.claims[0].change
        word = "was continued as" if not step.claims[0].backwards else "continues"
        kept = change is not None and change.unchanged
        return f"{word}{'' if kept else ' (wording not compared)'}"
    known = {rationale: step.candidates(rationale) for rationale in sorted(step.rationales())}
    words = [f"{in_words(mask)} ({bare(rationale)})" for rationale, mask in known.items() if mask is not None]
    return "; ".join(words) or in_words(ANY)


def bare(concept: str) -> str:
    """The bare word for a concept, as in ``semantic``."""
    return concept.rpartition("#")[2].lower()
