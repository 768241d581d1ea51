"""Every named question is well described, runs, and gives the answer that its sources give."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from rdflib import Graph
from rdflib.namespace import OWL, RDF, RDFS

from crosswalk.folders import content_root
from crosswalk.iris import PREFIXES, compact
from crosswalk.namespaces import XW
from crosswalk.stores.named_queries import Query, catalogue, load, read_term
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.results import Answer, Row, ask

EXPECTED = Path(__file__).parent / "questions"
CATALOGUE = Path(__file__).parents[1] / "docs" / "questions.md"
QUESTIONS = catalogue("questions")
SECONDS = 1.0
"""How much of a processor's time a question may take over the project's own graph, on a busy machine too."""

each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)


def expectation(name: str) -> dict[str, Any]:
    return json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8"))


CASES = [
    pytest.param(path.stem, number, id=f"{path.stem}-{number}")
    for path in sorted(EXPECTED.glob("*.json"))
    for number in range(len(expectation(path.stem)["cases"]))
]


@pytest.fixture(scope="module")
def store(snapshot) -> EmbeddedStore:
    return EmbeddedStore.load(snapshot.path / "dataset.nq")


def examples(question: Query) -> dict[str, Any]:
    return {name: read_term(text) for name, text in question.examples.items()}


def shown(row: Row, column: str) -> str | None:
    """A cell as the expectations write it: IRIs in short form, literals bare, nothing for unbound."""
    term = row[column]
    if term is None:
        return None
    return compact(term.value) if term.kind == "uri" else term.value


def picked(answer: Answer, case: dict[str, Any]) -> list[list[str | None]]:
    """The cells that a case speaks of: its columns, in the rows that it chooses."""
    where = case.get("where", {})
    rows = [
        [shown(row, column) for column in case["columns"]]
        for row in answer
        if all(shown(row, column) in values for column, values in where.items())
    ]
    return [list(cells) for cells in dict.fromkeys(map(tuple, rows))] if case.get("distinct") else rows


def test_there_are_at_least_thirty_questions():
    assert len(QUESTIONS) >= 30


def test_every_question_has_an_expectation_and_the_reverse():
    assert {path.stem for path in EXPECTED.glob("*.json")} == {question.name for question in QUESTIONS}


@each_question
def test_its_name_and_header_say_what_it_asks(question: Query):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", question.name)
    assert question.form == "SELECT"
    assert question.title.endswith("?")
    assert "?" in question.question and len(question.question) > len(question.title)
    assert question.tags
    assert "ORDER BY" in question.text, "rows without an order differ from run to run"


@each_question
def test_every_parameter_has_an_example(question: Query):
    assert set(question.examples) == set(question.parameters)
    lines = re.findall(r"(?m)^ *VALUES \?\w+ \{ UNDEF \}$", question.text)
    assert question.text.count("UNDEF") == len(lines), "a parameter's line is not as it must be"


@each_question
def test_it_declares_the_prefixes_it_uses_and_no_others(question: Query):
    declared = dict(re.findall(r"(?m)^PREFIX (\w+): <(.*)>$", question.text))
    body = re.sub(r'(?m)^(?:#|PREFIX).*$|<[^>]*>|"[^"]*"', "", question.text)
    assert set(re.findall(r"\b([a-z]\w*):\w", body)) == set(declared)
    assert declared == {name: PREFIXES[name] for name in declared}


@each_question
def test_it_names_no_element_in_its_text(question: Query):
    body = "".join(line for line in question.text.splitlines(True) if not line.startswith("#+"))
    assert "/id/" not in body, "a question says what varies through a parameter"


@each_question
def test_its_examples_give_rows(question: Query, store: EmbeddedStore):
    assert len(ask(store, question, **examples(question))) > 0


@each_question
def test_it_runs_unbound_in_time_and_always_in_the_same_order(question: Query, store: EmbeddedStore):
    begun = time.process_time()
    answer = ask(store, question)
    taken = time.process_time() - begun
    assert len(answer) > 0
    assert answer == ask(store, question)
    assert taken < SECONDS


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q.parameters], ids=lambda q: q.name)
def test_binding_an_example_narrows_the_answer(question: Query, store: EmbeddedStore):
    assert len(ask(store, question, **examples(question))) <= len(ask(store, question))


@pytest.mark.parametrize(("name", "number"), CASES)
def test_the_answer_is_the_one_its_sources_give(name: str, number: int, store: EmbeddedStore):
    question, case = load(f"questions/{name}"), expectation(name)["cases"][number]
    terms = (
        {parameter: read_term(text) for parameter, text in case["bind"].items()}
        if "bind" in case
        else examples(question)
    )
    rows = picked(ask(store, question, **terms), case)
    assert case.keys() & {"rows", "count", "includes"}, "the case expects nothing"
    if "rows" in case:
        assert rows == case["rows"]
    if "count" in case:
        assert len(rows) == case["count"]
    for row in case.get("includes", []):
        assert row in rows
    for row in case.get("excludes", []):
        assert row not in rows


@pytest.mark.parametrize("name", sorted(path.stem for path in EXPECTED.glob("*.json")))
def test_an_expectation_says_where_it_comes_from(name: str):
    assert expectation(name)["from"]
    assert expectation(name)["cases"]


def used_names() -> set[str]:
    bodies = (re.sub(r"(?m)^#.*$", "", question.text) for question in QUESTIONS)
    return {name for body in bodies for name in re.findall(r"\bxw:(\w+)", body)}


def kinds_that_come_out(store: EmbeddedStore) -> set[str]:
    """The classes that stand in the answers of questions which ask for all kinds below a class."""
    names = ("which-words-does-each-scheme-offer", "how-certain-are-the-titles")
    iris = {row["kind"].value for name in names for row in ask(store, f"questions/{name}")}
    return {iri.removeprefix(str(XW._NS)) for iri in iris}


def test_every_class_and_property_of_the_ontology_is_used_by_some_question(store: EmbeddedStore):
    ontology = Graph().parse(content_root() / "ontology" / "crosswalk.ttl")
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, RDFS.Class, RDF.Property)
    terms = {str(term) for kind in kinds for term in ontology.subjects(RDF.type, kind)}
    ours = {term.removeprefix(str(XW._NS)) for term in terms if term.startswith(str(XW._NS))}
    assert len(ours) > 50
    assert ours - used_names() - kinds_that_come_out(store) == set()


def test_every_concept_of_the_schemes_can_come_out_of_a_question(store: EmbeddedStore):
    schemes = Graph().parse(content_root() / "ontology" / "schemes.ttl")
    concepts = {str(term) for term in schemes.subjects(RDF.type) if str(term).startswith(str(XW._NS))}
    offered = {row["concept"].value for row in ask(store, "questions/which-words-does-each-scheme-offer")}
    assert len(concepts) > 40
    assert offered == concepts


def test_no_question_uses_a_term_that_the_ontology_lacks():
    assert {name for name in used_names() if name not in XW} == set()


def test_the_documented_catalogue_lists_exactly_the_questions():
    text = CATALOGUE.read_text(encoding="utf-8")
    listed = re.findall(r"(?m)^### (.+)\n\n(.+)\n\n```\ncrosswalk query ([\w-]+)(.*)\n```$", text)
    assert sorted((title, asked, name) for title, asked, name, _ in listed) == sorted(
        (question.title, question.question, question.name) for question in QUESTIONS
    )
    assert text.count("\n### ") == len(listed)
    for _, _, name, options in listed:
        bound = dict(re.findall(r"--bind '?(\w+)=([^' ]+)", options))
        question = load(f"questions/{name}")
        assert {key: read_term(term) for key, term in bound.items()} == examples(question)
