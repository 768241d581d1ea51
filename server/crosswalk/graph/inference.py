"""Close the ontology by owlrl, and the data by rules, which are CONSTRUCT queries."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import chain, cycle
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, serialize
from rdflib.namespace import OWL, RDF, RDFS, XSD

from crosswalk.errors import InputError
from crosswalk.graph.canonical import in_default_graph
from crosswalk.graph.rdf_files import explain_sparql, read_text

RULES = Path("queries") / "rules"
INFERRED = "inferred"


@dataclass(frozen=True)
class Rule:
    """One entailment: a CONSTRUCT query, the graph of its results, and the rules that it comes after."""

    name: str
    title: str
    graph: str
    text: str
    after: tuple[str, ...] = ()


def read_rules(root: Path) -> list[Rule]:
    """The rules of ``queries/rules/*.rq`` by name, each after those that it says it comes after."""
    paths = sorted((root / RULES).glob("*.rq"))
    if not paths:
        raise InputError("there is no inference rule", file=root / RULES)
    rules = {path.stem: _read_rule(path, path.relative_to(root).as_posix()) for path in paths}
    sorter = TopologicalSorter(
        {name: [each for each in rule.after if each in rules] for name, rule in rules.items()}
    )
    try:
        return [rules[name] for name in sorter.static_order()]
    except CycleError as fault:
        names = " and ".join(dict.fromkeys(fault.args[1]))
        raise InputError(f"the rules {names} come after each other", file=RULES.as_posix()) from None


def _read_rule(path: Path, name: str) -> Rule:
    text = read_text(path, name)
    header = dict(re.findall(r"^#\+ (\w+): *(.*?) *$", text, re.MULTILINE))
    if not header.get("title"):
        raise InputError("the rule has no title", file=name, line=1, hint="Begin with a line “#+ title: …”.")
    after = (each.strip() for each in header.get("after", "").split(","))
    return Rule(path.stem, header["title"], header.get("graph", INFERRED), text, tuple(filter(None, after)))


_BUILT_IN = tuple(str(namespace) for namespace in (OWL, RDF, RDFS, XSD))
_HIERARCHIES = (str(RDFS.subClassOf), str(RDFS.subPropertyOf))
_TYPE = str(RDF.type)
_ASIDE = frozenset(map(str, (RDF.type, RDFS.domain, RDFS.range, RDFS.isDefinedBy, RDFS.seeAlso)))
"""Built-in properties that place no class or property below another."""


def close_ontology(ontology: Iterable[Quad]) -> set[Triple]:
    """Return the subclass and subproperty axioms that owlrl adds to an ontology, built-in terms left out.

    owlrl takes its time over every statement: labels, notes, types, domains and ranges are kept from it,
    since no hierarchy follows from them.
    """
    axioms = [quad.triple for quad in ontology if _is_axiom(quad)]
    return _close(axioms) if axioms else set()


def is_kept(triple: Triple) -> bool:
    """Whether an inferred triple says anything: not that a thing is a thing, or a class its own subclass."""
    predicate = triple.predicate.value
    if not predicate.startswith(_BUILT_IN):
        return True
    if predicate == _TYPE:
        return not triple.object.value.startswith(_BUILT_IN)
    if predicate in _HIERARCHIES:
        ends = (triple.subject.value, triple.object.value)
        return ends[0] != ends[1] and not any(end.startswith(_BUILT_IN) for end in ends)
    return False


def _is_axiom(quad: Quad) -> bool:
    predicate = quad.predicate.value
    return (
        predicate.startswith(_BUILT_IN) and predicate not in _ASIDE and not isinstance(quad.object, Literal)
    )


def _close(axioms: list[Triple]) -> set[Triple]:
    import owlrl  # only a build needs it
    from rdflib import Graph, URIRef

    graph = Graph().parse(data=serialize(axioms, format=RdfFormat.N_TRIPLES), format="nt")
    closure = owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False)
    closure.expand(graph)
    found = (
        Triple(*(NamedNode(str(term)) for term in triple))
        for predicate in _HIERARCHIES
        for triple in graph.triples((None, URIRef(predicate), None))
        if all(isinstance(term, URIRef) for term in triple)
    )
    return {triple for triple in found if is_kept(triple)} - set(axioms)


def infer(
    asserted: Iterable[Quad | Triple], ontology: Iterable[Quad], rules: Iterable[Rule]
) -> dict[str, set[Triple]]:
    """Everything that follows, by the name of the graph it stands in, without what is asserted."""
    return infer_in(holding(asserted), ontology, rules)


def infer_in(store: Store, ontology: Iterable[Quad], rules: Iterable[Rule]) -> dict[str, set[Triple]]:
    """Adds everything that follows to a store of facts, and gives it by the name of the graph it stands in.

    The rules run in turn, over facts and results together, until none of them adds anything.
    """
    rules = list(rules)
    results: dict[str, list[Triple]] = {INFERRED: add(store, close_ontology(ontology))}
    idle = 0
    for rule in cycle(rules):
        new = add(store, filter(is_kept, _apply(rule, store)))
        if new:
            results.setdefault(rule.graph, []).extend(new)
        idle = 0 if new else idle + 1
        if idle == len(rules):
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


def _apply(rule: Rule, store: Store) -> Iterator[Triple]:
    try:
        return store.query(rule.text)
    except SyntaxError as fault:
        name = (RULES / f"{rule.name}.rq").as_posix()
        what, line, column = explain_sparql(fault)
        raise InputError(f"the rule is wrong: {what}", file=name, line=line, column=column) from None


_A, _FIRST, _REST = (NamedNode(str(term)) for term in (RDF.type, RDF.first, RDF.rest))
_MEMBERS, _SUBCLASS = NamedNode(str(OWL.members)), NamedNode(str(RDFS.subClassOf))


def doubtful_kinds(asserted: Collection[Quad | Triple], inferred: set[Triple]) -> set[Triple]:
    """The inferred types of things that no file describes, or whose stated type excludes them.

    A property that points to the wrong thing makes it a member of the property's range: whatever is demanded
    of such members would be demanded of it, and drown the one mistake, which shapes of their own tell.
    """
    described = {triple.subject for triple in asserted}
    above = _superclasses(chain(asserted, inferred))
    excluded = _exclusions(asserted)
    stated: dict[object, set[NamedNode]] = {}
    for triple in asserted:
        if triple.predicate == _A:
            stated.setdefault(triple.subject, set()).update({triple.object} | above.get(triple.object, set()))

    def is_doubtful(triple: Triple) -> bool:
        if triple.subject not in described:
            return True
        ruled_out = {kind for one in stated.get(triple.subject, ()) for kind in excluded.get(one, ())}
        return bool(ruled_out & ({triple.object} | above.get(triple.object, set())))

    return {triple for triple in inferred if triple.predicate == _A and is_doubtful(triple)}


def _superclasses(triples: Iterable[Quad | Triple]) -> dict[NamedNode, set[NamedNode]]:
    """All superclasses of each class; the closed ontology states the indirect ones too."""
    found: dict[NamedNode, set[NamedNode]] = {}
    for triple in triples:
        if triple.predicate == _SUBCLASS:
            found.setdefault(triple.subject, set()).add(triple.object)
    return found


def _exclusions(triples: Collection[Quad | Triple]) -> dict[NamedNode, set[NamedNode]]:
    """For each class those that it shares no member with, as lists of disjoint classes have it."""
    links = {(triple.subject, triple.predicate): triple.object for triple in triples if _is_link(triple)}
    found: dict[NamedNode, set[NamedNode]] = {}
    for triple in triples:
        if triple.predicate == _MEMBERS:
            classes, node = set(), triple.object
            while (node, _FIRST) in links:
                classes.add(links[node, _FIRST])
                node = links.get((node, _REST))
            for one in classes:
                found.setdefault(one, set()).update(classes - {one})
    return found


def _is_link(triple: Quad | Triple) -> bool:
    return triple.predicate in (_FIRST, _REST)
