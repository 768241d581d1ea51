"""Names: closed vocabulary, prefixes read from their one file, short and full IRIs."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosswalk import iris, namespaces
from crosswalk.errors import InputError
from crosswalk.iris import BASE, PREFIXES, Curies, compact, expand, prefixes_in
from crosswalk.namespaces import GRAPH, ID, SHAPE, XW
from crosswalk.relations import algebra


def test_a_name_that_is_no_term_raises() -> None:
    with pytest.raises(AttributeError, match="ordnial"):
        _ = XW.ordnial
    assert str(XW.ordinal) == PREFIXES["xw"] + "ordinal"


def test_prefixes_are_those_of_the_file_and_cannot_be_changed() -> None:
    assert {"xw", "id", "graph", "shape", "skos", "dcterms", "sssom", "xkos"} <= set(PREFIXES)
    assert PREFIXES["id"] == str(ID) and PREFIXES["graph"] == str(GRAPH) and PREFIXES["shape"] == str(SHAPE)
    with pytest.raises(TypeError):
        PREFIXES["xw"] = "http://example.org/"  # type: ignore[index]


def test_the_names_are_imported_without_reading_the_prefixes() -> None:
    code = (
        "import sys, crosswalk.iris as names\n"
        "assert names.declared_prefixes.cache_info().currsize == 0\n"
        "assert not {'pyoxigraph', 'rdflib'} & set(sys.modules)\n"
        "assert names.PREFIXES['xw'] and names.declared_prefixes.cache_info().currsize == 1\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(namespaces).failed == doctest.testmod(iris).failed == 0


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("ipa/2.0/guideline/9", ID + "ipa/2.0/guideline/9"),
        (" <https://example.org/a> ", "https://example.org/a"),
        ("https://example.org/a", "https://example.org/a"),
        ("urn:isbn:1", "urn:isbn:1"),
        ("xw:Guideline", str(XW.Guideline)),
        ("graph:ipa/2.0", GRAPH + "ipa/2.0"),
        ("id:ipa", ID + "ipa"),
    ],
)
def test_expand_understands_iris_curies_and_paths(text: str, iri: str) -> None:
    assert expand(text) == iri


@pytest.mark.parametrize("text", ["", "  ", "a b", "a<b", 'say "x"', "two\nlines", "<>"])
def test_expand_refuses_what_cannot_be_an_iri(text: str) -> None:
    with pytest.raises(InputError) as caught:
        expand(text)
    assert caught.value.hint


def test_expand_names_the_known_prefixes_when_one_is_unknown() -> None:
    with pytest.raises(InputError, match="ipaa:") as caught:
        expand("ipaa:guideline")
    assert "xw" in (caught.value.hint or "")


def test_compact_leaves_a_foreign_iri_alone() -> None:
    assert compact("https://example.org/a") == "https://example.org/a"
    assert compact(str(ID)) == "id:"


@given(st.from_regex(r"[a-z][a-z0-9.-]{0,8}(/[A-Za-z0-9.-]{1,8}){0,4}", fullmatch=True))
def test_a_path_expands_and_compacts_back(path: str) -> None:
    assert compact(expand(path)) == path


@given(st.sampled_from(sorted(PREFIXES)), st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,12}", fullmatch=True))
def test_a_curie_expands_to_an_iri_that_is_found_again(prefix: str, local: str) -> None:
    iri = expand(f"{prefix}:{local}")
    assert expand(compact(iri)) == iri


def test_the_longest_namespace_that_fits_shortens_an_iri() -> None:
    curies = Curies({"a": "urn:x:", "b": "urn:x:y:", "c": "urn:z:"}, re.compile(r"\w+"))
    assert [curies.shorten(f"urn:x:{rest}") for rest in ("q", "y:q", "y", "y:q:r", "")] == [
        "a:q", "b:q", "a:y", None, None]  # fmt: skip
    assert Curies({"a": "urn:x:", "b": "urn:x:y:"}).shorten("urn:x:y:q") == "b:q"
    assert curies.shorten("urn:none") is None and curies.used == {"a": "urn:x:", "b": "urn:x:y:"}
    assert iris.shorten(ID + "ipa") == "id:ipa" and iris.shorten(BASE + "ipa") == BASE + "ipa"
    assert prefixes_in(f"<{XW.text}> <urn:x> 'skos:' .".encode()) == {"xw": PREFIXES["xw"]}


def test_terms_named_as_text_are_terms_of_the_ontology() -> None:
    package = Path(iris.__file__).parent
    named = {
        name
        for path in package.rglob("*.py")
        for name in re.findall(r'\bterm\("(\w+)"\)', path.read_text(encoding="utf-8"))
    }
    named |= {iri.rpartition("#")[2] for iri in algebra.IRIS.values()}
    assert {"Mapped", "Equal", "Removed"} <= named
    assert [name for name in sorted(named) if iris.term(name) != str(getattr(XW, name))] == []


def test_a_server_starts_without_an_rdf_library_it_does_not_need() -> None:
    code = "import sys, crosswalk.web.server; assert 'rdflib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
