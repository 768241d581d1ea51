"""docs/deviations.md is true: each example gives what is written there, and Oxigraph has not changed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph
import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, QueryResultsFormat, RdfFormat

from crosswalk.assemble import open_content, read_graph
from crosswalk.graph.snapshot import Snapshot
from crosswalk.settings import Settings
from crosswalk.stores.engine_deviations import PAGE
from crosswalk.stores.oxigraph import EmbeddedStore, kept_otherwise
from crosswalk.web.endpoint.description import service_query

from .conftest import Site, serving

TEXT = (Path(__file__).parents[2] / PAGE).read_text(encoding="utf-8")
HEADER = "PREFIX : <{}>\nPREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
BLOCK = re.compile(r"(?ms)^```(\S+(?: \w+)?)\n(.*?)^```$")

Table = list[list[str]]


@dataclass
class Example:
    """A query, what is answered, and, where they differ, what Oxigraph alone answers and what SPARQL says."""

    query: str
    answered: str = ""
    engine: str | None = None
    due: str | None = None
    round: str | None = None


@dataclass
class Deviation:
    """One section of the page; its terms have a namespace of their own, so that one server holds all."""

    number: int
    title: str
    data: str = ""
    examples: list[Example] = field(default_factory=list)

    @property
    def namespace(self) -> str:
        return f"http://example.org/{self.number}/"

    @property
    def header(self) -> str:
        return HEADER.format(self.namespace)

    def quads(self) -> list[Quad]:
        return list(pyoxigraph.parse(self.header + self.data, RdfFormat.TRIG))

    def table(self, text: str | bytes) -> Table:
        """The head, and the rows in an order of their own; a line without a cell is one with an empty one."""
        text = text.decode() if isinstance(text, bytes) else text
        rows = csv.reader(io.StringIO(text.replace(self.namespace, ":"), newline=""))
        head, *others = ([*row] or [""] for row in rows)
        return [head, *sorted(others)]


def deviations() -> Iterator[Deviation]:
    for number, section in enumerate(re.split(r"(?m)^### ", TEXT)[1:]):
        section = section.partition("\n## ")[0]
        found = Deviation(number, section.partition("\n")[0])
        for kind, body in BLOCK.findall(section):
            if kind == "trig data":
                found.data = body
            elif kind == "sparql":
                found.examples.append(Example(body))
            else:
                language, role = kind.split()
                assert (language, role) in {("csv", "engine"), ("csv", "answered"), ("text", "answered"),
                                            ("csv", "due"), ("sparql", "round")}  # fmt: skip
                setattr(found.examples[-1], role, body)
        yield found


DEVIATIONS = list(deviations())
REFUSED = re.findall(r"(?m)^\| `([^`]+)` \| (\d{3}): .*? \| (?:`([^`]+)` )?\|$", TEXT)
each = pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda found: found.title)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that holds the data of all examples, each default graph under a name of its own."""
    quads = []
    for found in DEVIATIONS:
        default = NamedNode(found.namespace)
        for quad in found.quads():
            quads.append(Quad(*quad.triple, default) if quad.graph_name == DefaultGraph() else quad)
    path = tmp_path_factory.mktemp("deviations") / "examples.nq"
    pyoxigraph.serialize(quads, str(path), format=RdfFormat.N_QUADS)
    with serving("--graph", str(path), workers="1") as running:
        yield running


def ask(site: Site, found: Deviation, query: str) -> str:
    """The table that is answered, or the status and the sentence that it is refused with."""
    graphs = {quad.graph_name.value for quad in found.quads() if quad.graph_name != DefaultGraph()}
    body = urlencode([
        ("query", found.header + query),
        ("default-graph-uri", found.namespace),
        *(("named-graph-uri", graph) for graph in sorted(graphs)),
    ])  # fmt: skip
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/csv"}
    answer = site.request("POST", "/sparql", headers, body.encode())
    return answer.text if answer.status == 200 else f"{answer.status} {answer.json['detail']}"


