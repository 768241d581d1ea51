"""Where a token of SPARQL stands: between which brackets, in which clause, and whether behind an operand.

This tells a comparison from the beginning of an IRI, and how deep a query is nested.
"""

from __future__ import annotations

from typing import NamedTuple


class Token(NamedTuple):
    """One token: its kind (a key of the table of terminals), its text and its offset, counted from 0."""

    kind: str
    text: str
    start: int


_CLAUSES = {
    **dict.fromkeys(("SELECT", "BY", "HAVING"), "expressions"),
    **dict.fromkeys(("FILTER", "BIND"), "expression"),
    **dict.fromkeys(("ASK", "CONSTRUCT", "FROM", "WHERE", "LIMIT", "OFFSET"), ""),
    "VALUES": "data",
    "DESCRIBE": "things",
}
"""The words that begin or end a clause, and what stands in it, brackets apart."""


class Bracket(NamedTuple):
    """An open bracket: its sign, and the clause and kind of text that go on behind it."""

    sign: str
    clause: str
    in_expression: bool
    of_exists: bool


class Context:
    """Where a token stands: between which brackets, in which clause, and whether behind an operand."""

    def __init__(self) -> None:
        self.brackets: list[Bracket] = []
        self.clause = ""
        self.in_expression = self.after_operand = False
        self._opens_triple = False
        self._previous = Token("", "", 0)

    def compares(self, start: int) -> bool:
        """Return whether a ``<`` at an offset is no beginning of an IRI."""
        return (self.in_expression and self.after_operand) or self._in_triple_sign(start)

    def _in_triple_sign(self, start: int) -> bool:
        return self._opens_triple and self._previous.start == start - 1

    def take(self, token: Token) -> None:
        """Move behind a token."""
        kind, text, start = token
        if kind == "mark":
            self._take_mark(text, start)
        else:
            word = text.upper() if kind == "word" else ""
            self.clause = _CLAUSES.get(word, self.clause)
            self.after_operand = not word or word in ("TRUE", "FALSE")
            self._opens_triple = False
        self._previous = token

    def _take_mark(self, sign: str, start: int) -> None:
        before, in_triple_sign = self._previous, self._in_triple_sign(start)
        self._opens_triple = sign == "<" and not (self.in_expression and self.after_operand)
        self.after_operand = sign in ")]}" or (sign == ">" == before.text and before.start == start - 1)
        if sign in "([{":
            inside = sign == "(" and not in_triple_sign
            after_exists = before.text.upper() == "EXISTS"
            self.brackets.append(Bracket(sign, self.clause, self.in_expression, after_exists))
            self.in_expression = inside and (self.in_expression or self.clause.startswith("expression"))
            self.clause = "data" if self.clause == "data" else ""
        elif sign in ")]}" and self.brackets:
            _, self.clause, self.in_expression, of_exists = self.brackets.pop()
            ended = sign == "}" and not (of_exists and self.clause == "expressions")
            if ended or self.clause == "expression":
                self.clause = ""
