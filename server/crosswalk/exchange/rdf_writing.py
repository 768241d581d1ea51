"""Write mapping sets as triples, in full: N-Quads with each fact's graph, and JSON-LD with its context.

JSON-LD 1.1: https://www.w3.org/TR/json-ld11/. The context is made from prefixes and ontology, and served too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from crosswalk.folders import content_root
from crosswalk.iris import PREFIXES, expand, expand_curie, shorten
from crosswalk.stores import Store
from crosswalk.stores.named_queries import bind, load, write_term
from crosswalk.stores.results import ask

FORMATS = ("turtle", "jsonld", "nquads")
"""The formats of triples; `write` knows the last two, and graph.turtle lays out `triples` as Turtle."""

Definition = dict[str, str]
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_BORROWED = {
    "": """skos:prefLabel skos:altLabel skos:notation skos:definition skos:example skos:note
        skos:editorialNote dcterms:title dcterms:description dcterms:rights sssom:subject_source_version
        sssom:object_source_version""",
    "@id": """skos:inScheme dcterms:license dcterms:source dcterms:creator dcterms:publisher dcterms:isPartOf
        prov:wasRevisionOf prov:wasDerivedFrom sssom:mapping_justification sssom:subject_source
        sssom:object_source""",
    "xsd:date": "dcterms:modified sssom:mapping_date",
    "xsd:decimal": "sssom:confidence",
    "xsd:anyURI": "sssom:mapping_set_id",
}
"""Terms of other vocabularies that the data uses most, by how their values are written."""


def triples(store: Store, sets: list[str]) -> list[Quad]:
    """Return what the graph holds on mapping sets, in the order of their N-Triples."""
    text = bind(load("pages/export-graph"), set=sets)
    lines = sorted(set(store.query(text, "application/n-triples").splitlines()))
    return list(parse(b"\n".join(lines) + b"\n", RdfFormat.N_TRIPLES))


def write(store: Store, sets: list[str], form: str) -> bytes:
    """Return what the graph holds on mapping sets as ``jsonld`` or ``nquads``, the same bytes each time."""
    if form == "nquads":
        names = ("thing", "property", "value", "graph")
        answer = ask(store, "pages/export-quads", set=sets)
        lines = {" ".join(write_term(row[name]) for name in names) + " .\n" for row in answer}
        return "".join(sorted(lines)).encode()
    document = _compact(triples(store, sets))
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


@cache
def make_context() -> dict[str, Any]:
    """Return the context that follows from ``ontology/prefixes.ttl`` and ``ontology/crosswalk.ttl``."""
    context: dict[str, Any] = dict(PREFIXES) | {"@version": 1.1}
    facts: dict[str, dict[str, list[str]]] = {}
    path = content_root() / "ontology" / "crosswalk.ttl"
    for quad in parse(path=path, format=RdfFormat.TURTLE):
        of_subject = facts.setdefault(quad.subject.value, {})
        of_subject.setdefault(quad.predicate.value, []).append(quad.object.value)
    for iri, of_subject in sorted(facts.items()):
        if iri.startswith(PREFIXES["xw"]):
            context[iri.removeprefix(PREFIXES["xw"])] = _define(iri, of_subject)
    for type_, curies in _BORROWED.items():
        for curie in curies.split():
            name, *words = curie.partition(":")[2].split("_")
            name += "".join(map(str.capitalize, words))
            context[name] = {"@id": curie, "@type": type_} if type_ else curie
    ordered = sorted(context.items(), key=lambda item: (not item[0].startswith("@"), item[0]))
    return {"@context": dict(ordered)}


def _define(iri: str, facts: dict[str, list[str]]) -> str | Definition:
    """Return the definition of a term of the ontology: whether its values are IRIs, or of which datatype."""
    curie = shorten(iri)
    if expand("owl:ObjectProperty") in facts.get(_TYPE, ()):
        return {"@id": curie, "@type": "@id"}
    ranges = (iri for iri in facts.get(expand("rdfs:range"), ()) if iri.startswith(PREFIXES["xsd"]))
    datatype = next(ranges, None)
    return {"@id": curie, "@type": shorten(datatype)} if datatype else curie


@cache
def _terms() -> dict[str, tuple[str, Definition]]:
    """Return the short name and the definition of each term of the context, by its IRI."""
    terms: dict[str, tuple[str, Definition]] = {}
    for name, definition in make_context()["@context"].items():
        is_object = isinstance(definition, dict)
        iri = expand_curie(definition["@id"] if is_object else str(definition))
        if iri and not name.startswith("@"):
            terms[iri] = (name, definition if is_object else {})
    return terms


def _compact(facts: Iterable[Triple | Quad]) -> dict[str, Any]:
    """Return facts without blank nodes as compact JSON-LD with the context inside, subjects by name."""
    terms = _terms()
    nodes: dict[str, dict[str, Any]] = {}
    for fact in facts:
        node = nodes.setdefault(fact.subject.value, {"@id": shorten(fact.subject.value)})
        if fact.predicate.value == _TYPE:
            name, value = "@type", _type_name(fact.object.value)
        else:
            name, definition = terms.get(fact.predicate.value, (shorten(fact.predicate.value), {}))
            value = _value(fact.object, definition)
        node.setdefault(name, []).append(value)
    for node in nodes.values():
        for name, values in node.items():
            if isinstance(values, list):
                node[name] = values[0] if len(values) == 1 else sorted(values, key=json.dumps)
    return {**make_context(), "@graph": [nodes[iri] for iri in sorted(nodes)]}


def _type_name(iri: str) -> str:
    is_ours = iri.startswith(PREFIXES["xw"]) and iri in _terms()
    return _terms()[iri][0] if is_ours else shorten(iri)


def _value(value: NamedNode | Literal, definition: Definition) -> Any:
    if isinstance(value, NamedNode):
        curie = shorten(value.value)
        return curie if definition.get("@type") == "@id" else {"@id": curie}
    if value.language:
        return {"@value": value.value, "@language": value.language}
    datatype = shorten(value.datatype.value)
    if definition.get("@type", "xsd:string") == datatype:
        return value.value
    return {"@value": value.value, "@type": datatype}
