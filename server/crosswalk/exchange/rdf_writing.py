"""Writes mapping sets as triples, in full: Turtle, compact JSON-LD, and N-Quads with each fact's graph."""

from __future__ import annotations

import json

from pyoxigraph import Quad, RdfFormat, parse, serialize

from crosswalk.exchange.jsonld_context import compacted
from crosswalk.namespaces import PREFIXES
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
