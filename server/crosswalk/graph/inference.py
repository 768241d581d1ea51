"""Derives what follows from the facts: the ontology is closed by owlrl, the data by SPARQL rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, serialize
from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD

from ..errors import InputError
from .closures import Closures
from .reading import explain_sparql, read_text

RULES = Path("queries") / "rules"
INFERRED = "inferred"

_BUILT_IN = tuple(str(namespace) for namespace in (OWL, RDF, RDFS, XSD))
_SCHEMA = (RDFS.subClassOf, RDFS.subPropertyOf)
_TYPE = str(RDF.type)


@dataclass(frozen=True)
class Rule:
    """One entailment: a CONSTRUCT query, and the name of the graph its results stand in."""

    name: str
    title: str
    graph: str
    text: str


def read_rules(root: Path) -> list[Rule]:
    """The rules of ``queries/rules/*.rq`` in the order of their names."""
    paths = sorted((root / RULES).glob("*.rq"))
    if not paths:
        raise InputError("there is no inference rule", file=root / RULES)
    return [_read_rule(path, path.relative_to(root).as_posix()) for path in paths]


def _read_rule(path: Path, name: str) -> Rule:
    text = read_text(path, name)
    header = dict(re.findall(r"^#\+ (\w+): *(.*?) *$", text, re.MULTILINE))
    if not header.get("title"):
        raise InputError("the rule has no title", file=name, line=1, hint="Begin with a line “#+ title: …”.")
    return Rule(path.stem, header["title"], header.get("graph", INFERRED), text)


def close_ontology(ontology: Iterable[Quad], closures: Closures | None = None) -> set[Triple]:
    """The subclass and subproperty axioms that owlrl adds to an ontology, built-in terms left out.

    Labels, notes and the like bear no axiom and are kept from owlrl, which is slow on them.
    """
    schema = (quad.triple for quad in ontology if quad.predicate.value.startswith(_BUILT_IN))
    axioms = [triple for triple in schema if not isinstance(triple.object, Literal)]
    if not axioms:
        return set()
    return closures.closure(axioms, partial(_close, axioms)) if closures else _close(axioms)


def _close(axioms: list[Triple]) -> set[Triple]:
    import owlrl

    graph = Graph().parse(data=serialize(axioms, format=RdfFormat.N_TRIPLES), format="nt")
    closure = owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False)
    closure.expand(graph)
    found = (
        Triple(*(NamedNode(str(term)) for term in triple))
        for predicate in _SCHEMA
        for triple in graph.triples((None, predicate, None))
        if all(isinstance(term, URIRef) for term in triple)
    )
    return {triple for triple in found if is_kept(triple)} - set(axioms)


def is_kept(triple: Triple) -> bool:
    """Whether an inferred triple says anything: not that a thing is a thing, or a class its own subclass."""
    predicate = triple.predicate.value
    if predicate == _TYPE:
        return not triple.object.value.startswith(_BUILT_IN)
    if predicate in map(str, _SCHEMA):
        ends = (triple.subject.value, triple.object.value)
        return ends[0] != ends[1] and not any(end.startswith(_BUILT_IN) for end in ends)
    return not predicate.startswith(_BUILT_IN)


def infer(
    asserted: Iterable[Quad | Triple],
    ontology: Iterable[Quad],
    rules: Iterable[Rule],
    closures: Closures | None = None,
) -> dict[str, set[Triple]]:
    """Everything that follows, by the name of the graph it stands in, without what is asserted.

    The rules run in turn, over facts and results together, until each has added nothing since any other did.
    """
    rules = list(rules)
    # A triple that is given as such is not copied: most of the memory of a build is in them.
    known = {each if isinstance(each, Triple) else each.triple for each in asserted}
    results: dict[str, set[Triple]] = {INFERRED: close_ontology(ontology, closures) - known}
    known |= results[INFERRED]
    store = Store()
    store.bulk_extend(Quad(*triple) for triple in known)
    quiet = 0
    for rule in cycle(rules):
        # A rule says again what is there already: only what is new is worth a closer look.
        new = {triple for triple in _apply(rule, store) if triple not in known and is_kept(triple)}
        quiet = 0 if new else quiet + 1
        if new:
            store.extend(Quad(*triple) for triple in new)
            known |= new
            results.setdefault(rule.graph, set()).update(new)
        if quiet == len(rules):
            break
    return results


def _apply(rule: Rule, store: Store) -> Iterator[Triple]:
    try:
        return store.query(rule.text)
    except SyntaxError as fault:
        name = (RULES / f"{rule.name}.rq").as_posix()
        what, line, column = explain_sparql(fault)
        raise InputError(f"the rule is wrong: {what}", file=name, line=line, column=column) from None
