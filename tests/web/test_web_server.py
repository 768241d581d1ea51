"""What the server needs of granian, which no public interface offers."""

from __future__ import annotations

import inspect
import logging
import subprocess
import sys
from types import SimpleNamespace

import pytest
from granian.server import MPServer

from crosswalk.settings import Settings
from crosswalk.web.server import WorkerServer

WORTH_DOING = """granian has changed: {name} is not what crosswalk.web.server.WorkerServer overrides.
Read granian/server/common.py and mp.py. A worker must still load its application by its number
(_spawn_worker), and a worker that dies twice within seconds must not end the server (_respawn_workers,
respawned_wrks). Change WorkerServer, run tests/endpoint/test_life.py, raise the bound in pyproject.toml."""

OVERRIDDEN = {
    "startup": ["self", "spawn_target", "target_loader"],
    "shutdown": ["self", "exit_code"],
    "_spawn_worker": ["self", "idx", "target", "callback_loader"],
    "_respawn_workers": ["self", "workers", "spawn_target", "target_loader", "delay"],
}


@pytest.mark.parametrize("name", OVERRIDDEN)
def test_granian_has_what_the_server_overrides(name: str) -> None:
    for server in (MPServer, WorkerServer):
        parameters = list(inspect.signature(getattr(server, name)).parameters)
        assert parameters == OVERRIDDEN[name], WORTH_DOING.format(name=name)


def test_granian_forgets_dead_workers_when_it_is_told_to() -> None:
    server = MPServer("nothing")
    assert server.respawned_wrks == {}, WORTH_DOING.format(name="respawned_wrks")
    assert callable(server.signal_handler_reload), WORTH_DOING.format(name="signal_handler_reload")


def test_opening_the_data_needs_no_web_server() -> None:
    # The command opens the data in one thread and loads the server in another.
    code = (
        "import sys, crosswalk.web.served_dataset as _; sys.exit(bool({'flask', 'granian'} & {*sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_what_granian_logs_stays_on_its_line() -> None:
    WorkerServer(SimpleNamespace(settings=Settings()))  # type: ignore[arg-type]
    (handler,) = logging.getLogger("_granian").handlers
    record = logging.LogRecord("_granian", logging.ERROR, "", 1, "a\nb\x1b[31m", None, None)
    assert handler.format(record).endswith("ERROR in _granian: a\\nb\\x1b[31m")
