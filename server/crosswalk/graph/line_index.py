"""Find the line on which a Turtle, TriG, N-Triples or N-Quads file states a fact.

The RDF parser forgets lines once a file is read; a curator needs them. The lexer here is tolerant: it never
raises, and what it does not understand it leaves out, since the strict parser has the last word on syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

from crosswalk import sparql_tokens

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

# ECHAR and UCHAR, https://www.w3.org/TR/turtle/#grammar-production-ECHAR.
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True)
class TurtleToken:
    """One token of a file: its kind (see sparql_tokens.Token), its text and its line, from 1."""

    kind: str
    text: str
    line: int


def turtle_tokens(text: str) -> Iterator[TurtleToken]:
    """Yield the tokens of a text, comments included; what cannot be read is left out.

    The terminals of Turtle are those of SPARQL, where a sign stands before a number instead of in it.
    """
    position, line, sign = 0, 1, ""
    for token in sparql_tokens.tokens(text, frozenset(("space", "unclosed"))):
        line += text.count("\n", position, token.start)
        position = token.start
        if token.text not in ("+", "-"):
            yield TurtleToken(token.kind, sign + token.text, line)
        sign = token.text if token.text in ("+", "-") else ""


def unescape(text: str) -> str:
    """Return a Turtle string with its escapes resolved."""

    def character(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] in "uU" and len(code) > 1:
            return chr(min(int(code[1:], 16), 0x10FFFF))
        return _ESCAPED.get(code, code)

    return _ESCAPE.sub(character, text) if "\\" in text else text


def resolve(base: str, iri: str) -> str:
    """Return the full form of an IRI; an absolute one stays as it is, to the last character."""
    if _SCHEME.match(iri):
        return iri
    # The library loses the mark of an empty fragment.
    return urljoin(base, iri) + ("#" if iri.endswith("#") else "")


@dataclass(frozen=True)
class Locations:
    """The lines of a file by subject, by subject and predicate, and by whole triple."""

    lines: dict[tuple[str, ...], int] = field(default_factory=dict)

    def line(self, subject: str, predicate: str | None = None, value: str | None = None) -> int | None:
        """Return the closest line known: that of the triple, else of the predicate, else of the subject."""
        key = tuple(str(term) for term in (subject, predicate, value) if term is not None)
        for length in range(len(key), 0, -1):
            if key[:length] in self.lines:
                return self.lines[key[:length]]
        return None

    def note(self, line: int, *key: str) -> None:
        """Remember the first line of a key."""
        self.lines.setdefault(key, line)


def locate(text: str, base: str = "") -> Locations:
    """Return the line of every triple in the text of a Turtle, TriG, N-Triples or N-Quads file."""
    return _TurtleReader(base).read(text)


def locate_file(path: Path, base: str = "") -> Locations:
    """Do the same for a file; undecodable bytes are replaced, since lines are counted all the same."""
    return locate(path.read_text(encoding="utf-8", errors="replace"), base)


@dataclass
class _Level:
    """What is known at one depth of brackets: subject, predicate, and whether it is a collection."""

    subject: str | None = None
    predicate: str | None = None
    collection: bool = False


class _TurtleReader:
    """Follow the tokens of one file and note the line of each triple."""

    def __init__(self, base: str) -> None:
        self.base, self.prefixes, self.locations = base, {}, Locations()
        self.levels = [_Level()]
        self.anonymous = 0

    def read(self, text: str) -> Locations:
        tokens = (token for token in turtle_tokens(text) if token.kind != "comment")
        for token in tokens:
            keyword = token.text.lstrip("@").lower()
            if token.kind in ("language", "word") and keyword in ("prefix", "base"):
                self.declare(keyword, tokens)
            elif token.text == "^":
                next(tokens, None)  # the second sign, and the datatype behind it
                next(tokens, None)
            elif token.kind == "mark":
                self.punctuate(token)
            elif token.kind != "language" and keyword != "graph":
                self.add(self.term(token), token.line)
        return self.locations

    def declare(self, keyword: str, tokens: Iterator[TurtleToken]) -> None:
        name = next(tokens, TurtleToken("", "", 0)).text if keyword == "prefix" else ""
        iri = next(tokens, TurtleToken("", "<>", 0)).text[1:-1]
        if keyword == "base":
            self.base = resolve(self.base, iri)
        else:
            self.prefixes[name.removesuffix(":")] = resolve(self.base, iri)
        self.levels = [_Level()]

    def punctuate(self, token: TurtleToken) -> None:
        match token.text:
            case "[":
                self.anonymous += 1
                name = f"_:line{token.line}.{self.anonymous}"
                self.add(name, token.line)
                self.levels.append(_Level(subject=name))
            case "(":
                self.add(f"_:list{token.line}", token.line)
                self.levels.append(_Level(collection=True))
            case "]" | ")":
                if len(self.levels) > 1:
                    self.levels.pop()
            case ";":
                self.levels[-1].predicate = None
            case "." | "{" | "}":
                self.levels = [_Level()]

    def add(self, term: str, line: int) -> None:
        """Take a term as the subject, predicate or object that comes next, and note its line."""
        level = self.levels[-1]
        if level.collection:
            return
        if level.subject is None:
            level.subject = term
            self.locations.note(line, term)
        elif level.predicate is None:
            level.predicate = term
            self.locations.note(line, level.subject, term)
        else:
            self.locations.note(line, level.subject, level.predicate, term)

    def term(self, token: TurtleToken) -> str:
        """Return the IRI, the text of the literal, or the label that a token stands for."""
        match token.kind:
            case "iri":
                return resolve(self.base, unescape(token.text[1:-1]))
            case "name":
                prefix, _, local = token.text.partition(":")
                return self.prefixes.get(prefix, prefix + ":") + re.sub(r"\\(.)", r"\1", local)
            case "string":
                quotes = 3 if token.text[:3] in ('"""', "'" * 3) else 1
                return unescape(token.text[quotes:-quotes])
            case "word" if token.text == "a":
                return RDF_TYPE
        return token.text
