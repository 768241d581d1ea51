"""What is written as XML is taken by every reader as it is meant, or it is not written."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from xml.parsers import expat

import pyoxigraph
import pytest
import rdflib
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import (
    BaseDirection,
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    RdfFormat,
    Triple,
)
from rdflib.compare import isomorphic
from rdflib.query import Result

from crosswalk.errors import Unacceptable
from crosswalk.serialization import label_blank_nodes, write_statements
from crosswalk.sparql_tokens import tokens
from crosswalk.stores import SPARQL_JSON
from crosswalk.stores.oxigraph import EmbeddedStore

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
TYPE = NamedNode(f"{RDF}type")
RESULTS_XML = "application/sparql-results+xml"
BROKEN = "".join(map(chr, {*range(0x20)} - {*b"\t\n\r"})) + "\ufffe\uffff"
"""Characters that XML has no place for: https://www.w3.org/TR/xml/#charsets."""

texts = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(f"{BROKEN}\r\n\t <>&'\"]\x7f\x85\u2028")
)
"""Strings of RDF: of any characters but surrogates, those that XML treats in its own way more often."""

names = st.text(
    st.sampled_from("aZ_é1-.:/#%ÀƏ·²×٣\u0300\U00010330") | st.characters(exclude_categories=["C", "Z"])
)


def named_node(text: str) -> NamedNode | None:
    try:
        return NamedNode(text)
    except ValueError:
        return None


iris = st.builds(
    lambda beginning, name: named_node(beginning + name),
    st.sampled_from(("http://e/", "http://e#", "urn:", RDF, "http://www.w3.org/2000/xmlns/", "urn:x&y'",
                     "http://www.w3.org/XML/1998/namespace", SKOS)),
    names | st.sampled_from(("li", "_1", "Description", "bagID", "aboutEach", "type", "lang", "dir")),
).filter(lambda node: node is not None)  # fmt: skip
blank_nodes = st.sampled_from(("a", "b", "c1", "1", "1:2", "a-", "é", "x.y")).map(BlankNode)
directions = st.sampled_from((BaseDirection.LTR, BaseDirection.RTL))
literals = (
    st.builds(Literal, texts)
    | st.builds(Literal, texts, language=st.sampled_from(("en", "de-CH")))
    | st.builds(Literal, texts, language=st.just("ar"), direction=directions)
    | st.builds(Literal, texts, datatype=iris)
)  # fmt: skip
objects = st.recursive(
    iris | blank_nodes | literals,
    lambda inner: st.builds(Triple, iris | blank_nodes, iris, inner),
    max_leaves=3,
)
triples = st.builds(Triple, iris | blank_nodes, iris | st.just(TYPE), objects)


def is_plain(term: object) -> bool:
    """Return whether a term is one of RDF 1.1, which other readers know."""
    return not isinstance(term, Triple) and getattr(term, "direction", None) is None


def reads_as_xml(document: bytes) -> None:
    """Have a strict reader read a document; it raises where that is not well-formed."""
    expat.ParserCreate(namespace_separator=" ").Parse(document, True)


def lines_of(statements: list[Triple]) -> bytes:
    return label_blank_nodes(pyoxigraph.serialize(statements, format=RdfFormat.N_TRIPLES))


def dataset(quads: Iterable[Quad]) -> Dataset:
    """Return a dataset that equals any other of the same quads, whatever their blank nodes are called."""
    canonical = Dataset(quads)
    canonical.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return canonical


def dataset_of(statements: list[Triple]) -> Dataset:
    return dataset(Quad(*triple) for triple in statements)


@given(st.lists(triples, max_size=4))
@example([Triple(NamedNode("urn:a"), NamedNode("urn:b"), Literal("1\r\n2\r"))])
@example([Triple(NamedNode("urn:a"), NamedNode(f"{RDF}bagID"), Literal("x"))])
@example([Triple(BlankNode("1:2"), TYPE, NamedNode("http://e/"))])
def test_rdf_xml_is_read_as_it_was_meant_or_refused(statements: list[Triple]) -> None:
    try:
        document = write_statements(lines_of(statements), RdfFormat.RDF_XML)
    except Unacceptable:
        return
    reads_as_xml(document)
    assert dataset(pyoxigraph.parse(document, RdfFormat.RDF_XML)) == dataset_of(statements)
    if all(is_plain(triple.object) for triple in statements):
        expected = rdflib.Graph().parse(data=lines_of(statements), format="nt")
        assert isomorphic(rdflib.Graph().parse(data=document, format="xml"), expected)


