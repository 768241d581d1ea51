"""A snapshot is put on another server graph by graph, whole or not at all."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from crosswalk.errors import InputError, StoreFault
from crosswalk.graph.build import build
from crosswalk.graph.snapshot import Snapshot
from crosswalk.stores.graph_store import PUBLISHED, STAGED, WritableStore, publish
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.remote import RemoteStore
from crosswalk.stores.results import ask
from tests.native import oxigraph


@pytest.fixture
def server(tmp_path: Path):
    """The address of an empty native Oxigraph server."""
    with oxigraph(tmp_path / "native") as address:
        yield address


def opened(address: str) -> tuple[RemoteStore, WritableStore]:
    return RemoteStore(f"{address}/query"), WritableStore(f"{address}/store", f"{address}/update")


def counts(store) -> dict[str | None, str]:
    rows = ask(store, "publishing/counts").rows
    return {row["graph"].value if row["graph"] else None: row["triples"].value for row in rows}


def published(address: str) -> str | None:
    rows = ask(RemoteStore(f"{address}/query"), "publishing/published", graph=PUBLISHED).rows
    return rows[0]["hash"].value if rows else None


@pytest.fixture
def snapshots(content) -> tuple[Snapshot, Snapshot]:
    """Two small snapshots, of which the second holds a guideline more, and one file less than the first."""
    extra = content.write("data/toy/extra.ttl", '<toy/2> a xw:Edition ; skos:prefLabel "Extra"@en .\n')
    first = build(content.root, content.out)
    extra.unlink()
    content.write(
        "data/toy/2.ttl",
        '<toy/1/guideline/2> a xw:Guideline ; xw:inEdition <toy/1> ; skos:prefLabel "Two"@en ;'
        " xw:inCategory <toy/1/category/a> .\n",
    )
    return first, build(content.root, content.out)


def test_every_graph_arrives_and_the_first_ones_rest_is_gone(server: str, snapshots) -> None:
    for snapshot in snapshots:
        done = publish(snapshot, *opened(server))
        assert (done.graphs, done.sent) == (len(snapshot.graphs) + 1, len(snapshot.graphs) + 1)
        there = counts(RemoteStore(f"{server}/query"))
        assert there.pop(PUBLISHED) == "1"
        assert there == counts(EmbeddedStore.load(snapshot.dataset))
        assert published(server) == snapshot.hash


def test_what_is_there_already_is_not_sent_again(server: str, snapshots) -> None:
    publish(snapshots[0], *opened(server))
    assert publish(snapshots[0], *opened(server)).sent == 0


class Failing(WritableStore):
    """Breaks off after some graphs, or at the switch."""

    def __init__(self, address: str, after: int) -> None:
        super().__init__(f"{address}/store", f"{address}/update")
        self.left = after

    def put(self, graph: str, triples: bytes) -> None:
        if not self.left:
            raise StoreFault("broken off")
        self.left -= 1
        super().put(graph, triples)

    def update(self, operations: str) -> None:
        raise StoreFault("broken off")


@pytest.mark.parametrize("after", [0, 2, 1000])
def test_an_interrupted_call_leaves_the_earlier_snapshot_and_is_resumed(
    server: str, snapshots, after: int
) -> None:
    first, second = snapshots
    publish(first, *opened(server))
    reading, _ = opened(server)
    with pytest.raises(StoreFault):
        publish(second, reading, Failing(server, after))
    there = counts(reading)
    assert there[None] == str(first.triples) and published(server) == first.hash
    waiting = sum(name is not None and name.startswith(STAGED) for name in there)
    done = publish(second, *opened(server))
    assert done.sent == done.graphs - min(waiting, done.graphs)
    assert published(server) == second.hash
    assert not [name for name in counts(reading) if name and name.startswith(STAGED)]


class Captured(WritableStore):
    """Keeps the switch instead of sending it: a call that is killed while its update is on its way."""

    def update(self, operations: str) -> None:
        self.late = operations
        raise StoreFault("killed")


def in_flight(address: str, snapshot: Snapshot) -> str:
    """The update of a publication that was killed at the switch: the server may still run it at any time."""
    writing = Captured(f"{address}/store", f"{address}/update")
    with pytest.raises(StoreFault, match="killed"):
        publish(snapshot, RemoteStore(f"{address}/query"), writing)
    return writing.late


def holds_exactly(address: str, snapshot: Snapshot) -> bool:
    """Whether a server holds every graph of a snapshot, and none of another."""
    there = counts(RemoteStore(f"{address}/query"))
    return there.pop(PUBLISHED) == "1" and there == counts(EmbeddedStore.load(snapshot.dataset))


def test_an_update_that_arrives_late_before_the_switch_leaves_nothing_behind(server: str, snapshots) -> None:
    first, second = snapshots
    late = in_flight(server, first)

    class Overtaken(WritableStore):
        def update(self, operations: str) -> None:
            super().update(late)
            super().update(operations)

    publish(second, opened(server)[0], Overtaken(f"{server}/store", f"{server}/update"))
    assert holds_exactly(server, second) and published(server) == second.hash


def test_an_update_that_arrives_after_a_later_switch_changes_nothing(server: str, snapshots) -> None:
    first, second = snapshots
    late = in_flight(server, first)
    publish(second, *opened(server))
    with pytest.raises(StoreFault):
        opened(server)[1].update(late)
    assert holds_exactly(server, second) and published(server) == second.hash


def test_a_server_that_loses_triples_is_found_out_before_the_switch(server: str, snapshots) -> None:
    class Lossy(WritableStore):
        def put(self, graph: str, triples: bytes) -> None:
            super().put(graph, triples.partition(b"\n")[2])

    reading, _ = opened(server)
    with pytest.raises(StoreFault, match="another number of triples"):
        publish(snapshots[0], reading, Lossy(f"{server}/store", f"{server}/update"))
    assert published(server) is None and None not in counts(reading)


def test_a_wrong_address_is_said(server: str, snapshots) -> None:
    with pytest.raises(InputError, match="takes no PUT"):
        publish(snapshots[0], opened(server)[0], WritableStore(f"{server}/nothing", f"{server}/update"))


def test_the_command_publishes_and_says_what_it_did(server: str, content) -> None:
    environment = os.environ | {"CROSSWALK_SNAPSHOTS": str(content.out)}
    build(content.root, content.out)
    command = [sys.executable, "-m", "crosswalk", "publish", f"{server}/store"]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert told.returncode == 0, told.stderr
    assert "of them sent now" in told.stdout and published(server)
    unguessable = subprocess.run(
        [*command[:-1], server], env=environment, capture_output=True, text=True, timeout=60
    )
    assert unguessable.returncode == 2 and "--queries" in unguessable.stderr


def published_in(there: dict[str | None, str], whole: dict[str, dict[str | None, str]]) -> str | None:
    """The snapshot whose graphs these are, if they are those of one."""
    held = {name: size for name, size in there.items() if not (name or "").startswith((STAGED, PUBLISHED))}
    return next((hash for hash, graphs in whole.items() if graphs == held), None)


def kill_at_random(server: str, snapshots: tuple[Snapshot, Snapshot], times: int, seed: int = 1) -> int:
    """Kills publications of the two snapshots in turn at random moments; returns how many it hit."""
    dice, hit = random.Random(seed), 0
    code = (
        "import sys, json; from pathlib import Path\n"
        "from crosswalk.graph.snapshot import read_snapshot\n"
        "from crosswalk.stores.graph_store import publish\n"
        "from crosswalk.stores.remote import RemoteStore\n"
        "from crosswalk.stores.graph_store import WritableStore\n"
        "address = sys.argv[2]\n"
        "print('ready', flush=True)\n"
        "publish(read_snapshot(Path(sys.argv[1])), RemoteStore(address + '/query'),"
        " WritableStore(address + '/store', address + '/update'))\n"
    )
    # The server may finish what a killed client has sent: what it holds is then the snapshot sent before.
    possible: set[str | None] = {None}
    whole = {each.hash: counts(EmbeddedStore.load(each.dataset)) for each in snapshots}
    for number in range(times):
        snapshot = snapshots[number % 2]
        command = [sys.executable, "-c", code, str(snapshot.path), server]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None and process.stdout.readline()
            time.sleep(dice.random() * 0.25)
            process.send_signal(signal.SIGKILL)
        hit += process.returncode == -signal.SIGKILL
        time.sleep(0.5)  # what the server was told last, it carries out after its teller's end
        possible.add(snapshot.hash)
        there = counts(RemoteStore(f"{server}/query"))
        now = published(server)
        if now != published_in(there, whole):
            # A switch came between the two questions: ask once more, now that it is done.
            there, now = counts(RemoteStore(f"{server}/query")), published(server)
        assert now in possible
        held = {name: size for name, size in there.items() if not (name or "").startswith(STAGED)}
        held.pop(PUBLISHED, None)
        assert held == whole.get(now, {}), now
        if now is not None:
            possible = {now, snapshot.hash}
    return hit


@pytest.mark.stress
def test_publications_killed_at_any_moment_leave_a_whole_snapshot(server: str, snapshots) -> None:
    times = int(os.environ.get("CROSSWALK_KILLS", "6"))
    assert kill_at_random(server, snapshots, times) > 0
    publish(snapshots[0], *opened(server))
    assert published(server) == snapshots[0].hash and holds_exactly(server, snapshots[0])


def test_a_snapshot_that_counts_wrongly_is_not_switched_to(server: str, snapshots) -> None:
    wrong = replace(snapshots[0], triples=snapshots[0].triples + 1)
    with pytest.raises(StoreFault):
        publish(wrong, *opened(server))
    assert published(server) is None


def test_graphs_of_somebody_else_stay(server: str, snapshots) -> None:
    reading, writing = opened(server)
    writing.put("urn:theirs", b"<urn:a> <urn:b> <urn:c> .\n")
    for snapshot in snapshots:
        publish(snapshot, reading, writing)
        assert counts(reading)["urn:theirs"] == "1"


def test_a_server_that_loses_triples_at_the_switch_is_found_out(server: str, snapshots) -> None:
    class Forgetful(WritableStore):
        def update(self, operations: str) -> None:
            super().update(f"{operations} ;\nDELETE WHERE {{ ?thing a ?kind }}")

    with pytest.raises(StoreFault, match="another number of triples"):
        publish(snapshots[0], opened(server)[0], Forgetful(f"{server}/store", f"{server}/update"))
