"""A server that cannot serve says why in a sentence, and ends before it listens."""

from __future__ import annotations

import os
import re
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from crosswalk.errors import InputError
from crosswalk.settings import Settings
from crosswalk.web import resources
from crosswalk.web.resources import check_resources

INFINITE = resource.RLIM_INFINITY


def start(*arguments: str, limit: Callable[[], None] | None = None, **environment: str) -> list[str]:
    """Start a server that cannot serve; return what it says, a line each, after it has ended with 2."""
    variables = {f"CROSSWALK_{name.upper()}": value for name, value in environment.items()}
    command = [sys.executable, "-c", "from crosswalk.cli import main; main()", "serve", *arguments]
    ended = subprocess.run(
        command, env=os.environ | {"CROSSWALK_PORT": "0"} | variables, stderr=subprocess.PIPE, text=True,
        timeout=60, preexec_fn=limit, check=False,
    )  # fmt: skip
    assert ended.returncode == 2, ended.stderr[:2000]
    assert "Traceback" not in ended.stderr and "Serving" not in ended.stderr
    return ended.stderr.splitlines()


WRONG = {
    "query_bytes": "9" * 400,
    "waiting_time": "1e300",
    "query_timeout": "nan",
    "store": "http://localhost:99999/sparql",
    "query_memory": "0",
    "client_header": "X Forwarded For",
    "workers": "10000",
    "base_iri": "https://example.org/?x",
    "snapshots": "/etc/passwd",
    "host": "a..b",
    "cache_bytes": "10G",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_ends_with_one_line_and_what_it_sets(name: str, small: Path) -> None:
    line, hint = start("--graph", str(small), **{name: WRONG[name]})
    assert f"CROSSWALK_{name.upper()}" in line and hint.startswith("hint: ")


def test_an_option_that_is_wrong_is_told_like_its_variable(small: Path) -> None:
    line, *_ = start("--graph", str(small), "--query-bytes", "9" * 400)
    assert "from 512 to 1024G" in line and len(line) < 300


def test_two_things_to_serve_are_one_too_many(small: Path) -> None:
    assert "--graph and --store" in start("--graph", str(small), store="http://localhost:3030/q")[0]


def test_an_address_that_is_not_of_this_machine_or_taken_is_named(small: Path) -> None:
    assert "192.0.2.1" in start("--graph", str(small), host="192.0.2.1")[0]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line, hint = start("--graph", str(small), port=str(port))
    assert f"127.0.0.1:{port}" in line and "--port" in hint


@pytest.mark.parametrize(
    ("which", "least", "told"),
    [
        (resource.RLIMIT_NOFILE, 64, r"64 files and sockets .*\(ulimit -n\).* needs \d+"),
        (resource.RLIMIT_AS, 600 * 2**20, r"600M of memory here \(ulimit -v\).* needs \d+M"),
        (resource.RLIMIT_AS, 1400 * 2**20, r"1400M of memory here \(ulimit -v\).* needs \d+M"),
        (resource.RLIMIT_DATA, 600 * 2**20, r"600M of memory here \(ulimit -d\).* needs \d+M"),
    ],
)
def test_too_little_of_what_the_system_gives_is_said_at_once(
    small: Path, which: int, least: int, told: str
) -> None:
    began = time.monotonic()
    line, hint = start("--graph", str(small), limit=lambda: resource.setrlimit(which, (least, least)))
    assert re.search(told, line) and hint.startswith("hint: ")
    assert time.monotonic() - began < 30


def limits(monkeypatch: pytest.MonkeyPatch, **given: tuple[int, int]) -> None:
    by_number = {getattr(resource, name): pair for name, pair in given.items()}
    monkeypatch.setattr(
        resources.resource, "getrlimit", lambda which: by_number.get(which, (INFINITE, INFINITE))
    )


def test_fewer_queries_at_once_need_fewer_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    limits(monkeypatch, RLIMIT_NOFILE=(256, 256))
    with pytest.raises(InputError, match="needs 624 for 280 queries"):
        check_resources(Settings())
    check_resources(Settings(waiting_queries=100))
    limits(monkeypatch, RLIMIT_NOFILE=(256, 4096))
    check_resources(Settings())  # the server raises what it may


def test_a_smaller_query_needs_less_memory_and_another_store_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "mapped_bytes", lambda: 200 * 2**20)
    limits(monkeypatch, RLIMIT_AS=(1000 * 2**20, INFINITE))
    with pytest.raises(InputError, match="1000M .* needs 1580M"):
        check_resources(Settings())
    check_resources(Settings(query_memory=400 * 2**20))
    check_resources(Settings(store="http://localhost/"))


def test_without_limits_nothing_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    limits(monkeypatch)
    check_resources(Settings())
    assert resources.mapped_bytes() > 2**20
