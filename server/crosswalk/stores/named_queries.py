"""RDF terms as people and programs give them, read and written in query syntax."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph

from crosswalk.errors import InputError
from crosswalk.folders import content_root
from crosswalk.iris import expand, turtle_prologue
from crosswalk.sparql_tokens import header, query_form

_TURTLE_START = re.compile(r"[<\"'+\-\d.]|(?:true|false)$")
_HINT = 'Give an IRI, a name such as xw:Green, a path such as ipa/2.0, or a literal such as 5 or "text"@en.'


def read_term(text: str) -> pyoxigraph.NamedNode | pyoxigraph.Literal:
    """The one term a text stands for: an IRI, a CURIE, an id path such as ``ipa/2.0``, or a Turtle literal.

    InputError when it is none of these, or more than one term.
    """
    stripped = text.strip()
    if not _TURTLE_START.match(stripped):
        return _iri(expand(stripped))
    try:
        triples = list(
            pyoxigraph.parse(f"{turtle_prologue()}[] a {stripped} .", format=pyoxigraph.RdfFormat.TURTLE)
        )
    except SyntaxError as fault:
        raise InputError(f"{text!r} is not one term", hint=_HINT) from fault
    if len(triples) != 1 or not isinstance(triples[0].object, pyoxigraph.NamedNode | pyoxigraph.Literal):
        raise InputError(f"{text!r} is not one term", hint=_HINT)
    return triples[0].object


def write_term(term: Any) -> str:
    """A term in SPARQL syntax, on one line, escaped by the engine's own serialiser.

    The term is one of rdflib, of pyoxigraph or of an answer, or a string that is an absolute IRI.
    InputError for a blank node, and for what no term can be.
    """
    kind = getattr(term, "kind", None)
    if kind == "bnode" or _is(term, "BNode", "BlankNode"):
        raise InputError("a blank node cannot be bound: it has no name outside its graph")
    try:
        if kind == "literal" or _is(term, "Literal"):
            return str(_literal(term))
        return str(_iri(term))
    except ValueError as fault:
        raise InputError(f"{str(term)!r} cannot stand in a query: {fault}", hint=_HINT) from fault


def _is(term: Any, *kinds: str) -> bool:
    """Whether a term is of a kind, by its class's name: rdflib, whose term it may be, is slow to import."""
    return any(each.__name__ in kinds for each in type(term).__mro__)


def _literal(term: Any) -> pyoxigraph.Literal:
    # The value of rdflib's is a Python object; it is itself the text.
    lexical = str(term) if isinstance(term, str) else term.value
    language = getattr(term, "lang", None) or getattr(term, "language", None)
    if language or term.datatype is None:
        return pyoxigraph.Literal(lexical, language=language)
    return pyoxigraph.Literal(lexical, datatype=_iri(term.datatype))


def _iri(term: Any) -> pyoxigraph.NamedNode:
    """The IRI of a term: rdflib's are strings themselves, the others hold one as their value."""
    return pyoxigraph.NamedNode(str(term) if isinstance(term, str) else term.value)


KINDS = ("questions", "pages", "rules", "publishing")
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
