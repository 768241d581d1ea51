"""What a call of ``crosswalk query`` gives: a query, and terms for its parameters."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from crosswalk.errors import InputError
from crosswalk.names import PREFIXES
from crosswalk.queries import Query, load, parse, read
from crosswalk.stores.lexer import undeclared_prefix
from crosswalk.terms import read_term


def find(source: str | None, text: str | None) -> Query:
    """The query that a call means: a file, a name, ``-`` or a text; with its file where it has one."""
    if (source is None) == (text is None):
        raise click.UsageError("give a file, the name of a question, - for the standard input, or -e TEXT.")
    if text is not None:
        return parse(with_prefixes(text, PREFIXES))
    if source == "-":
        data = sys.stdin.buffer.read()
        try:
            return replace(parse(data.decode("utf-8")), path=Path("<stdin>"))
        except UnicodeDecodeError as fault:
            raise InputError("the text is not UTF-8", file="<stdin>") from fault
    path = Path(source)
    if path.suffix in (".rq", ".sparql") or path.is_file():
        return read(path)
    return load(source)


def with_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """The text with a declaration for each known prefix it uses and does not declare, on a line before it.

    Text typed at a prompt is meant to be short; files declare their prefixes themselves.
    """
    declared = ""
    while (stray := undeclared_prefix(declared + text)) is not None:
        prefix = stray.text.partition(":")[0]
        if prefix not in prefixes:
            break
        declared += f"PREFIX {prefix}: <{prefixes[prefix]}> "
    return f"{declared}\n{text}" if declared else text


def read_binding(text: str) -> tuple[str, Any]:
    """The parameter's name and the term of ``name=value``."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip().lstrip("?").isidentifier():
        raise InputError(f"--bind {text} is not NAME=VALUE", hint="For example: --bind edition=ipa/2.0")
    return name.strip().lstrip("?"), read_term(value)


@contextmanager
def placed(found: Query, text: str | None = None) -> Iterator[None]:
    """Adds the query's file to a fault inside it, or counts its lines as in the text that was typed."""
    try:
        yield
    except InputError as fault:
        if fault.line is not None and fault.file is None and found.path is not None:
            fault.file = str(found.path)
        elif fault.line is not None and fault.file is None and text is not None:
            fault.line -= found.text.count("\n") - text.count("\n")
        raise
