"""A page that a process is asked for the first time is as good as ready, whichever page it is."""

from __future__ import annotations

import gc
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, url_for
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment
from jinja2.bccache import Bucket
from werkzeug.routing import Rule
from werkzeug.test import EnvironBuilder

from crosswalk import folders
from crosswalk.errors import StoreFault
from crosswalk.graph.snapshot import Snapshot
from crosswalk.settings import Settings
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.results import Answer, Row, Term
from crosswalk.web import warmup
from crosswalk.web.answer_cache import AnswerCache, answer_cache_of, pack, unpack
from crosswalk.web.app import create_app

MOST = 0.15
"""Seconds of processor time: thrice what is promised, since machines differ and others use them too."""

ADDRESSES = (
    "/", "/standards", "/compare", "/compare/ipa/2.0/gsma/2.0", "/lineage", "/lineage/ipa", "/matrix",
    "/matrix/ipa/2.0/gsma/2.0", "/gaps", "/gaps/ipa/2.0/gsma/2.0", "/stale", "/conflicts", "/agreement",
    "/path?from=ipa/2.0/guideline/9&to=etsi-en-303-645/2.1.1/provision/5.10-1", "/search?q=anomaly",
    "/completeness", "/notes", "/data/", "/ontology", "/questions", "/questions/which-editions-are-here",
    "/sparql", "/graph", "/graph?focus=ipa/2.0/guideline/9", "/graph.json?focus=gsma/2.0&depth=3",
    "/graph/ipa/2.0", "/id/ipa", "/id/gsma/2.0", "/id/ipa/2.0/category/design", "/id/ipa/2.0/guideline/3",
    "/id/ipa/2.0/guideline/9/statement/1", "/id/gsma/2.0/CLP.12", "/id/gsma/2.0/CLP.12/section/5.8.1",
    "/id/mapping/ipa-2.0--gsma-2.0/9-CLP.12-5.7", "/id/mapping/ipa-2.0--gsma-2.0",
    "/id/comparison/ipa-2.0--gsma-2.0", "/id/comparison/ipa-2.0--gsma-2.0/6", "/id/change/ipa-1.0--ipa-2.0",
    "/id/change/ipa-1.0--ipa-2.0/removed-7", "/compare/ipa/1.0/gsma/1.0", "/matrix/ipa/1.0/gsma/1.0",
    "/id/etsi-en-303-645/3.1.3", "/id/etsi-en-303-645/3.1.3/provision/5.1-1",
    "/id/note/guideline-6-empty-cell",
    "/id/source/ipa-gsma-comparison", "/id/body/ipa", "/nowhere",
)  # fmt: skip


