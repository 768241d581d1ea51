"""How far two assessors agree on what both judged, beyond what chance would bring about (Cohen's kappa)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crosswalk.errors import InputError
from crosswalk.iris import expand
from crosswalk.relations.algebra import ANY
from crosswalk.relations.model import MappingRecord, in_signs
from crosswalk.relations.reading import Ask, read_judgements, read_records

ANY_LABEL = "all"
OUTCOME, COLOUR, RELATION = "outcome", "colour", "relation"
_MISSING = "the agreement of assessors is computed with NLTK, which is not installed"


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


def compare_sets(ask: Ask, one: str, other: str) -> list[AgreementRow]:
    """The agreement of two comparison sets, by outcome and colour, or of two mapping sets, by relation.

    Relations are compared within one rationale. InputError where the two judge nothing in common.
    """
    first, second = expand(one), expand(other)
    judged = read_judgements(ask)
    found: list[AgreementRow] = []
    for kind, read in ((OUTCOME, lambda row: row.outcome), (COLOUR, lambda row: row.alignment)):
        sides = [
            {
                (row.focus, row.against): read(row)
                for row in judged
                if row.comparison_set == name and read(row)
            }
            for name in (first, second)
        ]
        found += measure(kind, *sides)
    records = read_records(ask)
    found += measure(RELATION, *(_relations(records, name) for name in (first, second)))
    if not found:
        hint = "Name two comparison sets, or two mapping sets with assessed relations."
        raise InputError(f"{one} and {other} judge nothing in common", hint=hint)
    return found


def measure(kind: str, one: Mapping[Any, str], other: Mapping[Any, str]) -> list[AgreementRow]:
    """The agreement over the items that both label: on all labels, then on each against the rest."""
    items = sorted(set(one) & set(other))
    if not items:
        return []
    pairs = [(one[item], other[item]) for item in items]
    labels = sorted({label for pair in pairs for label in pair})
    lines = [_line(kind, ANY_LABEL, pairs)]
    for label in labels:
        lines.append(_line(kind, label, [(str(a == label), str(b == label)) for a, b in pairs]))
    return lines


def _line(kind: str, label: str, pairs: Sequence[tuple[str, str]]) -> AgreementRow:
    return AgreementRow(kind, label, len(pairs), sum(a == b for a, b in pairs), _kappa(pairs))


def _kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa by NLTK; None where one label alone was given by both."""
    try:
        from nltk.metrics.agreement import AnnotationTask
    except ImportError as fault:
        hint = "Install it with: pip install 'crosswalk[agreement]'."
        raise InputError(_MISSING, hint=hint) from fault
    if len({label for pair in pairs for label in pair}) < 2:
        return None
    data = [(side, item, pair[place]) for item, pair in enumerate(pairs) for place, side in enumerate("ab")]
    return float(AnnotationTask(data=data).kappa())


def _relations(records: Iterable[MappingRecord], mapping_set: str) -> dict[tuple[str, str, str], str]:
    """What a set leaves possible for each pair in each respect, read in one direction."""
    found = {}
    for record in records:
        if record.mapping_set == mapping_set and record.assessed and not record.derived:
            first, second = sorted((record.subject, record.object))
            pair = (first, second, record.rationale or "")
            found[pair] = found.get(pair, ANY) & record.seen_from(first)
    return {pair: in_signs(candidates) for pair, candidates in found.items()}
