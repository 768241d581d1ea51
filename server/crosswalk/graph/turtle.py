"""Writes Turtle in the house layout: one fact a line, in an order that stays, so that one change is one line.

Remarks belong into the graph (``skos:editorialNote``): of comments only those at the head of a file are kept.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple
from rdflib.namespace import RDF, SKOS

from ..errors import InputError
from ..namespaces import ID
from .canonical import is_isomorphic
from .locations import tokens
from .reading import parse_rdf, read_text
from .turtle_terms import Terms, natural_order

Fact = Triple | Quad
Blocks = dict[NamedNode | BlankNode, dict[NamedNode, list]]

TYPE = NamedNode(str(RDF.type))
EARLY = (
    TYPE,
    *(NamedNode(str(term)) for term in (SKOS.prefLabel, SKOS.altLabel, SKOS.notation, SKOS.definition)),
)
FIRST, REST, NIL = (NamedNode(str(term)) for term in (RDF.first, RDF.rest, RDF.nil))


def serialize(facts: Iterable[Fact], base: str = ID) -> str:
    """The house Turtle of triples in an order that depends on nothing but themselves.

    Things stand in the order of their names, numbers by their value; graph names of quads are passed over.
    """
    ordered = sorted({(fact.subject, fact.predicate, fact.object) for fact in facts}, key=_generated_order)
    return _write([Triple(*each) for each in ordered], base, heading=())


def format_text(text: str, name: str, *, drop_comments: bool = False) -> str:
    """The house layout of a Turtle text, which keeps its order of things and of facts."""
    quads = parse_rdf(text, RdfFormat.TURTLE, name=name)
    heading = _heading(text, name, drop_comments)
    written = _write([quad.triple for quad in quads], ID, heading)
    if not is_isomorphic(quads, parse_rdf(written, RdfFormat.TURTLE, name=name)):
        raise InputError("the file cannot be laid out anew without a change of what it says", file=name)
    return written


def format_file(path: Path, *, drop_comments: bool = False, write: bool = True) -> bool:
    """Lays a Turtle file out anew, in one step, and says whether that changes it."""
    if path.suffix != ".ttl":
        raise InputError(
            "only Turtle files have a house layout", file=path, hint="The file's name ends in .ttl."
        )
    before = read_text(path)
    after = format_text(before, str(path), drop_comments=drop_comments)
    changed = after.encode() != path.read_bytes()
    if changed and write:
        _replace(path.resolve(), after)
    return changed


def _replace(path: Path, text: str) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).chmod(path.stat().st_mode)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _heading(text: str, name: str, drop_comments: bool) -> list[str]:
    """The comments before the first fact; those behind it have no place in the layout."""
    heading: list[str] = []
    directive = ""
    in_facts = False
    for token in tokens(text):
        if token.kind == "comment" and not in_facts:
            heading.append(token.text.rstrip())
        elif token.kind == "comment" and not drop_comments:
            raise InputError(
                "a comment among the facts would be lost",
                file=name,
                line=token.line,
                hint="Make it a skos:editorialNote of the thing it speaks of, or give --drop-comments.",
            )
        elif token.kind in ("at", "word") and token.text.lstrip("@").lower() in ("prefix", "base"):
            directive = token.text.lstrip("@").lower()
        elif token.kind != "comment" and token.text != ".":
            in_facts = in_facts or not directive
            # A declaration ends with its IRI.
            directive = "" if token.kind == "iri" else directive
    return heading


def _generated_order(fact: tuple) -> tuple:
    subject, predicate, value = fact
    rank = EARLY.index(predicate) if predicate in EARLY else len(EARLY)
    language = getattr(value, "language", None) or ""
    return (
        isinstance(subject, BlankNode),
        natural_order(subject.value),
        rank,
        predicate.value,
        language,
        natural_order(str(getattr(value, "value", value))),
        str(value),
    )


def _write(triples: Sequence[Triple], base: str, heading: Sequence[str]) -> str:
    blocks: Blocks = {}
    for triple in triples:
        values = blocks.setdefault(triple.subject, {}).setdefault(triple.predicate, [])
        if triple.object not in values:
            values.append(triple.object)
    terms = Terms(base, _take_lists(blocks))
    body = [_block(subject, facts, terms) for subject, facts in blocks.items()]
    prefixes = [f"@prefix {prefix}: <{namespace}> ." for prefix, namespace in sorted(terms.used.items())]
    head = [*heading, *([""] if heading else []), f"@base <{base}> .", *prefixes]
    return "\n".join(head) + "\n" + "".join(f"\n{block}" for block in body)


def _block(subject: NamedNode | BlankNode, facts: dict[NamedNode, list], terms: Terms) -> str:
    predicates = sorted(facts, key=lambda predicate: predicate != TYPE)
    lines = [
        f"    {'a' if predicate == TYPE else terms.write(predicate)} {terms.write(value)}"
        for predicate in predicates
        for value in facts[predicate]
    ]
    return terms.write(subject) + "\n" + " ;\n".join(lines) + " .\n"


def _take_lists(blocks: Blocks) -> dict[BlankNode, list]:
    """Takes well-formed RDF lists out of the blocks, and gives their members by the list's first node."""
    pointed: dict[object, int] = {}
    for facts in blocks.values():
        for values in facts.values():
            for value in values:
                pointed[value] = pointed.get(value, 0) + 1

    def is_link(node: object) -> bool:
        facts = blocks.get(node, {}) if isinstance(node, BlankNode) else {}
        whole = set(facts) == {FIRST, REST} and all(len(values) == 1 for values in facts.values())
        return whole and pointed.get(node) == 1

    rests = {facts[REST][0] for node, facts in blocks.items() if is_link(node)}
    lists: dict[BlankNode, list] = {}
    for start in [node for node in blocks if is_link(node) and node not in rests]:
        members, links, node = [], [], start
        while is_link(node):
            members.append(blocks[node][FIRST][0])
            links.append(node)
            node = blocks[node][REST][0]
        if node == NIL:
            lists[start] = members
            for link in links:
                del blocks[link]
    return lists
