"""A keyword is told from its look-alikes, and refused before any engine reads the query."""

from __future__ import annotations

import pyoxigraph
import pytest

from crosswalk.errors import QueryRefused
from crosswalk.evaluation.inspection import Inspection, inspect
from crosswalk.settings import Settings
from crosswalk.stores import QueryDataset

SETTINGS = Settings()


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * {}", "SELECT"),
        ("# INSERT\nprefix a: <urn:ASK> base <urn:b> ask {}", "ASK"),
        ("PREFIX select: <urn:x> CONSTRUCT WHERE { ?s select:insert ?o }", "CONSTRUCT"),
        ("VERSION '1.2' DESCRIBE <urn:insert>", "DESCRIBE"),
        ("", None),
        ("nonsense", None),
        ("'SELECT'", None),
    ],
)
def test_the_form_is_the_first_word_after_the_prologue(text: str, form: str | None) -> None:
    assert inspect(text, SETTINGS).form == form


UPDATES = (
    "LOAD <urn:document>",
    "LOAD SILENT <urn:document> INTO GRAPH <urn:g>",
    "CLEAR ALL",
    "DROP SILENT NAMED",
    "CREATE GRAPH <urn:g>",
    "ADD <urn:g> TO DEFAULT",
    "MOVE <urn:g> TO <urn:h>",
    "COPY DEFAULT TO <urn:g>",
    "INSERT DATA { <urn:s> <urn:p> 1 }",
    "DELETE DATA { <urn:s> <urn:p> 1 }",
    "DELETE WHERE { ?s ?p ?o }",
    "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "WITH <urn:g> DELETE { ?s ?p ?o } INSERT { ?o ?p ?s } WHERE { ?s ?p ?o }",
)
"""Every form of Update1, https://www.w3.org/TR/sparql11-query/#rUpdate1."""


@pytest.mark.parametrize("update", UPDATES)
def test_every_update_is_refused_with_its_place(update: str) -> None:
    for text in (update, update.lower()):
        with pytest.raises(QueryRefused, match="read-only") as fault:
            inspect(f"PREFIX a: <urn:a#>\n  {text}", SETTINGS)
        assert (fault.value.line, fault.value.column) == (2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <urn:x> {} }",
        "SELECT * { { { sErViCe SILENT ?x {} } } }",
        "SELECT * { ?s ?p 'a\\'b' . SERVICE <urn:x> {} }",
        'SELECT * { ?s ?p """a"b""" . SERVICE <urn:x> {} }',
        "SELECT * { # SERVICE\nSERVICE<urn:x>{} }",
        "SELECT * { FILTER(?a<'x>'||EXISTS{SERVICE<urn:x>{}}||'y'='z') }",
        "SELECT * { FILTER(?a<?b) SERVICE <urn:x> {} FILTER(?c>?d) }",
        "SELECT * { ?s ?p trueSERVICE <urn:x> {} }",
        "SELECT * { ?s ?p 1SERVICE <urn:x> {} }",
        "SELECT * { ?s ?p 1e5SERVICE <urn:x> {} }",
        "SELECT * { SERVICESILENT<urn:x>{} }",
        "SELECT * { serviceSilent?x {} }",
        "PREFIX ex: <urn:x> SELECT * { SERVICEex:there { ?s ?p ?o } }",
        "PREFIX ex: <urn:x> SELECT * { ?s ?p true.SERVICESILENTex:there # here\n { ?s ?p ?o } }",
        "PREFIX ex: <urn:x> PREFIX serviceex: <urn:y> SELECT * { serviceex:there { ?s ?p ?o } }",
    ],
)
def test_service_is_found_in_every_disguise(text: str) -> None:
    with pytest.raises(QueryRefused, match="SERVICE"):
        inspect(text, SETTINGS)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?SERVICE { ?SERVICE ?p ?o }",
        "SELECT $service { $service ?p ?o }",
        "SELECT * { ?s <urn:SERVICE> 'SERVICE { }' } # SERVICE",
        "PREFIX service: <urn:x> SELECT * { ?s service:SERVICE ?o }",
        "SELECT * { ?s ?p 'x'@service }",
        "PREFIX service: <urn:x> SELECT * { GRAPH service:here { ?s ?p service:it } }",
        "SELECT * { _:SERVICE ?p ?o }",
        "SELECT * { ?s ?p '''a ' SERVICE <urn:x> ''' }",
        "SELECT * { ?s <http://example.org/o'clock> ?o ; ?p 'x' }",
    ],
)
def test_the_word_service_is_free_in_names_and_strings(text: str) -> None:
    assert inspect(text, SETTINGS).form == "SELECT"


