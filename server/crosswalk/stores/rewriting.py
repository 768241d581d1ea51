r"""Write a query anew from its tokens, so that every engine reads what was inspected.

A query can be read in several ways. Some engines resolve escapes such as ``\u0041`` before all else, others
in strings and IRIs alone; some take the longest token, others look for the keyword they expect; and an engine
that finds a name or a string wrong may go on in the middle of it. What is written here has one reading:
comments are blanks, escapes are resolved, and a name that could be taken apart is the IRI it stands for.
Lines stay; where a column does not, ``origin`` finds the place in the text as it was.

What is no token of https://www.w3.org/TR/sparql12-query/#sparqlGrammar is refused.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

import pyoxigraph

from crosswalk.sparql_tokens import (
    KEYWORDS,
    Token,
    consists_of_keywords,
    has_comparisons,
    is_wrong,
    names_and_words,
    reads_as_iri,
    tokens,
    without_comments,
)
from crosswalk.stores import QueryDataset
from crosswalk.stores.syntax_errors import unreadable

_ESCAPE = re.compile(r"""\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|[tbnrf\\"']|(.))""", re.DOTALL)
"""A codepoint escape, ECHAR (https://www.w3.org/TR/sparql12-query/#rECHAR), or what is neither."""

_WRITTEN = {"\t": r"\t", "\b": r"\b", "\n": r"\n", "\r": r"\r", "\f": r"\f",
            "\\": r"\\", '"': r"\"", "'": r"\'"}  # fmt: skip
"""What cannot stand in every string as it is, and how it is written in each."""

_LIKE_ESCAPE = re.compile(r"\\\\([uU])(?=[0-9A-Fa-f]{4})")
"""A backslash, and behind it what engines that resolve escapes first would take for an escape."""

