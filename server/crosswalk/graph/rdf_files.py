"""Read one RDF file of any syntax, offline, and explain in a curator's words what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from pyoxigraph import BlankNode, Quad, RdfFormat, Triple, parse

from crosswalk.errors import InputError
from crosswalk.folders import read_text
from crosswalk.graph.canonical import has_blank_node
from crosswalk.iris import PREFIXES
from crosswalk.namespaces import ID

FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".turtle": RdfFormat.TURTLE,
    ".trig": RdfFormat.TRIG,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".jsonld": RdfFormat.JSON_LD,
    ".json": RdfFormat.JSON_LD,
    ".rdf": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
}
"""The syntax of a file by its suffix."""

_PLACE = re.compile(r"^Parser error (?:at|between) line.*?: ")
_HINTS = (
    (r"No scheme found", f"Relative IRIs need a line such as @base <{ID}> . at the top of the file."),
    (r"Unexpected end of file", "A closing quotation mark, bracket or full stop is missing from here on."),
    (
        r"dot is expected",
        "End a statement with “.”, each line within it with “;”: look at the line above too.",
    ),
    (
        r"LoadDocumentCallback",
        "Nothing is fetched from the network: write the @context into the file.",
    ),
    (
        r"not a valid RDF (object|predicate)|is not a valid",
        "A “;”, “,” or quotation mark may be missing here or on the line above.",
    ),
)


def read_rdf(path: Path, name: str | None = None, base: str | None = None) -> list[Quad]:
    """Return the quads of an RDF file in its order; remote contexts and entities are never followed.

    ``name`` is the file's path as messages show it. Raises InputError, with file and line.
    """
    name = name or str(path)
    syntax = FORMATS.get(path.suffix.lower())
    if syntax is None:
        if path.is_dir() or not path.exists():
            read_text(path, name)  # which says so: that comes before any suffix
        raise InputError(
            f"the suffix “{path.suffix}” names no RDF syntax",
            file=name,
            hint="Known are " + ", ".join(FORMATS) + ".",
        )
    text = read_text(path, name)
    return parse_rdf(text, syntax, name=name, base=base)


def parse_rdf(text: str, syntax: RdfFormat, *, name: str, base: str | None = None) -> list[Quad]:
    """Return the quads of a text in the given syntax, blank nodes numbered in their order."""
    if not text.strip():
        raise InputError("the file is empty", file=name, hint="Write its facts, or delete it.")
    if syntax == RdfFormat.RDF_XML and (entity := text.find("<!ENTITY")) >= 0:
        raise InputError(
            "the file declares XML entities, which are not expanded here",
            file=name,
            line=text.count("\n", 0, entity) + 1,
            hint="Write the IRIs out, or convert the file to Turtle.",
        )
    try:
        return _number_blank_nodes(parse(text, syntax, base_iri=base), name)
    except SyntaxError as fault:
        raise _explain(fault, name) from None


def _explain(fault: SyntaxError, name: str) -> InputError:
    what = _PLACE.sub("", str(fault.args[0]))
    undeclared = re.search(r"The prefix (.*?): has not been declared", what)
    if undeclared:
        what, hint = f"the prefix “{undeclared[1]}:” is not declared", _prefix_hint(undeclared[1])
    else:
        hint = next((hint for pattern, hint in _HINTS if re.search(pattern, what)), None)
    if "LoadDocumentCallback" in what:
        what = "the JSON-LD refers to a context outside of the file"
    return InputError(what, file=name, line=fault.lineno, column=fault.offset, hint=hint)


def explain_sparql(fault: SyntaxError) -> tuple[str, int, int | None]:
    """Return what is wrong with a query, and on which line and column of it, from what Oxigraph says."""
    text = str(fault.args[0])
    place = re.match(r"error at (\d+):(\d+): ", text)
    if place is None:
        return text, 1, None
    # What else could have stood there is a list of all the characters there are.
    what = "a prefix is not declared" if "Prefix not found" in text else "it is not understood from here on"
    return what, int(place[1]), int(place[2])


def _prefix_hint(prefix: str) -> str:
    if prefix in PREFIXES:
        return f"Add at the top of the file: @prefix {prefix}: <{PREFIXES[prefix]}> ."
    close = get_close_matches(prefix, list(PREFIXES), n=1)
    if close:
        return f"Is “{close[0]}:” meant? Else declare it: @prefix {prefix}: <…> ."
    return f"Declare it at the top of the file: @prefix {prefix}: <…> . Known here are {', '.join(PREFIXES)}."


def _number_blank_nodes(quads: Iterable[Quad], name: str) -> list[Quad]:
    """Return quads whose blank nodes have names that depend on the file alone and differ from any other's."""
    slug = re.sub(r"\W+", "-", name).strip("-")
    names: dict[BlankNode, BlankNode] = {}

    def rename(term: object) -> object:
        if isinstance(term, Triple):
            return Triple(*map(rename, term))  # type: ignore[arg-type]
        if not isinstance(term, BlankNode):
            return term
        return names.setdefault(term, BlankNode(f"{slug}-{len(names) + 1}"))

    return [Quad(*map(rename, quad)) if has_blank_node(quad) else quad for quad in quads]
