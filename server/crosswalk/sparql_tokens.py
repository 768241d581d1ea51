"""The tokens of a SPARQL text: they tell a keyword from the same word in a string, an IRI or a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")

UPDATE_WORDS = frozenset(
    ("INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD")
)
"""The words an update begins with: Update1 of https://www.w3.org/TR/sparql11-query/#rUpdate1."""

_GRAMMAR = r"""
      (?P<space>\s+)
    | (?P<comment>\#[^\n]*)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<string>\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
                | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
    | (?P<variable>[?$]\w+)
    | (?P<blank>_:\w(?:[\w.-]*[\w-])?)
    | (?P<name>(?:[^\W\d_](?:[\w.-]*[\w-])?)?:(?:[\w:%](?:[\w.:%-]|\\.)*)?)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<word>[^\W\d]\w*)
    | (?P<mark>.)
    """

KEYWORDS = frozenset(
    """A ABS ADD ADJUST ALL AS ASC ASK AVG BASE BIND BNODE BOUND BY CEIL CLEAR COALESCE CONCAT CONSTRUCT
    CONTAINS COPY COUNT CREATE DATATYPE DAY DEFAULT DELETE DESC DESCRIBE DISTINCT DROP
    ENCODE_FOR_URI EXISTS FALSE FILTER FLOOR FROM GRAPH GROUP GROUP_CONCAT HASLANG HASLANGDIR HAVING
    HOURS IF IN INSERT IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISTRIPLE ISURI LANG LANGDIR LANGMATCHES
    LATERAL LCASE LIMIT LOAD MAX MD5 MIN MINUS MINUTES MONTH MOVE NAMED NOT NOW OBJECT OFFSET
    OPTIONAL ORDER PREDICATE PREFIX RAND REDUCED REGEX REPLACE ROUND SAMETERM SAMPLE SECONDS SELECT
    SEPARATOR SERVICE SHA1 SHA256 SHA384 SHA512 SILENT STR STRAFTER STRBEFORE STRDT STRENDS STRLANG
    STRLANGDIR STRLEN STRSTARTS STRUUID SUBJECT SUBSTR SUM TIMEZONE TO TRIPLE TRUE TZ UCASE UNDEF
    UNION URI USING UUID VALUES VERSION WHERE WITH YEAR""".split()  # noqa: SIM905
)
"""The words of the language and its functions, for finding the one a misspelt word was meant to be."""


_SERVICE = "SERVICE"
_NAMING = ("GRAPH", "FROM", "\\")


class Token(NamedTuple):
    """One token: its kind (a group of the grammar above), its text and where it begins, from 0."""

    kind: str
    text: str
    start: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of ``text`` in order, white space and comments left out."""
    for match in _grammar().finditer(text):
        if match.lastgroup not in ("space", "comment"):
            yield Token(str(match.lastgroup), match[0], match.start())


_PROLOGUE = r"""
    (?: \s | \#[^\n]*(?:\n|\Z)
      | (?:PREFIX (?:\s|\#[^\n]*\n)+ [A-Za-z0-9._-]* : | BASE) (?:\s|\#[^\n]*\n)* <[^<>"{}|^`\\\x00-\x20]*>
    )*+
    (SELECT|ASK|CONSTRUCT|DESCRIBE)\b
    """
"""What stands before a query, and the word it begins with, as most queries are written."""


def usual_form(text: str) -> str | None:
    """The word a query begins with after a prologue as it is usually written; None where it is not."""
    usual = _prologue().match(text)
    return usual[1].upper() if usual else None


def query_form(text: str) -> str | None:
    """SELECT, ASK, CONSTRUCT or DESCRIBE: the first of these words in ``text``; None when it has none."""
    if usual := usual_form(text):
        return usual
    words = (token.text.upper() for token in tokens(text) if token.kind == "word")
    return next((word for word in words if word in _FORMS), None)


@cache
def _prologue() -> re.Pattern[str]:
    return re.compile(_PROLOGUE, re.VERBOSE | re.IGNORECASE)


@cache
def _grammar() -> re.Pattern[str]:
    # Compiled when it is needed: that takes as long as many a query.
    return re.compile(_GRAMMAR, re.VERBOSE | re.DOTALL)


class ServiceWatch:
    """Finds SERVICE wherever the engine would: it needs no space around a keyword.

    ``trueSERVICE``, ``SERVICESILENT`` and, before a brace, ``SERVICEex:there`` are the keyword and its
    neighbours, although they look like one word or name.
    """

    def __init__(self) -> None:
        self._suspect: Token | None = None
        self._previous = ""

    def found(self, token: Token) -> Token | None:
        """Takes the next token; gives the one in which the keyword stands, as soon as that is certain."""
        if self._suspect and token.text == "{":
            return self._suspect
        word = token.text.upper()
        within = _SERVICE in word.partition(":")[0]
        if token.kind == "word" and within:
            return token
        graph = self._previous == "GRAPH"
        self._suspect = token if token.kind == "name" and within and not graph else None
        self._previous = word
        return None


def find_service(text: str) -> Token | None:
    """The token in which the keyword SERVICE stands, if there is one."""
    if _SERVICE not in text.upper():
        return None
    watch = ServiceWatch()
    return next((found for token in tokens(text) if (found := watch.found(token))), None)


def may_name_graphs(text: str) -> bool:
    """Whether a text may reach other graphs than the default one: rather said once too often.

    What stands in a comment or a string counts too, and after a backslash a keyword may be disguised.
    """
    upper = text.upper()
    return any(sign in upper for sign in _NAMING)


def undeclared_prefix(text: str) -> Token | None:
    """The first prefixed name of ``text`` whose prefix no PREFIX line before it declares.

    After a quotation mark or an angle bracket that nothing closes, words are no longer told apart: None.
    """
    declared: set[str] = set()
    previous = ""
    for token in tokens(text):
        prefix = token.text.partition(":")[0]
        if token.text in ("'", '"') or (previous == "<" and token.text.endswith(":")):
            return None
        if token.kind == "name" and previous == "PREFIX":
            declared.add(prefix)
        elif token.kind == "name" and prefix not in declared:
            return token
        previous = token.text.upper()
    return None
