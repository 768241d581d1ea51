"""Every terminal of the grammar becomes the token it is, and the finders read the same tokens."""

from __future__ import annotations

import re
import time

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosswalk.query_header import header, without_header
from crosswalk.sparql_tokens import (
    KEYWORDS,
    missing_prefixes,
    on_one_line,
    position,
    query_form,
    readings,
    tokens,
    undeclared_prefixes,
    words,
)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokens(text)]


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("iri", ("<>", "<urn:a>", "<a#b'c>", r"<urn:\u00e9\U0001F600>", "<http://example.org/a_(b)>")),
        ("string", ("''", '""', "'a\\'b'", "'''a'b''c\n'''", '"""a"b""c\n"""', r"'\u0027'", "'#'")),
        ("variable", ("?a", "$a", "?1", "?_", "?é\u0660", "?a\u203f")),
        ("blank", ("_:a", "_:1", "_:a.b", "_:a-b")),
        (
            "name",
            (
                ":",
                "a:",
                ":b",
                "a:b",
                "a.b:c",
                "a-b:c.d",
                "a:1",
                "a:b:c",
                r"a:\-b%20c",
                "é:é",
                "a:b-",
                "a:.b"[:2],
            ),
        ),
        ("language", ("@en", "@de-CH-1996", "@en--ltr")),
        ("number", ("1", "1.5", ".5", "1e5", "1.e5", "1.5E-5", ".5e+1")),
        ("word", ("a", "SELECT", "select", "GROUP_CONCAT", "sha512", "SELEC", "STRLENN", "_x")),
        ("mark", tuple("{}()[].,;*/|^+-!=<>&?$@~\\")),
    ],
)
def test_every_kind_of_token_is_one_token(kind: str, texts: tuple[str, ...]) -> None:
    for text in texts:
        assert kinds(text) == [(kind, text)]
        assert kinds(f" #c\r{text} #c\n") == [(kind, text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("SELECTDISTINCT*", "SELECT DISTINCT *"),
        ("LIMIT1OFFSET2", "LIMIT 1 OFFSET 2"),
        ("ORDERBY?x", "ORDER BY ?x"),
        ("1e5SERVICE", "1e5 SERVICE"),
        ("trueSERVICE", "true SERVICE"),
        ("FILTER NOTEXISTS{", "FILTER NOT EXISTS {"),
        ("NOTIN(1)", "NOT IN ( 1 )"),
        ("a.b-c", "a . b - c"),
        ("true.false", "true . false"),
        ("e:a.", "e:a ."),
        ("1.e:a", "1 . e:a"),
        ("?x.y:z", "?x . y:z"),
        ("'it''s'@en", "'it' 's' @en"),
        ("?a<?b", "?a < ?b"),
        ("<a b>", "< a b >"),
        ("SERVICEex:there", "SERVICEex:there"),
        ("#a\rb", "b"),
        ("#a\nb#c", "b"),
    ],
)
def test_tokens_need_no_space_between_them(text: str, parts: str) -> None:
    assert [token.text for token in tokens(text)] == parts.split()


@pytest.mark.parametrize("text", ["'abc", '"abc', "'abc\\'"])
def test_a_quotation_mark_that_nothing_closes_takes_the_rest_of_its_line(text: str) -> None:
    *_, last, after = tokens(f"ASK {text} }}\nFILTER")
    assert last.kind == "unclosed" and last.text.endswith("}") and after.text == "FILTER"


FRAGMENTS = st.sampled_from(
    ["SELECT", "a", "e:", "e:b", ".", "'", '"', "'''", "<", ">", "#", "\n", "\r", " ", "1", "1.5", "e5", "?x",
     "_:b", "@en", "\\", "\\u0041", "-", "_", "é", "·", "{", "(", "\u2190", "%20", "SERVICE"]
)  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=12).map("".join))
def test_tokens_cover_a_text_and_words_are_those_among_them(text: str) -> None:
    read = list(tokens(text))
    assert all(text.startswith(token.text, token.start) for token in read)
    rest = list(text)
    for token in read:
        rest[token.start : token.start + len(token.text)] = [""] * len(token.text)
    assert re.fullmatch(r"(?:[ \t\r\n]|#[^\r\n]*)*", "".join(rest))
    assert words(text) == [token.text.upper() for token in read if token.kind == "word"]


