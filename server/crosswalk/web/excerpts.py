"""Pieces of a text around the words that were searched for."""

from __future__ import annotations

import re

AROUND = 90


def excerpt(text: str, words: str) -> list[tuple[str, bool]]:
    """The text around the first hit, cut into pieces: (piece, whether it is a hit).

    >>> excerpt("Each system must be monitored", "must")
    [('Each system ', False), ('must', True), (' be monitored', False)]
    """
    pattern = re.compile("|".join(re.escape(word) for word in [words, *words.split()] if word) or "$^", re.I)
    first = pattern.search(text)
    start = max(0, first.start() - AROUND) if first else 0
    part = text[start : (first.end() if first else 0) + 2 * AROUND]
    cut = ("… " if start else "") + part + (" …" if start + len(part) < len(text) else "")
    pieces = re.split(f"({pattern.pattern})", cut, flags=re.I)
    return [(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]
