"""Reads the rules of inference: CONSTRUCT queries whose headers tell when it is no use to ask them again."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import version
from itertools import cycle
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse, serialize
from rdflib.namespace import OWL, RDF, RDFS, XSD

from crosswalk.errors import InputError
from crosswalk.graph.canonical import in_default_graph
from crosswalk.graph.rdf_files import explain_sparql, read_text
from crosswalk.namespaces import PREFIXES

RULES = Path("queries") / "rules"
INFERRED = "inferred"


@dataclass(frozen=True)
class Rule:
    """One entailment: a CONSTRUCT query, and the name of the graph its results stand in.

    ``reads`` names the properties whose facts can make a difference to it, None where any can; ``reads_with``
    adds all properties that have one of these properties themselves. ``repeats`` is whether a rule's own
    results can give it more.
    """

    name: str
    title: str
    graph: str
    text: str
    reads: frozenset[str] | None = None
    reads_with: tuple[str, ...] = ()
    repeats: bool = True
    after: tuple[str, ...] = ()

    def is_touched(self, properties: Collection[str], store: Store) -> bool:
        """Whether new facts of these properties can make a difference to the rule."""
        if self.reads is None or not self.reads.isdisjoint(properties):
            return bool(properties)
        described = (
            store.quads_for_pattern(NamedNode(each), NamedNode(marker), None)
            for marker in self.reads_with
            for each in properties
        )
        return any(next(found, None) for found in described)


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
    named, marked = None, ()
    if "reads" in header:
        said = _listed(header["reads"])
        marked = tuple(_iri(each.removeprefix(_ANY), name) for each in said if each.startswith(_ANY))
        named = frozenset(_iri(each, name) for each in said if not each.startswith(_ANY))
    return Rule(
        path.stem,
        header["title"],
        header.get("graph", INFERRED),
        text,
        named,
        marked,
        header.get("repeats") != "no",
        tuple(_listed(header.get("after", ""))),
    )


_ANY = "any with "


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _iri(curie: str, name: str) -> str:
    prefix, colon, local = curie.partition(":")
    if not colon or prefix not in PREFIXES:
        raise InputError(
            f"the rule reads {curie!r}, which is no property",
            file=name,
            hint="Name properties by the prefixes of ontology/prefixes.ttl: #+ reads: xw:object, xw:within.",
        )
    return PREFIXES[prefix] + local


FOLDER = "closures"
KEPT = 4
"""How many closures stay, the last ones used."""

Closing = Callable[[], set[Triple]]


class Closures:
    """A folder of closures, each in a file named by a digest of its axioms and of what closes them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def closure(self, axioms: Iterable[Triple], close: Closing) -> set[Triple]:
        """What follows from the axioms: as it was found before, or found now and kept."""
        path = self.folder / f"{_digest(axioms)}.nt"
        if (kept := _read(path)) is not None:
            return kept
        found = close()
        self._keep(path, found)
        return found

    def _keep(self, path: Path, found: set[Triple]) -> None:
        body = b"".join(_lines(found))
        temporary = path.with_suffix(f".{os.getpid()}")
        # A folder that cannot be written costs time and nothing else.
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            # The first line tells a whole file from one that a full disk or a crash cut short.
            temporary.write_bytes(f"# {hashlib.sha256(body).hexdigest()}\n".encode() + body)
            temporary.replace(path)
            for old in sorted(self.folder.iterdir(), key=lambda each: each.stat().st_mtime)[:-KEPT]:
                old.unlink(missing_ok=True)


def _digest(axioms: Iterable[Triple]) -> str:
    digest = hashlib.sha256(_closer())
    for line in _lines(axioms):
        digest.update(line)
    return digest.hexdigest()


@cache
def _closer() -> bytes:
    """What closes an ontology: the libraries, and the code that asks them."""
    libraries = f"owlrl {version('owlrl')}, rdflib {version('rdflib')}\n"
    return libraries.encode() + Path(__file__).with_name("inference.py").read_bytes()


def _lines(triples: Iterable[Triple]) -> list[bytes]:
    return sorted(serialize(triples, format=RdfFormat.N_TRIPLES).splitlines(keepends=True))


def _read(path: Path) -> set[Triple] | None:
    """The triples of a file that is whole, else None."""
    try:
        first, _, body = path.read_bytes().partition(b"\n")
        if first != f"# {hashlib.sha256(body).hexdigest()}".encode():
            return None
        os.utime(path)
    except OSError:
        return None
    return {quad.triple for quad in parse(body, format=RdfFormat.N_TRIPLES)}


_BUILT_IN = tuple(str(namespace) for namespace in (OWL, RDF, RDFS, XSD))
_HIERARCHIES = (str(RDFS.subClassOf), str(RDFS.subPropertyOf))
_TYPE = str(RDF.type)
_ASIDE = frozenset(
    str(term)
    for term in (
        *(RDFS.domain, RDFS.range, RDFS.isDefinedBy, RDFS.seeAlso, RDF.first, RDF.rest),
        *(OWL.members, OWL.disjointWith, OWL.propertyChainAxiom, OWL.versionIRI, OWL.priorVersion),
    )
)
"""What is said of classes and properties without placing one of them above another."""
_KINDS = frozenset(
    str(term)
    for term in (
        *(OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.Ontology),
        *(OWL.TransitiveProperty, OWL.SymmetricProperty, OWL.AllDisjointClasses),
    )
)
"""The kinds of things of which the same holds."""


def close_ontology(ontology: Iterable[Quad], closures: Closures | None = None) -> set[Triple]:
    """The subclass and subproperty axioms that owlrl adds to an ontology, built-in terms left out.

    Labels, notes and the like bear no axiom and are kept from owlrl, which is slow on them. So is all else
    that places nothing in a hierarchy, as long as the ontology says nothing that might.
    """
    stated = list(ontology)
    if (steps := _steps(stated)) is None:
        steps = [quad for quad in stated if _is_axiom(quad)]
    axioms = [quad.triple for quad in steps]
    if not axioms:
        return set()
    return closures.closure(axioms, partial(_close, axioms)) if closures else _close(axioms)


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


def _steps(ontology: Iterable[Quad]) -> list[Quad] | None:
    """The steps of the hierarchies, where all of them are plain and nothing else can place a term in one."""
    steps = []
    for quad in ontology:
        predicate = quad.predicate.value
        if predicate in _ASIDE or not predicate.startswith(_BUILT_IN):
            continue
        if predicate in _HIERARCHIES:
            ends = (quad.subject, quad.object)
            if not all(isinstance(end, NamedNode) and not end.value.startswith(_BUILT_IN) for end in ends):
                return None
            steps.append(quad)
        elif not isinstance(kind := quad.object, Literal) and not (predicate == _TYPE and _is_aside(kind)):
            return None
    return steps


def _is_aside(kind: NamedNode | BlankNode) -> bool:
    """Whether to be of a kind, known to owlrl or not, has no part in any hierarchy."""
    return kind.value in _KINDS or not kind.value.startswith(_BUILT_IN)


def _is_axiom(quad: Quad) -> bool:
    return quad.predicate.value.startswith(_BUILT_IN) and not isinstance(quad.object, Literal)


def _close(axioms: list[Triple]) -> set[Triple]:
    import owlrl  # it is not needed where a closure has been kept
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
