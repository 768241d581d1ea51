"""Files become named graphs; a file that cannot is told of with its line and the way to repair it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import BlankNode

from crosswalk.errors import InputError
from crosswalk.graph.rdf_files import FORMATS, read_rdf
from crosswalk.graph.sources import graph_name, read_file, read_sources
from crosswalk.namespaces import GRAPH
from crosswalk.stores import SPARQL_JSON
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.results import read_answer

ONE_FACT = {
    "fact.ttl": "<urn:a> <urn:b> <urn:c> .",
    "fact.trig": "<urn:g> { <urn:a> <urn:b> <urn:c> . }",
    "fact.nt": "<urn:a> <urn:b> <urn:c> .",
    "fact.nq": "<urn:a> <urn:b> <urn:c> <urn:g> .",
    "fact.jsonld": '{"@id": "urn:a", "urn:b": {"@id": "urn:c"}}',
    "fact.rdf": '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:u="urn:">'
    '<r:Description r:about="urn:a"><u:b r:resource="urn:c"/></r:Description></r:RDF>',
}


def fault(path: Path, content: str | bytes) -> InputError:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        read_file(path)
    return caught.value


@pytest.mark.parametrize("name", ONE_FACT)
def test_every_syntax_gives_the_same_fact(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(ONE_FACT[name])
    triples = [quad.triple for quad in read_file(path).quads]
    assert [[term.value for term in triple] for triple in triples] == [["urn:a", "urn:b", "urn:c"]]


def test_the_named_graphs_of_a_foreign_file_stay(tmp_path: Path) -> None:
    (tmp_path / "a.nq").write_text(ONE_FACT["fact.nq"])
    assert [quad.graph_name.value for quad in read_file(tmp_path / "a.nq").quads] == ["urn:g"]


def test_each_curated_file_is_a_graph_of_its_own(content) -> None:
    sources = read_sources(content.root)
    graphs = {source.name: source.graph.removeprefix(GRAPH) for source in sources}
    assert graphs["data/toy/1.ttl"] == "toy/1"
    assert graphs["ontology/crosswalk.ttl"] == "ontology/crosswalk"
    assert all({quad.graph_name.value for quad in source.quads} == {source.graph} for source in sources)
    assert not any(source.name.startswith("shapes") for source in sources)


@pytest.mark.parametrize(
    ("path", "graph"),
    [
        ("data/bodies.ttl", "bodies"),
        ("data/ipa/1.0--2.0.ttl", "ipa/1.0--2.0"),
        ("data/mappings/a--b.sssom.tsv", "mappings/a--b"),
        ("ontology/prefixes.ttl", "ontology/prefixes"),
    ],
)
def test_a_graph_bears_the_name_of_its_file(path: str, graph: str) -> None:
    assert graph_name(Path(path)) == GRAPH + graph


def test_the_ontology_is_told_from_the_data(content) -> None:
    graphs = {quad.graph_name.value.removeprefix(GRAPH) for quad in read_sources(content.root).ontology()}
    assert graphs == {"ontology/crosswalk", "ontology/prefixes", "ontology/schemes"}


@pytest.mark.parametrize("name", ["data/README.md", "data/.hidden.txt", "data/.git/x.txt", "data/toy/1.ttl~"])
def test_files_that_are_no_data_are_passed_over(name: str, content) -> None:
    content.write(name, "no turtle at all")
    assert name not in {source.name for source in read_sources(content.root)}


def test_a_file_of_another_kind_among_the_data_is_refused(content) -> None:
    content.write("data/toy/2.trig", "")
    with pytest.raises(InputError, match=r"^data/toy/2\.trig: a curated file ends in \.ttl"):
        read_sources(content.root)


def test_a_syntax_error_has_its_line_and_column(tmp_path: Path) -> None:
    error = fault(tmp_path / "x.ttl", "<urn:a> <urn:b> <urn:c> .\n<urn:d> <urn:e>\n  <urn:f> <urn:g> .\n")
    assert (error.file, error.line, error.column) == (str(tmp_path / "x.ttl"), 3, 11)
    assert error.what == "A dot is expected at the end of statements"
    assert "line above" in error.hint


@pytest.mark.parametrize(
    ("prefix", "hint"),
    [
        ("skos", "@prefix skos: <http://www.w3.org/2004/02/skos/core#> ."),
        ("skoss", "Is “skos:” meant?"),
        ("zzzzz", "Declare it at the top of the file: @prefix zzzzz:"),
    ],
)
def test_an_undeclared_prefix_comes_with_its_declaration(prefix: str, hint: str, tmp_path: Path) -> None:
    error = fault(tmp_path / "x.ttl", f"<urn:a> <urn:b> <urn:c> ;\n  {prefix}:label 1 .")
    assert (error.line, error.what) == (2, f"the prefix “{prefix}:” is not declared")
    assert hint in error.hint


def test_a_file_that_is_not_utf8_is_told_by_byte_and_line(tmp_path: Path) -> None:
    error = fault(tmp_path / "x.ttl", "# one\n<urn:a> <urn:b> 'caf\xe9' .".encode("latin-1"))
    assert error.line == 2
    assert error.what == "the file is not UTF-8: byte 26 (0xe9) fits no character"


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_bytes(b"\xef\xbb\xbf" + ONE_FACT["fact.ttl"].encode())
    assert len(read_file(tmp_path / "x.ttl").quads) == 1


def test_missing_unknown_empty_and_open_ended_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_file(tmp_path / "none.ttl")
    (tmp_path / "folder.ttl").mkdir()
    with pytest.raises(InputError, match="a folder, not a file"):
        read_file(tmp_path / "folder.ttl")
    assert all(suffix in fault(tmp_path / "x.csv", "a,b").hint for suffix in FORMATS)
    assert "empty" in fault(tmp_path / "x.ttl", " \n").what
    assert "closing quotation mark" in fault(tmp_path / "x.ttl", "<urn:a> <urn:b> 'c").hint


def test_a_curated_file_needs_its_base(content) -> None:
    (content.root / "data" / "toy" / "2.ttl").write_text("<toy/2> <urn:b> <urn:c> .")
    with pytest.raises(InputError) as caught:
        read_sources(content.root)
    assert "@base <https://" in caught.value.hint


def test_a_curated_file_without_a_fact_is_refused(content) -> None:
    content.write("data/toy/2.ttl", "# nothing yet\n")
    with pytest.raises(InputError, match=r"data/toy/2\.ttl: the file states no fact"):
        read_sources(content.root)


@pytest.mark.parametrize("node", ["[ skos:prefLabel 'x'@en ]", "_:x", "( 1 2 )"])
def test_a_blank_node_in_curated_data_is_refused_with_its_line(node: str, content) -> None:
    content.write("data/toy/2.ttl", f"<toy/2>\n    dcterms:source\n        {node} .\n")
    with pytest.raises(InputError, match="blank node") as caught:
        read_sources(content.root)
    assert (caught.value.file, caught.value.line) == ("data/toy/2.ttl", 8)


def test_brackets_in_texts_and_comments_are_no_blank_nodes(content) -> None:
    content.write("data/toy/2.ttl", "# [ ] ( )\n<toy/2> skos:note '[sic] (1) _:x'@en .\n")
    assert "data/toy/2.ttl" in {source.name for source in read_sources(content.root)}


def test_blank_nodes_of_two_files_stay_apart_and_keep_their_names(tmp_path: Path) -> None:
    for name in ("a.ttl", "b.ttl"):
        (tmp_path / name).write_text("_:x <urn:b> [ <urn:c> 1 ] .")

    def names(name: str) -> set[str]:
        terms = (term for quad in read_rdf(tmp_path / name, name) for term in quad)
        return {term.value for term in terms if isinstance(term, BlankNode)}

    assert len(names("a.ttl")) == len(names("b.ttl")) == 2
    assert names("a.ttl") & names("b.ttl") == set()
    assert names("a.ttl") == names("a.ttl")


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_blank_node_in_a_triple_term_is_the_one_outside(depth: int, tmp_path: Path) -> None:
    term = "_:b"
    for _ in range(depth):
        term = f"<<( _:b <urn:q> {term} )>>"
    for name in ("a.nt", "b.nt"):
        (tmp_path / name).write_text(f"_:b <urn:p> <urn:o> .\n<urn:r> <urn:reifies> {term} .\n")
    store = EmbeddedStore.holding(
        quad for name in ("a.nt", "b.nt") for quad in read_rdf(tmp_path / name, name)
    )
    pattern = term.replace("_:b", "?b")
    text = f"SELECT ?b WHERE {{ ?b <urn:p> <urn:o> . <urn:r> <urn:reifies> {pattern} }}"
    assert len(read_answer(store.query(text, SPARQL_JSON))) == 2


def test_a_blank_node_in_a_triple_term_of_curated_data_is_refused(content) -> None:
    content.write("data/toy/2.ttl", "<toy/2> skos:note <<( <toy/2> skos:note _:x )>> .\n")
    with pytest.raises(InputError, match="blank node"):
        read_sources(content.root)


def test_a_context_on_the_network_is_not_fetched(tmp_path: Path) -> None:
    error = fault(
        tmp_path / "x.jsonld", '{"@context": "https://example.org/context", "@id": "urn:a", "b": "c"}'
    )
    assert error.what == "the JSON-LD refers to a context outside of the file"


@pytest.mark.parametrize("entity", ['<!ENTITY b "bbb">', '<!ENTITY b SYSTEM "file:///etc/hostname">'])
def test_xml_entities_are_not_expanded(entity: str, tmp_path: Path) -> None:
    text = (
        f'<?xml version="1.0"?>\n<!DOCTYPE r [{entity}]>\n{ONE_FACT["fact.rdf"].replace("urn:c", "urn:&b;")}'
    )
    error = fault(tmp_path / "x.rdf", text)
    assert (error.line, "entities" in error.what) == (2, True)


def test_imports_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text(
        "<urn:a> <http://www.w3.org/2002/07/owl#imports> <https://example.org/o> ."
    )
    assert len(read_file(tmp_path / "x.ttl").quads) == 1


SSSOM = """# mapping_set_id: https://w3id.org/iot-security-crosswalk/id/mapping/toy
# license: https://creativecommons.org/licenses/by/4.0/
# curie_map:
#   toy: https://w3id.org/iot-security-crosswalk/id/toy/1/
subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence
toy:guideline/1\tskos:relatedMatch\ttoy:category/a\tsemapv:ManualMappingCuration\t0.5
"""


def test_a_table_of_mappings_becomes_records(content) -> None:
    path = content.write("data/mappings/toy.sssom.tsv", "")
    path.write_text(SSSOM)
    (source,) = (each for each in read_sources(content.root) if each.path == path)
    subjects = {quad.object.value for quad in source.quads if quad.predicate.value.endswith("#subject")}
    assert source.graph == GRAPH + "mappings/toy"
    assert subjects == {"https://w3id.org/iot-security-crosswalk/id/toy/1/guideline/1"}


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [("toy:category", "tyo:category", 6), ("# license", "# licence", 1), ("object_id", "object", 5)],
)
def test_a_wrong_table_of_mappings_has_its_line(before: str, after: str, line: int, content) -> None:
    content.write("data/mappings/toy.sssom.tsv", "").write_text(SSSOM.replace(before, after))
    with pytest.raises(InputError) as caught:
        read_sources(content.root)
    assert (caught.value.file, caught.value.line) == ("data/mappings/toy.sssom.tsv", line)
