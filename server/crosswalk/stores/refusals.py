"""The rules by which a query is refused before an engine reads it; each raises QueryRefused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from math import inf

from crosswalk.errors import QueryRefused, QuerySyntaxError
from crosswalk.sparql_context import Context
from crosswalk.sparql_tokens import (
    FORMS,
    UPDATE_WORDS,
    Token,
    has_comparisons,
    operation,
    position,
    readings,
    tokens,
    without_contents,
)
from crosswalk.stores.rewriting import Rewriting, rewrite

DEPTH, LENGTH = 100, 200_000
"""How deep a query may be nested, and of how many words and signs it may consist."""

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_PREFIXED = frozenset("!+-^")
"""The signs that stand one before another in front of an operand or a path; each is a level of its own."""
_RUN = re.compile(r"[!+^-](?:(?:[ \t\r\n]|'')*+[!+^-]){9}")

_IN_ROW = dict.fromkeys(".;,|&*/+-!^~<", 0.1)
_IN_EXPRESSION = dict.fromkeys("*/+-!^", 0.1) | dict.fromkeys("&|", 0.05)
_PART = 0.2
"""What the signs of a row, such as a chain of ``||`` or of triples, and its parts weigh; a bracket weighs 1.

Of a row engines make a tree as deep as the row is long, and they go down in it natively. The stack of 2 MiB
that a thread of a native Oxigraph has is too small for 212 nested EXISTS, 250 of STR(…), 700 BINDs in a row
or 1,750 summands: a hundred levels, a thousand signs or five hundred parts leave it at least a quarter.
"""

_READ_AGAIN = frozenset(("!", "GROUP_CONCAT", "REGEX", "REPLACE", "SUBSTR"))
_AGAIN = 12
"""Behind these Oxigraph 0.5 reads a bracket twice, in vain or not: what stands in twenty, a million times."""
_BRACKET = re.compile(r"[()\[\]{}]")
_BRACKET_READ_AGAIN = re.compile(rf"(?:{'|'.join(_READ_AGAIN)})(?:[ \t\r\n]|'')*+\(")
"""Such a bracket, where a pair of quotation marks stands for a comment."""


def admit(text: str, depth: float = DEPTH, length: float = LENGTH, base: str = "") -> Rewriting:
    """Return a query as an engine may be given it.

    Raises QueryRefused for an update, for SERVICE wherever it stands, and for what is nested more deeply or
    made of more words than an engine can bear, in whichever way an engine would read the text as it is; and
    QuerySyntaxError for what is no query.
    """
    try:
        written = rewrite(text, base)
    except QuerySyntaxError:
        for reading in readings(text):
            _refuse(reading, depth, length)
        raise
    if written.plain and _is_harmless(written.words):
        refuse_nesting(written.text, depth)
        refuse_length(written.text, length)
    else:
        for reading in (*readings(text), written.text):
            _refuse(reading, depth, length)
    return written


def _is_harmless(words: Iterable[str]) -> bool:
    """Return whether the words of a query are none of an update, and none that reaches the network."""
    begins = next((word for word in words if word in FORMS or word in UPDATE_WORDS), "")
    return begins not in UPDATE_WORDS and "SERVICE" not in words


def _refuse(text: str, depth: float, length: float) -> None:
    refuse_updates(text)
    refuse_service(text)
    refuse_nesting(text, depth)
    refuse_length(text, length)


def refuse_updates(text: str) -> None:
    """Refuse a text that is an update."""
    token = operation(text)
    if token and token.text.upper() in UPDATE_WORDS:
        raise _refusal(text, token.start, "updates are not answered: the graph is read-only")


def refuse_service(text: str) -> None:
    """Refuse SERVICE as a keyword, however deep it stands: it would reach the network.

    Engines that look for keywords find it in front of a name, too: in ``SERVICEex:there {``.
    """
    start = _service(text) if "SERVICE" in text.upper() else None
    if start is not None:
        hint = "Ask the other server itself, and join the answers afterwards."
        raise _refusal(text, start, "SERVICE is not answered: a query may not reach other servers", hint)


def refuse_nesting(text: str, limit: float) -> None:
    """Refuse a text that is nested more than ``limit`` deep, rows counted by their weight."""
    if limit == inf or (not has_comparisons(text) and _most(without_contents(text)) <= limit):
        return
    for token, depth in _depths(text):
        if depth >= limit + 1:  # a row adds parts of a level
            raise _refusal(text, token.start, f"the query is nested more than {limit} deep")


def refuse_length(text: str, limit: float) -> None:
    """Refuse a text of more than ``limit`` tokens, not counting numbers, which make no query hard."""
    if len(text) > limit:
        counted = (token for token in tokens(text) if token.kind != "number")
        for token in islice(counted, int(limit), None):
            raise _refusal(text, token.start, f"the query has more than {limit} words and signs")


def _refusal(text: str, start: int, what: str, hint: str | None = None) -> QueryRefused:
    line, column = position(text, start)
    return QueryRefused(what, line=line, column=column, hint=hint)


def _most(text: str) -> float:
    """Return a depth that a text without strings, IRIs and comments does not exceed, whatever its rows hold.

    That is found several times faster than the depth itself.
    """
    capitals, signs = text.upper(), sum(map(text.count, _IN_ROW))
    read_again = {match.end() - 1 for match in _BRACKET_READ_AGAIN.finditer(capitals)}
    open_brackets: list[tuple[int, int]] = []
    weight = heaviest = longest = count = 0
    for bracket in _BRACKET.finditer(capitals):
        start = bracket.start()
        if bracket[0] in _OPENING:
            open_brackets.append((start, _AGAIN if start in read_again else 1))
            weight += open_brackets[-1][1]
            heaviest, count = max(heaviest, weight), count + 1
        elif open_brackets:
            began, closed = open_brackets.pop()
            weight -= closed
            longest = max(longest, start - began) if capitals[began] == "(" else longest
    if open_brackets or "DESCRIBE" in capitals:
        longest = len(text)
    run = len(text) if signs > 9 and _RUN.search(text) else 10
    # A list has at most half as many members as it has characters.
    return heaviest + (count + longest / 2) * _PART + signs * 0.1 + run


@dataclass(slots=True)
class _Enclosed:
    """What stands between two brackets: what they weigh, the weight of the row, the depth of its parts."""

    bracket: float = 1.0
    row: float = 0.0
    deepest: float = 0.0
    heaviest: float = 0.0
    has_parts: bool = False

    @property
    def depth(self) -> float:
        """Return how deep it is, its own brackets apart."""
        return max(self.heaviest, self.row + self.deepest)

    def close(self, part: _Enclosed, weight: float) -> None:
        """Take in a part that has ended; ``weight`` is what each after the first adds to the row."""
        self.deepest = max(self.deepest, part.bracket + part.depth)
        self.row += weight if self.has_parts else 0
        self.has_parts = True

    def begin_argument(self) -> None:
        """Begin another argument or member of a list: they lie side by side."""
        self.heaviest, self.row, self.deepest = self.depth, 0.0, 0.0


def _depths(text: str) -> Iterator[tuple[Token, float]]:
    """Yield each token with the depth that the text has reached with it."""
    context, levels, around, prefixed, previous = Context(), [_Enclosed()], 0.0, 0, ""
    for token in tokens(text):
        sign, level = token.text if token.kind == "mark" else "", levels[-1]
        in_data, in_expression = context.clause == "data", context.in_expression
        in_list = context.clause == "things" or context.brackets[-1:] and context.brackets[-1].sign == "("
        context.take(token)
        prefixed = prefixed + 1 if sign in _PREFIXED else 0
        if sign and sign in _OPENING:
            levels.append(_Enclosed(_AGAIN if sign == "(" and previous in _READ_AGAIN else 1))
            around += levels[-1].bracket + level.row
        elif sign and sign in _CLOSING and len(levels) > 1:
            levels.pop()
            around -= level.bracket + levels[-1].row
            flat = context.in_expression or context.clause == "data"
            levels[-1].close(level, 0 if flat else _PART)
        elif in_expression and sign == ",":
            level.begin_argument()
        elif in_expression:
            level.row += _IN_EXPRESSION.get(sign, 0)
        elif not in_data:
            level.row += _IN_ROW.get(sign, _PART if in_list and not sign else 0)
        previous = token.text.upper()
        yield token, around + levels[-1].row + levels[-1].deepest + prefixed


def _service(text: str) -> int | None:
    """Return where the keyword SERVICE stands, or may stand; None where it does not."""
    suspect: Token | None = None
    previous = ""
    for token in tokens(text):
        word = token.text.upper()
        if suspect and word == "{":
            return suspect.start
        if token.kind == "word" and "SERVICE" in word:
            return token.start
        before_colon = "SERVICE" in word.partition(":")[0]
        suspect = token if token.kind == "name" and before_colon and previous != "GRAPH" else None
        previous = word
    return None
