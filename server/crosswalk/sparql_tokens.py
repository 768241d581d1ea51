r"""The one tokenizer of SPARQL: it tells a keyword from the same word in a string, a name or a comment.

The tokens are the terminals of https://www.w3.org/TR/sparql11-query/#sparqlGrammar with the additions of
https://www.w3.org/TR/sparql12-query/#sparqlGrammar. Four things differ from a plain reading of it:

- A text that no engine can read still becomes tokens, so that the place of its fault can be told.
- Signs such as ``&&`` and ``^^`` become one token for each character.
- Keywords need no space around them: ``LIMIT1OFFSET2`` is four tokens. A keyword before a name is part of the
  name, as the longest match wants it (``SERVICEex:there``); engines that look for the keyword first differ.
- Where an expression goes on after an operand, ``<`` compares: in ``FILTER(?a<?b&&?c>?d)`` the longest match
  would take ``<?b&&?c>`` for an IRI. Engines without a lexer read a comparison, and nothing else is a query.

Where escapes such as ``\u0041`` stand outside strings and IRIs, a text has two readings; see ``readings``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby

from crosswalk.sparql_context import Context, Token

# PN_CHARS_BASE, PN_CHARS_U and PN_CHARS: https://www.w3.org/TR/sparql11-query/#rPN_CHARS_BASE
_BASE_BEYOND_ASCII = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_INNER_BEYOND_ASCII = "\u00b7\u0300-\u036f\u203f-\u2040"
_BASE = "A-Za-z" + _BASE_BEYOND_ASCII
_START = _BASE + "_"
_INNER = _START + "0-9" + _INNER_BEYOND_ASCII
_PREFIX = rf"[{_BASE}](?:\.*+[{_INNER}-]++)*+"
_ESCAPED = r"%[0-9A-Fa-f]{2}|\\[-_~.!$&'()*+,;=/?\#@%]"
_CODEPOINT = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"

# Each repetition is possessive: a text as long as a query may be is read in time linear to its length.
_TERMINALS = {
    "space": r"[ \t\r\n]++",  # WS
    "comment": r"\#[^\r\n]*+",
    "iri": rf'<(?:[^<>"{{}}|^`\\\x00-\x20]++|{_CODEPOINT})*+>',  # IRIREF
    "string": r'"""(?:"{0,2}+(?:[^"\\]++|\\.))*+"""'  # STRING_LITERAL_LONG2, _LONG1, 2 and 1
    r"|'''(?:'{0,2}+(?:[^'\\]++|\\.))*+'''"
    r'|"(?:[^"\\\r\n]++|\\[^\r\n])*+"'
    r"|'(?:[^'\\\r\n]++|\\[^\r\n])*+'",
    "unclosed": r"""["'][^\r\n]*+""",
    "variable": rf"[?$][{_START}0-9][{_INNER}]*+",  # VAR1, VAR2
    "blank": rf"_:[{_START}0-9](?:\.*+[{_INNER}-]++)*+",  # BLANK_NODE_LABEL
    "name": rf"(?:{_PREFIX})?+:"  # PNAME_NS, PNAME_LN
    rf"(?:(?:[{_START}:0-9]|{_ESCAPED})(?:\.*+(?:[{_INNER}:-]++|{_ESCAPED}))*+)?+",
    "language": r"@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?+",  # LANGTAG, LANG_DIR
    "number": r"(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)[eE][+-]?+[0-9]++|[0-9]*+\.[0-9]++|[0-9]++",
    "word": rf"[{_START}](?:\.*+[{_INNER}-]++)*+",
    "mark": r".",
}
_BETWEEN = frozenset(("space", "comment"))
_NOT_PASSED = frozenset(("comment", "unclosed", "name", "word", "mark"))

SIGNS = "{}()[].,;*/|^+-!=<>&?~"
"""The characters that the signs of the language are made of."""

KEYWORDS = frozenset(
    """A ABS ADD ADJUST ALL AS ASC ASK AVG BASE BIND BNODE BOUND BY CEIL CLEAR COALESCE CONCAT CONSTRUCT
    CONTAINS COPY COUNT CREATE DATA DATATYPE DAY DEFAULT DELETE DESC DESCRIBE DISTINCT DROP
    ENCODE_FOR_URI EXISTS FALSE FILTER FLOOR FROM GRAPH GROUP GROUP_CONCAT HASLANG HASLANGDIR HAVING
    HOURS IF IN INSERT INTO IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISTRIPLE ISURI LANG LANGDIR LANGMATCHES
    LATERAL LCASE LIMIT LOAD MAX MD5 MIN MINUS MINUTES MONTH MOVE NAMED NOT NOW OBJECT OFFSET
    OPTIONAL ORDER PREDICATE PREFIX RAND REDUCED REGEX REPLACE ROUND SAMETERM SAMPLE SECONDS SELECT
    SEPARATOR SERVICE SHA1 SHA256 SHA384 SHA512 SILENT STR STRAFTER STRBEFORE STRDT STRENDS STRLANG
    STRLANGDIR STRLEN STRSTARTS STRUUID SUBJECT SUBSTR SUM TIMEZONE TO TRIPLE TRUE TZ UCASE UNDEF
    UNION URI USING UUID VALUES VERSION WHERE WITH YEAR""".split()  # noqa: SIM905
)
"""The words of the language and the names of its functions."""

