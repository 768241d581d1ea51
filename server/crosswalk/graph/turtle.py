"""Write Turtle in the house layout: one fact a line, in an order that later changes do not disturb.

Turtle: https://www.w3.org/TR/turtle/
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urljoin

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple
from rdflib.namespace import RDF, SKOS, XSD

from crosswalk.errors import InputError
from crosswalk.folders import atomic_write, read_text
from crosswalk.graph.canonical import is_isomorphic
from crosswalk.graph.line_index import turtle_tokens
from crosswalk.graph.rdf_files import parse_rdf
from crosswalk.iris import BASE, GRAPH, ID, PREFIXES, Curies

Blocks = dict[NamedNode | BlankNode, dict[NamedNode, list]]
"""Values by subject and predicate, all in order."""

TYPE = NamedNode(str(RDF.type))
LEADING = (
    TYPE,
    *(NamedNode(str(term)) for term in (SKOS.prefLabel, SKOS.altLabel, SKOS.notation, SKOS.definition)),
)
"""The predicates that come first in generated files."""
FIRST, REST, NIL = (NamedNode(str(term)) for term in (RDF.first, RDF.rest, RDF.nil))

# A part of PN_LOCAL, https://www.w3.org/TR/turtle/#grammar-production-PN_LOCAL: what needs no escape, with
# one dot at most, since Oxigraph takes names with two apart where they are copied into a query.
_LOCAL_NAME = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+)?", re.ASCII)
_BARE = {str(XSD.integer): re.compile(r"[+-]?[0-9]+"), str(XSD.boolean): re.compile(r"true|false")}
"""The texts that are written without quotation marks and datatype."""
_IMPLIED = {str(XSD.string), str(RDF.langString)}
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"'}
# Controls and characters that print nothing, or turn the direction of what does.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)


def serialize(facts: Iterable[Triple | Quad], base: str = ID) -> str:
    """Return the house Turtle of facts in an order that depends on nothing but themselves.

    Subjects stand in the order of their names, numbers by their value; graph names of quads are left out.
    """
    ordered = sorted({(fact.subject, fact.predicate, fact.object) for fact in facts}, key=_generated_order)
    return _write([Triple(*terms) for terms in ordered], base, heading=())


def format_text(text: str, name: str, *, drop_comments: bool = False) -> str:
    """Return the house layout of a Turtle text, which keeps its order of subjects and of facts.

    Raises InputError where the text is wrong, or has comments among its facts and ``drop_comments`` is false.
    """
    quads = parse_rdf(text, RdfFormat.TURTLE, name=name)
    heading = _heading(text, name, drop_comments)
    formatted = _write([quad.triple for quad in quads], ID, heading)
    if not is_isomorphic(quads, parse_rdf(formatted, RdfFormat.TURTLE, name=name)):
        raise InputError("the file cannot be laid out anew without a change of what it says", file=name)
    return formatted


def format_file(path: Path, *, drop_comments: bool = False, write: bool = True) -> bool:
    """Lay a Turtle file out anew, in one step, and return whether that changes it."""
    if path.suffix != ".ttl":
        raise InputError(
            "only Turtle files have a house layout", file=path, hint="The file's name ends in .ttl."
        )
    formatted = format_text(read_text(path), str(path), drop_comments=drop_comments)
    changed = formatted.encode() != path.read_bytes()
    if changed and write:
        atomic_write(path, formatted)
    return changed


def natural_order(text: str) -> tuple[str | int, ...]:
    """Return a key that sorts numbers within a text by their value.

    >>> sorted(["5.10", "5.8.1", "5.8"], key=natural_order)
    ['5.8', '5.8.1', '5.10']
    """
    parts = re.split(r"([0-9]+)", text)
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts))


class Terms:
    """The terms of one document in Turtle, and the prefixes that it needs."""

    def __init__(self, base: str, lists: dict[BlankNode, list]) -> None:
        self.base = base
        self.lists = lists
        self._labels: dict[BlankNode, str] = {}
        self._written: dict[str, str] = {}
        relative = {BASE, ID, GRAPH}
        prefixes = {prefix: space for prefix, space in PREFIXES.items() if space not in relative}
        self.curies = Curies(prefixes, _LOCAL_NAME)

    def write(self, term: object) -> str:
        """Return the shortest Turtle that reads back as the same term; a list is written whole."""
        match term:
            case NamedNode():
                return self._iri(term.value)
            case Literal():
                return self._literal(term)
            case BlankNode() if term in self.lists:
                return " ".join(["(", *(self.write(member) for member in self.lists[term]), ")"])
            case BlankNode():
                return self._labels.setdefault(term, f"_:b{len(self._labels) + 1}")
        raise InputError(
            f"the term {term} cannot be written in Turtle", hint="Statements about statements need IRIs."
        )

    def _iri(self, iri: str) -> str:
        if iri not in self._written:
            self._written[iri] = self.curies.shorten(iri) or self._relative(iri)
        return self._written[iri]

    def _relative(self, iri: str) -> str:
        above = urljoin(self.base, "..")
        for namespace, path in ((self.base, ""), (above, "../")):
            short = path + iri[len(namespace) :]
            # Read back as a reader does: a path may look like a scheme, or climb by its dots.
            if iri.startswith(namespace) and short and ":" not in short and urljoin(self.base, short) == iri:
                return f"<{short}>"
        return f"<{iri}>"

    def _literal(self, literal: Literal) -> str:
        text, datatype = literal.value, literal.datatype.value
        if datatype in _BARE and _BARE[datatype].fullmatch(text):
            return text
        quoted = _quote(text)
        if literal.language:
            return f"{quoted}@{literal.language}"
        return quoted if datatype in _IMPLIED else f"{quoted}^^{self._iri(datatype)}"


def _quote(text: str) -> str:
    """Return a string on one line, however many it has, so that each fact keeps to its own."""
    escaped = "".join(_ESCAPES.get(character, character) for character in text)
    visible = _HIDDEN.sub(lambda match: f"\\u{ord(match.group()):04X}", escaped)
    return f'"{visible}"'


def _heading(text: str, name: str, drop_comments: bool) -> list[str]:
    """Return the comments before the first fact; those behind it have no place in the layout."""
    heading: list[str] = []
    directive = ""
    in_facts = False
    for token in turtle_tokens(text):
        keyword = token.text.lstrip("@").lower()
        if token.kind == "comment" and not in_facts:
            heading.append(token.text.rstrip())
        elif token.kind == "comment" and not drop_comments:
            raise InputError(
                "a comment among the facts would be lost",
                file=name,
                line=token.line,
                hint="Make it a skos:editorialNote of the thing it speaks of, or give --drop-comments.",
            )
        elif token.kind in ("language", "word") and keyword in ("prefix", "base"):
            directive = keyword
        elif token.kind != "comment" and token.text != ".":
            in_facts = in_facts or not directive
            # A declaration ends with its IRI.
            directive = "" if token.kind == "iri" else directive
    return heading


def _generated_order(fact: tuple) -> tuple:
    subject, predicate, value = fact
    rank = LEADING.index(predicate) if predicate in LEADING else len(LEADING)
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
    prefixes = [f"@prefix {prefix}: <{space}> ." for prefix, space in sorted(terms.curies.used.items())]
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
    """Take well-formed RDF lists out of the blocks, and return their members by the list's first node."""
    references = Counter(value for facts in blocks.values() for values in facts.values() for value in values)

    def is_link(node: object) -> bool:
        facts = blocks.get(node, {}) if isinstance(node, BlankNode) else {}
        complete = set(facts) == {FIRST, REST} and all(len(values) == 1 for values in facts.values())
        return complete and references[node] == 1

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
