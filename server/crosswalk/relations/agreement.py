"""How far two assessors agree on what both judged, beyond what chance would bring about (Cohen's kappa)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crosswalk.errors import InputError
from crosswalk.iris import expand
from crosswalk.relations.algebra import in_signs
from crosswalk.relations.model import MappingRecord, by_rationale, narrow
from crosswalk.relations.reading import Ask, read_judgements, read_records

ANY_LABEL = "all"
OUTCOME, COLOUR, RELATION = "outcome", "colour", "relation"


@dataclass(frozen=True)
class AgreementRow:
    """The agreement on one label, or on all: of ``items`` judged by both, how many alike, and kappa.

    ``kappa`` is None where chance alone would make them agree on everything, so that it is not defined.
    """

    kind: str
    label: str
    items: int
    same: int
    kappa: float | None


def compare_sets(ask: Ask, left: str, right: str) -> list[AgreementRow]:
    """Compare two comparison sets, by outcome and colour, or two mapping sets, by relation.

    Relations are compared within one rationale. Raises InputError where the two judge nothing in common.
    """
    sets = expand(left), expand(right)
    judgements, records = read_judgements(ask), read_records(ask)
    rows: list[AgreementRow] = []
    for kind, label_of in ((OUTCOME, lambda row: row.outcome), (COLOUR, lambda row: row.alignment)):
        rows += measure(kind, *(
            {
                (row.focus, row.against): label_of(row)
                for row in judgements
                if row.comparison_set == name and label_of(row)
            }
            for name in sets
        ))  # fmt: skip
    rows += measure(RELATION, *(_relations(records, name) for name in sets))
    if not rows:
        hint = "Name two comparison sets, or two mapping sets with assessed relations."
        raise InputError(f"{left} and {right} judge nothing in common", hint=hint)
    return rows


def measure(kind: str, left: Mapping[Any, str], right: Mapping[Any, str]) -> list[AgreementRow]:
    """Return the agreement over the items that both label: on all labels, then on each against the rest."""
    pairs = [(left[item], right[item]) for item in sorted(set(left) & set(right))]
    compared = {ANY_LABEL: pairs} if pairs else {}
    for label in sorted({label for pair in pairs for label in pair}):
        compared[label] = [(str(a == label), str(b == label)) for a, b in pairs]
    return [
        AgreementRow(kind, label, len(pairs), sum(a == b for a, b in pairs), kappa(pairs))
        for label, pairs in compared.items()
    ]


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of pairs of labels; None where both gave one and the same label alone.

    J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20,
    1960.

    >>> kappa([("yes", "yes"), ("no", "no"), ("yes", "no"), ("no", "no")])
    0.5
    """
    left, right = (Counter(labels) for labels in zip(*pairs, strict=True))
    observed = Fraction(sum(a == b for a, b in pairs), len(pairs))
    by_chance = Fraction(sum(left[label] * right[label] for label in left), len(pairs) ** 2)
    return None if by_chance == 1 else float((observed - by_chance) / (1 - by_chance))


def _relations(records: Iterable[MappingRecord], mapping_set: str) -> dict[tuple[str, str, str], str]:
    """Return what a set leaves possible for each pair in each respect, read in one direction."""
    members = (record for record in records if record.mapping_set == mapping_set)
    groups = by_rationale(record for record in members if record.assessed and not record.derived)
    return {
        (*pair, rationale): in_signs(candidates)
        for rationale, group in groups.items()
        for pair, candidates in narrow(group).items()
    }