def test_the_page_is_of_this_engine() -> None:
    assert f"pyoxigraph {version('pyoxigraph')}" in TEXT, "try each deviation with this version, and name it"
    assert len(DEVIATIONS) >= 12


@each
def test_an_example_is_answered_as_the_page_has_it(deviation: Deviation, site: Site) -> None:
    assert deviation.examples
    for example in deviation.examples:
        answer = ask(site, deviation, example.query)
        if example.answered[:3].isdigit():
            assert answer.startswith(example.answered.strip())
        else:
            assert deviation.table(answer) == deviation.table(example.answered)


@each
def test_a_deviation_is_one_of_the_engine(deviation: Deviation) -> None:
    engine = pyoxigraph.Store()
    engine.extend(deviation.quads())
    for example in deviation.examples:
        wanted = example.engine or (example.answered if example.due else None)
        if wanted is not None:
            results = engine.query(deviation.header + example.query)
            answer = results.serialize(format=QueryResultsFormat.CSV)  # type: ignore[union-attr]
            assert deviation.table(answer) == deviation.table(wanted)
            right = example.due or example.answered
            assert deviation.table(wanted) != deviation.table(right)


@each
def test_the_way_round_leads_to_what_sparql_says(deviation: Deviation, site: Site) -> None:
    for example in deviation.examples:
        if example.round is not None:
            answer = ask(site, deviation, example.round)
            assert deviation.table(answer) == deviation.table(example.due or example.answered)


@pytest.mark.parametrize(("query", "status", "instead"), REFUSED)
def test_what_is_refused_is_told(query: str, status: str, instead: str, site: Site) -> None:
    header = HEADER.format("http://example.org/")
    assert str(site.post(header + query).status) == status
    assert not instead or site.post(header + instead).status == 200


def test_the_table_of_refusals_is_read() -> None:
    assert len(REFUSED) == 5


