"""An ontology that has not changed is not closed again."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, Quad, Triple
from rdflib.namespace import RDFS

from crosswalk.graph import inference
from crosswalk.graph.build import build
from crosswalk.graph.inference import KEPT, Closures, close_ontology

SUBCLASS = NamedNode(str(RDFS.subClassOf))


def chain(*names: str) -> list[Quad]:
    """Classes, each one a subclass of the next."""
    nodes = [NamedNode(f"https://example.org/{name}") for name in names]
    return [Quad(one, SUBCLASS, other) for one, other in zip(nodes, nodes[1:], strict=False)]


@pytest.fixture
def closings(monkeypatch) -> list[int]:
    """How many axioms each closing had to close."""
    seen: list[int] = []
    real = inference._close
    monkeypatch.setattr(inference, "_close", lambda axioms: seen.append(len(axioms)) or real(axioms))
    return seen


def test_it_is_closed_once(tmp_path, closings) -> None:
    first = close_ontology(chain("a", "b", "c"), Closures(tmp_path))
    again = close_ontology(reversed(chain("a", "b", "c")), Closures(tmp_path))
    ends = (NamedNode("https://example.org/a"), NamedNode("https://example.org/c"))
    assert first == again == {Triple(ends[0], SUBCLASS, ends[1])}
    assert closings == [2]


def test_another_axiom_is_another_ontology(tmp_path, closings) -> None:
    close_ontology(chain("a", "b", "c"), Closures(tmp_path))
    assert len(close_ontology(chain("a", "b", "c", "d"), Closures(tmp_path))) == 3
    assert closings == [2, 3]


def test_a_file_that_was_cut_short_or_altered_is_not_believed(tmp_path, closings) -> None:
    whole = close_ontology(chain("a", "b", "c"), Closures(tmp_path))
    (file,) = tmp_path.iterdir()
    content = file.read_bytes()
    for broken in (b"", content[:-20], content.replace(b"/c>", b"/x>")):
        file.write_bytes(broken)
        assert close_ontology(chain("a", "b", "c"), Closures(tmp_path)) == whole
    assert len(closings) == 4


def test_only_the_last_ones_stay(tmp_path) -> None:
    for number in range(KEPT + 2):
        close_ontology(chain("a", "b", f"c{number}"), Closures(tmp_path))
    assert len(list(tmp_path.iterdir())) == KEPT


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    assert len(close_ontology(chain("a", "b", "c"), Closures(file))) == 1


def test_a_build_closes_an_ontology_that_has_not_changed_only_once(content, closings) -> None:
    build(content.root, content.out)
    data = next((content.root / "data").rglob("*.ttl"))
    data.write_text(data.read_text(encoding="utf-8") + "\n# another line\n", encoding="utf-8")
    build(content.root, content.out)
    assert len(closings) == 1
