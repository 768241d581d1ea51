"""The house layout keeps what a file says and where it says it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from crosswalk.errors import InputError
from crosswalk.graph.canonical import is_isomorphic
from crosswalk.graph.line_index import locate
from crosswalk.graph.sources import Source
from crosswalk.graph.turtle import Terms, format_file, format_text, serialize
from crosswalk.namespaces import GRAPH, ID, XW

ROOT = Path(__file__).resolve().parents[1]
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
HEAD = f"@base <{ID}> .\n@prefix skos: <{SKOS}> .\n@prefix xw: <{XW._NS}> .\n"


def laid_out(body: str, **options: bool) -> str:
    return format_text(HEAD + body, "x.ttl", **options)


def body_of(text: str) -> str:
    return text.split("\n\n", 1)[1]


def test_a_block_is_one_fact_a_line_and_the_type_first() -> None:
    untidy = "<b> xw:ordinal 2;skos:prefLabel 'B'@en,'び'@ja;a xw:Guideline.<a> xw:ordinal 1."
    assert laid_out(untidy) == HEAD + (
        "\n<b>\n    a xw:Guideline ;\n    xw:ordinal 2 ;\n"
        '    skos:prefLabel "B"@en ;\n    skos:prefLabel "び"@ja .\n'
        "\n<a>\n    xw:ordinal 1 .\n"
    )


def test_only_prefixes_in_use_are_declared() -> None:
    assert "skos:" not in laid_out("<a> xw:ordinal 1 .") and "xw:" in laid_out("<a> xw:ordinal 1 .")


@pytest.mark.parametrize(
    ("term", "written"),
    [
        (Literal("12", datatype=NamedNode(XSD + "integer")), "12"),
        (Literal("1x", datatype=NamedNode(XSD + "integer")), '"1x"^^xsd:integer'),
        (Literal("true", datatype=NamedNode(XSD + "boolean")), "true"),
        (Literal("1", datatype=NamedNode(XSD + "boolean")), '"1"^^xsd:boolean'),
        (Literal("2016-02", datatype=NamedNode(XSD + "gYearMonth")), '"2016-02"^^xsd:gYearMonth'),
        (Literal("say", language="en"), '"say"@en'),
        (Literal('a "b" \\ c\n\td'), r'"a \"b\" \\ c\n\td"'),
        (Literal("left\u202eright\u0007"), r'"left\u202Eright\u0007"'),
        (NamedNode(ID["ipa/2.0"]), "<ipa/2.0>"),
        (NamedNode(GRAPH["ipa/2.0"]), "<../graph/ipa/2.0>"),
        (NamedNode(str(XW.Guideline)), "xw:Guideline"),
        (NamedNode(SKOS + "a/b"), f"<{SKOS}a/b>"),
        (NamedNode(ID["a:b"]), f"<{ID}a:b>"),
        (NamedNode(str(ID)), "<../id/>"),
        (NamedNode("urn:x"), "<urn:x>"),
    ],
)
def test_terms_take_their_shortest_safe_form(term: object, written: str) -> None:
    assert Terms(ID, {}).write(term) == written


def test_generated_turtle_counts_numbers_by_value() -> None:
    ordinal, value = NamedNode(str(XW.ordinal)), Literal("1", datatype=NamedNode(XSD + "integer"))
    names = ["s/5.10", "s/5.8.1", "s/5.8", "s/A"]
    text = serialize(Triple(NamedNode(ID[name]), ordinal, value) for name in names)
    assert [line for line in text.splitlines() if line.startswith("<")] == [
        "<s/5.8>",
        "<s/5.8.1>",
        "<s/5.10>",
        "<s/A>",
    ]


def test_generated_turtle_does_not_depend_on_the_order_it_is_given() -> None:
    text = HEAD + "<a> xw:ordinal 2, 10, 1 ; skos:note 'x'@ja, 'x'@en ."
    triples = [quad.triple for quad in parse(text.encode(), RdfFormat.TURTLE)]
    assert serialize(triples) == serialize(reversed(triples))
    assert [line.split()[-2] for line in serialize(triples).splitlines() if "ordinal" in line] == [
        "1",
        "2",
        "10",
    ]


def test_lists_are_written_as_lists() -> None:
    text = "<a> skos:memberList ( xw:object [] ( 1 ) ) ; skos:note 'x' ."
    assert "skos:memberList ( xw:object _:b1 ( 1 ) ) ;" in laid_out(text)


def test_comments_at_the_head_stay() -> None:
    text = format_text("# What this is.\n\n# And why.\n" + HEAD + "<a> xw:ordinal 1 .", "x.ttl")
    assert text.startswith("# What this is.\n# And why.\n\n@base")
    assert format_text(text, "x.ttl") == text


def test_a_comment_among_facts_is_refused_with_its_line() -> None:
    with pytest.raises(InputError, match="a comment among the facts would be lost") as caught:
        laid_out("<a> xw:ordinal 1 .\n# lost\n<b> xw:ordinal 2 .")
    assert caught.value.line == 5 and "skos:editorialNote" in caught.value.hint
    assert "#" not in body_of(laid_out("<a> xw:ordinal 1 . # lost", drop_comments=True))


terms = st.one_of(
    st.sampled_from(
        [NamedNode(ID[name]) for name in ("a", "a/2", "a/10", "b.c", "x#y", "//z", "?q", "..", "é")]
    ),
    st.sampled_from([NamedNode(str(term)) for term in (XW.Guideline, GRAPH["g"], SKOS + "x.", "urn:u")]),
)
strings = st.text(st.characters(codec="utf-8"), max_size=12)
literals = st.one_of(
    st.builds(Literal, strings),
    st.builds(lambda text: Literal(text, language="en-gb"), strings),
    st.builds(
        lambda text, kind: Literal(text, datatype=NamedNode(kind)),
        strings,
        st.sampled_from([XSD + "integer"]),
    ),
    st.builds(lambda number: Literal(str(number), datatype=NamedNode(XSD + "integer")), st.integers()),
)
nodes = st.builds(BlankNode, st.sampled_from(["one", "two"]))
graphs = st.lists(
    st.builds(Triple, st.one_of(terms, nodes), terms, st.one_of(terms, literals, nodes)), min_size=1
)


@given(graphs)
def test_any_graph_reads_back_as_it_was(triples: list[Triple]) -> None:
    text = serialize(triples)
    back = list(parse(text.encode(), RdfFormat.TURTLE))
    assert is_isomorphic([Quad(*triple) for triple in triples], back)
    assert format_text(format_text(text, "x.ttl"), "x.ttl") == format_text(text, "x.ttl")


@given(graphs)
def test_every_fact_of_the_layout_is_found_on_its_line(triples: list[Triple]) -> None:
    named = [each for each in triples if not any(isinstance(term, BlankNode) for term in each)]
    text = serialize(named) if named else ""
    lines = locate(text).lines
    for each in named:
        key = (each.subject.value, each.predicate.value, each.object.value)
        assert Terms(ID, {}).write(each.object) in text.split("\n")[lines[key] - 1] or named.count(each) > 1


def curated() -> list[Path]:
    return sorted(path for folder in ("data", "ontology") for path in (ROOT / folder).rglob("*.ttl"))


@pytest.mark.parametrize("path", curated(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_curated_files_are_in_the_house_layout(path: Path) -> None:
    """Repair with: crosswalk format FILE."""
    assert not format_file(path, write=False)


def test_a_file_is_written_once_and_then_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(HEAD + "<a> xw:ordinal 1 .")
    path.chmod(0o640)
    assert format_file(path) is True
    assert path.stat().st_mode & 0o777 == 0o640
    before = path.stat().st_ino, path.read_text()
    assert format_file(path) is False
    assert (path.stat().st_ino, path.read_text()) == before
    assert [each.name for each in tmp_path.iterdir()] == ["x.ttl"]


def test_looking_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(HEAD + "<a> xw:ordinal 1 .")
    assert format_file(path, write=False) is True
    assert path.read_text() == HEAD + "<a> xw:ordinal 1 ."


def test_a_layout_that_would_change_the_meaning_is_never_written(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(HEAD + "<a> xw:ordinal 1 .")
    monkeypatch.setattr(Terms, "_literal", lambda self, literal: "2")
    with pytest.raises(InputError, match="without a change of what it says"):
        format_file(path)
    assert path.read_text() == HEAD + "<a> xw:ordinal 1 ."


@pytest.mark.parametrize(("name", "text"), [("x.nt", "<urn:a> <urn:b> 1 ."), ("x.ttl", "<urn:a> <urn:b>")])
def test_what_is_no_turtle_is_refused(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError):
        format_file(tmp_path / name)
    assert (tmp_path / name).read_text() == text


def test_a_statement_about_a_statement_is_refused() -> None:
    inner = Triple(NamedNode("urn:a"), NamedNode("urn:b"), NamedNode("urn:c"))
    with pytest.raises(InputError, match="cannot be written"):
        serialize([Triple(NamedNode("urn:a"), NamedNode("urn:b"), inner)])


def test_a_source_knows_its_lines(content) -> None:
    path = content.root / "data" / "toy" / "1.ttl"
    source = Source(path, "data/toy/1.ttl", GRAPH + "toy/1", ())
    assert source.locations.line(ID["toy/1/guideline/1"], str(XW.inCategory)) == 19