@pytest.mark.parametrize(("opening", "closing"), ["()", "{}", "[]"])
def test_nesting_is_bounded(opening: str, closing: str) -> None:
    deep = SETTINGS.query_depth
    assert inspect("ASK " + opening * deep + closing * deep, SETTINGS).form == "ASK"
    with pytest.raises(QueryRefused, match=f"more than {deep} deep"):
        inspect("ASK " + opening * (deep + 1), SETTINGS)
    with pytest.raises(QueryRefused, match="deep"):
        inspect("ASK " + closing * 500 + opening * (deep + 1), SETTINGS)


def test_brackets_in_strings_and_comments_do_not_nest() -> None:
    assert inspect(f"ASK {{ ?s ?p '{'(' * 500}' }} # {'{' * 500}", SETTINGS).form == "ASK"


@pytest.mark.parametrize("sign", ["!", "-", "! ", "- ", "+", "^"])
def test_signs_before_signs_nest_as_well(sign: str) -> None:
    with pytest.raises(QueryRefused, match="deep"):
        inspect(f"ASK {{ FILTER({sign * 200}1) }}", SETTINGS)


def test_signs_between_operands_do_not_nest() -> None:
    assert inspect(f"ASK {{ FILTER(1{'-1' * 500} = 0) }}", SETTINGS).form == "ASK"


def test_the_number_of_words_is_bounded_and_numbers_are_none() -> None:
    small = Settings(query_tokens=50)
    assert inspect("ASK { VALUES ?x { " + "12345 " * 100 + "} }", small).form == "ASK"
    with pytest.raises(QueryRefused, match="more than 50 words"):
        inspect("ASK { " + "?s ?p ?o . " * 20 + "}", small)


@pytest.mark.parametrize("function", ["NOW", "rand", "UUID", "StrUUID", "bnode"])
def test_what_answers_anew_each_time_is_volatile(function: str) -> None:
    assert inspect(f"SELECT ({function}() AS ?x) {{}}", SETTINGS).volatile
    assert not inspect(f"SELECT ?{function} {{ ?{function} ?p '{function}()' }}", SETTINGS).volatile


def test_the_graphs_of_a_query_are_read_with_its_prefixes_and_base() -> None:
    text = r"""BASE <http://example.org/a/> PREFIX e: <b/> PREFIX : <urn:x:>
        SELECT * FROM <c> FROM e:d\.1 from named :g FROM NAMED <../h> FROM <c>
        WHERE { GRAPH <urn:not> { ?s e:from ?o } }"""
    default = ("http://example.org/a/c", "http://example.org/a/b/d.1")
    assert inspect(text, SETTINGS).dataset == QueryDataset(default, ("urn:x:g", "http://example.org/h"))
    assert not inspect("SELECT ?from { ?from <urn:FROM> 'FROM <urn:x>' }", SETTINGS).dataset


@pytest.mark.parametrize(
    "text",
    [
        r"SELECT * { S\u0045RVICE <urn:x> { ?s ?p ?o } }",
        r"S\u0045LECT * { ?s ?p ?o }",
        r"SELECT * \u007B ?s ?p ?o }",
        "SELECT * { \u017fERVICE <urn:x> { ?s ?p ?o } }",
        r"SELECT * FR\u004FM <urn:x> { ?s ?p ?o }",
    ],
)
def test_the_engine_takes_no_keyword_or_bracket_for_one_that_is_written_in_escapes(text: str) -> None:
    with pytest.raises(SyntaxError):
        pyoxigraph.Store().query(text)


@pytest.mark.parametrize("word", ["SERVICE {", "From <urn:a>", "now()", "rand()", "insert", "drop"])
def test_a_word_in_a_comment_a_string_or_a_name_is_none(word: str) -> None:
    name = word.partition("(")[0].partition(" ")[0]
    text = f'SELECT * {{ ?s ?{name} \'{word}\' , <urn:{name}> , xw:{name} , """{word}""" }} #{word}\r# {word}'
    assert inspect(text, SETTINGS) == Inspection("SELECT")


