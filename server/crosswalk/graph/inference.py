"""Infer what follows: from the ontology by owlrl, from the data by rules, which are CONSTRUCT queries."""

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
from crosswalk.folders import read_text
from crosswalk.graph.canonical import in_default_graph
from crosswalk.graph.rdf_files import explain_sparql
from crosswalk.query_header import header

RULES = Path("queries") / "rules"
INFERRED = "inferred"

_BUILT_IN = tuple(str(namespace) for namespace in (OWL, RDF, RDFS, XSD))
_HIERARCHIES = (str(RDFS.subClassOf), str(RDFS.subPropertyOf))
_IRRELEVANT = frozenset(map(str, (RDF.type, RDFS.domain, RDFS.range, RDFS.isDefinedBy, RDFS.seeAlso)))
"""Built-in properties from which no class or property is found to be below another."""
_TYPE, _FIRST, _REST = (NamedNode(str(term)) for term in (RDF.type, RDF.first, RDF.rest))
_MEMBERS, _SUBCLASS = NamedNode(str(OWL.members)), NamedNode(str(RDFS.subClassOf))


@dataclass(frozen=True)
class Rule:
    """One entailment: a CONSTRUCT query, the graph of its results, and the rules that it comes after."""

    name: str
    title: str
    graph: str
    text: str
    after: tuple[str, ...] = ()


def read_rules(root: Path) -> list[Rule]:
    """Read the rules of ``queries/rules/*.rq``, each after those that its header says it comes after.

    Raises InputError where there is none, one has no title, or some come after each other.
    """
    paths = sorted((root / RULES).glob("*.rq"))
    if not paths:
        raise InputError("there is no inference rule", file=root / RULES)
    rules = {path.stem: _read_rule(path, path.relative_to(root).as_posix()) for path in paths}
    earlier = {name: [other for other in rule.after if other in rules] for name, rule in rules.items()}
    try:
        return [rules[name] for name in TopologicalSorter(earlier).static_order()]
    except CycleError as fault:
        names = " and ".join(dict.fromkeys(fault.args[1]))
        raise InputError(f"the rules {names} come after each other", file=RULES.as_posix()) from None


def _read_rule(path: Path, name: str) -> Rule:
    text = read_text(path, name)
    values = header(text)
    if not values.get("title"):
        raise InputError("the rule has no title", file=name, line=1, hint="Begin with a line “#+ title: …”.")
    after = tuple(re.findall(r"[^\s,]+", values.get("after", "")))
    return Rule(path.stem, values["title"], values.get("graph", INFERRED), text, after)


def close_ontology(ontology: Iterable[Quad]) -> set[Triple]:
    """Return the subclass and subproperty axioms that owlrl adds to an ontology, built-in terms left out.

    owlrl takes time over every statement: labels, notes, types, domains and ranges are kept from it, since
    no hierarchy follows from them.
    """
    axioms = [quad.triple for quad in ontology if _is_axiom(quad)]
    return entailed_hierarchies(axioms) if axioms else set()


def _is_axiom(quad: Quad) -> bool:
    predicate = quad.predicate.value
    is_built_in = predicate.startswith(_BUILT_IN) and predicate not in _IRRELEVANT
    return is_built_in and not isinstance(quad.object, Literal)


def entailed_hierarchies(axioms: Collection[Triple]) -> set[Triple]:
    """Return the subclass and subproperty axioms that owlrl derives from triples and that they lack.

    OWL 2 RL, https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules.
    """
    import owlrl  # only a build needs it
    from rdflib import Graph, URIRef

    graph = Graph().parse(data=serialize(axioms, format=RdfFormat.N_TRIPLES), format="nt")
    closure = owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False)
    closure.expand(graph)
    hierarchies = (
        Triple(*(NamedNode(str(term)) for term in triple))
        for predicate in _HIERARCHIES
        for triple in graph.triples((None, URIRef(predicate), None))
        if all(isinstance(term, URIRef) for term in triple)
    )
    return {triple for triple in hierarchies if is_informative(triple)} - set(axioms)