def test_every_hint_leads_to_a_heading() -> None:
    headings = {re.sub(r"[^\w -]", "", line.lower()).strip().replace(" ", "-")
                for line in re.findall(r"(?m)^#+ (.*)$", TEXT)}  # fmt: skip
    package = Path(__file__).parents[2] / "server" / "crosswalk"
    texts = (path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    linked = {anchor for text in texts for anchor in re.findall(r"(?:PAGE\}|deviations\.md)#([\w-]+)", text)}
    assert linked <= headings
    assert "aggregates-within-aggregates" in linked


# Beyond SPARQL 1.1

SHOWN = {
    "triple terms": "VALUES ?t { <<( :a :b 1 )>> } FILTER(isTRIPLE(?t))",
    "reified triples": "OPTIONAL { << ?s ?p ?o ~ ?r >> ?q ?v }",
    "annotations": "OPTIONAL { ?s ?p ?o ~ ?r {| ?q ?v |} }",
    "VERSION": "",
    "TRIPLE": "FILTER(TRIPLE(:a, :b, 1) = <<( :a :b 1 )>>)",
    "isTRIPLE": "FILTER(!isTRIPLE(1))",
    "SUBJECT": "FILTER(SUBJECT(<<( :a :b 1 )>>) = :a)",
    "PREDICATE": "FILTER(PREDICATE(<<( :a :b 1 )>>) = :b)",
    "OBJECT": "FILTER(OBJECT(<<( :a :b 1 )>>) = 1)",
    "LANGDIR": 'FILTER(LANGDIR("a"@ar--rtl) = "rtl")',
    "hasLANG": 'FILTER(hasLANG("a"@ar--rtl) && hasLANG("a"@en) && !hasLANG("a"))',
    "hasLANGDIR": 'FILTER(hasLANGDIR("a"@ar--rtl) && !hasLANGDIR("a"@ar))',
    "STRLANGDIR": 'FILTER(STRLANGDIR("a", "ar", "rtl") = "a"@ar--rtl)',
    "ADJUST": 'FILTER(STR(ADJUST("2020-01-01T00:00:00Z"^^xsd:dateTime, "PT1H"^^xsd:dayTimeDuration)) = '
    '"2020-01-01T01:00:00+01:00")',
    "LATERAL": "VALUES ?x { 1 2 } LATERAL { SELECT ?y { VALUES ?y { 3 4 } } LIMIT 1 }",
}


def described(store: str | None) -> dict[str, str]:
    """The extensions that the service description names, by their label."""
    engine = EmbeddedStore(pyoxigraph.Store())
    answer = engine.query(service_query(replace(Settings(), store=store)), "application/n-triples")
    quads = list(pyoxigraph.parse(answer, RdfFormat.N_TRIPLES))
    names = {quad.object for quad in quads if quad.predicate.value.endswith("#languageExtension")}
    return {quad.object.value: quad.subject.value for quad in quads if quad.subject in names
            and quad.predicate.value.endswith("#label")}  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
def test_what_the_service_description_names_works(name: str, site: Site) -> None:
    version_line = 'VERSION "1.2"\n' if name == "VERSION" else ""
    header = version_line + HEADER.format("http://example.org/")
    answer = site.post(f"{header}SELECT (COUNT(*) AS ?n) {{ {SHOWN[name]} }}")
    assert answer.status == 200
    assert answer.number >= 1


def test_the_service_description_and_the_page_name_the_same() -> None:
    told = TEXT.partition("## Beyond SPARQL 1.1")[2]
    assert set(described(None)) == set(SHOWN)
    assert [name for name in SHOWN if name not in told] == []
    assert all(address.startswith("https://") for address in described(None).values())
    assert described("http://store.example/sparql") == {}


# Literals


def test_no_literal_of_the_graph_is_kept_in_another_form(snapshot: Snapshot) -> None:
    sources, _ = open_content()
    quads = [*sources.quads(), *pyoxigraph.parse(path=str(snapshot.dataset), format=RdfFormat.N_QUADS)]
    assert kept_otherwise(quads) == {}
    written = {quad.object for quad in quads}
    held = {quad.object for quad in EmbeddedStore.load(snapshot.dataset).engine}
    blank = pyoxigraph.BlankNode
    assert {term for term in written ^ held if not isinstance(term, blank)} == set()


def test_curated_files_write_languages_in_small_letters() -> None:
    """The parser takes capitals of a language away, before anybody could tell."""
    root = Path(__file__).parents[2]
    tags = {tag for folder in ("data", "ontology") for path in (root / folder).rglob("*.ttl")
            for tag in re.findall(r'"@([A-Za-z][\w-]*)', path.read_text(encoding="utf-8"))}  # fmt: skip
    assert tags
    assert {tag for tag in tags if tag != tag.lower()} == set()


def test_literals_that_are_kept_in_another_form_are_told_of(tmp_path: Path) -> None:
    path = tmp_path / "forms.ttl"
    path.write_text(
        '<urn:a> <urn:b> 1.10, 1.1, "007"^^<http://www.w3.org/2001/XMLSchema#integer>, "text", 7 .'
    )
    told: list[str] = []
    assert len(read_graph(path, told.append).quads) == 5
    assert [line.partition(": ")[2].partition(",")[0] for line in told] == [
        "2 literals are kept in another form"
    ]
    path.write_text('<urn:a> <urn:b> 1.1, "colour"@en .')
    read_graph(path, told.append)
    assert len(told) == 1


def test_the_server_tells_of_them(tmp_path: Path) -> None:
    path = tmp_path / "forms.ttl"
    path.write_text("<urn:a> <urn:b> 007 .")
    with serving("--graph", str(path), workers="1") as running:
        assert any(
            "1 literals are kept in another form" in line and "deviations.md" in line for line in running.log
        )
