"""The first look at a query's text: its form, its dataset, and what is refused before any engine reads it."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urljoin

from crosswalk.errors import QueryRefused
from crosswalk.settings import Settings
from crosswalk.sparql_tokens import UPDATE_WORDS, ServiceWatch, Token, tokens, usual_form
from crosswalk.stores import QueryDataset

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
VOLATILE = frozenset(["NOW", "RAND", "UUID", "STRUUID", "BNODE"])
"""Functions that answer anew each time."""

_PROLOGUE = frozenset(("PREFIX", "BASE", "VERSION"))
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_PREFIXING = frozenset("!+-^")
_DEEPENING = (*_OPENING, *_PREFIXING)
_MATTERING = {
    "SERVICE": re.compile("SERVICE"),
    # Neither the end of a name nor, in a comment, a word of English before another.
    "FROM": re.compile(r"FROM(?<![?$:\w]FROM)(?!\s+(?!NAMED\b)[A-Z]{1,20}\s)"),
    **{word: re.compile(word + r"[\s#(]") for word in ("NOW", "RAND", "UUID", "BNODE")},
}
"""What makes a survey worth its while: the engine needs no space before a keyword, or after it.

Each pattern begins with its word and is tried only where that is found: it takes a twentieth of the time.
"""
_DISGUISE = re.compile(r"<(?=[^<>\"{}|^`\\\x00-\x20']*'[^<>\"{}|^`\\\x00-\x20]*>)")
"""What may be an IRI with an apostrophe in it, or a comparison and the beginning of a string."""


class Inspection(NamedTuple):
    """What the text says of itself: ``form`` is None where it has none, and the engine will say why."""

    form: str | None
    volatile: bool = False
    dataset: QueryDataset = QueryDataset()


def inspect(text: str, settings: Settings) -> Inspection:
    """The form and the dataset of a query.

    Raises QueryRefused for an update, for SERVICE wherever it stands, and for a text nested more deeply or
    made of more tokens than the engine can bear: it recurses natively, and dies of a long nesting.
    """
    form = usual_form(text)
    if form and _is_harmless(text, settings):
        return Inspection(form)
    found = _survey(text, settings)
    if _DISGUISE.search(text):
        _survey(_DISGUISE.sub(" ", text), settings)
    return found


def _is_harmless(text: str, settings: Settings) -> bool:
    """Whether a text is too short to break a limit, and holds no word that matters, not even inside another.

    Then there is nothing to survey, which costs as much as evaluating a small query.
    """
    nesting = sum(map(text.count, _DEEPENING))
    if nesting > settings.query_depth or len(text) > settings.query_tokens:
        return False
    upper = text.upper()
    return not any(word in upper and pattern.search(upper) for word, pattern in _MATTERING.items())


def _survey(text: str, settings: Settings) -> Inspection:
    words: list[str] = []
    dataset, watch = _Dataset(), ServiceWatch()
    depth = run = 0
    form: str | None = None
    previous = ""
    count = 0
    for token in tokens(text):
        mark = token.text
        # The lexer gives numbers digit by digit, and they are not what makes a query hard.
        count += not mark.isdigit()
        depth = max(0, depth + (mark in _OPENING) - (mark in _CLOSING))
        run = run + 1 if mark in _PREFIXING else 0
        if depth + run > settings.query_depth:
            raise _refused(text, token, f"the query is nested more than {settings.query_depth} deep")
        if count > settings.query_tokens:
            raise _refused(text, token, f"the query has more than {settings.query_tokens} words and signs")
        if service := watch.found(token):
            raise _refused(text, service, "SERVICE is not answered: a query may not reach other servers")
        if token.kind == "word":
            word = mark.upper()
            if form is None and word not in _PROLOGUE:
                form = _form(text, token, word)
            words.append(word)
        dataset.read(token, previous)
        previous = mark.upper() if token.kind == "word" else previous if token.kind == "name" else ""
    known = form if form in FORMS else None
    return Inspection(known, not VOLATILE.isdisjoint(words), dataset.chosen())


def _form(text: str, token: Token, word: str) -> str:
    if word in UPDATE_WORDS:
        raise _refused(text, token, "updates are not answered: the graph is read-only")
    return word


def _refused(text: str, token: Token, what: str) -> QueryRefused:
    line = text.count("\n", 0, token.start) + 1
    return QueryRefused(what, line=line, column=token.start - text.rfind("\n", 0, token.start))


class _Dataset:
    """Collects the FROM clauses of a query, with its prefixes and base resolved."""

    def __init__(self) -> None:
        self.base = ""
        self.prefixes: dict[str, str] = {}
        self.pending = ""
        self.graphs: dict[str, list[str]] = {"FROM": [], "NAMED": []}

    def read(self, token: Token, previous: str) -> None:
        """Takes the next token, given the keyword it follows."""
        if token.kind == "name" and previous == "PREFIX":
            self.pending = token.text
        elif token.kind == "iri" and self.pending:
            self.prefixes[self.pending] = self._absolute(token.text)
            self.pending = ""
        elif token.kind == "iri" and previous == "BASE":
            self.base = self._absolute(token.text)
        elif previous in self.graphs and token.kind in ("iri", "name"):
            iri = self._absolute(token.text) if token.kind == "iri" else self._full(token.text)
            self.graphs[previous].append(iri)

    def chosen(self) -> QueryDataset:
        """The graphs named, each once."""
        default, named = (tuple(dict.fromkeys(graphs)) for graphs in self.graphs.values())
        return QueryDataset(default, named)

    def _absolute(self, text: str) -> str:
        return urljoin(self.base, text[1:-1]) if self.base else text[1:-1]

    def _full(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        return self.prefixes.get(prefix + colon, prefix + colon) + re.sub(r"\\(.)", r"\1", local)