def is_informative(triple: Triple) -> bool:
    """Return whether an inferred triple tells more than that a thing is a thing, or a class its subclass."""
    predicate = triple.predicate.value
    if not predicate.startswith(_BUILT_IN):
        return True
    if triple.predicate == _TYPE:
        return not triple.object.value.startswith(_BUILT_IN)
    if predicate in _HIERARCHIES:
        ends = (triple.subject.value, triple.object.value)
        return ends[0] != ends[1] and not any(end.startswith(_BUILT_IN) for end in ends)
    return False


def infer(store: Store, ontology: Iterable[Quad], rules: Iterable[Rule]) -> dict[str, set[Triple]]:
    """Add everything that follows to a store of facts, and return it by the name of the graph it stands in.

    The rules run in turn, over facts and results together, until none of them adds anything. Raises
    InputError where the query of a rule is wrong.
    """
    rules = list(rules)
    results: dict[str, list[Triple]] = {INFERRED: add_new(store, close_ontology(ontology))}
    idle = 0
    for rule in cycle(rules):
        new = add_new(store, filter(is_informative, _apply(rule, store)))
        if new:
            results.setdefault(rule.graph, []).extend(new)
        idle = 0 if new else idle + 1
        if idle == len(rules):
            break
    return {name: set(triples) for name, triples in results.items()}


def _apply(rule: Rule, store: Store) -> Iterator[Triple]:
    try:
        return store.query(rule.text)
    except SyntaxError as fault:
        name = (RULES / f"{rule.name}.rq").as_posix()
        what, line, column = explain_sparql(fault)
        raise InputError(f"the rule is wrong: {what}", file=name, line=line, column=column) from None


def make_store(facts: Iterable[Quad | Triple]) -> Store:
    """Return a store whose default graph holds facts, whatever graphs they are in."""
    store = Store()
    store.bulk_extend(map(in_default_graph, facts))
    return store


def add_new(store: Store, triples: Iterable[Triple]) -> list[Triple]:
    """Add triples to a store, and return those that it did not hold, each once."""
    new = []
    for triple in triples:
        quad = Quad(*triple)
        if quad not in store:
            # One by one: a bulk of some hundred takes the engine longer.
            store.add(quad)
            new.append(triple)
    return new


def implausible_types(asserted: Collection[Quad | Triple], inferred: set[Triple]) -> set[Triple]:
    """Return the inferred types of things that no file describes, or whose stated type excludes them.

    A property that points to the wrong thing makes it a member of the property's range: whatever is demanded
    of such members would be demanded of it, and hide the one mistake, for which there are shapes.
    """
    described = {triple.subject for triple in asserted}
    superclasses = _superclasses(chain(asserted, inferred))
    disjoint = _disjoint_classes(asserted)
    stated: dict[object, set[NamedNode]] = {}
    for triple in asserted:
        if triple.predicate == _TYPE:
            kinds = {triple.object} | superclasses.get(triple.object, set())
            stated.setdefault(triple.subject, set()).update(kinds)

    def is_implausible(triple: Triple) -> bool:
        if triple.subject not in described:
            return True
        excluded = {other for kind in stated.get(triple.subject, ()) for other in disjoint.get(kind, ())}
        return bool(excluded & ({triple.object} | superclasses.get(triple.object, set())))

    return {triple for triple in inferred if triple.predicate == _TYPE and is_implausible(triple)}


def _superclasses(triples: Iterable[Quad | Triple]) -> dict[NamedNode, set[NamedNode]]:
    """Return all superclasses of each class; the closed ontology states the indirect ones too."""
    superclasses: dict[NamedNode, set[NamedNode]] = {}
    for triple in triples:
        if triple.predicate == _SUBCLASS:
            superclasses.setdefault(triple.subject, set()).add(triple.object)
    return superclasses


def _disjoint_classes(triples: Collection[Quad | Triple]) -> dict[NamedNode, set[NamedNode]]:
    """Return for each class those that share no member with it, by the lists of owl:AllDisjointClasses."""
    links = {
        (triple.subject, triple.predicate): triple.object
        for triple in triples
        if triple.predicate in (_FIRST, _REST)
    }
    disjoint: dict[NamedNode, set[NamedNode]] = {}
    for triple in triples:
        if triple.predicate == _MEMBERS:
            classes, node = set(), triple.object
            while (node, _FIRST) in links:
                classes.add(links[node, _FIRST])
                node = links.get((node, _REST))
            for kind in classes:
                disjoint.setdefault(kind, set()).update(classes - {kind})
    return disjoint