_GLUED = frozenset(("word", "number", "name", "blank"))
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_RELATIVE = re.compile(r"<(?![A-Za-z][A-Za-z0-9+.-]*:)[^<>\"{}|^`\\\x00-\x20]*>")
_NOT_IN_IRI = re.compile(r"""[<>"{}|^`\\\x00-\x20\ud800-\udfff]""")
_BARE_AUTHORITY = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#<>]*>")
"""A namespace that ends in its host or port, so that names can make it an IRI that is none."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_IN_NO_IRI = re.compile("[\ufff0-\uffff\ud800-\udfff]")
"""What the grammar allows in names, and no IRI may have, and what is no character."""


class Rewriting(NamedTuple):
    """A query as engines are given it: its text, its keywords in capitals, the graphs of its FROM clauses.

    It is ``plain`` where it could not be read otherwise before. ``moved`` holds offsets in the text, and by
    how many characters what stands from each on has moved.
    """

    original: str
    base: str
    text: str
    words: tuple[str, ...]
    plain: bool = False
    dataset: QueryDataset = QueryDataset()
    moved: tuple[tuple[int, int], ...] = ()

    def with_base(self) -> str:
        """Return the text, behind its base, on the same line, where it has relative IRIs."""
        return f"BASE <{self.base}> {self.text}" if self.base and _RELATIVE.search(self.text) else self.text

    def origin(self, offset: int) -> int:
        """Return where what stands at an offset stood before."""
        index = bisect_right(self.moved, offset, key=itemgetter(0))
        return offset - (self.moved[index - 1][1] if index else 0)


@lru_cache(maxsize=4)
def rewrite(text: str, base: str = "") -> Rewriting:
    """Return a query written anew; relative IRIs in FROM clauses are completed by ``base``.

    Raises QuerySyntaxError for what no query may hold.
    """
    if "\\" not in text and not has_comparisons(text) and (text.isascii() or not _IN_NO_IRI.search(text)):
        written = without_comments(text) if "#" in text else text
        words = _words_of_plain(written)
        if words is not None:
            return Rewriting(text, base, written, words, plain=True)
    return _Writer(text, base).write()


def _words_of_plain(text: str) -> tuple[str, ...] | None:
    """Return the keywords of a text that has one reading as it is; None where that is not certain."""
    parts = names_and_words(text)
    names = [part for part in parts if ":" in part]
    words = tuple(part.upper() for part in parts if part and ":" not in part)
    if not KEYWORDS.issuperset(words) or "FROM" in words or any(name.count(".") > 1 for name in names):
        return None
    if not names:
        return words
    declared = frozenset(name for word, name in pairwise(parts) if word.upper() == "PREFIX")
    if _BARE_AUTHORITY.search(text) or _divisible(declared):
        return None
    return words if declared.issuperset(name[: name.index(":") + 1] for name in names) else None


@lru_cache(maxsize=64)
def _divisible(declared: frozenset[str]) -> frozenset[str]:
    """Return those of the prefixes, each with its colon, that are keywords and another one without space."""
    return frozenset(
        whole
        for whole in declared
        for end in declared
        if whole != end and whole.endswith(end) and consists_of_keywords(whole[: -len(end)])
    )


class _Writer:
    """Writes one query, token by token."""

    def __init__(self, text: str, base: str) -> None:
        self.text, self.given_base, self.base = text, base, base
        self.written: list[str] = []
        self.words: list[str] = []
        self.divisible: frozenset[str] = frozenset()
        self.namespaces: dict[str, str] = {}
        self.graphs: dict[str, dict[str, None]] = {"FROM": {}, "NAMED": {}}
        # The keyword that a name or an IRI now belongs to, the prefix it declares, and where FROM is written.
        self.keyword, self.prefix, self.clause_start = "", "", 0

    def write(self) -> Rewriting:
        """Return the query written anew."""
        if surrogate := _SURROGATE.search(self.text):
            what = f"U+{ord(surrogate[0]):04X} is no character"
            raise unreadable(self.text, surrogate.start(), what)
        read = list(tokens(self.text, frozenset()))
        by_name = [token.text for token in read if token.kind in ("word", "name")]
        self.divisible = _divisible(
            frozenset(name for word, name in pairwise(by_name) if word.upper() == "PREFIX")
        )
        moved: list[tuple[int, int]] = []
        before, length, shift = Token("space", "", 0), 0, 0
        for token in read:
            gap, written = _gap(self.text, before, token), self._write(token)
            length += len(gap)
            if length - token.start != shift:
                shift = length - token.start
                moved.append((length, shift))
            self.written.append(gap + written)
            length += len(written)
            if token.kind not in ("space", "comment"):
                self._follow(token)
            before = token
        dataset = QueryDataset(tuple(self.graphs["FROM"]), tuple(self.graphs["NAMED"]))
        written = "".join(self.written)
        written = self.text if written == self.text else written
        words = tuple(self.words)
        return Rewriting(self.text, self.given_base, written, words, dataset=dataset, moved=tuple(moved))

    def _write(self, token: Token) -> str:
        """Return a token as it is written anew; raise QuerySyntaxError for what is none."""
        kind, text, start = token
        if is_wrong(token) or kind == "unclosed":
            raise unreadable(self.text, start)
        if kind == "comment":
            return " " * len(text)
        if kind == "iri":
            return f"<{self._reference(token)}>"
        if kind == "name" and self.keyword != "PREFIX":
            return self._write_name(token)
        if kind == "string" and "\\" in text:
            return _LIKE_ESCAPE.sub(_write_letter, self._resolve_escapes(token))
        return text

    def _write_name(self, token: Token) -> str:
        """Return a name as it is, or as an IRI where an engine could end it earlier or begin it later."""
        prefix, colon, local = token.text.partition(":")
        if prefix not in self.namespaces:
            raise unreadable(self.text, token.start)
        namespace = self.namespaces[prefix]
        if (
            local.count(".") < 2
            and prefix + colon not in self.divisible
            and not _BARE_AUTHORITY.fullmatch(f"<{namespace}>")
            and not _IN_NO_IRI.search(local)
        ):
            return token.text
        if not _SCHEME.match(namespace):
            raise unreadable(self.text, token.start)
        return f"<{self._absolute(token)}>"

    def _follow(self, token: Token) -> None:
        """Take in what a token that is written says of prefixes, base and graphs."""
        if token.kind == "word":
            self.keyword = token.text.upper()
            self.words.append(self.keyword)
            if self.keyword == "FROM":
                self.clause_start = len(self.written) - 1
        elif token.kind == "name" and self.keyword == "PREFIX":
            self.prefix = token.text.removesuffix(":")
        elif token.kind in ("iri", "name"):
            if self.keyword == "PREFIX":
                self.namespaces[self.prefix] = self._absolute(token)
            elif self.keyword == "BASE":
                self.base = self._absolute(token)
            elif self.keyword in self.graphs:
                self._choose_graph(self.graphs[self.keyword], self._absolute(token))
            self.keyword = ""
        else:
            self.keyword = ""

    def _choose_graph(self, chosen: dict[str, None], graph: str) -> None:
        """Choose a graph; leave blanks of a clause that chooses it again, since engines count it twice."""
        if graph in chosen:
            clause = "".join(self.written[self.clause_start :])
            self.written[self.clause_start :] = [re.sub(r"[^\r\n]", " ", clause)]
        chosen[graph] = None

    def _absolute(self, token: Token) -> str:
        """Return the IRI that an IRI or a name stands for."""
        if token.kind == "name":
            prefix, _, local = token.text.partition(":")
            return self.namespaces.get(prefix, "") + re.sub(r"\\(.)", r"\1", local)
        return _resolve(self.base, self._reference(token))

    def _reference(self, token: Token) -> str:
        """Return the text of an IRI without its brackets and escapes."""
        inside = token.text[1:-1]
        if "\\" not in inside:
            return inside
        resolved = _ESCAPE.sub(
            lambda escape: chr(int(escape[1] or escape[2], 16)), self._checked(token)[1:-1]
        )
        if _NOT_IN_IRI.search(resolved):
            raise unreadable(self.text, token.start, "an escape in this IRI stands for what no IRI may hold")
        return resolved

    def _checked(self, token: Token) -> str:
        """Return the text of a token; raise QuerySyntaxError where one of its escapes stands for nothing."""
        for escape in _ESCAPE.finditer(token.text):
            code = int(escape[1] or escape[2] or "0", 16)
            if escape[3] or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
                place = token.start + escape.start()
                raise unreadable(self.text, place, f"{escape[0]} stands for no character")
        return token.text

    def _resolve_escapes(self, token: Token) -> str:
        """Return a string without codepoint escapes."""

        def resolve(escape: re.Match[str]) -> str:
            code = escape[1] or escape[2]
            return _WRITTEN.get(chr(int(code, 16)), chr(int(code, 16))) if code else escape[0]

        return _ESCAPE.sub(resolve, self._checked(token))


def _write_letter(match: re.Match[str]) -> str:
    """Return a backslash and a letter behind it so that they are no escape in any reading."""
    return rf"\\\u00{ord(match[1]):02x}"


def _gap(text: str, before: Token, token: Token) -> str:
    """Return the blank that is wanted between two tokens so that no engine takes them for one, if any is."""
    if {before.kind, token.kind} <= _GLUED and {before.kind, token.kind} != {"number"}:
        return " " if before.kind in ("word", "number") else ""
    if before.text != "<" or before.kind != "mark" or token.kind in ("space", "comment"):
        return ""
    opens_triple = text[: before.start].endswith("<")
    return " " if not opens_triple and reads_as_iri(text, before.start) else ""


def _resolve(base: str, reference: str) -> str:
    """Return a reference completed by a base as the engine completes it."""
    if not base:
        return reference
    try:
        (triple,) = pyoxigraph.parse(f"<{reference}> a 1 .", pyoxigraph.RdfFormat.TURTLE, base_iri=base)
    except (SyntaxError, ValueError):
        return reference  # the engine will refuse it
    return str(triple.subject.value)