@pytest.fixture(scope="module")
def prepared(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application as a server has it before it forks, at a later start over a snapshot."""
    folder = tmp_path_factory.mktemp("prepared")
    store, settings = EmbeddedStore.load(snapshot.dataset), Settings(snapshots=folder)
    warmup.fill_answer_cache(create_app(store, settings, snapshot, AnswerCache(folder / "answers")))
    return create_app(store, settings, snapshot, AnswerCache(folder / "answers").read())


def in_child(act: Callable[[], object]) -> bytes:
    """Return what an act, in a process of its own, gives, as text; nothing where it fails."""
    read, write = os.pipe()
    if not (child := os.fork()):
        try:
            os.write(write, str(act()).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer


def first_request(app: Flask, address: str) -> float:
    """Return the processor time that a process takes for the first address it is asked for."""
    path, _, query = address.partition("?")
    environ = EnvironBuilder(path, query_string=query, headers={"Accept-Encoding": "gzip"}).get_environ()
    begin = time.process_time()
    b"".join(app.wsgi_app(environ, lambda status, headers, fault=None: None))
    return time.process_time() - begin


def slow_addresses(app: Flask) -> dict[str, list[float]]:
    """Return the addresses that take too long in each of three processes, forked from one that is warm."""
    gc.freeze()  # as a worker does
    warmup.warm(app)
    slow: dict[str, list[float]] = {}
    for address in ADDRESSES:
        seconds: list[float] = []
        while len(seconds) < 3 and (not seconds or seconds[-1] >= MOST):
            seconds.append(float(in_child(lambda: first_request(app, address)) or "inf"))  # noqa: B023
        if seconds[-1] >= MOST:
            slow[address] = seconds
    return slow


def test_the_first_request_of_a_page_is_quick(prepared: Flask) -> None:
    assert in_child(lambda: slow_addresses(prepared)) == b"{}"


class Silent:
    """A store that must not be asked."""

    def query(self, text: str, media_type: str) -> bytes:
        raise AssertionError(text)


FROM_THE_CACHE = ("/", "/standards", "/compare", "/matrix", "/gaps", "/lineage", "/stale", "/conflicts",
                "/agreement", "/completeness", "/notes", "/data/", "/search?q=no+such+words",
                "/path?from=ipa/2.0/guideline/9&to=etsi-en-303-645/2.1.1/provision/5.10-1")  # fmt: skip


@pytest.fixture(scope="module")
def silent(prepared: Flask, snapshot: Snapshot) -> Flask:
    """The same application where the store answers nothing."""
    settings = prepared.extensions["crosswalk-settings"]
    return create_app(Silent(), settings, snapshot, AnswerCache(settings.snapshots / "answers").read())


@pytest.mark.parametrize("address", FROM_THE_CACHE)
def test_what_the_answer_cache_holds_is_not_asked_for(silent: Flask, address: str) -> None:
    assert silent.test_client().get(address).status_code == 200


def test_templates_are_ready_once_a_process_is_warm(prepared: Flask) -> None:
    warmup.warm(prepared)
    environment = prepared.jinja_env
    assert len(environment.cache) == len(environment.list_templates())
    kept = Path(environment.bytecode_cache.directory)
    assert len(list(kept.iterdir())) >= len(environment.list_templates())


POISON = "not what stands in the template"


def rendered(folder: Path) -> str:
    """Return what a template gives, compiled or read as bytecode from a folder."""
    cache = warmup.TemplateCache(str(folder))
    return (
        Environment(loader=DictLoader({"t": "as it is written"}), bytecode_cache=cache)
        .get_template("t")
        .render()
    )


def poison(folder: Path) -> None:
    """Put other code in the place of the template's bytecode."""
    (path,) = folder.iterdir()
    environment = Environment(loader=DictLoader({"t": "as it is written"}))
    source, _, _ = environment.loader.get_source(environment, "t")
    key = warmup.TemplateCache(str(folder)).get_cache_key("t", None)
    bucket = Bucket(environment, key, warmup.TemplateCache(str(folder)).get_source_checksum(source))
    bucket.code = environment.compile(POISON, "t")
    path.write_bytes(bucket.bytecode_to_string())


@pytest.mark.parametrize(
    ("outer", "inner", "is_read"),
    [
        (0o755, 0o755, True),
        (0o700, 0o700, True),
        (0o755, 0o777, False),
        (0o777, 0o755, False),
        (0o1777, 0o755, False),
    ],
)
def test_templates_are_not_read_from_where_others_could_have_put_them(
    tmp_path: Path, outer: int, inner: int, is_read: bool
) -> None:
    folder = tmp_path / "templates"
    assert rendered(folder) == "as it is written" and stat.S_IMODE(folder.stat().st_mode) == 0o700
    poison(folder)
    tmp_path.chmod(outer)
    folder.chmod(inner)
    assert rendered(folder) == (POISON if is_read else "as it is written")
    (kept,) = folder.iterdir()
    assert POISON.encode() in kept.read_bytes()  # where it is not read, it is not written either


def test_templates_are_not_read_from_a_folder_of_others(tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    owners = {folder: 4711, tmp_path: os.geteuid()}
    real = os.stat

    def owned(path: Path) -> os.stat_result:
        status = list(real(path))
        status[stat.ST_UID] = owners[Path(path)]
        return os.stat_result(status)

    monkeypatch.setattr(folders.os, "stat", owned)
    monkeypatch.setattr(folders.os, "lstat", owned)
    assert not folders.is_private(folder)
    owners[folder] = 0
    assert folders.is_private(folder)
    owners[tmp_path] = 4711
    assert not folders.is_private(folder)


def test_a_link_in_the_place_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "templates").symlink_to(tmp_path / "elsewhere")
    assert not folders.is_private(tmp_path / "templates") and not folders.is_private(tmp_path / "nowhere")
    assert rendered(tmp_path / "templates") == "as it is written"
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("group", [0o775, 0o757])
def test_a_group_that_is_the_user_alone_may_write(tmp_path: Path, group: int) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    folder.chmod(group)
    alone = folder.stat().st_gid == folder.stat().st_uid
    assert folders.is_private(folder) == (alone and group == 0o775)


def test_an_answer_cache_keeps_what_was_asked_and_forgets_it_when_the_question_changes(
    tmp_path: Path,
) -> None:
    found = b'{"head": {"vars": ["a"]}, "results": {"bindings": [{"a": {"type": "uri", "value": "urn:a"}}]}}'
    asked: list[str] = []

    def find() -> bytes:
        asked.append("once")
        return found

    answer_cache = AnswerCache(tmp_path / "answers")
    rows = answer_cache.answer("pages/one", "SELECT 1", find).rows
    assert answer_cache.is_unfilled and rows[0]["a"].value == "urn:a"
    again = AnswerCache(tmp_path / "answers").read()
    assert not again.is_unfilled and again.answer("pages/one", "SELECT 1", find).rows == rows
    assert len(asked) == 1
    again.answer("pages/one", "SELECT 2", find)
    assert len(asked) == 2


@pytest.mark.parametrize("spoilt", [b"", b"{", b"\xff"])
def test_what_an_answer_cache_cannot_read_is_asked_for_again(tmp_path: Path, spoilt: bytes) -> None:
    answer_cache = AnswerCache(tmp_path)
    asking = lambda: b'{"head": {}, "boolean": true}'  # noqa: E731
    answer_cache.answer("one", "ASK", asking)
    (file,) = tmp_path.glob("*.answer")
    file.write_bytes(spoilt)
    assert AnswerCache(tmp_path).read().answer("one", "ASK", asking).truth is True
    answer_cache.computed("sums", "web", lambda: [1, 2])
    (file,) = tmp_path.glob("sums-*.json")
    file.write_bytes(spoilt)
    assert AnswerCache(tmp_path).computed("sums", "web", lambda: [1, 2]) == [1, 2]


def test_figures_are_worked_out_once_by_the_same_code(tmp_path: Path) -> None:
    assert AnswerCache(tmp_path).computed("sums", "web", lambda: (1, 2)) == [1, 2]
    assert AnswerCache(tmp_path).computed("sums", "web", lambda: (3,)) == [1, 2]
    assert AnswerCache(tmp_path).computed("sums", "relations", lambda: (3,)) == [3]


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    answer_cache = AnswerCache(tmp_path / "file" / "answers")
    assert answer_cache.computed("sums", "web", lambda: {"a": 1}) == {"a": 1}
    assert answer_cache.read().is_unfilled


def test_no_start_waits_for_what_builds_addresses(
    real_store: EmbeddedStore, snapshot: Snapshot, monkeypatch
) -> None:
    compiled_for: list[str] = []
    slow = Rule._compile_builder

    def note(rule: Rule, append_unknown: bool = True) -> object:
        compiled_for.append(rule.rule)
        return slow(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", note)
    app = create_app(real_store, Settings(), snapshot)
    assert set(compiled_for) <= {"/static/<path:filename>"}
    with app.test_request_context():
        assert url_for("things.thing", address="ipa/2.0", more="x") == "/id/ipa/2.0?more=x"
    assert "/id/<path:address>" in compiled_for


def test_nothing_is_kept_of_a_large_graph_or_of_one_that_changes(snapshot: Snapshot) -> None:
    assert not answer_cache_of(None).is_unfilled
    assert answer_cache_of(snapshot).is_unfilled or (snapshot.path / "answers").is_dir()
    large = Snapshot(**{**vars(snapshot), "triples": 10**7})
    assert not answer_cache_of(large).is_unfilled


TERMS = st.none() | st.builds(
    Term,
    st.sampled_from(["uri", "literal", "bnode"]),
    st.text(),
    st.none() | st.just("ja"),
    st.none() | st.text(),
)


@given(st.lists(st.fixed_dictionaries({"a": TERMS, "b": TERMS})), st.none() | st.booleans())
def test_an_answer_is_unpacked_as_it_was_packed(rows: list[Row], truth: bool | None) -> None:
    answer = Answer(("a", "b"), tuple(rows), truth)
    assert unpack(pack(answer)) == answer


PACKED = b'{"columns":["a"],"terms":[["uri","urn:a",null,null]],"rows":[[0]],"truth":null}'


@pytest.mark.parametrize(
    "spoilt",
    [b"", b"[]", b"{}", b"\xff", PACKED[:-1], PACKED.replace(b"[[0]]", b"[[7]]"),
     PACKED.replace(b"[[0]]", b"[[0,0]]"), PACKED.replace(b"[[0]]", b"[0]"),
     PACKED.replace(b"null,null]", b"null,null,0]")],
)  # fmt: skip
def test_what_is_no_packed_answer_is_not_unpacked(spoilt: bytes) -> None:
    assert unpack(PACKED).rows == ({"a": Term("uri", "urn:a")},)
    with pytest.raises(StoreFault):
        unpack(spoilt)
