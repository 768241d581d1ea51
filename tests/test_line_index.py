"""Facts are found again on their lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosswalk.graph.line_index import locate, locate_file, turtle_tokens, unescape
from crosswalk.graph.rdf_files import read_rdf
from crosswalk.namespaces import ID

TEXT = """@prefix ex: <urn:ex#> .
@base <http://example.org/id/> .
# ex:comment ex:is "not read" .
<a>
    a ex:Thing ;
    ex:text "one # two ; three . four"@en ,
        '''two
lines'''@en-GB ;
    ex:number 1.5, -3 ; ex:truth true ;
    ex:part [ ex:inner "deep" ;
              ex:other <../b> ] ;
    ex:list ( 1 [ ex:member "x" ] ) ;
    ex:typed "7"^^ex:kind .

<b#c> ex:text "say \\"hi\\" \\u00e9" .
ex:with.dot ex:p ex:q .
"""
A, EX = "http://example.org/id/a", "urn:ex#"


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ((A,), 4),
        ((A, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", EX + "Thing"), 5),
        ((A, EX + "text"), 6),
        ((A, EX + "text", "one # two ; three . four"), 6),
        ((A, EX + "text", "two\nlines"), 7),
        ((A, EX + "number", "-3"), 9),
        ((A, EX + "truth", "true"), 9),
        ((A, EX + "part"), 10),
        ((A, EX + "list"), 12),
        ((A, EX + "typed", "7"), 13),
        (("http://example.org/id/b#c", EX + "text", 'say "hi" é'), 15),
        ((EX + "with.dot", EX + "p", EX + "q"), 16),
    ],
)
def test_a_fact_is_found_on_its_line(key: tuple[str, ...], line: int) -> None:
    assert locate(TEXT).lines[key] == line


def test_what_a_nested_node_says_is_not_said_of_its_owner() -> None:
    lines = locate(TEXT).lines
    assert (A, EX + "inner") not in lines and (A, EX + "member") not in lines
    assert [line for key, line in lines.items() if key[1:] == (EX + "inner",)] == [10]


def test_the_closest_known_line_is_given() -> None:
    found = locate(TEXT)
    assert found.line(A, EX + "text", "never said") == 6
    assert found.line(A, EX + "never") == 4
    assert found.line("urn:never") is None


def test_graphs_of_trig_and_lines_of_nquads_are_understood() -> None:
    trig = "PREFIX ex: <urn:ex#>\nGRAPH ex:g {\n ex:s ex:p 1 .\n}\nex:h { ex:s ex:q 2 }\n"
    assert locate(trig).lines[EX + "s", EX + "p", "1"] == 3
    assert locate(trig).lines[EX + "s", EX + "q", "2"] == 5
    assert locate('<urn:a> <urn:b> "c" <urn:g> .\n<urn:a> <urn:d> _:x .').lines["urn:a", "urn:d", "_:x"] == 2


@pytest.mark.parametrize(
    "text", ["<urn:a> <urn:b> 'open", "] ) . ; ,", "@prefix", "\x00 <a <b> ", "^^", "a a a a ("]
)
def test_a_broken_text_is_read_as_far_as_it_goes(text: str) -> None:
    assert isinstance(locate(text).lines, dict)


def test_escapes_are_resolved() -> None:
    assert unescape(r"tab\t quote\" uni\u00e9 big\U0001F600 slash\\n") == 'tab\t quote" unié big😀 slash\\n'


def test_comments_are_tokens_of_their_own() -> None:
    found = [(token.text, token.line) for token in turtle_tokens(TEXT) if token.kind == "comment"]
    assert found == [('# ex:comment ex:is "not read" .', 3)]


def test_every_fact_of_the_real_data_has_its_line(repository: Path) -> None:
    paths = sorted((repository / "data").rglob("*.ttl"))
    assert paths
    for path in paths:
        lines, text = locate_file(path, ID).lines, path.read_text(encoding="utf-8").split("\n")
        for quad in read_rdf(path):
            key = (quad.subject.value, quad.predicate.value, quad.object.value)
            assert key in lines, f"{path.name}: {key}"
            number = text[lines[key] - 1]
            assert quad.predicate.value[-4:] in number or number.split()[0] == "a", (
                f"{path.name}:{lines[key]}"
            )
