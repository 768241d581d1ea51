"""An evaluator can open no file: whatever it may need, it has loaded before."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

CONFINED = """
import json, sys
import pyoxigraph
from crosswalk.errors import CrosswalkError
from crosswalk.evaluation import evaluator
from crosswalk.evaluation.wire import Question
from crosswalk.settings import Settings
from crosswalk.stores import QueryDataset
from crosswalk.stores.oxigraph import EmbeddedStore

def listen(event, details):
    if event in ("open", "import"):
        opened.append(str(details[0]))

warm, asked, opened = *json.load(sys.stdin), []
if warm:
    evaluator.warm_up()
engine = pyoxigraph.Store()
for graph in ("urn:g", "urn:h"):
    engine.update(f"INSERT DATA {{ GRAPH <{graph}> {{ <urn:s> <urn:p> '{graph}' }} }}")
store = EmbeddedStore(engine)
sys.addaudithook(listen)
for text, media_type, graphs in asked:
    try:
        question = Question(text, QueryDataset(tuple(graphs)), media_type, media_type)
        evaluator.evaluate(store, question, Settings())
    except CrosswalkError as error:
        str(error)
found = sorted(set(opened))
print(json.dumps(found))
"""

TABLES = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
TRIPLES = (
    "text/turtle",
    "application/ld+json",
    "application/rdf+xml",
    "application/n-triples",
    "application/n-quads",
    "application/trig",
)
BROKEN = (
    "",
    "hello",
    "SELECT",
    "SELEKT * { ?s ?p ?o }",
    "CONSTRUCT",
    "ASK {",
    "ASK } {",
    "ASK { ?s ?p",
    "ASK { ?s ?p ?o",
    "ASK { ?s ex:p ?o }",
    "ASK { ?s ?p 'open }",
    "ASK { <urn:\\uD800> ?p ?o }",
    "ASK { SERVICE <http://x> {} }",
    "ASK FROM <file:///etc/passwd> {}",
    "SELECT * { ?s ?p ?o } ORDER",
    "SELECT * { ?s ?p ?o } LIMIT",
    "SELECT (1 AS ?x) (2 AS ?x) {}",
    "SELECT ?x { BIND(1 AS ?x) BIND(2 AS ?x) }",
    "SELECT ?x { ?x a ?y } GROUP BY ?y",
    "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
)

Asked = list[tuple[str, str, list[str]]]


def opened_by(asked: Asked, warm: bool) -> list[str]:
    """The files and modules that a fresh process, warmed up or not, reaches for over questions."""
    ran = subprocess.run(
        [sys.executable, "-c", CONFINED],
        input=json.dumps([warm, asked]),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ran.stdout)


@pytest.mark.parametrize("graphs", [[], ["urn:g", "urn:h"]], ids=["whole", "merged"])
def test_what_was_warmed_up_opens_no_file(graphs) -> None:
    asked: Asked = [(text, TABLES[0], graphs) for text in BROKEN]
    for texts, forms in (
        (("SELECT * { ?s ?p ?o }", "ASK { ?s ?p ?o }"), TABLES),
        (("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", "DESCRIBE <urn:s>"), TRIPLES),
    ):
        asked += [(text, form, graphs) for text in texts for form in forms]
    assert opened_by(asked, warm=True) == []


def test_without_warming_up_a_broken_query_opens_files() -> None:
    assert opened_by([("SELECT", TABLES[0], [])], warm=False) != []
