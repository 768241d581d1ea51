"""What a shape found is kept, and given only where asking once more could find nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse
from pyshacl.shape import Shape
from rdflib import URIRef
from rdflib.namespace import RDF, RDFS, SH
from rdflib.paths import MulPath, NegatedPath
from rdflib.paths import Path as PropertyPath
from rdflib.plugins.sparql.algebra import translateQuery, traverse
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.term import Variable

from crosswalk.errors import NonconformingData
from crosswalk.graph import validation
from crosswalk.graph.build import build, check
from crosswalk.graph.reads import reads, reads_of_query
from crosswalk.graph.shapes import read_shapes
from crosswalk.graph.validation import FILE, Keys, Reports, validate
from crosswalk.namespaces import SHAPE

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "PREFIX x: <urn:x#>\n"


def own(name: str) -> str:
    return f"urn:x#{name}"


UNDERSTOOD = [
    ("SELECT $this ?value WHERE { ?value x:p $this ; x:q ?b . FILTER(?b != x:c) }", {"p", "q", "c"}),
    ("SELECT $this ?a (COUNT(*) AS ?n) WHERE { $this x:p/^x:q|x:r+ ?a } GROUP BY $this ?a", {"p", "q", "r"}),
    ("SELECT $this WHERE { $this a x:C . FILTER NOT EXISTS { ?a x:p 5 } ?b x:q 'x'@en }", {"C", "p", "q"}),
    ("SELECT $this WHERE { $this x:p [ x:q ?a ] , ?b . BIND(?a * ?b AS ?c) ?c x:r true }", {"p", "q", "r"}),
    ('SELECT $this WHERE { $this x:p-q ?a , "x ?y ?z" . FILTER(!BOUND(?b) && !?b) # ?s ?p ?o\n }', {"p-q"}),
    ("SELECT $this WHERE { $this <urn:x#p#q> ?a . OPTIONAL { ?a x:r.s _:b . } }", {"p#q", "r.s"}),
]
NOT_UNDERSTOOD = [
    "SELECT $this WHERE { $this ?p ?o }",
    "SELECT $this WHERE { $this x:p ?o ; ?p 5 }",
    "SELECT $this WHERE { $this x:p [ ?p -5 ] }",
    "SELECT $this WHERE { x:s ?p .5 }",
    "SELECT $this WHERE { (1 2) ?p ?o }",
    "SELECT $this WHERE { FILTER(true) (1 2) ?p ?o }",
    "SELECT $this WHERE { _:by ?p ?o }",
    "SELECT $this WHERE { _:a-by ?p ?o }",
    "SELECT $this WHERE { $this ?p true }",
    "SELECT $this WHERE { $this ?p [] }",
    "SELECT $this WHERE { $this ?p () }",
    "SELECT $this WHERE { $this !x:p ?o }",
    "SELECT $this WHERE { $this !(x:p|x:q) ?o }",
    "SELECT $this WHERE { $this !a ?o }",
    "SELECT $this WHERE { $this x:p* ?o }",
    "SELECT $this WHERE { $this a* ?o }",
    "SELECT $this WHERE { $this (x:p/x:q)* ?o }",
    "SELECT $this WHERE { $this x:p? ?o }",
    "SELECT $this WHERE { GRAPH ?g { $this x:p ?o } }",
    "SELECT $this WHERE { $this x:p ?o FILTER(?o < NOW()) }",
    "SELECT $this WHERE { { SELECT ?o WHERE { ?o x:p $this } LIMIT 1 } }",
    "SELECT $this WHERE { BIND(x:p AS ?p) $this ?p ?o }",
    "SELECT $this WHERE { $this x:p\\-q ?o }",
    "SELECT $this WHERE { $this x:a·b ?o }",
    "SELECT $this WHERE { $this $PATH ?o }",
    "PREFIX x: <urn:y#> SELECT $this WHERE { $this x:p ?o }",
    "SELECT $this WHERE { $this y:p ?o }",
]


@pytest.mark.parametrize(("text", "names"), UNDERSTOOD)
def test_a_query_reads_what_it_names(text: str, names: set[str]) -> None:
    found = reads_of_query(PREFIX + text)
    assert found is not None and found.properties - {own("")} == {own(name) for name in names}


@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_a_query_that_may_read_what_it_does_not_name_is_not_understood(text: str) -> None:
    assert reads_of_query(PREFIX + text) is None


@pytest.mark.parametrize(
    ("pattern", "every"),
    [
        ("?a a x:C", False),
        ("?a rdf:type x:C ; x:p ?b", False),
        ("?a a ?b", True),
        ("?a a x:C , ?b", True),
        ("x:C ^a ?b", True),
        ("?a ^a x:C", True),
        ("?a a/x:p ?b", True),
        ("?a (a) x:C", True),
        ("?a a+ x:C", True),
        ("?a <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ?b", True),
        ("?a x:p rdf:type", True),
    ],
)
def test_types_are_read_of_named_classes_alone_or_of_all(pattern: str, every: bool) -> None:
    found = reads_of_query(f"{PREFIX}PREFIX rdf: <{RDF}>\nSELECT $this WHERE {{ {pattern} }}")
    assert found is not None and (found.classes is None) is every
    assert every or own("C") in found.classes


def patterns(text: str) -> list[Any]:
    """The predicates of all patterns of a query, as another parser understands it."""
    found: list[Any] = []

    def visit(node: Any) -> None:
        found.extend(triple[1] for triple in getattr(node, "triples", None) or ())

    traverse(translateQuery(parseQuery(text)).algebra, visitPost=visit)
    return found


def steps(predicate: Any) -> list[Any]:
    """The properties of a path, or what else makes it read more than its properties."""
    if isinstance(predicate, (URIRef, Variable)):
        return [predicate]
    if isinstance(predicate, NegatedPath) or (isinstance(predicate, MulPath) and predicate.zero):
        return [Variable("any")]
    parts = [getattr(predicate, name) for name in ("arg", "path") if hasattr(predicate, name)]
    parts += getattr(predicate, "args", [])
    return [step for part in parts if isinstance(part, (URIRef, PropertyPath)) for step in steps(part)]


def test_no_shipped_query_reads_more_than_is_told_of_it() -> None:
    """Another parser, of the whole language, finds the same predicates and none beside them."""
    texts = [str(text) for text in read_shapes(ROOT).graph.objects(None, SH.select)]
    understood = 0
    for text in texts:
        used = {step for predicate in patterns(text) for step in steps(predicate)}
        assert used, text
        found = reads_of_query(text)
        if found is None:
            continue
        understood += 1
        assert not any(isinstance(each, Variable) for each in used), text
        assert {str(each) for each in used} - {str(RDF.type)} <= found.properties, text
    assert understood > 60


def test_a_shape_that_says_what_is_not_known_is_not_understood(content) -> None:
    content.write(
        "shapes/shut.ttl", "<../shape/Shut> a sh:NodeShape ; sh:targetClass xw:Edition ; sh:closed true ."
    )
    parts = dict(read_shapes(content.root).parts())
    assert reads(parts[str(SHAPE.Shut)]) is None
    assert reads(parts[str(SHAPE.GuidelineHasSource)]) is not None


SHAPES = """
<../shape/Typed> a sh:NodeShape ; sh:targetClass x:A ; sh:property [ sh:path x:p ; sh:minCount 1 ] .
<../shape/Classed> a sh:NodeShape ; sh:targetSubjectsOf x:p ;
    sh:property [ sh:path x:p ; sh:class x:B ; sh:maxCount 1 ] .
