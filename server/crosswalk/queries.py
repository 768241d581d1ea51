"""Queries by name: each is one file of ``queries/``, with its title, its question and its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from crosswalk.content import content_root
from crosswalk.errors import InputError
from crosswalk.stores.lexer import query_form
from crosswalk.terms import write_term

KINDS = ("questions", "pages", "rules", "publishing")
_HEADER = re.compile(r"#\+ *([\w.-]+): *(.*?) *")
_PARAMETER = re.compile(r"(?m)^([ \t]*)VALUES \?(\w+) \{ UNDEF \}[ \t]*(?=\r?$)")


@dataclass(frozen=True)
class Query:
    """One query file: what it asks, its text, and an example for each parameter, in Turtle syntax."""

    name: str
    title: str
    question: str
    text: str = field(repr=False)
    form: str
    tags: tuple[str, ...] = ()
    examples: dict[str, str] = field(default_factory=dict, hash=False)
    path: Path | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names that can be bound, in the order of the text."""
        return tuple(dict.fromkeys(match[2] for match in _PARAMETER.finditer(self.text)))


def load(name: str) -> Query:
    """The query of that name: ``pages/compare``, or ``compare``, looked for among the questions first.

    An unknown name is an InputError that suggests the nearest ones.
    """
    kind, _, bare = name.rpartition("/")
    for folder in (kind,) if kind else KINDS:
        path = content_root() / "queries" / folder / f"{bare}.rq"
        if folder in KINDS and path.is_file():
            return read(path)
    known = [path.stem for folder in (KINDS if kind not in KINDS else (kind,)) for path in _files(folder)]
    from difflib import get_close_matches  # needed for a wrong name alone

    near = get_close_matches(bare, known, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(near)}?" if near else "`crosswalk questions` lists them all."
    raise InputError(f"no query is called {name!r}", hint=hint)


def catalogue(kind: str = "questions") -> list[Query]:
    """Every query of a kind, by name."""
    return [read(path) for path in _files(kind)]


def read(path: Path) -> Query:
    """The query in a file; InputError when it cannot be read."""
    try:
        return parse(path.read_text(encoding="utf-8"), path)
    except UnicodeDecodeError as fault:
        raise InputError("the file is not UTF-8 text", file=path, hint="Save it as UTF-8.") from fault
    except OSError as fault:
        raise InputError(fault.strerror or str(fault), file=path) from fault


@cache
def parse(text: str, path: Path | None = None) -> Query:
    """The query in a text: its header lines ``#+ key: value`` and the rest."""
    matches = (_HEADER.fullmatch(line) for line in text.removeprefix("\ufeff").splitlines())
    header = {match[1]: match[2] for match in matches if match}
    name = path.stem if path else "query"
    return Query(
        name=name,
        title=header.get("title", name),
        question=header.get("question", ""),
        text=text.removeprefix("\ufeff"),
        form=query_form(text) or "",
        tags=tuple(tag.strip() for tag in header.get("tags", "").split(",") if tag.strip()),
        examples={key[8:]: value for key, value in header.items() if key.startswith("example.")},
        path=path,
    )


def bind(query: Query, **terms: Any) -> str:
    """The text of ``query`` with each parameter's line replaced by the term given for it.

    A term is an rdflib or pyoxigraph term, a `Term` of an answer, or a string that is an absolute IRI;
    a list of these binds the parameter to each of them; None leaves it open. An unknown parameter or a
    term that cannot be written is an InputError.
    """
    unknown = sorted(set(terms) - set(query.parameters))
    if unknown:
        known = ", ".join(query.parameters) or "none"
        raise InputError(f"{query.name} has no parameter {unknown[0]!r}", hint=f"Its parameters: {known}.")
    given = {name: _listed(term) for name, term in terms.items() if term is not None}

    def fill(match: re.Match[str]) -> str:
        name = match[2]
        if name not in given:
            return match[0]
        return f"{match[1]}VALUES ?{name} {{ {' '.join(write_term(term) for term in given[name])} }}"

    return _PARAMETER.sub(fill, query.text)


def _listed(term: Any) -> Iterable[Any]:
    return term if isinstance(term, list | tuple | set | frozenset) else [term]


def _files(kind: str) -> list[Path]:
    return sorted((content_root() / "queries" / kind).glob("*.rq"))
