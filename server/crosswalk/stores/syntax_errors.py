"""What is wrong with a query, told with its place and in words that help to repair it."""

from __future__ import annotations

import re
from collections.abc import Callable
from unicodedata import name

from crosswalk.errors import CrosswalkError, EngineFault, InputError, QueryRefused, QuerySyntaxError
from crosswalk.sparql_tokens import KEYWORDS, is_wrong, position, tokens, undeclared_prefixes

_REPORT = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_SENTENCE = re.compile(r"(The [A-Z]+ |IRI |Duplicate |[A-Z][a-z]+ )[^,]*[a-z]")
_UNKNOWN_FUNCTION = re.compile(r"The custom function <(.*)> is not supported")
_ARGUMENTS = re.compile(
    r"The custom function <(.*)> requires between (\d+) and (\d+) arguments, but (\d+) were given"
)
_SERVICE = re.compile(r"\b[Ss]ervice\b|^A URI scheme must be set")
_UNFINISHED = "the query ends where more is expected"
_KEYWORD = re.compile(r"[A-Z][A-Z_]+")
_SHOWN = 60
"""How many characters of a wrong token are shown."""


def syntax_error(
    text: str, report: str, sent: str | None = None, origin: Callable[[int], int] = lambda offset: offset
) -> QuerySyntaxError:
    """Return the error for a query and the parser's report on it, with the place of the wrong word.

    Where the parser was given another text, ``sent``, ``origin`` finds the place of an offset in the query.
    """
    plain = _plain_mistake(text)
    if plain is not None:
        return plain
    match = _REPORT.fullmatch(report)
    if match is None:
        return QuerySyntaxError(report)
    sent = text if sent is None else sent
    offset = _offset(sent, int(match[1]), int(match[2]))
    sentence = _SENTENCE.match(match[3])
    if sentence is not None:
        return _at(text, origin(offset), sentence[0].replace("The ", "the ", 1))
    return _misplaced(text, origin(offset - _overshoot(match[3])))


def unreadable(text: str, offset: int, what: str | None = None) -> QuerySyntaxError:
    """Return the error for what is no token of a query, at an offset."""
    if what is not None:
        return _at(text, offset, what)
    return _plain_mistake(text) or _misplaced(text, offset)


def _plain_mistake(text: str) -> QuerySyntaxError | None:
    """Return the error for a mistake that makes all that follows hard to read; None where there is none."""
    for prefix, used in undeclared_prefixes(text).items():
        hint = f"Add a line `PREFIX {prefix}: <…>` above the query."
        return _at(text, used.start, f"the prefix {prefix}: is not declared", hint)
    read = list(tokens(text))
    escape = next((token for token in read if text.startswith(("\\u", "\\U"), token.start)), None)
    if escape is not None:
        return _at(text, escape.start, "escapes stand in strings and IRIs alone, as \\u and four digits")
    unclosed = next((token for token in read if token.kind == "unclosed"), None)
    if unclosed is not None:
        hint = "A text over several lines stands between three quotation marks."
        return _at(text, unclosed.start, "this quotation mark is never closed on its line", hint)
    # Outside names, strings and comments SPARQL has no words and signs but its own.
    wrong = next((token for token in read if is_wrong(token)), None)
    return _misplaced(text, wrong.start) if wrong is not None else None


def evaluation_fault(text: str, report: str) -> CrosswalkError:
    """Return the fault for what the engine says of a query that it has parsed and does not answer."""
    if unknown := _UNKNOWN_FUNCTION.fullmatch(report):
        hint = "Functions with an IRI are known for the datatypes of XML Schema alone, as casts."
        return _at_function(text, unknown[1], f"there is no function <{unknown[1]}>", hint)
    if wrong := _ARGUMENTS.fullmatch(report):
        function, least, most, given = wrong.groups()
        number = most if least == most else f"{least} to {most}"
        what = f"the function <{function}> takes {number} argument{'' if most == '1' else 's'}, not {given}"
        return _at_function(text, function, what)
    if _SERVICE.search(report):
        return QueryRefused(f"SERVICE is not answered: {report}")
    return EngineFault(f"{EngineFault.WHAT}: {report}", hint=EngineFault.HINT)


def _at_function(text: str, function: str, what: str, hint: str | None = None) -> InputError:
    """Return the error for a function, with its place: it is written as an IRI, or as a name that ends so."""
    for token in tokens(text):
        local = token.text.partition(":")[2] if token.kind == "name" else ""
        if token.text == f"<{function}>" or (local and function.endswith(local)):
            line, column = position(text, token.start)
            return InputError(what, line=line, column=column, hint=hint)
    return InputError(what, hint=hint)


def _overshoot(expected: str) -> int:
    """Return how far behind the wrong word the parser's place lies.

    The parser compares a keyword by reading as many characters as the keyword has, and reports the place
    after them. Where a sign or a character is expected too, the place is right as it is.
    """
    words = re.sub(r"\[.*?\]|\".*?\"", "", expected, flags=re.DOTALL)
    keywords = _KEYWORD.findall(words)
    exact = re.search(r"\"|\['", expected)
    return 0 if exact or not keywords else min(map(len, keywords))


def _misplaced(text: str, offset: int) -> QuerySyntaxError:
    if not any(tokens(text)):
        return _at(text, 0, "the query is empty")
    token = next((token for token in tokens(text) if token.start + len(token.text) > offset), None)
    if token is None:
        return _at_the_end(text)
    from difflib import get_close_matches  # needed for a wrong word alone

    word = token.text.upper() if token.kind == "word" else ""
    near = get_close_matches(word[:_SHOWN], KEYWORDS - {word}, n=1, cutoff=0.7)
    hint = f"Did you mean {near[0]}?" if near else None
    return _at(text, token.start, f"{_visible(token.text)} is not expected here", hint)


def _visible(text: str) -> str:
    """Return the beginning of a token, in which what cannot be seen is named by its code point."""
    if not text.isprintable() and len(text) == 1:
        return _named(text)
    first, *_ = text.splitlines()
    shown = "".join(char if char.isprintable() else f"[{_named(char)}]" for char in first[:_SHOWN])
    return shown if len(first) <= _SHOWN else f"{shown}…"


def _named(char: str) -> str:
    """Return the code point of a character and, where it has one, its name."""
    return f"U+{ord(char):04X} {name(char, '')}".rstrip()


def _at_the_end(text: str) -> QuerySyntaxError:
    """Return the error where Oxigraph read to the end: rdflib's parser, slow to load, has a second look.

    Not where a brace is open: rdflib's parser would blame what stands where the brace begins.
    """
    end = len(text.rstrip())
    signs = [token.text for token in tokens(text)]
    if signs.count("{") > signs.count("}"):
        return _at(text, end, _UNFINISHED, "Is a bracket left open?")
    from pyparsing import ParseException
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        parseQuery(text)
    except ParseException as fault:
        offset = _offset(text, fault.lineno, fault.column)
        if offset < end:
            return _misplaced(text, offset)
        return _at(text, end, _UNFINISHED, "Is a bracket left open?")
    hint = "A variable may be bound twice, or used outside its reach."
    return _at(text, end, "what ends here breaks a rule of SPARQL", hint)


def _offset(text: str, line: int, column: int) -> int:
    return sum(len(row) + 1 for row in text.split("\n")[: line - 1]) + column - 1


def _at(text: str, offset: int, what: str, hint: str | None = None) -> QuerySyntaxError:
    line, column = position(text, offset)
    error = QuerySyntaxError(what, line=line, column=column, hint=hint)
    error.excerpt = text.split("\n")[line - 1].rstrip("\r")
    return error