DOUBTFUL = [
    "SELECT * { FILTER(?a<'x'&&?b>'y') SERVICE <urn:x> {} FILTER('z'=?x) }",
    "SELECT * { FILTER(?a<?b#>'''\n) SERVICE <urn:x> {} #'''\n }",
    "PREFIX u: <urn:> SELECT * { FILTER(u:x<u:y#>'''\n) SERVICE <urn:x> {} #'''\n }",
    "SELECT * { ?s <urn:a'b> ?o FILTER(?a<'x'&&?b>'y') SERVICE <urn:x> {} FILTER('z'=?x) }",
    "SELECT * { # a comment ends here\rSERVICE <urn:x> {} }",
]
"""Queries whose SERVICE one reading of the text hides in a string or a comment."""


@pytest.mark.parametrize("text", DOUBTFUL)
def test_service_is_found_where_a_text_has_two_readings(text: str) -> None:
    pyoxigraph.Store().query(text)
    with pytest.raises(QueryRefused, match="SERVICE"):
        inspect(text, SETTINGS)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { FILTER(?a<" + "(" * 150 + "1)&&?b>2" + ")" * 150 + " }",
        "SELECT * { FILTER(?a<" + "!" * 150 + "?b>2) }",
        "SELECT * { FILTER(?a<'x'&&?b>" + "(" * 150 + "'y'" + ")" * 150 + ") }",
    ],
)
def test_nesting_is_found_where_a_text_has_two_readings(text: str) -> None:
    with pytest.raises(QueryRefused, match="deep"):
        inspect(text, SETTINGS)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s <#service> 'SERVICE {' FILTER(?s != <urn:a#b>) }",
        "SELECT * { VALUES (?a ?b) { ('SERVICE' <http://example.org/o'clock#1>) } }",
        "SELECT * { ?service <urn:o'clock> ?b FILTER(?a<?b&&?b>?c) }",
    ],
)
def test_what_can_be_read_in_one_way_only_is_not_doubted(text: str) -> None:
    assert inspect(text, SETTINGS).form == "SELECT"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (r"SELECT * { S\u0045RVICE <urn:x> { ?s ?p ?o } }", "SERVICE"),
        (r"SELECT * { \U00000053ERVICE <urn:x> { ?s ?p ?o } }", "SERVICE"),
        (r"\u0044ROP ALL", "read-only"),
        (r"SELECT * { ?s ?p '\u0027 . SERVICE <urn:x> {} # ' }", "SERVICE"),
        ("ASK " + r"\u007B" * 150, "deep"),
    ],
)
def test_a_text_is_refused_as_engines_read_it_that_resolve_escapes_first(text: str, what: str) -> None:
    with pytest.raises(QueryRefused, match=what):
        inspect(text, SETTINGS)


@pytest.mark.parametrize("text", ["SELECT * {} LIMIT1OFFSET1VALUES?x{}", "SELECTREDUCED*FROM<urn:a>{?s a?o}"])
def test_keywords_need_no_space(text: str) -> None:
    assert inspect(text, SETTINGS).form == "SELECT"
    assert inspect(text, SETTINGS).dataset == QueryDataset(("urn:a",) if "FROM" in text else ())


def test_a_function_in_a_comparison_is_volatile_too() -> None:
    assert inspect("SELECT * { ?s ?p ?o FILTER(?o<NOW()&&?o>?p) }", SETTINGS).volatile
    assert not inspect("SELECT * { ?s <urn:now> ?o FILTER(?o<?now&&?o>?p) }", SETTINGS).volatile


CLAUSES = ("FROM<urn:a>FROM<urn:b>", "FROM <urn:a>", "from#c\n<urn:a>", "FROM\tNAMED <urn:a>",
           "FROM NAMED<urn:a>", "FROM e:a from e:b", "FROM :a", "FROM named e:a", "FROM NAMED#x\n:a",
           "FROM named:a", "FROM a:b", "FROM\nnamed.x:b")  # fmt: skip
"""Clauses in every way they are written."""


@pytest.mark.parametrize("clause", CLAUSES)
@pytest.mark.parametrize("before", ["*", "?s ", "(1 AS ?s)", "* # from a part to a whole\n"])
def test_no_clause_is_taken_for_a_word(before: str, clause: str) -> None:
    prologue = "".join(f"PREFIX {name}: <urn:> " for name in ("e", "", "a", "named", "named.x"))
    assert inspect(f"{prologue}SELECT {before}{clause} {{ ?s ?p ?o }}", SETTINGS).dataset
