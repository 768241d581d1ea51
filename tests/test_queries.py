"""Queries by name, their headers, and the binding of their parameters."""

from __future__ import annotations

import pyoxigraph
import pytest
import rdflib

from crosswalk.errors import InputError
from crosswalk.namespaces import ID, XW
from crosswalk.stores import named_queries
from crosswalk.stores.named_queries import Query, bind, catalogue, load, parse, read_term, write_term
from crosswalk.stores.results import Term

TEXT = """\
#+ title: Guidelines
#+ question: Which guidelines are in an edition?
#+ tags: structure, guidelines
#+ example.edition: <https://example.org/e>
PREFIX xw: <https://example.org/>
# a comment that says SELECT
ASK {
  VALUES ?edition { UNDEF }
    VALUES ?other { UNDEF }
  ?s xw:inEdition ?edition . # VALUES ?edition { UNDEF }
}
"""


@pytest.fixture
def query() -> Query:
    return parse(TEXT)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in ("questions/which-ones.rq", "questions/how-many.rq", "pages/home.rq"):
        (tmp_path / "queries" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "queries" / name).write_text(TEXT)
    monkeypatch.setattr(named_queries, "content_root", lambda: tmp_path)
    return tmp_path / "queries"


def test_the_header_tells_title_question_tags_and_examples(query) -> None:
    assert (query.title, query.question) == ("Guidelines", "Which guidelines are in an edition?")
    assert query.tags == ("structure", "guidelines")
    assert query.examples == {"edition": "<https://example.org/e>"}


def test_the_form_is_the_first_keyword_and_not_a_word_of_a_comment(query) -> None:
    assert query.form == "ASK"


def test_parameters_are_whole_lines_only(query) -> None:
    assert query.parameters == ("edition", "other")


def test_a_query_is_found_with_and_without_its_kind(folder) -> None:
    assert load("home") == load("pages/home")
    assert load("which-ones").path == folder / "questions" / "which-ones.rq"


def test_a_catalogue_holds_one_kind_by_name(folder) -> None:
    assert [one.name for one in catalogue()] == ["how-many", "which-ones"]
    assert [one.name for one in catalogue("pages")] == ["home"]


def test_an_unknown_name_is_told_with_near_ones(folder) -> None:
    with pytest.raises(InputError, match="no query is called 'wich-one'") as fault:
        load("wich-one")
    assert "which-ones" in fault.value.hint


@pytest.mark.parametrize("name", ["../pages/home", "pages/../pages/home", "/etc/passwd", "", "nowhere/home"])
def test_a_name_does_not_lead_out_of_the_folder(folder, name) -> None:
    with pytest.raises(InputError, match="no query is called"):
        load(name)


def test_a_file_that_is_not_utf8_is_named(folder) -> None:
    (folder / "questions" / "broken.rq").write_bytes(b"# caf\xe9\nASK {}")
    with pytest.raises(InputError, match=r"broken\.rq: the file is not UTF-8"):
        load("broken")


def test_binding_replaces_the_line_and_nothing_else(query) -> None:
    bound = bind(query, edition=ID["ipa/2.0"])
    pairs = zip(TEXT.splitlines(), bound.splitlines(), strict=True)
    changed = [(old, new) for old, new in pairs if old != new]
    assert changed == [("  VALUES ?edition { UNDEF }", f"  VALUES ?edition {{ <{ID['ipa/2.0']}> }}")]


def test_binding_keeps_crlf_line_ends() -> None:
    bound = bind(parse(TEXT.replace("\n", "\r\n")), other=rdflib.Literal(5))
    assert "UNDEF" in bound and '"5"^^' in bound
    assert bound.count("\r\n") == TEXT.count("\n")


def test_nothing_bound_leaves_the_text_as_it_is(query) -> None:
    assert bind(query) == bind(query, edition=None) == TEXT


def test_a_list_binds_each_of_its_terms(query) -> None:
    assert "VALUES ?other { <urn:a> <urn:b> }" in bind(query, other=["urn:a", "urn:b"])


def test_an_unknown_parameter_is_told_with_the_known_ones(query) -> None:
    with pytest.raises(InputError, match="no parameter 'editon'") as fault:
        bind(query, editon=ID["ipa/2.0"])
    assert "edition, other" in fault.value.hint


@pytest.mark.parametrize(
    ("term", "written"),
    [
        (ID["ipa/2.0"], f"<{ID['ipa/2.0']}>"),
        (XW.Green, f"<{XW.Green}>"),
        (pyoxigraph.NamedNode("urn:x"), "<urn:x>"),
        (Term("uri", "urn:x"), "<urn:x>"),
        (rdflib.Literal("a"), '"a"'),
        (rdflib.Literal("a", lang="en"), '"a"@en'),
        (Term("literal", "a", lang="ja"), '"a"@ja'),
        (pyoxigraph.Literal("1", datatype=pyoxigraph.NamedNode("urn:t")), '"1"^^<urn:t>'),
        (Term("literal", "1", datatype="urn:t"), '"1"^^<urn:t>'),
        (rdflib.Literal('a" } #\n\\'), '"a\\" } #\\n\\\\"'),
    ],
)
def test_every_kind_of_term_is_written_escaped_on_one_line(term, written) -> None:
    assert write_term(term) == written


@pytest.mark.parametrize("term", [rdflib.BNode("a"), Term("bnode", "b0"), pyoxigraph.BlankNode("b")])
def test_a_blank_node_cannot_be_bound(term) -> None:
    with pytest.raises(InputError, match="blank node"):
        write_term(term)


@pytest.mark.parametrize("term", ["no iri", "urn:a> } DROP ALL {", "ipa/2.0", rdflib.URIRef("urn:a b")])
def test_what_is_no_iri_cannot_be_bound(term) -> None:
    with pytest.raises(InputError, match="cannot stand in a query"):
        write_term(term)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("https://example.org/a", "<https://example.org/a>"),
        ("<urn:a>", "<urn:a>"),
        ("xw:Green", f"<{XW.Green}>"),
        ("ipa/2.0", f"<{ID['ipa/2.0']}>"),
        ('"text"@en', '"text"@en'),
        ("'text'", '"text"'),
        ('"2016-07"^^xsd:gYearMonth', '"2016-07"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>'),
        ("5", '"5"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("true", '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
    ],
)
def test_people_may_write_a_term_in_many_ways(text, written) -> None:
    assert write_term(read_term(text)) == written


@pytest.mark.parametrize("text", ['"a", "b"', '"a" . <urn:x> a <urn:z>', '"open', "<a b>", "nope:x", ""])
def test_what_is_not_exactly_one_term_is_refused(text) -> None:
    with pytest.raises(InputError):
        read_term(text)


def test_every_query_of_the_project_parses_and_its_examples_bind() -> None:
    engine = pyoxigraph.Store()
    checked = 0
    for kind in named_queries.KINDS:
        for one in catalogue(kind):
            assert set(one.examples) <= set(one.parameters), one.name
            engine.query(bind(one, **{name: read_term(text) for name, text in one.examples.items()}))
            checked += 1
    assert checked > 25