@given(st.lists(st.builds(Triple, blank_nodes, iris, blank_nodes | iris), max_size=6))
def test_blank_nodes_are_labelled_for_every_syntax(statements: list[Triple]) -> None:
    lines = lines_of(statements)
    for syntax in (
        RdfFormat.TURTLE,
        RdfFormat.TRIG,
        RdfFormat.N_TRIPLES,
        RdfFormat.N_QUADS,
        RdfFormat.JSON_LD,
    ):
        written = write_statements(lines, syntax)
        assert dataset(pyoxigraph.parse(written, syntax)) == dataset_of(statements)


@given(st.lists(objects, max_size=4))
@example([Literal("1\r\n2\r"), Literal(" "), Literal("")])
def test_results_in_xml_are_read_as_they_were_meant_or_refused(terms: list[object]) -> None:
    engine = pyoxigraph.Store()
    for number, term in enumerate(terms):
        engine.add(Quad(NamedNode(f"urn:{number}"), NamedNode("urn:p"), term))
    query = "SELECT ?o { ?s <urn:p> ?o } ORDER BY ?s"
    written = [row["o"] for row in engine.query(query)]
    holding = "".join(re.findall(f"[{BROKEN}]", str(written)))
    try:
        document = EmbeddedStore(engine).query(query, RESULTS_XML)
    except Unacceptable as fault:
        assert holding, fault
        return
    assert not holding
    reads_as_xml(document)
    read = pyoxigraph.parse_query_results(document, format=QueryResultsFormat.XML)
    assert [row["o"] for row in read] == written
    if all(map(is_plain, terms)):
        expected = Result.parse(io.BytesIO(EmbeddedStore(engine).query(query, SPARQL_JSON)), format="json")
        assert list(Result.parse(io.BytesIO(document), format="xml")) == list(expected)


PLAIN = re.compile(r"(?:http://e[/#]|urn:)(?:[A-Za-z_.:/#-]*[.:/#-])?[A-Za-z_][A-Za-z_0-9.-]*")
"""IRIs that end in what every reader takes for a name."""


@given(st.lists(triples, max_size=4))
def test_rdf_xml_refuses_nothing_that_it_has_a_place_for(statements: list[Triple]) -> None:
    lines = lines_of(statements)
    used = [triple.predicate for triple in statements] + [t.object for t in statements if t.predicate == TYPE]
    nested = any(isinstance(triple.object, Triple) for triple in statements)
    if not nested and all(isinstance(name, NamedNode) and PLAIN.fullmatch(name.value) for name in used):
        held = re.search(f"[{BROKEN}]", "".join(getattr(triple.object, "value", "") for triple in statements))
        if not held:
            assert write_statements(lines, RdfFormat.RDF_XML)


def engine_with(*statements: Triple) -> EmbeddedStore:
    return EmbeddedStore.holding(Quad(*triple) for triple in statements)


A, X = NamedNode("urn:a"), Literal("x")
NAMED = ", which it would have to make the name of an element"
REFUSED = {
    "a control character": (A, Literal("\x01"), "RDF/XML", "the character U+0001"),
    "no character": (A, Literal("x\ufffe"), "RDF/XML", "the character U+FFFE"),
    "a character within": (A, Triple(A, A, Literal("\x1f")), "RDF/XML", "the character U+001F"),
    "a predicate without a name": (NamedNode("urn:b:1"), X, "RDF/XML", f"<urn:b:1>{NAMED}"),
    "a namespace as predicate": (NamedNode(SKOS), X, "RDF/XML", f"<{SKOS}>{NAMED}"),
    "a predicate within": (A, Triple(A, NamedNode("urn:/"), A), "RDF/XML", f"<urn:/>{NAMED}"),
    "a class without a name": (TYPE, NamedNode("http://e/1"), "RDF/XML", f"<http://e/1>{NAMED}"),
    "a name of its own": (NamedNode(f"{RDF}li"), X, "RDF/XML", f"<{RDF}li>{NAMED}"),
    "a name that was its own": (NamedNode(f"{RDF}bagID"), X, "RDF/XML", f"<{RDF}bagID>{NAMED}"),
    "a triple term": (A, Triple(A, A, A), "JSON-LD", "triple terms"),
}
"""Predicate and object of a triple, the syntax that has no place for it, and for what."""

