"""The rules by which a query is refused before an engine reads it; each raises QueryRefused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from crosswalk.errors import QueryRefused
from crosswalk.sparql_tokens import UPDATE_WORDS, Token, operation, position, tokens

_OPENING, _CLOSING, _SIGNS = frozenset("([{"), frozenset(")]}"), frozenset("!+-^")
"""What nests: brackets, and the signs that stand one before another in front of an operand or a path."""

_DOUBTFUL = re.compile(r"<(?![A-Za-z][\w+.-]*://)[^>]*(?:['#(\[]|[-!+^]{8})")
"""An IRI that could be a comparison and hide something: a string, a comment, or what nests."""

_SERVICE = re.compile("SERVICE", re.IGNORECASE)


def refuse_updates(text: str) -> None:
    """Refuse a text that is an update."""
    token = operation(text)
    if token and token.text.upper() in UPDATE_WORDS:
        raise _refusal(text, token.start, "updates are not answered: the graph is read-only")


def refuse_service(text: str) -> None:
    """Refuse SERVICE as a keyword, however deep it stands: it would reach the network.

    Engines find it in front of a name, too: in ``SERVICEex:there {``. Where a text has two readings, a
    SERVICE that one of them hides in a string or a comment counts.
    """
    start = _service(text) if "SERVICE" in text.upper() else None
    if start is not None:
        hint = "Ask the other server itself, and join the answers afterwards."
        raise _refusal(text, start, "SERVICE is not answered: a query may not reach other servers", hint)


def refuse_nesting(text: str, limit: int) -> None:
    """Refuse a text nested more than ``limit`` deep in brackets and in signs before an operand."""
    if sum(map(text.count, (*_OPENING, *_SIGNS))) <= limit:
        return
    for token, depth, doubtful in _nested(text):
        if doubtful:
            depth += sum(text.count(sign, token.start) for sign in (*_OPENING, *_SIGNS))
        if depth > limit:
            raise _refusal(text, token.start, f"the query is nested more than {limit} deep")
        if doubtful:
            return


def refuse_length(text: str, limit: int) -> None:
    """Refuse a text of more than ``limit`` tokens, not counting numbers, which make no query hard."""
    if len(text) > limit:
        counted = (token for token in tokens(text) if token.kind != "number")
        for token in islice(counted, limit, None):
            raise _refusal(text, token.start, f"the query has more than {limit} words and signs")


def _refusal(text: str, start: int, what: str, hint: str | None = None) -> QueryRefused:
    line, column = position(text, start)
    return QueryRefused(what, line=line, column=column, hint=hint)


def _nested(text: str) -> Iterator[tuple[Token, int, bool]]:
    """Yield each token with its depth, and whether it is an IRI that may rather be a comparison.

    The longest match takes ``<'a'&&?b>`` for an IRI even in ``FILTER(?x<'a'&&?b>'c')``, where an engine that
    parses without a lexer sees two comparisons and two strings. What follows has then two readings.
    """
    brackets: list[str] = []
    signs = 0
    after_operand = False
    for token in tokens(text):
        doubtful = token.kind == "iri" and after_operand and brackets[-1:] == ["("]
        if token.text in _OPENING:
            brackets.append(token.text)
        elif token.text in _CLOSING and brackets:
            brackets.pop()
        signs = signs + 1 if token.text in _SIGNS else 0
        yield token, len(brackets) + signs, doubtful and bool(_DOUBTFUL.match(token.text))
        after_operand = token.kind not in ("word", "mark") or token.text.upper() in (")", "TRUE", "FALSE")


def _service(text: str) -> int | None:
    """Return where the keyword SERVICE stands, or may stand; None where it does not."""
    suspect: Token | None = None
    previous = ""
    for token, _, doubtful in _nested(text):
        word = token.text.upper()
        if suspect and word == "{":
            return suspect.start
        if token.kind == "word" and "SERVICE" in word:
            return token.start
        if doubtful:
            hidden = _SERVICE.search(text, token.start)
            return hidden.start() if hidden else None
        before_colon = "SERVICE" in word.partition(":")[0]
        suspect = token if token.kind == "name" and before_colon and previous != "GRAPH" else None
        previous = word
    return None
