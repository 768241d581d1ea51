"""Graphs and stores are joined: what answers is the endpoint, the files given, or the published graph."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest

from crosswalk import assemble
from crosswalk.errors import InputError, NonconformingData
from crosswalk.graph import snapshot as snapshots
from crosswalk.settings import Settings
from crosswalk.stores import SPARQL_JSON
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.remote import RemoteStore


@pytest.fixture
def settings(content, monkeypatch) -> Settings:
    """Settings over a small content folder that nothing was built from."""
    monkeypatch.setattr(assemble, "content_root", lambda: content.root)
    return Settings(snapshots=content.out)


def holds(store: EmbeddedStore, iri: str) -> bool:
    return b"true" in store.query(f"ASK {{ <{iri}> ?p ?o }}", SPARQL_JSON)


def test_the_graph_is_built_where_there_is_none_and_kept_then(settings) -> None:
    steps: list[str] = []
    first = assemble.published(settings, steps.append)
    assert steps and first.dataset.is_file()
    steps.clear()
    again = assemble.published(settings, steps.append)
    assert (steps, again.hash) == ([], first.hash)


def test_a_graph_of_another_version_is_built_anew(settings, monkeypatch) -> None:
    assemble.published(settings)
    monkeypatch.setattr(assemble, "__version__", "0.0.0")
    steps: list[str] = []
    assemble.published(settings, steps.append)
    assert steps


def test_nothing_is_published_of_data_that_does_not_conform(settings, content) -> None:
    content.write("data/toy/2.ttl", "<toy/1/guideline/2> a xw:Guideline .\n")
    with pytest.raises(NonconformingData, match="nothing was published") as fault:
        assemble.published(settings)
    assert fault.value.findings and snapshots.current(settings.snapshots) is None


def test_the_published_graph_answers_by_default(settings) -> None:
    store = assemble.open_store(settings)
    assert holds(store, "https://w3id.org/iot-security-crosswalk/id/toy/1")


def test_an_endpoint_answers_where_one_is_set_and_nothing_is_built(settings) -> None:
    away = replace(
        settings, store="http://localhost:3030/q", query_timeout=3.0, store_user="a", store_password="b"
    )
    store = assemble.open_store(away)
    assert isinstance(store, RemoteStore) and (store.url, store.timeout) == ("http://localhost:3030/q", 3.0)
    assert snapshots.current(settings.snapshots) is None


def test_files_go_before_everything_else(settings, tmp_path) -> None:
    one, two = tmp_path / "one.ttl", tmp_path / "two.nq"
    one.write_text("<urn:a> <urn:b> 1 .")
    two.write_text("<urn:c> <urn:b> <urn:d> <urn:g> .\n")
    store = assemble.open_store(replace(settings, store="http://localhost/q"), [one, two])
    assert holds(store, "urn:a")
    assert snapshots.current(settings.snapshots) is None


def test_a_wrong_file_is_told_with_its_line(settings, tmp_path) -> None:
    path = tmp_path / "wrong.ttl"
    path.write_text("<urn:a> <urn:b> 1 .\n<urn:a> nope:b 1 .")
    with pytest.raises(InputError, match=r"wrong\.ttl:2"):
        assemble.open_store(settings, [path])


def test_files_changed_after_the_build_are_known(settings, content) -> None:
    built = assemble.published(settings)
    late = time.time() + 60
    path = content.root / "data" / "toy" / "1.ttl"
    assert path not in assemble.changed_since(built)
    os.utime(path, (late, late))
    assert assemble.changed_since(built) == [path]


def test_the_content_can_be_read_before_it_is_checked(settings, content) -> None:
    content.write("data/toy/2.ttl", "<toy/1/guideline/2> a xw:Guideline .\n")
    sources, store = assemble.open_content()
    assert "data/toy/2.ttl" in [source.name for source in sources]
    assert holds(store, "https://w3id.org/iot-security-crosswalk/id/toy/1/guideline/2")
