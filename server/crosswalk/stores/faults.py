"""What Oxigraph's parser says about a wrong query, in words that help to repair it."""

from __future__ import annotations

import re

from crosswalk.errors import QuerySyntaxError
from crosswalk.stores.lexer import tokens, undeclared_prefix

_REPORT = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_KEYWORD = re.compile(r"[A-Z][A-Z_]+")
_SENTENCE = re.compile(r"(?:The |IRI |Duplicate |[A-Z][a-z]+ )[^,]*[a-z]")
_SHOWN = 8


def syntax_error(text: str, report: str) -> QuerySyntaxError:
    """The error for a query and the parser's report on it: line and column of the word that is wrong.

    The parser compares keywords by reading as many characters as they have, and reports the place
    after them: the length of the expected keyword leads back to where it began to read.
    """
    stray = undeclared_prefix(text)
    if stray is not None:
        prefix = stray.text.partition(":")[0]
        hint = f"Add a line `PREFIX {prefix}: <…>` above the query."
        return _at(text, stray.start, f"the prefix {prefix}: is not declared", hint)
    match = _REPORT.fullmatch(report)
    if match is None:
        return QuerySyntaxError(report)
    line, column, expected = int(match[1]), int(match[2]), match[3]
    end = sum(len(one) for one in text.splitlines(keepends=True)[: line - 1]) + column - 1
    sentence = _SENTENCE.search(expected)
    if sentence is not None:
        return _at(text, end, sentence[0][0].lower() + sentence[0][1:] if not sentence[0].startswith("IRI")
                   else sentence[0], None)  # fmt: skip
    keywords = _KEYWORD.findall(re.sub(r"\[.*?\]|\".*?\"", "", expected))
    others = re.sub(r"\[_\]|[\s,]|" + _KEYWORD.pattern, "", expected)
    start = end if others or not keywords else end - min(map(len, keywords))
    return _at(text, start, None, _hint(keywords, expected))


def _hint(keywords: list[str], expected: str) -> str | None:
    marks = re.findall(r'"(\W+?)"', expected)
    wanted = [*keywords, *marks][:_SHOWN]
    return f"Expected here, among others: {' '.join(wanted)}" if wanted else None


def _at(text: str, offset: int, what: str | None, hint: str | None) -> QuerySyntaxError:
    offset = max(0, min(offset, len(text)))
    if what is None:
        found = next((token for token in tokens(text) if token.start + len(token.text) > offset), None)
        if found is None:
            offset, what = (
                len(text.rstrip()),
                "the query ends where more is expected",
            )
        else:
            offset, what = found.start, f"{found.text.splitlines()[0]} is not expected here"
    before = text[:offset]
    line = before.count("\n") + 1
    return QuerySyntaxError(what, line=line, column=offset - before.rfind("\n"), hint=hint)
