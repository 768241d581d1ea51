"""Kills at any moment and long load: what is served stays whole, and memory stays where it was."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from bench import peers
from bench.catalogues import built
from bench.driver import Driver
from bench.mix import CSV, LOOKUPS, Ask, choose, uncached
from crosswalk.graph.build import build
from crosswalk.graph.snapshot import current
from crosswalk.stores.oxigraph import EmbeddedStore

pytestmark = pytest.mark.stress

BUILDING = (
    "import sys; from pathlib import Path; from crosswalk.graph.build import build\n"
    "print('ready', flush=True); build(Path(sys.argv[1]), Path(sys.argv[2]))"
)


def test_builds_killed_at_any_moment_leave_a_whole_snapshot(content) -> None:
    """Each build is of other facts; whatever is published is whole."""
    dice = random.Random(3)
    earlier = build(content.root, content.out)
    whole = time.perf_counter()
    build(content.root, content.out)
    whole = time.perf_counter() - whole
    published, killed = {earlier.hash}, 0
    for number in range(int(os.environ.get("CROSSWALK_KILLS", "6"))):
        content.write("data/toy/n.ttl", f'<toy/1/category/a> skos:note "{number}"@en .\n')
        command = [sys.executable, "-c", BUILDING, str(content.root), str(content.out)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None and process.stdout.readline()
            time.sleep(dice.random() * max(whole, 0.5) * 1.5)
            process.send_signal(signal.SIGKILL)
        killed += process.returncode == -signal.SIGKILL
        found = current(content.out)
        assert found is not None
        assert hashlib.sha256(found.dataset.read_bytes()).hexdigest() == found.hash
        assert len(EmbeddedStore.open(found.index).engine) == len(EmbeddedStore.load(found.dataset).engine)
        published.add(found.hash)
    print(f"{killed} builds killed, {len(published)} snapshots seen")
    assert killed > 0
    assert build(content.root, content.out).hash == current(content.out).hash


def proportional(process: int) -> int:
    """The kilobytes a process and all below it take, shared pages shared out.

    Of files, which others may have open too, nothing counts: it would change with what they do.
    """
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    total, pids = 0, [process]
    while pids:
        pid = pids.pop()
        pids += children.get(pid, [])
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss_Anon:"))
    return total


def answers_of_all(port: int, path: str, asks: list[Ask], mark: str) -> list[bytes]:
    """The answer to each query; asked over eight connections, so of every worker, and the same each time."""
    found = []
    for number, ask in enumerate(asks):
        bodies = set()
        for again in range(8):
            # A comment of its own keeps an answer from being remembered instead of worked out.
            query = f"{ask.encoded}%0A%23{mark}-{number}-{again}"
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}?query={query}")
            request.add_header("Accept", CSV)
            with urllib.request.urlopen(request, timeout=30) as response:
                bodies.add(response.read())
        assert len(bodies) == 1, ask.encoded
        found += bodies
    return found


def test_a_long_load_gives_no_wrong_answer_and_takes_no_more_memory(tmp_path: Path) -> None:
    """Sixteen clients, new queries only, and in between the same answers from all workers.

    When the caches are full, a tenth more memory is the most; a short run may still be filling them.
    """
    made = built(1, tmp_path)
    asks = choose(1, EmbeddedStore.load(made.snapshot.dataset))
    seconds = float(os.environ.get("CROSSWALK_SOAK", "6"))
    # A long run waits until evaluators that were called in addition have been parted with.
    filling, resting = (0, 12) if seconds > 600 else (10_000, 0)
    with peers.crosswalk(made, cache_bytes="1M") as server:
        answers, sizes, given = 0, [], []
        for part in range(6):
            with Driver(server.port, server.path, 16, uncached(asks, part)) as driver:
                answers += len(driver.run(seconds / 6).took)
            time.sleep(resting)
            sizes.append(proportional(server.process))
            given.append(answers_of_all(server.port, server.path, asks[: len(LOOKUPS)], f"part{part}"))
            print(f"{answers} answers, {sizes[-1]} kB, {sizes[-1] / sizes[0]:.3f} of the first part's")
    assert answers > 50
    assert all(bodies == given[0] for bodies in given)
    assert sizes[-1] <= sizes[0] * 1.1 + filling, sizes
