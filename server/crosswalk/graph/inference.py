"""Derives what follows from the facts: the ontology is closed by owlrl, the data by SPARQL rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import cycle

from pyoxigraph import Quad, Store, Triple

from ..errors import InputError
from .canonical import in_default_graph
from .closures import Closures
from .hierarchy import close_ontology, is_kept
from .reading import explain_sparql
from .rules import INFERRED, RULES, Rule


def infer(
    asserted: Iterable[Quad | Triple],
    ontology: Iterable[Quad],
    rules: Iterable[Rule],
    closures: Closures | None = None,
) -> dict[str, set[Triple]]:
    """Everything that follows, by the name of the graph it stands in, without what is asserted."""
    return infer_in(holding(asserted), ontology, rules, closures)


def infer_in(
    store: Store, ontology: Iterable[Quad], rules: Iterable[Rule], closures: Closures | None = None
) -> dict[str, set[Triple]]:
    """Adds everything that follows to a store of facts, and gives it by the name of the graph it stands in.

    The rules run in turn, over facts and results together, until nothing is new to any of them. A rule is
    passed over while nothing has been added that it reads.
    """
    rules = list(rules)
    results: dict[str, list[Triple]] = {INFERRED: add(store, close_ontology(ontology, closures))}
    unread: dict[str, set[str] | None] = dict.fromkeys(rule.name for rule in rules)
    quiet = 0
    for rule in cycle(rules):
        properties = unread[rule.name]
        quiet += 1
        if properties is None or rule.is_touched(properties, store):
            unread[rule.name] = set()
            if new := add(store, filter(is_kept, _apply(rule, store))):
                results.setdefault(rule.graph, []).extend(new)
                _tell(rules, rule, {triple.predicate.value for triple in new}, unread)
                quiet = 0
        if quiet == len(rules):
            break
    return {name: set(triples) for name, triples in results.items()}


def add(store: Store, triples: Iterable[Triple]) -> list[Triple]:
    """Those triples that were not in the store, each once; the store has them now."""
    new = []
    for triple in triples:
        quad = Quad(*triple)
        if quad not in store:
            # One by one: a bulk of some hundred takes the engine longer.
            store.add(quad)
            new.append(triple)
    return new


def holding(facts: Iterable[Quad | Triple]) -> Store:
    """A store whose default graph holds facts, whatever graphs they are in."""
    store = Store()
    store.bulk_extend(map(in_default_graph, facts))
    return store


def _tell(rules: list[Rule], by: Rule, properties: set[str], unread: dict[str, set[str] | None]) -> None:
    """Notes for every rule what a rule has added; for itself only where its own results can give it more."""
    for rule in rules:
        if (known := unread[rule.name]) is not None and (rule is not by or rule.repeats):
            known |= properties


def _apply(rule: Rule, store: Store) -> Iterator[Triple]:
    try:
        return store.query(rule.text)
    except SyntaxError as fault:
        name = (RULES / f"{rule.name}.rq").as_posix()
        what, line, column = explain_sparql(fault)
        raise InputError(f"the rule is wrong: {what}", file=name, line=line, column=column) from None
