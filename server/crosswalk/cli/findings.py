"""Findings as the terminal shows them, grouped by file and line, and as data."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from crosswalk.cli.faults import printable
from crosswalk.names import compact


def write_findings(findings: Sequence[Any]) -> str:
    """The findings in their order: each place a line ``FILE:LINE``, under it what is wrong there."""
    lines: list[str] = []
    for place, group in groupby(findings, key=_place):
        lines.append(place)
        for one in group:
            lines += [f"  {one.severity}  {compact(one.thing)}  ({compact(one.shape)})", f"    {one.message}"]
            detail = " = ".join(compact(part) for part in (one.path, one.value) if part and part != one.thing)
            lines += [f"    {detail}"] if detail else []
    return "".join(printable(line) + "\n" for line in lines)


def write_json(findings: Sequence[Any]) -> str:
    """The findings as a list of objects."""
    described = [asdict(one) | {"thing": one.thing} for one in findings]
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def count(findings: Sequence[Any]) -> str:
    """How many there are of each severity, in words."""
    numbers = Counter(one.severity for one in findings)
    parts = [
        f"{number} {name}{'s' if number > 1 else ''}"
        for name, number in sorted(numbers.items(), reverse=True)
    ]
    return ", ".join(parts) or "no finding"


def _place(one: Any) -> str:
    if one.file is None:
        return "(in no file)"
    return one.file if one.line is None else f"{one.file}:{one.line}"
