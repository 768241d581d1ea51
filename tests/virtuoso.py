"""A Virtuoso server of a test's own: in a folder that goes with it, with a password of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.native import wait_for

USER = "dba"
UNION = "https://w3id.org/iot-security-crosswalk/graph/union"
"""The graph that stands for the default graph, which Virtuoso does not have."""

CONFIGURATION = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
TempStorage = TempDatabase

[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
MaxCheckpointRemap = 2000

[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 10
CheckpointInterval = 0
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
MaxQueryMem = 200M
DirsAllowed = {folder}
CaseMode = 2
MaxClientConnections = 20

[HTTPServer]
ServerPort = 127.0.0.1:{web}
ServerRoot = {folder}
MaxClientConnections = 20
MaxKeepAlives = 10
KeepAliveTimeout = 10
EnabledDavVSP = 0

[SPARQL]
ResultSetMaxRows = 100000
MaxQueryExecutionTime = 60
"""


@dataclass(frozen=True)
class Virtuoso:
    """Where a running server is reached, and by whom."""

    address: str
    password: str

    @property
    def graphs(self) -> str:
        """Where it takes whole graphs."""
        return f"{self.address}/sparql-graph-crud-auth"

    @property
    def updates(self) -> str:
        """Where it takes updates."""
        return f"{self.address}/sparql-auth"

    @property
    def queries(self) -> str:
        """Where it answers, from the union of the facts."""
        return f"{self.updates}?default-graph-uri={UNION}"


def binary() -> str | None:
    """The server's program: named by CROSSWALK_VIRTUOSO, or on the path."""
    return os.environ.get("CROSSWALK_VIRTUOSO") or shutil.which("virtuoso-t")


@contextmanager
def virtuoso(folder: Path) -> Iterator[Virtuoso]:
    """An empty server that keeps its data in a folder; it is ended in any case."""
    program, password = binary(), secrets.token_hex(8)
    assert program is not None, "asked for only where it is installed"
    sql, web = free_ports()
    configuration = folder / "virtuoso.ini"
    configuration.write_text(CONFIGURATION.format(sql=sql, web=web, folder=folder))
    command = [program, "+foreground", "+configfile", str(configuration)]
    # It changes the password that every new database has, and ends.
    change = [*command, "+pwdold", "dba", "+pwddba", password]
    subprocess.run(change, cwd=folder, check=True, capture_output=True, timeout=180)
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{web}/sparql?query=ASK%7B%7D", process)
        yield Virtuoso(f"http://127.0.0.1:{web}", password)
    finally:
        process.kill()  # what it holds is not wanted any more, and an orderly end takes seconds
        process.wait(20)


def free_ports() -> tuple[int, int]:
    """Two ports nobody listens on."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
