"""What engines are given has one reading, and it is the one that was inspected."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, Store

from crosswalk.errors import QueryRefused, QuerySyntaxError
from crosswalk.evaluation.inspection import VOLATILE
from crosswalk.sparql_tokens import UPDATE_WORDS, tokens
from crosswalk.stores import SPARQL_JSON, QueryDataset
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.refusals import admit
from crosswalk.stores.rewriting import Rewriting, rewrite
from crosswalk.stores.syntax_errors import evaluation_fault
from tests.mutants import mutant, smallest

MUTANTS = int(os.environ.get("CROSSWALK_MUTANTS", "4000"))
BATCH = 100
"""Hypothesis draws a number for so many mutants: to draw each by itself takes longer than to try it."""


@dataclass
class Trap:
    """An address that nobody may ask, an engine that would, and how often it was asked."""

    address: str
    engine: Store
    asked: int = 0

    def reached(self, text: str) -> tuple[bool, str | None]:
        """Returns whether the engine reaches SERVICE in a text, and what it answers; None for no query."""
        before = self.asked
        try:
            answer = self.engine.query(text)
            boolean = isinstance(answer, pyoxigraph.QueryBoolean)
            answered = str(bool(answer)) if boolean else str([str(row) for row in answer])
        except (SyntaxError, UnicodeEncodeError):
            answered = None
        except (OSError, RuntimeError, ValueError) as fault:
            if isinstance(evaluation_fault(text, str(fault)), QueryRefused):
                return True, None
            answered = f"fault: {fault}"
        return self.asked > before or "ervice" in (answered or "")[:100], answered

    def takes_update(self, text: str) -> bool:
        """Returns whether the engine takes a text for an update that does something."""
        if not any(word in text.upper() for word in UPDATE_WORDS):
            return False
        try:
            Store().update(text)
        except (SyntaxError, UnicodeEncodeError):
            return False
        except OSError:
            return True
        prologue = re.fullmatch("(BASE iri |PREFIX name iri |VERSION string )*", "".join(_shape(text)))
        return prologue is None


def _shape(text: str) -> Iterator[str]:
    for token in tokens(text):
        yield f"{token.text.upper() if token.kind == 'word' else token.kind} "


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    """A triple and its likes in the default graph, one in a graph, and a socket that listens."""
    engine = Store()
    for thing in ("urn:o", "urn:o.x", "urn:", "http://a:1"):
        engine.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), NamedNode(thing)))
    engine.add(Quad(NamedNode("urn:hidden"), NamedNode("urn:p"), NamedNode("urn:o"), NamedNode("urn:g")))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        trap = Trap(f"http://127.0.0.1:{listening.getsockname()[1]}/trap", engine)

        def listen() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                trap.asked += 1
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield trap
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def passed(text: str) -> Rewriting | None:
    """Returns what engines would be given of a text; None where they are given nothing."""
    try:
        return admit(text)
    except (QueryRefused, QuerySyntaxError):
        return None


def mistake(text: str, trap: Trap) -> str | None:
    """Returns what the guard has missed in a text, if anything."""
    written = passed(text)
    reached, answered = trap.reached(text)
    if written is None:
        return None
    if reached or trap.takes_update(text):
        return "what is refused is passed on"
    if written.text != text:
        reached, again = trap.reached(written.text)
        if reached or trap.takes_update(written.text):
            return "what is refused is written"
        if answered is not None and again is None:
            return "the engine cannot read what is written"
        answered = again
    if rewrite(written.text).text != written.text:
        return "what is written has another reading"
    if answered is None:
        return None
    if "urn:hidden" in answered and "hidden" not in text and {"GRAPH", "FROM"}.isdisjoint(written.words):
        return "a graph is used"
    if VOLATILE.isdisjoint(written.words) and _same(answered) != _same(trap.reached(written.text)[1]):
        return "it answers anew each time"
    return None


def _same(answered: str | None) -> str:
    return re.sub(r"_:\w+", "_:b", answered or "")


@pytest.mark.stress
@settings(max_examples=max(1, MUTANTS // BATCH))
@given(number=st.integers(0, 2**32 - 1))
def test_the_guard_has_said_so_before_an_engine_does_harm(trap: Trap, number: int) -> None:
    random = Random(number)
    for _ in range(BATCH):
        text = mutant(random, trap.address)
        missed = mistake(text, trap)
        if missed:
            least = smallest(text, lambda shorter, missed=missed: mistake(shorter, trap) == missed)
            pytest.fail(f"{missed}: {least!r}")


HIDING_PLACES = {
    "a comment that ends with a carriage return": "SELECT * { # x\rSERVICE <TRAP> { ?s ?p ?o }\r}",
    "an IRI with an escape": "SELECT * { OPTIONAL { <http://a\\u0041'b> ?p ?o } SERVICE <TRAP> {} #'\n}",
    "an escape that is none": "SELECT * { OPTIONAL { <http://a\\u+041'b> ?p ?o } SERVICE <TRAP> {} #'\n}",
    "a triple without spaces": "SELECT * { OPTIONAL { ?x ?y <<(?s?p'>')>> } SERVICE <TRAP> {?a ?b 'c'} }",
    "a comparison": "SELECT * { FILTER(?a<'>') SERVICE <TRAP> {} FILTER('z'='') }",
    "a comparison behind EXISTS": "SELECT * { FILTER(EXISTS{}<'>') SERVICE <TRAP> {} FILTER('z'='') }",
    "a comparison behind a triple": "SELECT * { FILTER(<<(?s ?p 1)>><'>') SERVICE <TRAP> {} FILTER('z'='') }",
    "a comparison with a comment": "SELECT * { FILTER(?a<?b#>'''\n) SERVICE <TRAP> {} #'''\n }",
    "a comparison in a call": "SELECT * { FILTER COALESCE(?a<'>') SERVICE <TRAP> {} FILTER('z'='') }",
    "a comparison in a subselect": (
        "SELECT * { { SELECT (?a<'>' AS ?b) { SERVICE <TRAP> {} } GROUP BY ?a HAVING ('z'='') } }"
    ),
    "two dots in a name": "PREFIX u: <urn:> SELECT * { ?s u:p u:o.x.SERVICE <TRAP> { ?s ?p 1 } }",
    "a name that is no IRI": "PREFIX e: <http://a:1> SELECT * { ?s ?p e:SERVICE <TRAP> { ?s ?p 1 } }",
    "a name with a noncharacter": (
        "PREFIX u: <urn:> PREFIX x\ufffd: <TRAP> SELECT * { ?s ?p u:SERVICEx\ufffd: { ?s ?p 1 } }"
    ),
    "a string with a wrong escape": "SELECT * { VALUES ?x { '''a' } SERVICE <TRAP> {} #\\q'''\n }",
    "a string with half a pair": "SELECT * { VALUES ?x { '''a' } SERVICE <TRAP> {} #\\ud800'''\n }",
    "a keyword before a name": "PREFIX t: <TRAP> SELECT * { SERVICEt: { ?s ?p ?o } }",
    "a keyword before a name, both prefixes": (
        "PREFIX t: <TRAP> PREFIX SERVICEt: <urn:x> SELECT * { SERVICEt: { ?s ?p ?o } }"
    ),
    "a call behind a glued keyword": (
        "PREFIX e: <http://www.w3.org/2001/XMLSchema#> "
        "SELECT * { FILTERe:string(?a<'>') SERVICE <TRAP> {} FILTER('z'='') }"
    ),
    "a glued number": "SELECT * { ?s ?p ?o FILTER(1) } VALUES ?x { 1e5SERVICE <TRAP> {} }",
}
"""Queries in which the engine reaches SERVICE, but for the last."""


@pytest.mark.parametrize("text", HIDING_PLACES.values(), ids=HIDING_PLACES)
def test_service_hides_nowhere(trap: Trap, text: str) -> None:
    text = text.replace("TRAP", trap.address)
    assert trap.reached(text)[0] or "1e5" in text
    written = passed(text)
    assert written is None or not trap.reached(written.text)[0]
    before = trap.asked
    with suppress(QueryRefused, QuerySyntaxError):
        EmbeddedStore(trap.engine).query(text, SPARQL_JSON)
    assert trap.asked == before


# What stays as it is


def shipped(repository: Path) -> list[Path]:
    return [*repository.glob("queries/*/*.rq"), *repository.glob("bench/mix/*.rq")]


def test_every_query_of_ours_means_what_it_meant(repository: Path) -> None:
    files = shipped(repository)
    assert len(files) > 100
    for path in files:
        text = path.read_text()
        written = rewrite(text)
        assert list(tokens(written.text)) == list(tokens(text)), path
        assert re.sub(r"[^\r\n]", "", written.text) == re.sub(r"[^\r\n]", "", text)
        assert len(written.text) == len(text) and "#+" not in written.text and not written.moved


@pytest.mark.parametrize(
    "text",
    [
        "ASK {}",
        "PREFIX u: <urn:> SELECT ?s (NOW() AS ?n) { ?s u:p/u:q* 'a', \"b\"@en, 1.5 ; u:r.s [ a u:T ] }",
        "PREFIX as: <http://example.org/#> SELECT * { ?s as:x ?o FILTER(?o < 3 || ?o>5) }",
        "SELECT * { ?s ?p <<( ?a ?b 'c' )>> {| ?q _:r |} ~ ?x }",
    ],
)
def test_what_has_one_reading_is_not_written_anew(text: str) -> None:
    assert rewrite(text).text is text


# What is written otherwise

P = "PREFIX u: <urn:> PREFIX e: <http://a:1> PREFIX from: <urn:x:> PREFIX : <urn:y:> "


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ASK { # it's\n} # x", "ASK {       \n}    "),
        ("SELECTDISTINCT?x{}LIMIT1OFFSET2", "SELECT DISTINCT?x{}LIMIT 1 OFFSET 2"),
        ("ASKFROM<urn:x>{}", "ASK FROM<urn:x>{}"),
        ("CONSTRUCTWHERE{}", "CONSTRUCT WHERE{}"),
        (r"ASK { <urn:\u0061\U00000062> ?p '\u0041\n\'' }", r"ASK { <urn:ab> ?p 'A\n\'' }"),
        (
            r"ASK { ?s ?p '\u0022\u0027\u005c\u000A\u0009\u0023\u0000' }",
            "ASK { ?s ?p '\\\"\\'\\\\\\n\\t#\0' }",
        ),
        (r"ASK { ?s ?p '\\u0041' }", r"ASK { ?s ?p '\\\u00750041' }"),
        (r"ASK { ?s ?p '\\\\U00000041' }", r"ASK { ?s ?p '\\\\\u005500000041' }"),
        ("ASK { FILTER(?a<?b&&?c>?d) }", "ASK { FILTER(?a< ?b&&?c>?d) }"),
        ("ASK { FILTER(1<?b) ?s <u:f(1,'x')> 1 }", "ASK { FILTER(1<?b) ?s <u:f(1,'x')> 1 }"),
        (P + "ASK { u:a.b.c u:a.b u:c.. }", P + "ASK { <urn:a.b.c> u:a.b u:c.. }"),
        (P + "ASK { e:b from:c u:\ufffd }", P + "ASK { <http://a:1b> <urn:x:c> <urn:\ufffd> }"),
        (P + r"ASK { u:a.b\/c.d ?p :x }", P + "ASK { <urn:a.b/c.d> ?p :x }"),
    ],
)
def test_what_could_be_read_otherwise_is_written_so_that_it_cannot(text: str, written: str) -> None:
    assert rewrite(text).text == written
    assert rewrite(written).text == written


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (
            r"SELECT ?x { VALUES ?x { 'a\u0009\u000A\u000D\u0008\u000C\u0022\u0027\u005Ca' } }",
            "a\t\n\r\b\f\"'\\a",
        ),
        (r"SELECT ?x { VALUES ?x { '\\u0041\U0001F47E' } }", "\\u0041\U0001f47e"),
        (r"SELECT ?x { BIND(STR(<http://example.org/\u00e9>) AS ?x) }", "http://example.org/é"),
        ("PREFIX u: <urn:> SELECT ?x { BIND(STR(u:a.b.c) AS ?x) }", "urn:a.b.c"),
        ("SELECT ?x { BIND(1<'>'||2>'' AS ?y) BIND('#' AS ?x) # x\r }", "#"),
    ],
)
def test_what_is_written_means_what_was_meant(text: str, answer: str) -> None:
    results = json.loads(EmbeddedStore(Store()).query(text, SPARQL_JSON))
    assert [row["x"]["value"] for row in results["results"]["bindings"]] == [answer]


@pytest.mark.parametrize(
    ("text", "what", "place"),
    [
        ("ASK\u00a0{}", "U+00A0 NO-BREAK SPACE is not expected here", (1, 4)),
        ("ASK {\n\u200b}", "U+200B ZERO WIDTH SPACE is not", (2, 1)),
        ("\ufeffASK {}", "U+FEFF ZERO WIDTH NO-BREAK SPACE is not", (1, 1)),
        ("ASK { ?s ?p 'a' \x0b }", "U+000B is not", (1, 17)),
        ("A\u200dSK {}", "U+200D ZERO WIDTH JOINER is not", (1, 2)),
        ("define 'x' ASK {}", "define is not expected here", (1, 1)),
        ("S\\u0045LECT * {}", "escapes stand in strings and IRIs alone", (1, 2)),
        (r"ASK { <urn:\u+061> ?p ?o }", "escapes stand in strings and IRIs alone", (1, 12)),
        (r"ASK { <urn:\u0020> ?p ?o }", "stands for what no IRI may hold", (1, 7)),
        (r"ASK { ?s ?p 'a\q' }", r"\q stands for no character", (1, 15)),
        (r"ASK { ?s ?p '\ud83d\ude00' }", r"\ud83d stands for no character", (1, 14)),
        (r"ASK { ?s ?p '\U00110000' }", r"\U00110000 stands for no character", (1, 14)),
        ("ASK { ?s ?p '\udc80' }", "U+DC80 is no character", (1, 14)),
        ("PREFIX e: <urn:> ASKe:x {}", "the prefix ASKe: is not declared", (1, 18)),
        ("ASK { FILTER(?a<'x'&&?\\u0062>'y') }", "escapes stand in strings and IRIs alone", (1, 23)),
        ("ASK { ?s ?p $ }", "$ is not expected here", (1, 13)),
        ("ASK { ?s ?p 1 } `", "` is not expected here", (1, 17)),
    ],
)
def test_what_is_no_token_is_refused_with_its_place(text: str, what: str, place: tuple[int, int]) -> None:
    with pytest.raises(QuerySyntaxError) as fault:
        rewrite(text)
    assert what in fault.value.what
    assert (fault.value.line, fault.value.column) == place


@pytest.mark.parametrize(
    "text", ["SELECTDISTINCT?x{ ?x ?y 1LIMIT1 } ?z", "PREFIX u: <urn:>\nASK { u:a.b.c u:d 1 } ?z"]
)
def test_a_mistake_has_its_place_in_the_text_as_it_was(text: str) -> None:
    with pytest.raises(QuerySyntaxError) as fault:
        EmbeddedStore(Store()).query(text, SPARQL_JSON)
    line = text.splitlines()[fault.value.line - 1]
    assert fault.value.line == text.count("\n") + 1 and fault.value.column > 15
    assert line.startswith(fault.value.what.partition(" ")[0], fault.value.column - 1)


# The graphs of FROM


def test_the_graphs_of_a_query_are_read_with_its_prefixes_and_base() -> None:
    text = r"""BASE <http://example.org/a/> PREFIX e: <b/> PREFIX : <urn:x:>
        SELECT * FROM <c> FROM e:d\.1 from named :g FROM NAMED <../h> FROM <c> FROM<urn:\u0061>
        WHERE { GRAPH <urn:not> { ?s e:from ?o } }"""
    default = ("http://example.org/a/c", "http://example.org/a/b/d.1", "urn:a")
    assert rewrite(text).dataset == QueryDataset(default, ("urn:x:g", "http://example.org/h"))


TWICE = (
    "FROM <urn:a> FROM <urn:a>",
    r"FROM <urn:a> FROM <urn:\u0061>",
    "FROM u:a FROM <urn:a>",
    "FROM <a> FROM <http://h/a>",
    "FROM <x/../a> FROM <a>",
    "FROM<urn:a>FROM#c\n<urn:a>FROM NAMED <urn:a>FROM\tu:a FROM NAMED u:a",
)


@pytest.mark.parametrize("clauses", TWICE)
def test_a_graph_that_is_named_twice_counts_once(clauses: str) -> None:
    engine = Store()
    for name in ("urn:a", "http://h/a"):
        engine.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), NamedNode("urn:o"), NamedNode(name)))
    text = f"BASE <http://h/> PREFIX u: <urn:> SELECT (COUNT(*) AS ?n) {clauses} {{ ?s ?p ?o }}"
    written = rewrite(text)
    assert len(written.dataset.default_graphs) == 1 and len(written.dataset.named_graphs) <= 1
    assert b'"1"' in EmbeddedStore(engine).query(text, SPARQL_JSON)
    assert written.text.count("\n") == text.count("\n")
    assert written.origin(written.text.index("{")) == text.index("{")
    assert [clause.upper() for clause in re.findall(r"(?i)FROM(?! named)", written.text)] == ["FROM"]


def test_relative_iris_are_completed_by_the_base_that_is_given() -> None:
    engine = Store()
    engine.add(Quad(NamedNode("http://h/x"), NamedNode("urn:p"), NamedNode("urn:o")))
    store = EmbeddedStore(engine)
    text = "ASK { <x> ?p ?o }"
    assert b"true" in store.query(text, SPARQL_JSON, base="http://h/sparql")
    with pytest.raises(QuerySyntaxError):
        store.query(text, SPARQL_JSON)
    assert rewrite(text, "http://h/sparql").with_base() == f"BASE <http://h/sparql> {text}"
    assert rewrite("ASK {}", "http://h/sparql").with_base() == "ASK {}"
    assert rewrite("ASK FROM <g> {}", "http://h/s").dataset.default_graphs == ("http://h/g",)


# Time


@pytest.mark.parametrize(
    "text",
    [
        "<" + "&" * 200_000,
        "<&" * 100_000,
        "<" + "+a" * 100_000,
        "ASK { FILTER(1<" + "&" * 100_000 + ") }",
        "ASK { " + "e:a.b.c " * 50_000 + "}",
        "ASK { FILTER(" + "1<'>'||" * 30_000 + "1) }",
        "'" + r"\u0041" * 100_000 + "'",
        "'" + r"\\u0041" * 100_000 + "'",
        "PREFIX a: <urn:> " * 40_000 + "ASK {}",
        "ASK " + "FROM <urn:a> " * 30_000 + "{}",
        "SELECT" * 50_000,
        "<<" * 100_000,
    ],
)
def test_every_text_is_written_in_time_linear_to_its_length(text: str) -> None:
    began = time.process_time()
    passed(text)
    assert time.process_time() - began < 8
