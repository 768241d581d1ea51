"""What the tests share: the repository, and the real graph, built once for a whole run."""

from __future__ import annotations

import fcntl
import os
import shutil
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as profiles

from crosswalk.graph.build import build
from crosswalk.graph.snapshot import Snapshot, current
from crosswalk.settings import Settings
from crosswalk.stores.graph_store import WritableStore, publish
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.remote import RemoteStore
from crosswalk.web.app import create_app
from tests.leftovers import adopt_orphans, leave_though_threads_run, leaving_nothing
from tests.native import oxigraph

adopt_orphans()
PROCESS = os.getpid()

# A busy machine is no fault of what is tested: examples are limited in number, not in time.
profiles.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
profiles.load_profile("patient")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def snapshot(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The real graph, built and published once, however many workers run the tests."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    with (shared / "snapshot.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return current(shared / "built") or build(repository, shared / "built")


@pytest.fixture(scope="session", autouse=True)
def _the_run_leaves_nothing() -> Iterator[None]:
    """Fail the last test where a fixture of a module or of the run has left a thread or a process."""
    with leaving_nothing("A fixture"):
        yield


@pytest.fixture(autouse=True)
def _a_test_leaves_nothing() -> Iterator[None]:
    """Fail a test that leaves a thread or a process which no wider fixture has begun."""
    with leaving_nothing("The test"):
        yield


@pytest.fixture(scope="session")
def real_store(snapshot: Snapshot) -> EmbeddedStore:
    """The real graph in memory, which nobody changes."""
    return EmbeddedStore.load(snapshot.dataset)


@pytest.fixture(scope="session")
def real_site(real_store: EmbeddedStore, snapshot: Snapshot) -> FlaskClient:
    """A client of the pages over the real graph."""
    return create_app(real_store, Settings(), snapshot).test_client()


@pytest.fixture(scope="session")
def native_server(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a native Oxigraph server that holds the real graph, and that nobody changes."""
    with oxigraph(tmp_path_factory.mktemp("native")) as address:
        reading = RemoteStore(f"{address}/query", timeout=60)
        publish(snapshot, reading, WritableStore(f"{address}/store", f"{address}/update"))
        yield address


PREFIXES = """@base <https://w3id.org/iot-security-crosswalk/id/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xw: <https://w3id.org/iot-security-crosswalk/ontology#> .
"""

SMALL_DATA = """
<toy/1>
    a xw:Edition ;
    skos:prefLabel "Toy standard, edition 1"@en .

<toy/1/category/a>
    a xw:Category ;
    xw:inEdition <toy/1> ;
    skos:prefLabel "First"@en .

<toy/1/guideline/1>
    a xw:Guideline ;
    xw:inEdition <toy/1> ;
    xw:inCategory <toy/1/category/a> ;
    skos:prefLabel "Keep it small"@en .
"""

SMALL_SHAPES = """
<../shape/GuidelineHasCategory>
    a sh:NodeShape ;
    sh:targetClass xw:Guideline ;
    sh:property [
        sh:path xw:inCategory ;
        sh:minCount 1 ;
        sh:class xw:Category ;
        sh:severity sh:Violation ;
        sh:message "A guideline stands in a category: add xw:inCategory."@en
    ] .

<../shape/GuidelineHasSource>
    a sh:NodeShape ;
    sh:targetClass xw:Guideline ;
    sh:property [
        sh:path dcterms:source ;
        sh:minCount 1 ;
        sh:severity sh:Warning ;
        sh:message "A guideline names its source: add dcterms:source."@en
    ] .
"""


@dataclass(frozen=True)
class Content:
    """A content folder of a test's own: the real ontology and rules, a small graph, and two shapes."""

    root: Path

    @property
    def out(self) -> Path:
        """Where its snapshots go."""
        return self.root / "build"

    def write(self, name: str, text: str) -> Path:
        """Writes a file of the folder, prefixes first."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PREFIXES + text, encoding="utf-8")
        return path


@pytest.fixture
def content(repository: Path, tmp_path: Path) -> Content:
    """A small content folder that builds, with one warning."""
    small = Content(tmp_path / "content")
    shutil.copytree(repository / "ontology", small.root / "ontology")
    shutil.copytree(repository / "queries" / "rules", small.root / "queries" / "rules")
    small.write("data/toy/1.ttl", SMALL_DATA)
    small.write("shapes/toy.ttl", SMALL_SHAPES)
    return small


# What a test may lack although the machine was made ready: documents and packages from elsewhere.
OUTSIDE = ("CROSSWALK_SOURCE", "CROSSWALK_FACTS", "CROSSWALK_OSCAL_SCHEMA", "CROSSWALK_VIRTUOSO",
           "fact sheets", "sssom-py", "network")  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> None:
    """End a forked process that failed instead of ending: it would go on to run the other tests."""
    if os.getpid() != PROCESS:
        if call.excinfo:
            traceback.print_exception(call.excinfo.value)
        os._exit(70)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything must run, as in continuous integration, a skip for want of a tool fails the run."""
    session.config.stash[FINISHED] = session
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("CROSSWALK_NO_SKIPS") or reporter is None:
        return
    reasons = [str(report.longrepr) for report in reporter.stats.get("skipped", [])]
    if any(not any(word in reason for word in OUTSIDE) for reason in reasons):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


FINISHED = pytest.StashKey[pytest.Session]()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run even where a test, which has failed for it, has left a thread that waits for ever."""
    if FINISHED in config.stash:
        leave_though_threads_run(int(config.stash[FINISHED].exitstatus))