@pytest.mark.parametrize(
    "text", ["", "SELECT * {", "SELECT * {} x", "SELECT * { FILTER(1 ", "ASK { ?s ?p ", "ASK "]
)
def test_every_word_the_engine_expects_is_a_keyword(text: str) -> None:
    with pytest.raises(SyntaxError) as fault:
        pyoxigraph.Store().query(text)
    expected = re.sub(r"u\{\w+\}|\".*?\"", "", str(fault.value).partition("expected ")[2])
    assert {word.upper() for word in re.findall(r"\b[A-Za-z][A-Z_]{2,}\w*", expected)} <= KEYWORDS


def test_the_form_is_the_first_word_that_is_one() -> None:
    prologue = "#SELECT\nPREFIX a: <urn:x#ASK>\n# ASK\nprefix b:<urn:y> BASE <urn:z>"
    assert query_form(f"{prologue} construct WHERE {{}}") == "CONSTRUCT"
    assert query_form("SELECTED ASK {}") == "ASK"
    assert query_form("INSERT { ?s ?p 1 } WHERE { { SELECT * {} } }") is None


@pytest.mark.parametrize(
    "text",
    [
        "PREFIX a" + " " * 200_000,
        "#\n" * 100_000,
        "PREFIX a: " + "#\n" * 100_000,
        "a." * 100_000,
        "a-" * 100_000,
        "a" + "." * 200_000,
        "a:b" + "." * 200_000,
        "1" * 200_000,
        "1." * 100_000,
        r"\"\"" * 1 + r"\"" * 100_000,
        "'" + r"\'" * 100_000,
        "'''" + r"\'" * 100_000,
        "<" + "a" * 200_000,
        "<a" * 100_000,
        "_:a" + "." * 200_000,
        "LIMIT" * 40_000,
        "?" * 200_000,
    ],
)
def test_every_text_is_read_in_time_linear_to_its_length(text: str) -> None:
    began = time.process_time()
    assert query_form(text) is None and words(text) is not None
    assert time.process_time() - began < 5


def test_prefixes_that_are_missing_are_told_in_their_order() -> None:
    text = "PREFIX a: <urn:a#> ASK { ?s a:b 'c:d' ; f:g h:i, f:j . <k:l> m:n ?o } # o:p"
    assert list(undeclared_prefixes(text)) == ["f", "h", "m"]
    assert undeclared_prefixes(text)["h"].start == text.index("h:i")
    assert missing_prefixes(text, {"m": "urn:m", "f": "urn:f", "o": "urn:o"}) == {"f": "urn:f", "m": "urn:m"}
    assert list(undeclared_prefixes("ASK { ?s a:b 'c ; d:e 1 }\n f:g")) == ["a"]


def test_header_lines_are_comments_at_the_beginning_of_a_line() -> None:
    text = (
        "#+ title: One\r\n#+ tags: a, b \nASK { ?s ?p '''\n#+ no: header\n''' } #+ nor: this\n# nor: that\n"
    )
    assert header(text) == {"title": "One", "tags": "a, b"}
    assert without_header(text) == text[text.index("ASK") :]


def test_a_query_on_one_line_keeps_its_strings() -> None:
    text = "ASK { # a '\n  ?s\t?p '# no comment' , '''a\n  b''' .\r\n# c\n}\n"
    assert on_one_line(text) == "ASK { ?s ?p '# no comment' , '''a\n  b''' . }"


def test_escapes_give_a_second_reading() -> None:
    assert readings("ASK {}") == ("ASK {}",) and readings(r"'\n'") == (r"'\n'",)
    assert readings(r"S\u0045\U00000045 \UFFFFFFFF") == (r"S\u0045\U00000045 \UFFFFFFFF", "SEE \U0010ffff")


def test_a_position_is_counted_from_one() -> None:
    assert [position("a\nbc", offset) for offset in (0, 1, 2, 3)] == [(1, 1), (1, 2), (2, 1), (2, 2)]
