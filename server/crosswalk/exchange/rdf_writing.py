"""Write mapping sets as triples, in full: Turtle, N-Quads with each fact's graph, and compact JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from crosswalk.folders import content_root
from crosswalk.iris import PREFIXES, expand, shorten
from crosswalk.stores import Store
from crosswalk.stores.named_queries import bind, load, write_term
from crosswalk.stores.results import ask

FORMATS = ("turtle", "jsonld", "nquads")


def write(store: Store, sets: list[str], form: str) -> bytes:
    """What the graph holds on mapping sets, sorted, so that the same graph gives the same bytes."""
    if form == "nquads":
        return _quads(store, sets)
    facts = triples(store, sets)
    if form == "jsonld":
        return json.dumps(compacted(facts), ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    return serialize((each.triple for each in facts), format=RdfFormat.TURTLE, prefixes=dict(PREFIXES))


def triples(store: Store, sets: list[str]) -> list[Quad]:
    """What the graph holds on mapping sets, in an order that stays."""
    text = bind(load("pages/export-graph"), set=sets)
    lines = sorted(set(store.query(text, "application/n-triples").splitlines()))
    return list(parse(b"\n".join(lines) + b"\n", RdfFormat.N_TRIPLES))


def _quads(store: Store, sets: list[str]) -> bytes:
    answer = ask(store, "pages/export-quads", set=sets)
    lines = {
        " ".join(write_term(row[name]) for name in ("thing", "property", "value", "graph")) + " .\n"
        for row in answer
    }
    return "".join(sorted(lines)).encode()


Definition = dict[str, str]
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_LINK: Definition = {"@type": "@id"}
_DATE: Definition = {"@type": "xsd:date"}
_BORROWED: tuple[tuple[str, str, Definition], ...] = (
    ("prefLabel", "skos:prefLabel", {}),
    ("altLabel", "skos:altLabel", {}),
    ("notation", "skos:notation", {}),
    ("definition", "skos:definition", {}),
    ("example", "skos:example", {}),
    ("note", "skos:note", {}),
    ("editorialNote", "skos:editorialNote", {}),
    ("inScheme", "skos:inScheme", _LINK),
    ("title", "dcterms:title", {}),
    ("description", "dcterms:description", {}),
    ("rights", "dcterms:rights", {}),
    ("license", "dcterms:license", _LINK),
    ("source", "dcterms:source", _LINK),
    ("creator", "dcterms:creator", _LINK),
    ("publisher", "dcterms:publisher", _LINK),
    ("isPartOf", "dcterms:isPartOf", _LINK),
    ("modified", "dcterms:modified", _DATE),
    ("wasRevisionOf", "prov:wasRevisionOf", _LINK),
    ("wasDerivedFrom", "prov:wasDerivedFrom", _LINK),
    ("mappingJustification", "sssom:mapping_justification", _LINK),
    ("confidence", "sssom:confidence", {"@type": "xsd:decimal"}),
    ("mappingSetId", "sssom:mapping_set_id", {"@type": "xsd:anyURI"}),
    ("mappingDate", "sssom:mapping_date", _DATE),
    ("subjectSource", "sssom:subject_source", _LINK),
    ("subjectSourceVersion", "sssom:subject_source_version", {}),
    ("objectSource", "sssom:object_source", _LINK),
    ("objectSourceVersion", "sssom:object_source_version", {}),
)
"""Terms of other vocabularies that the data uses most: short name, property, how its values are written."""


@cache
def make_context() -> dict[str, Any]:
    """The context that follows from ``ontology/prefixes.ttl`` and ``ontology/crosswalk.ttl``."""
    context: dict[str, Any] = dict(PREFIXES) | {"@version": 1.1}
    facts: dict[str, dict[str, list[str]]] = {}
    path = content_root() / "ontology" / "crosswalk.ttl"
    for quad in parse(path=path, format=RdfFormat.TURTLE):
        facts.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, []).append(
            quad.object.value
        )
    for iri, said in sorted(facts.items()):
        if iri.startswith(PREFIXES["xw"]):
            context[iri.removeprefix(PREFIXES["xw"])] = _define(iri, said)
    for name, curie, definition in _BORROWED:
        context[name] = {"@id": curie, **definition} if definition else curie
    return {
        "@context": dict(sorted(context.items(), key=lambda item: (not item[0].startswith("@"), item[0])))
    }


def _define(iri: str, said: dict[str, list[str]]) -> str | Definition:
    types = said.get(_TYPE, [])
    ranges = [each for each in said.get(expand("rdfs:range"), []) if each.startswith(PREFIXES["xsd"])]
    if expand("owl:ObjectProperty") in types:
        return {"@id": shorten(iri), "@type": "@id"}
    if ranges:
        return {"@id": shorten(iri), "@type": shorten(ranges[0])}
    return shorten(iri)


def compacted(facts: Iterable[Triple | Quad]) -> dict[str, Any]:
    """The facts as compact JSON-LD with the context inside, things by name; facts without blank nodes."""
    terms = _terms()
    things: dict[str, dict[str, Any]] = {}
    for fact in facts:
        thing = things.setdefault(fact.subject.value, {"@id": shorten(fact.subject.value)})
        if fact.predicate.value == _TYPE:
            name, value = "@type", _named(fact.object.value)
        else:
            name, definition = terms.get(fact.predicate.value, (shorten(fact.predicate.value), {}))
            value = _value(fact.object, definition)
        thing.setdefault(name, []).append(value)
    for thing in things.values():
        for name, values in thing.items():
            if isinstance(values, list):
                thing[name] = values[0] if len(values) == 1 else sorted(values, key=json.dumps)
    return {"@context": make_context()["@context"], "@graph": [things[iri] for iri in sorted(things)]}


@cache
def _terms() -> dict[str, tuple[str, Definition]]:
    found: dict[str, tuple[str, Definition]] = {}
    for name, definition in make_context()["@context"].items():
        curie = definition["@id"] if isinstance(definition, dict) else str(definition)
        prefix, _, local = curie.partition(":")
        if not name.startswith("@") and prefix in PREFIXES:
            found[PREFIXES[prefix] + local] = (name, definition if isinstance(definition, dict) else {})
    return found


def _named(iri: str) -> str:
    return _terms()[iri][0] if iri.startswith(PREFIXES["xw"]) and iri in _terms() else shorten(iri)


def _value(value: NamedNode | Literal, definition: Definition) -> Any:
    if isinstance(value, NamedNode):
        return shorten(value.value) if definition.get("@type") == "@id" else {"@id": shorten(value.value)}
    if value.language:
        return {"@value": value.value, "@language": value.language}
    datatype = shorten(value.datatype.value)
    if definition.get("@type", "xsd:string") == datatype:
        return value.value
    return {"@value": value.value, "@type": datatype}