<../shape/Far> a sh:NodeShape ; sh:targetObjectsOf x:q ;
    sh:property [ sh:path ( [ sh:zeroOrMorePath x:p ] [ sh:inversePath x:r ] ) ; sh:maxCount 1 ] .
<../shape/Other> a sh:NodeShape ; sh:targetClass x:B ; sh:not <../shape/Typed> .
<../shape/Named> a sh:NodeShape ; sh:targetNode <urn:x#1> ;
    sh:property [ sh:path x:q ; sh:equals x:r ] .
<../shape/Asked> a sh:NodeShape ; sh:targetClass x:A ; sh:sparql [ sh:message "No." ; sh:select '''
    SELECT $this ?value WHERE { $this <urn:x#q> ?value . FILTER NOT EXISTS { ?value a <urn:x#C> } }''' ] .
<../shape/Kinds> a sh:NodeShape ; sh:targetNode <urn:x#2> ; sh:sparql [ sh:message "No." ; sh:select '''
    SELECT $this ?value WHERE { ?value a ?one , ?other . FILTER(STR(?one) < STR(?other)) }''' ] .
<../shape/Everything> a sh:NodeShape ; sh:targetClass x:C ; sh:sparql [ sh:message "No." ; sh:select '''
    SELECT $this ?value WHERE { $this ?path ?value . ?value ?other $this }''' ] .
"""
_things = st.sampled_from([NamedNode(own(name)) for name in "123"])
_classes = st.sampled_from([NamedNode(own(name)) for name in "ABCD"])
_facts = st.one_of(
    st.builds(Quad, _things, st.sampled_from([NamedNode(own(name)) for name in "pqrs"]), _things),
    st.builds(Quad, _things, st.just(NamedNode(own("q"))), st.sampled_from([Literal("x"), Literal("y")])),
    st.builds(Quad, _things, st.just(NamedNode(str(RDF.type))), _classes),
    st.builds(Quad, _classes, st.just(NamedNode(str(RDFS.subClassOf))), _classes),
)


@pytest.fixture(scope="module")
def own_shapes(tmp_path_factory):
    root = tmp_path_factory.mktemp("own")
    shutil.copytree(ROOT / "ontology", root / "ontology")
    (root / "shapes").mkdir()
    prefixes = {"sh": str(SH), "x": own("")}
    head = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in prefixes.items())
    head += "@base <https://w3id.org/iot-security-crosswalk/id/> .\n"
    (root / "shapes" / "own.ttl").write_text(head + SHAPES)
    return read_shapes(root)


@limits(max_examples=60)
@given(st.sets(_facts, max_size=14), st.lists(_facts, min_size=1, max_size=6))
def test_what_is_kept_is_what_would_be_found(own_shapes, tmp_path_factory, facts, edits) -> None:
    """A graph is edited step by step: each fact is taken away where it is there, else added."""
    path = tmp_path_factory.mktemp("kept") / FILE
    facts = set(facts)
    for edit in [None, *edits]:
        facts ^= {edit} if edit else set()
        store = Store()
        store.extend(facts)
        assert validate(store, own_shapes, (), Reports(path)) == validate(store, own_shapes)


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the shapes that are applied, for a test to look at and to clear."""
    names: list[str] = []
    focus_nodes: Callable[..., Any] = Shape.focus_nodes

    def noted(self: Shape, *arguments: Any) -> Any:
        names.append(str(self.node).rpartition("/")[2])
        return focus_nodes(self, *arguments)

    monkeypatch.setattr(Shape, "focus_nodes", noted)
    return names


@pytest.mark.parametrize(
    ("fact", "again"),
    [
        ("<urn:x#1> <urn:x#s> <urn:x#2> .", set()),
        ("<urn:x#1> <urn:x#q> <urn:x#2> .", {"Far", "Named", "Asked"}),
        ("<urn:x#1> a <urn:x#D> .", {"Kinds"}),
        ("<urn:x#1> a <urn:x#C> .", {"Asked", "Kinds"}),
        ("<urn:x#1> a <urn:x#Below> .", {"Typed", "Asked", "Other", "Kinds"}),
        ("<urn:x#1> <urn:x#p> <urn:x#2> .", {"Typed", "Classed", "Far", "Other"}),
    ],
)
def test_a_shape_is_applied_again_where_what_it_reads_has_changed(
    own_shapes, applied, tmp_path: Path, fact: str, again: set[str]
) -> None:
    steps = (("Below", "Between"), ("Between", "A"))
    ends = ((NamedNode(own(lower)), NamedNode(own(upper))) for lower, upper in steps)
    store = Store()
    store.extend(Quad(lower, NamedNode(str(RDFS.subClassOf)), upper) for lower, upper in ends)
    validate(store, own_shapes, (), Reports(tmp_path / FILE))
    applied.clear()
    store.extend(parse(fact, RdfFormat.TURTLE))
    validate(store, own_shapes, (), Reports(tmp_path / FILE))
    named = {name for name in applied if name in SHAPES}
    # What may read anything is applied every time.
    assert named == again | {"Everything"}


def test_a_line_that_moved_is_told_where_it_is_now(content, applied) -> None:
    path = content.write("data/toy/2.ttl", "<toy/2/guideline/1> a xw:Guideline .")
    with pytest.raises(NonconformingData) as first:
        build(content.root, content.out)
    path.write_text("\n\n" + path.read_text())
    applied.clear()
    with pytest.raises(NonconformingData) as second:
        build(content.root, content.out)
    assert "GuidelineHasCategory" not in applied
    lines = [
        [each.line for each in caught.value.findings if each.file == "data/toy/2.ttl"]
        for caught in (first, second)
    ]
    assert lines[0] and lines[1] == [line + 2 for line in lines[0]]


def test_a_shape_of_another_text_is_applied_again(content, applied) -> None:
    build(content.root, content.out)
    shape = content.root / "shapes" / "toy.ttl"
    shape.write_text(shape.read_text().replace("sh:minCount 1", "sh:minCount 2"))
    applied.clear()
    with pytest.raises(NonconformingData):
        build(content.root, content.out)
    assert "GuidelineHasCategory" in applied


def test_only_what_was_found_last_is_kept(content) -> None:
    path = content.out / FILE
    for number in range(4):
        content.write("data/toy/more.ttl", f"<toy/1> xw:declaredCount {number} .\n")
        build(content.root, content.out)
    shapes = read_shapes(content.root)
    kept = Reports(path)
    keys = Keys(Store(), shapes)
    assert 0 < len(kept._before) <= len(list(shapes.parts()))
    assert keys.key(URIRef(SHAPE.GuidelineHasSource)) not in kept._before
    assert [each.name for each in content.out.glob("reports*")] == [FILE]


@pytest.mark.parametrize("damage", ["cut", "foreign", "folder", "empty", "version"])
def test_a_file_that_is_not_whole_is_as_good_as_none(content, damage: str, monkeypatch) -> None:
    before = build(content.root, content.out)
    path = content.out / FILE
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    elif damage == "foreign":
        path.write_text('{"a key": [{"severity": "violation"}]}')
    elif damage == "version":
        monkeypatch.setattr(validation, "_validator", lambda: b"another version of the program")
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
        path.mkdir()
    assert Reports(path)._before == {}
    again = build(content.root, content.out)
    assert (again.hash, again.findings) == (before.hash, before.findings)
    assert damage == "folder" or Reports(path)._before


def test_the_real_graph_has_the_same_findings_when_reports_are_kept(tmp_path: Path, applied) -> None:
    first = check(ROOT, validation=Reports(tmp_path / FILE)).findings
    everything = len(applied)
    applied.clear()
    assert check(ROOT, validation=Reports(tmp_path / FILE)).findings == first
    assert 0 < len(applied) < everything / 4
