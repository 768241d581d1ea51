"""Finds the line on which a Turtle, TriG, N-Triples or N-Quads file says something about a subject.

The RDF parser forgets lines once a file is read; a curator needs them. The lexer here is tolerant: it never
raises, and what it does not understand it leaves out, since the strict parser has the last word on syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

_LOCAL = (
    r"(?:[\w:]|%[0-9A-Fa-f]{2}|\\.)(?:(?:[\w.:\-·]|%[0-9A-Fa-f]{2}|\\.)*(?:[\w:\-]|%[0-9A-Fa-f]{2}|\\.))?"
)
_TOKEN = re.compile(
    rf'''
      (?P<comment>\#[^\n\r]*)
    | (?P<iri><[^<>"{{}}|^`\s]*>)
    | (?P<string>"""(?:[^"\\]|\\.|"(?!""))*""" | \'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\'
                | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
    | (?P<bnode>_:\w(?:[\w.\-]*[\w\-])?)
    | (?P<pname>(?:[^\W\d_](?:[\w.\-]*[\w\-])?)?:(?:{_LOCAL})?)
    | (?P<number>[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<at>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<datatype>\^\^)
    | (?P<mark>[\[\](){{}};,.])
    | (?P<word>[A-Za-z]+)
    ''',
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


@dataclass(frozen=True)
class Token:
    """One word of a file: its kind, its text and the line (from 1) it begins on."""

    kind: str
    text: str
    line: int


def tokens(text: str) -> Iterator[Token]:
    """Cuts a text into tokens, comments included, and passes over what it cannot read."""
    position, line = 0, 1
    for match in _TOKEN.finditer(text):
        line += text.count("\n", position, match.start())
        yield Token(match.lastgroup or "", match.group(), line)
        line += text.count("\n", match.start(), match.end())
        position = match.end()


def unescape(text: str) -> str:
    """Resolves the escapes of a Turtle string."""

    def one(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] in "uU" and len(code) > 1:
            return chr(min(int(code[1:], 16), 0x10FFFF))
        return _ESCAPED.get(code, code)

    return _ESCAPE.sub(one, text) if "\\" in text else text


def resolve(base: str, iri: str) -> str:
    """The full form of an IRI; an absolute one stays as it is, to the last character."""
    if _SCHEME.match(iri):
        return iri
    # The library loses the mark of an empty fragment.
    return urljoin(base, iri) + ("#" if iri.endswith("#") else "")


@dataclass(frozen=True)
class Locations:
    """Where a file speaks of what: lines by subject, by subject and predicate, and by whole triple."""

    lines: dict[tuple[str, ...], int] = field(default_factory=dict)

    def line(self, subject: str, predicate: str | None = None, value: str | None = None) -> int | None:
        """The closest line known: that of the triple, else of the predicate, else of the subject."""
        key = tuple(str(part) for part in (subject, predicate, value) if part is not None)
        for length in range(len(key), 0, -1):
            if key[:length] in self.lines:
                return self.lines[key[:length]]
        return None

    def note(self, line: int, *key: str) -> None:
        """Remembers the first line of a key."""
        self.lines.setdefault(key, line)


@dataclass
class _Frame:
    """A place in a sentence: whose property list is open, which predicate, and whether inside a list."""

    subject: str | None = None
    predicate: str | None = None
    collection: bool = False


class _Reader:
    """Walks through the tokens of one file and notes where each triple stands."""

    def __init__(self, base: str) -> None:
        self.base, self.prefixes, self.found = base, {}, Locations()
        self.stack = [_Frame()]
        self.anonymous = 0

    def read(self, text: str) -> Locations:
        words = (token for token in tokens(text) if token.kind != "comment")
        for token in words:
            directive = token.text.lstrip("@").lower()
            if token.kind in ("at", "word") and directive in ("prefix", "base"):
                self.declare(directive, words)
            elif token.kind == "mark":
                self.mark(token)
            elif token.kind == "datatype":
                next(words, None)
            elif token.kind != "at" and directive != "graph":
                self.term(token)
        return self.found

    def declare(self, directive: str, words: Iterator[Token]) -> None:
        name = next(words, Token("", "", 0)).text if directive == "prefix" else ""
        iri = next(words, Token("", "<>", 0)).text[1:-1]
        if directive == "base":
            self.base = resolve(self.base, iri)
        else:
            self.prefixes[name.removesuffix(":")] = resolve(self.base, iri)
        self.stack = [_Frame()]

    def mark(self, token: Token) -> None:
        frame = self.stack[-1]
        match token.text:
            case "[":
                self.anonymous += 1
                name = f"_:line{token.line}.{self.anonymous}"
                self.place(frame, name, token.line)
                self.stack.append(_Frame(subject=name))
            case "(":
                self.place(frame, f"_:list{token.line}", token.line)
                self.stack.append(_Frame(collection=True))
            case "]" | ")":
                if len(self.stack) > 1:
                    self.stack.pop()
            case ";":
                frame.predicate = None
            case "." | "{" | "}":
                self.stack = [_Frame()]

    def term(self, token: Token) -> None:
        self.place(self.stack[-1], self.name(token), token.line)

    def place(self, frame: _Frame, name: str, line: int) -> None:
        if frame.collection:
            return
        if frame.subject is None:
            frame.subject = name
            self.found.note(line, name)
        elif frame.predicate is None:
            frame.predicate = name
            self.found.note(line, frame.subject, name)
        else:
            self.found.note(line, frame.subject, frame.predicate, name)

    def name(self, token: Token) -> str:
        match token.kind:
            case "iri":
                return resolve(self.base, unescape(token.text[1:-1]))
            case "pname":
                prefix, _, local = token.text.partition(":")
                return self.prefixes.get(prefix, prefix + ":") + re.sub(r"\\(.)", r"\1", local)
            case "string":
                quotes = 3 if token.text[:3] in ('"""', "'" * 3) else 1
                return unescape(token.text[quotes:-quotes])
            case "word" if token.text == "a":
                return RDF_TYPE
        return token.text


def locate(text: str, base: str = "") -> Locations:
    """Notes the line of every triple in the text of a Turtle, TriG, N-Triples or N-Quads file."""
    return _Reader(base).read(text)


def locate_file(path: Path, base: str = "") -> Locations:
    """The same for a file; undecodable bytes are replaced, since lines are counted all the same."""
    return locate(path.read_text(encoding="utf-8", errors="replace"), base)
