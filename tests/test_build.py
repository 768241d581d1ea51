"""A build gives one snapshot, the same everywhere, and never harms the one before."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Quad, RdfFormat, Store, Triple, parse

from crosswalk.errors import InputError, NonconformingData
from crosswalk.graph import build as build_module
from crosswalk.graph import canonical, snapshot
from crosswalk.graph.build import build, check, digest_of_inputs, unchanged
from crosswalk.graph.canonical import canonical_nquads, is_isomorphic
from crosswalk.graph.snapshot import KEPT, Snapshot, current
from crosswalk.graph.sources import read_file
from crosswalk.namespaces import GRAPH, ID, XW
from crosswalk.stores.oxigraph import EmbeddedStore

BROKEN = "\n<toy/2/guideline/1> a xw:Guideline .\n"


def another(content, number: int) -> Path:
    """One fact more, so that the next snapshot has another name."""
    return content.write("data/toy/more.ttl", f"\n<toy/1> xw:declaredCount {number} .\n")


def quads(snapshot: Snapshot) -> list[Quad]:
    return list(parse(path=snapshot.dataset, format=RdfFormat.N_QUADS))


def in_default_graph(store: Store) -> set[Triple]:
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, DefaultGraph())}


def test_the_file_holds_each_fact_once_in_its_named_graph(content) -> None:
    found = quads(build(content.root, content.out))
    assert len(found) == len(set(found))
    assert all(quad.graph_name.value.startswith(GRAPH) for quad in found)


def test_the_default_graph_is_the_union_of_all_but_the_findings(content) -> None:
    # A fact of two graphs, one of which sorts before and one behind that of the findings.
    for name in ("a", "z"):
        content.write(f"data/{name}/1.ttl", "\n<toy/1> xw:declaredCount 1 .\n")
    snapshot = build(content.root, content.out)
    found = quads(snapshot)
    findings = {quad for quad in found if quad.graph_name.value == GRAPH + "findings"}
    others = {quad.triple for quad in found if quad not in findings}
    assert {quad.triple for quad in findings} - others
    for engine in (EmbeddedStore.load(snapshot.dataset).engine, EmbeddedStore.open(snapshot.index).engine):
        assert is_isomorphic(engine, [*found, *(Quad(*triple) for triple in others)])
    assert snapshot.triples == len(others)


def test_blank_nodes_are_the_same_in_the_default_graph_as_in_the_others(snapshot: Snapshot) -> None:
    for engine in (EmbeddedStore.load(snapshot.dataset).engine, EmbeddedStore.open(snapshot.index).engine):
        unnamed = {quad.triple for quad in engine if isinstance(quad.subject, BlankNode)}
        named = {quad.triple for quad in engine if quad.graph_name != DefaultGraph()}
        assert unnamed and unnamed <= in_default_graph(engine) and unnamed <= named


def test_what_is_inferred_stands_in_a_graph_of_its_own(content) -> None:
    found = [quad for quad in quads(build(content.root, content.out)) if quad.object.value == str(XW.Element)]
    things = {quad for quad in found if quad.subject.value.startswith(ID)}
    assert {quad.graph_name.value for quad in things} == {GRAPH + "inferred"}
    names = {quad.subject.value.removeprefix(ID) for quad in things}
    assert names == {"toy/1/category/a", "toy/1/guideline/1"}


def test_the_description_counts_what_is_there(content) -> None:
    snapshot = build(content.root, content.out)
    found = quads(snapshot)
    assert {graph["iri"]: graph["triples"] for graph in snapshot.graphs} == Counter(
        quad.graph_name.value for quad in found
    )
    files = {graph["name"]: graph["file"] for graph in snapshot.graphs}
    assert (files["toy/1"], files["inferred"]) == ("data/toy/1.ttl", None)
    assert snapshot.findings["warning"] == 1
    assert set(snapshot.seconds) == {"reading", "inference", "validation", "writing"}


def test_the_hash_is_that_of_the_sorted_lines(content) -> None:
    snapshot = build(content.root, content.out)
    dataset = snapshot.dataset.read_bytes()
    assert snapshot.hash == hashlib.sha256(dataset).hexdigest()
    assert snapshot.path.name == snapshot.hash[:16]
    lines = dataset.splitlines(keepends=True)
    assert lines == sorted(set(lines))


def test_a_build_elsewhere_gives_the_same_bytes(content, tmp_path: Path) -> None:
    first = build(content.root, content.out)
    shutil.copytree(content.root, tmp_path / "a copy", ignore=shutil.ignore_patterns("build"))
    script = (
        "import sys; from pathlib import Path; from crosswalk.graph.build import build;"
        "print(build(Path(sys.argv[1]), Path(sys.argv[2])).hash)"
    )
    # Another process, with other random identifiers and another order of sets.
    environment = os.environ | {"PYTHONHASHSEED": "7", "LC_ALL": "C"}
    call = [sys.executable, "-c", script, str(tmp_path / "a copy"), str(tmp_path / "out")]
    assert subprocess.run(call, env=environment, capture_output=True, text=True).stdout.strip() == first.hash


def test_blank_nodes_do_not_change_the_text(tmp_path: Path) -> None:
    texts = ("_:a <urn:p> _:b . _:b <urn:p> 'x' .", "_:z <urn:p> 'x' . _:y <urn:p> _:z .")
    found = []
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.ttl").write_text(text)
        found.append(read_file(tmp_path / f"{number}.ttl").quads)
    assert found[0] != found[1]
    assert canonical_nquads(found[0]) == canonical_nquads(found[1])
    assert not is_isomorphic(found[0], found[1][:1])


def test_the_text_is_the_same_however_many_quads_are_written_at_a_time(tmp_path: Path, monkeypatch) -> None:
    lines = [
        f"<urn:s{place % 5}> <urn:p> _:b{place} . _:b{place} <urn:q> <urn:o{place}> ." for place in range(9)
    ]
    (tmp_path / "a.ttl").write_text("\n".join([*lines, *lines]))
    quads = read_file(tmp_path / "a.ttl").quads
    whole = canonical_nquads(quads)
    assert whole.count(b"\n") == 18
    for some in (1, 2, 7):
        monkeypatch.setattr(canonical, "_BATCH", some)
        assert canonical_nquads(reversed(quads)) == whole


def test_a_graph_written_and_indexed_in_pieces_is_the_same(content, tmp_path: Path, monkeypatch) -> None:
    whole = build(content.root, content.out)
    monkeypatch.setattr(canonical, "_BATCH", 7)
    monkeypatch.setattr(canonical, "_RUN", 20)
    monkeypatch.setattr(snapshot, "_PIECE", 29_999)
    pieces = build(content.root, tmp_path / "out")
    assert pieces.dataset.read_bytes() == whole.dataset.read_bytes()
    assert (pieces.triples, pieces.graphs) == (whole.triples, whole.graphs)
    assert is_isomorphic(*(Store.read_only(str(built.index)) for built in (pieces, whole)))
    assert {path.name for path in pieces.path.iterdir()} == {"dataset.nq", "index", "snapshot.json"}


def test_a_fact_that_stands_twice_is_counted_once(content) -> None:
    before = build(content.root, content.out)
    content.write("data/toy/2.ttl", "\n<toy/1> a xw:Edition, xw:Edition .\n")
    after = build(content.root, content.out)
    assert after.triples == before.triples + 1  # the graph that the file makes
    assert {graph["name"]: graph["triples"] for graph in after.graphs}["toy/2"] == 1


def test_a_violation_publishes_nothing_and_says_where(content) -> None:
    before = build(content.root, content.out)
    content.write("data/toy/2.ttl", BROKEN)
    with pytest.raises(NonconformingData, match="breaks its shapes in one place") as caught:
        build(content.root, content.out)
    (finding,) = (each for each in caught.value.findings if each.severity == "violation")
    assert (finding.file, finding.line) == ("data/toy/2.ttl", 7)
    assert current(content.out) == before
    assert before.dataset.is_file()
    assert [path.name for path in (content.out / "snapshots").iterdir()] == [before.path.name]


def test_a_file_of_somebody_else_is_checked_with_the_rest(content, tmp_path: Path) -> None:
    path = tmp_path / "theirs.ttl"
    path.write_text(f"@prefix xw: <{XW._NS}> .\n\n<{ID}toy/9> a xw:Guideline ;\n  xw:inCategory 'none' .\n")
    graph = check(content.root, [read_file(path)])
    assert [(each.file, each.line) for each in graph.violations] == [(str(path), 4)]
    assert check(content.root).violations == []


def test_a_file_that_is_already_there_is_not_counted_twice(content) -> None:
    graph = check(content.root, [read_file(content.root / "data" / "toy" / "1.ttl")])
    names = [source.name for source in graph.sources]
    assert names.count("data/toy/1.ttl") == 1 and len(names) == len(list(check(content.root).sources))


def test_nothing_is_published_before_the_first_build(tmp_path: Path) -> None:
    assert current(tmp_path / "none") is None


def test_the_last_snapshots_stay_and_older_ones_go(content) -> None:
    built = []
    for number in range(KEPT + 2):
        another(content, number)
        built.append(build(content.root, content.out))
        os.utime(built[-1].path, (number, number))
    folders = {path.name for path in (content.out / "snapshots").iterdir()}
    assert folders == {snapshot.path.name for snapshot in built[-KEPT:]}
    assert current(content.out).hash == built[-1].hash


def test_going_back_publishes_the_earlier_content_again(content) -> None:
    first = build(content.root, content.out)
    path = another(content, 1)
    build(content.root, content.out)
    path.unlink()
    again = build(content.root, content.out)
    assert again.hash == first.hash == current(content.out).hash
    assert current(content.out).built_at == again.built_at


def test_a_damaged_snapshot_is_replaced(content) -> None:
    snapshot = build(content.root, content.out)
    snapshot.dataset.write_bytes(b"")
    assert build(content.root, content.out).dataset.stat().st_size > 1000


def test_a_description_that_cannot_be_read_is_told(content) -> None:
    snapshot = build(content.root, content.out)
    (snapshot.path / "snapshot.json").write_text("{}")
    with pytest.raises(InputError, match="cannot be read"):
        current(content.out)


def test_a_full_disk_leaves_the_earlier_snapshot(content, monkeypatch) -> None:
    before = build(content.root, content.out)
    another(content, 1)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        build(content.root, content.out)
    monkeypatch.undo()
    assert current(content.out) == before
    assert [path.name for path in (content.out / "snapshots").iterdir()] == [before.path.name]


def test_what_a_killed_build_left_is_cleared_away(content) -> None:
    build(content.root, content.out)
    remains = content.out / "snapshots" / ".building-x"
    remains.mkdir()
    build(content.root, content.out)
    assert not remains.exists()


def test_a_folder_that_cannot_be_made_is_told(content, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        build(content.root, tmp_path / "file" / "out")


def test_builds_at_the_same_time_do_no_harm(content) -> None:
    code = (
        "import sys; from pathlib import Path; from crosswalk.graph.build import build\n"
        "build(*map(Path, sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, str(content.root), str(content.out)]
    with ExitStack() as stack:
        processes = [stack.enter_context(subprocess.Popen(command)) for _ in range(3)]
    assert [process.returncode for process in processes] == [0, 0, 0]
    snapshot = current(content.out)
    assert hashlib.sha256(snapshot.dataset.read_bytes()).hexdigest() == snapshot.hash
    assert [path.name for path in content.out.glob(".current-*")] == []


def test_the_switch_is_never_half_done(content, monkeypatch) -> None:
    before = build(content.root, content.out)
    another(content, 1)

    replace = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if target.name == "current":
            raise OSError(5, "Input/output error")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(InputError):
        build(content.root, content.out)
    monkeypatch.undo()
    assert current(content.out) == before


def test_the_real_graph_is_whole(snapshot: Snapshot) -> None:
    assert len(in_default_graph(EmbeddedStore.load(snapshot.dataset).engine)) == snapshot.triples > 5000
    assert json.loads((snapshot.path / "snapshot.json").read_text())["hash"] == snapshot.hash


def test_the_real_graph_is_built_in_time(repository: Path, snapshot: Snapshot, tmp_path: Path) -> None:
    """Six seconds of work, whatever else the machine does: each step is named where that is broken."""
    begin = time.process_time()
    again = build(repository, tmp_path)
    assert time.process_time() - begin < 6, again.seconds
    assert again.hash == snapshot.hash


def test_every_graph_of_the_real_snapshot_is_described(snapshot: Snapshot) -> None:
    title = "http://purl.org/dc/terms/title"
    titled = {quad.subject.value for quad in quads(snapshot) if quad.predicate.value == title}
    assert [graph["name"] for graph in snapshot.graphs if graph["iri"] not in titled] == []


def test_the_server_loads_no_validator() -> None:
    script = (
        "import sys, crosswalk.graph.snapshot, crosswalk.graph.sources, crosswalk.graph.turtle, "
        "crosswalk.graph.inference, crosswalk.graph.build;"
        "print({'pyshacl', 'owlrl'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


def test_a_snapshot_is_current_until_something_changes_that_it_depends_on(content, monkeypatch) -> None:
    assert unchanged(content.root, content.out) is None
    first = build(content.root, content.out)
    assert unchanged(content.root, content.out) == first
    for name in ("data/toy/1.ttl", "shapes/toy.ttl", "ontology/schemes.ttl", "queries/rules/within.rq"):
        path = content.root / name
        before = path.read_bytes()
        path.write_bytes(before + b"\n")
        assert unchanged(content.root, content.out) is None, name
        path.write_bytes(before)
        assert unchanged(content.root, content.out) == first, name
    more = content.write("data/toy/more.ttl", "")
    assert unchanged(content.root, content.out) is None
    more.unlink()
    (content.root / "shapes" / "toy.ttl").rename(content.root / "shapes" / "other.ttl")
    assert unchanged(content.root, content.out) is None
    (content.root / "shapes" / "other.ttl").rename(content.root / "shapes" / "toy.ttl")
    monkeypatch.setattr(build_module, "version", lambda library: "0")
    assert unchanged(content.root, content.out) is None


def test_code_that_changed_builds_anew(content, tmp_path: Path, monkeypatch) -> None:
    package = tmp_path / "crosswalk"
    shutil.copytree(build_module.PACKAGE / "graph", package / "graph")
    before = digest_of_inputs(content.root)
    monkeypatch.setattr(build_module, "PACKAGE", package)
    copied = digest_of_inputs(content.root)
    (package / "graph" / "build.py").write_text("# changed")
    assert len({before, copied, digest_of_inputs(content.root)}) == 3


def test_a_damaged_snapshot_is_not_taken_for_current(content) -> None:
    snapshot = build(content.root, content.out)
    snapshot.dataset.write_bytes(snapshot.dataset.read_bytes()[:-1])
    assert unchanged(content.root, content.out) is None
    build(content.root, content.out)
    assert unchanged(content.root, content.out) is not None
