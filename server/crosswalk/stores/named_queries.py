"""Named queries: files with a header, parameters that are bound to terms, and terms as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph

from crosswalk.errors import InputError
from crosswalk.folders import content_root
from crosswalk.iris import expand, turtle_prologue
from crosswalk.query_header import header
from crosswalk.sparql_tokens import query_form

_TURTLE_START = re.compile(r"[<\"'+\-\d.]|(?:true|false)$")
_HINT = 'Give an IRI, a name such as xw:Green, a path such as ipa/2.0, or a literal such as 5 or "text"@en.'


def read_term(text: str) -> pyoxigraph.NamedNode | pyoxigraph.Literal:
    """Return the one term of a text: an IRI, a CURIE, a path such as ``ipa/2.0``, or a Turtle literal.

    Raises InputError where it is none of these, or more than one term.
    """
    stripped = text.strip()
    if not _TURTLE_START.match(stripped):
        return pyoxigraph.NamedNode(expand(stripped))
    turtle = f"{turtle_prologue()}[] a {stripped} ."
    try:
        (triple,) = pyoxigraph.parse(turtle, format=pyoxigraph.RdfFormat.TURTLE)
    except (SyntaxError, ValueError) as fault:
        raise InputError(f"{text!r} is not one term", hint=_HINT) from fault
    if not isinstance(triple.object, pyoxigraph.NamedNode | pyoxigraph.Literal):
        raise InputError(f"{text!r} is not one term", hint=_HINT)
    return triple.object


def write_term(term: Any) -> str:
    """Return a term in SPARQL syntax, on one line, escaped by the engine's own serialiser.

    The term is one of rdflib, of pyoxigraph or of an answer, or a string that is an absolute IRI.
    Raises InputError for a blank node, and for what no term can be.
    """
    # By the names of its classes, since rdflib, whose term it may be, is slow to import.
    kinds = {parent.__name__ for parent in type(term).__mro__} | {getattr(term, "kind", "")}
    if kinds & {"bnode", "BNode", "BlankNode"}:
        raise InputError("a blank node cannot be bound: it has no name outside its graph")
    try:
        if not kinds & {"literal", "Literal"}:
            return str(pyoxigraph.NamedNode(_text(term)))
        language = getattr(term, "lang", None) or getattr(term, "language", None)
        plain = language or term.datatype is None
        datatype = None if plain else pyoxigraph.NamedNode(_text(term.datatype))
        return str(pyoxigraph.Literal(_text(term), language=language, datatype=datatype))
    except ValueError as fault:
        raise InputError(f"{str(term)!r} cannot stand in a query: {fault}", hint=_HINT) from fault


def _text(term: Any) -> str:
    """Return the text of a term: rdflib's are strings themselves, the others hold one as their value."""
    return str(term) if isinstance(term, str) else term.value


KINDS = ("questions", "pages", "rules", "publishing")
# A parameter is a line of its own, so that the file runs unchanged in any tool.
_PARAMETER = re.compile(r"(?m)^([ \t]*)VALUES \?(\w+) \{ UNDEF \}[ \t]*(?=\r?$)")


@dataclass(frozen=True)
class Query:
    """A query file: what it asks, its text, and an example for each parameter, in Turtle syntax."""

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
        """Return the names that can be bound, in the order of the text."""
        return tuple(dict.fromkeys(match[2] for match in _PARAMETER.finditer(self.text)))


def load(name: str) -> Query:
    """Return the query of a name: ``pages/compare``, or ``compare``, looked for among the questions first.

    Raises InputError, which suggests the nearest names, for an unknown one.
    """
    kind, _, bare = name.rpartition("/")
    for folder in (kind,) if kind else KINDS:
        path = content_root() / "queries" / folder / f"{bare}.rq"
        if folder in KINDS and path.is_file():
            return read(path)
    from difflib import get_close_matches  # needed for a wrong name alone

    known = [path.stem for folder in ((kind,) if kind in KINDS else KINDS) for path in _files(folder)]
    near = get_close_matches(bare, known, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(near)}?" if near else "`crosswalk questions` lists them all."
    raise InputError(f"no query is called {name!r}", hint=hint)


def catalogue(kind: str = "questions") -> list[Query]:
    """Return the queries of a kind, sorted by name."""
    return [read(path) for path in _files(kind)]


def read(path: Path) -> Query:
    """Return the query in a file; raise InputError where it cannot be read."""
    try:
        return parse(path.read_text(encoding="utf-8"), path)
    except UnicodeDecodeError as fault:
        raise InputError("the file is not UTF-8 text", file=path, hint="Save it as UTF-8.") from fault
    except OSError as fault:
        raise InputError(fault.strerror or str(fault), file=path) from fault


@cache
def parse(text: str, path: Path | None = None) -> Query:
    """Return the query in a text, with the values of its header lines ``#+ key: value``."""
    text = text.removeprefix("\ufeff")
    values = header(text)
    name = path.stem if path else "query"
    return Query(
        name=name,
        title=values.get("title", name),
        question=values.get("question", ""),
        text=text,
        form=query_form(text) or "",
        tags=tuple(tag.strip() for tag in values.get("tags", "").split(",") if tag.strip()),
        examples={key[8:]: value for key, value in values.items() if key.startswith("example.")},
        path=path,
    )


def bind(query: Query, **terms: Any) -> str:
    """Return the text of a query with each parameter's line replaced by the terms given for it.

    A term is what ``write_term`` takes; a list binds the parameter to each of its terms, None leaves it
    open. Raises InputError for an unknown parameter, and for a term that cannot be written.
    """
    unknown = sorted(set(terms) - set(query.parameters))
    if unknown:
        known = ", ".join(query.parameters) or "none"
        raise InputError(f"{query.name} has no parameter {unknown[0]!r}", hint=f"Its parameters: {known}.")

    def fill(line: re.Match[str]) -> str:
        given = terms.get(line[2])
        if given is None:
            return line[0]
        several = given if isinstance(given, list | tuple | set | frozenset) else [given]
        return f"{line[1]}VALUES ?{line[2]} {{ {' '.join(map(write_term, several))} }}"

    return _PARAMETER.sub(fill, query.text)


def _files(kind: str) -> list[Path]:
    return sorted((content_root() / "queries" / kind).glob("*.rq"))
