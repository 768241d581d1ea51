"""Writes answers so that they are read back quickly: each term once, and in the rows only its number."""

from __future__ import annotations

import json

from crosswalk.answers import Answer, Term
from crosswalk.errors import StoreFault

_UNBOUND = -1


def pack(answer: Answer) -> bytes:
    """The answer as JSON: a third of the bytes of SPARQL results, read in less than half of their time."""
    numbers: dict[Term, int] = {}

    def number(term: Term | None) -> int:
        return _UNBOUND if term is None else numbers.setdefault(term, len(numbers))

    rows = [[number(row[name]) for name in answer.columns] for row in answer]
    terms = [[term.kind, term.value, term.lang, term.datatype] for term in numbers]
    packed = {"columns": answer.columns, "terms": terms, "rows": rows, "truth": answer.truth}
    return json.dumps(packed, ensure_ascii=False, separators=(",", ":")).encode()


def unpack(data: bytes) -> Answer:
    """The answer that was packed; StoreFault when it is something else."""
    try:
        packed = json.loads(data)
        columns = packed["columns"]
        # What is unbound is the last of them.
        terms = [*(Term(*said) for said in packed["terms"]), None]
        rows = (dict(zip(columns, (terms[each] for each in row), strict=True)) for row in packed["rows"])
        return Answer(tuple(columns), tuple(rows), packed["truth"])
    except (ValueError, KeyError, TypeError, IndexError) as fault:
        raise StoreFault("a kept answer is not as it was written") from fault