FORMS = frozenset(("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))
"""The words a query begins with: https://www.w3.org/TR/sparql11-query/#rQuery."""

UPDATE_WORDS = frozenset(
    ("INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD")
)
"""The words an update begins with: Update1 of https://www.w3.org/TR/sparql11-query/#rUpdate1."""


_IN_IRI = r"[^<>\"{}|^`\x00-\x20]"  # a backslash begins an escape
_IN_EITHER = r"(?:[^<>\"{}|^`\x00-\x20&,;'()#!+-]++|[+-](?![+-]))"
_DOUBTFUL = re.compile(
    rf"<(?:<|(?![A-Za-z][A-Za-z0-9+.-]*+://)(?={_IN_IRI}*+>){_IN_EITHER}*+(?:[&,;'()#!]|[+-]{{2}}))"
)
"""What may be an IRI or a comparison that hides something: a string, a comment, brackets or signs."""


# Patterns are compiled when they are needed: that takes as long as many a query.
@cache
def _terminals(of_ascii: bool) -> re.Pattern[str]:
    return _compiled("|".join(f"(?P<{kind}>{form})" for kind, form in _TERMINALS.items()), of_ascii)


@cache
def _words(of_ascii: bool) -> re.Pattern[str]:
    """Return the pattern that passes over other tokens, and whose one group is a word or any character."""
    passed = (form for kind, form in _TERMINALS.items() if kind not in ("word", "mark"))
    return _compiled(rf"(?:{'|'.join(passed)}|[^\w\"'])*+({_TERMINALS['word']}|.|\Z)", of_ascii)


@cache
def _names_and_words(of_ascii: bool) -> re.Pattern[str]:
    """Return the pattern that passes over other tokens, and whose one group is a name, a word or a fault."""
    passed = (form for kind, form in _TERMINALS.items() if kind not in _NOT_PASSED)
    signs = f"[{re.escape(SIGNS)}]"
    wanted = f"{_TERMINALS['name']}|{_TERMINALS['word']}"
    return _compiled(rf"(?:{'|'.join(passed)}|{signs})*+({wanted}|.|\Z)", of_ascii)


@cache
def _contents() -> re.Pattern[str]:
    kinds = ("iri", "string", "comment", "unclosed")
    return re.compile("|".join(_TERMINALS[kind] for kind in kinds), re.DOTALL)


@cache
def _comments() -> re.Pattern[str]:
    """Return the pattern that passes over other tokens, and whose one group is a comment or is not closed."""
    passed = rf"[^\#<\"']++|{_TERMINALS['iri']}|{_TERMINALS['string']}|<"
    return re.compile(rf"(?:{passed})*+({_TERMINALS['comment']}|[\"']|\Z)", re.DOTALL)


def _compiled(pattern: str, of_ascii: bool) -> re.Pattern[str]:
    """Compile a pattern; one for texts of ASCII alone, as most are, is compiled fifteen times as fast."""
    if of_ascii:
        pattern = pattern.replace(_BASE_BEYOND_ASCII, "").replace(_INNER_BEYOND_ASCII, "")
    return re.compile(pattern, re.DOTALL)


@cache
def _pieces() -> re.Pattern[str]:
    """Return the pattern of a keyword or number, the longest first, or of any other character."""
    keywords = "|".join(sorted(KEYWORDS, key=len, reverse=True))
    return re.compile(f"{keywords}|[0-9]+|(.)", re.IGNORECASE | re.DOTALL)


def tokens(text: str, left_out: frozenset[str] = _BETWEEN) -> Iterator[Token]:
    """Yield the tokens of a text in order but for those of the kinds left out: white space and comments."""
    pattern = _terminals(text.isascii())
    if _DOUBTFUL.search(text):
        yield from (token for token in _in_context(text, pattern) if token.kind not in left_out)
        return
    for match in pattern.finditer(text):
        if match.lastgroup not in left_out:
            yield from _tokens_of(match)


def is_wrong(token: Token) -> bool:
    """Return whether a word or a sign is none of the language."""
    if token.kind == "word":
        return token.text.upper() not in KEYWORDS
    return token.kind == "mark" and token.text not in SIGNS


def has_comparisons(text: str) -> bool:
    """Return whether a text has what may be an IRI or a comparison, or opens a triple by two signs."""
    return bool(_DOUBTFUL.search(text))


def reads_as_iri(text: str, start: int) -> bool:
    """Return whether the longest match takes what stands at an offset for an IRI."""
    match = _terminals(text.isascii()).match(text, start)
    return match is not None and match.lastgroup == "iri"


def consists_of_keywords(run: str) -> bool:
    """Return whether a run of letters without space holds nothing but keywords, numbers and signs."""
    return all(part.kind != "word" or part.text.upper() in KEYWORDS for part in _split(run, 0))


def _in_context(text: str, pattern: re.Pattern[str]) -> Iterator[Token]:
    """Yield the tokens of a text in which an IRI may be a comparison."""
    context, offset = Context(), 0
    while match := pattern.match(text, offset):
        if match.lastgroup == "iri" and context.compares(offset):
            read = [Token("mark", "<", offset)]
        else:
            read = list(_tokens_of(match))
        for token in read:
            if token.kind not in _BETWEEN:
                context.take(token)
            yield token
        offset = read[-1].start + len(read[-1].text)


def _tokens_of(match: re.Match[str]) -> Iterator[Token]:
    kind = str(match.lastgroup)
    if kind == "word" and match[0].upper() not in KEYWORDS:
        yield from _split(match[0], match.start())
    else:
        yield Token(kind, match[0], match.start())


def _split(run: str, start: int) -> Iterator[Token]:
    """Yield the keywords and numbers of a run of letters without space; what holds others stays one word."""
    for part in re.finditer(r"(\w+)|\W", run):
        offset = start + part.start()
        pieces = list(_pieces().finditer(part[0]))
        if any(piece[1] for piece in pieces):
            yield Token("word" if part[1] else "mark", part[0], offset)
            continue
        for piece in pieces:
            yield Token("number" if piece[0].isdecimal() else "word", piece[0], offset + piece.start())


def words(text: str) -> list[str]:
    """Return the words of a text in capitals: its keywords, and what is written where one should stand.

    This is what ``tokens`` gives, several times faster.
    """
    if _DOUBTFUL.search(text):
        return [token.text.upper() for token in tokens(text) if token.kind == "word"]
    parts: list[str] = []
    for word in map(str.upper, _words(text.isascii()).findall(text)):
        parts += (
            [word] if word in KEYWORDS else (part.text for part in _split(word, 0) if part.kind == "word")
        )
    return parts


def without_comments(text: str) -> str:
    """Return a text with blanks in place of its comments; as it is where a quotation mark is not closed.

    The text has no IRI that may be a comparison.
    """
    parts, end = [], 0
    for start, stop in (match.span(1) for match in _comments().finditer(text) if match[1]):
        if text[start] != "#":
            return text
        parts += [text[end:start], " " * (stop - start)]
        end = stop
    return "".join([*parts, text[end:]]) if parts else text


def without_contents(text: str) -> str:
    """Return a text with a pair of quotation marks in place of each IRI, string and comment."""
    return _contents().sub("''", text)


def names_and_words(text: str) -> list[str]:
    """Return the names and words of a text as they are written, and each character that begins no token.

    A name is what holds a colon. The text has no IRI that may be a comparison.
    """
    return _names_and_words(text.isascii()).findall(text)


def position(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column of an offset, both counted from 1."""
    before = text[: max(0, offset)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def operation(text: str) -> Token | None:
    """Return the word a query or an update begins with; None where a text has no such word."""
    beginnings = FORMS | UPDATE_WORDS
    read = (token for token in tokens(text) if token.kind == "word")
    return next((word for word in read if word.text.upper() in beginnings), None)


def query_form(text: str) -> str | None:
    """Return SELECT, ASK, CONSTRUCT or DESCRIBE; None where a text is no query."""
    token = operation(text)
    return token.text.upper() if token and token.text.upper() in FORMS else None


def on_one_line(text: str) -> str:
    """Return a text without comments, in which all white space outside strings is single blanks."""
    runs = groupby(tokens(text, frozenset()), key=lambda token: token.kind in _BETWEEN)
    return "".join(" " if space else "".join(token.text for token in run) for space, run in runs).strip()


# Prefixes, graphs and escapes


def undeclared_prefixes(text: str) -> dict[str, Token]:
    """Return the prefixes that no PREFIX line before their first name declares, each with that name.

    Behind a quotation mark or an angle bracket that nothing closes, nothing can be told any more.
    """
    declared: set[str] = set()
    undeclared: dict[str, Token] = {}
    previous = ""
    for token in tokens(text):
        prefix = token.text.partition(":")[0]
        if token.kind == "unclosed" or (previous == "<" and token.text.endswith(":")):
            break
        if token.kind == "name" and previous == "PREFIX":
            declared.add(prefix)
        elif token.kind == "name" and prefix not in declared:
            undeclared.setdefault(prefix, token)
        previous = token.text.upper()
    return undeclared


def missing_prefixes(text: str, known: Mapping[str, str]) -> dict[str, str]:
    """Return those of the known prefixes, with their namespaces, that a text uses and does not declare."""
    return {prefix: known[prefix] for prefix in undeclared_prefixes(text) if prefix in known}


def unescape(text: str) -> str:
    """Return a text with its escapes resolved: https://www.w3.org/TR/sparql11-query/#codepointEscape."""
    return re.sub(_CODEPOINT, lambda match: chr(min(int(match[0][2:], 16), 0x10FFFF)), text)


def readings(text: str) -> tuple[str, ...]:
    """Return the text, and the text as it is for engines that resolve escapes first, where that differs."""
    return (text,) if "\\" not in text else tuple(dict.fromkeys((text, unescape(text))))