MEDIA_TYPES = {"RDF/XML": "application/rdf+xml", "JSON-LD": "application/ld+json"}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_syntax_has_no_place_for_is_named_with_the_syntaxes_that_have(name: str) -> None:
    predicate, term, syntax, what = REFUSED[name]
    store = engine_with(Triple(A, A, X), Triple(A, predicate, term))
    with pytest.raises(Unacceptable) as fault:
        store.query("CONSTRUCT WHERE { ?s ?p ?o }", MEDIA_TYPES[syntax])
    assert fault.value.what == f"{syntax} has no place for {what}"
    assert "Turtle" in fault.value.hint and syntax not in fault.value.hint
    for media_type in ("text/turtle", "application/trig", "application/n-triples", "application/n-quads"):
        written = store.query("CONSTRUCT WHERE { ?s ?p ?o }", media_type)
        assert dataset(pyoxigraph.parse(written, RdfFormat.from_media_type(media_type))) == dataset(
            store.engine
        )


@pytest.mark.parametrize("character", BROKEN)
def test_results_in_xml_name_the_character_they_cannot_hold(character: str) -> None:
    store = engine_with(Triple(A, A, Literal(f"1{character}2")))
    with pytest.raises(Unacceptable, match=f"the character U\\+{ord(character):04X}") as fault:
        store.query("SELECT ?o { ?s ?p ?o }", RESULTS_XML)
    assert fault.value.hint == "The results can be written as JSON, CSV or TSV."


def test_results_of_rdf_1_2_have_a_place_in_xml_and_json() -> None:
    store = engine_with(Triple(A, A, Triple(A, A, Literal("x", language="ar", direction=BaseDirection.RTL))))
    for media_type in (RESULTS_XML, SPARQL_JSON):
        document = store.query("SELECT ?o { ?s ?p ?o }", media_type)
        read = pyoxigraph.parse_query_results(document, format=QueryResultsFormat.from_media_type(media_type))
        assert [row["o"] for row in read] == [quad.object for quad in store.engine]


OURS = "https://w3id.org/iot-security-crosswalk/id/"
dotted = st.lists(
    st.sampled_from(("a", "1.2", ".", "..", "/3.1.3/", "-", "~", "%20", "'", ",", ";", "é", "(x)", ":")),
    min_size=1,
    max_size=5,
).map(lambda parts: NamedNode(OURS + "".join(parts)))
looking_alike = st.builds(
    Literal,
    st.sampled_from((" id:a.b.c ", '" id:a.b.c "', "\\\" id:a.b.c", "\n id:a.b.c\n", "^id:a.b.c")),
    datatype=dotted | st.just(NamedNode("http://www.w3.org/2001/XMLSchema#string")),
)  # fmt: skip


@given(st.lists(st.builds(Quad, dotted, dotted, dotted | looking_alike, dotted), min_size=1, max_size=4))
@example([Quad(*[NamedNode(f"{OURS}etsi-en-303-645/3.1.3/section/5.10")] * 4)])
def test_turtle_has_no_names_with_two_dots_and_reads_back(quads: list[Quad]) -> None:
    lines = pyoxigraph.serialize(quads, format=RdfFormat.N_QUADS)
    for syntax in (RdfFormat.TURTLE, RdfFormat.TRIG):
        document = write_statements(lines, syntax)
        meant = quads if syntax.supports_datasets else [Quad(*quad.triple) for quad in quads]
        assert set(pyoxigraph.parse(document, syntax)) == set(meant)
        names = [token.text for token in tokens(document.decode()) if token.kind == "name"]
        assert not [name for name in names if name.replace("\\.", "").count(".") > 1]


def test_what_is_written_as_turtle_is_read_in_a_query(real_store: EmbeddedStore) -> None:
    text = (
        "CONSTRUCT { ?s a ?c } { ?s a ?c FILTER(CONTAINS(STR(?s), '3.1.3') || CONTAINS(STR(?s), 'CLP.1')) }"
    )
    turtle = real_store.query(text, "text/turtle").decode()
    lines = turtle.splitlines()
    prefixes = [line.removeprefix("@").rstrip(" .") for line in lines if line.startswith("@prefix")]
    body = [line for line in lines if not line.startswith("@prefix")]
    query = "\n".join([*prefixes, "ASK {", *body, "}"])
    assert "3.1.3" in query and b"true" in real_store.query(query, SPARQL_JSON)
