"""Virtuoso, where it is installed: a server for a measurement, or for the tests, in a folder of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.catalogues import Built
from bench.peers import Missing, Server, free_port, running
from crosswalk.stores.graph_store import WritableStore, publish
from crosswalk.stores.remote import RemoteStore

USER = "dba"
UNION = "https://w3id.org/iot-security-crosswalk/graph/union"
"""The graph that stands for the default graph, which Virtuoso does not have."""

CONFIGURATION = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
TempStorage = TempDatabase

[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
MaxCheckpointRemap = 2000

[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 20
CheckpointInterval = 0
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
MaxQueryMem = 200M
DirsAllowed = {folder}
CaseMode = 2
MaxClientConnections = 40

[HTTPServer]
ServerPort = 127.0.0.1:{web}
ServerRoot = {folder}
MaxClientConnections = 40
MaxKeepAlives = 40
KeepAliveTimeout = 10
EnabledDavVSP = 0

[SPARQL]
ResultSetMaxRows = 100000
MaxQueryExecutionTime = 60
"""


@dataclass(frozen=True)
class Virtuoso:
    """Where a running server is reached, and with which password."""

    server: Server
    password: str

    @property
    def address(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server.port}"

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

    def opened(self) -> tuple[RemoteStore, WritableStore]:
        """What publishing needs of a server."""
        writing = WritableStore(self.graphs, self.updates, user=USER, password=self.password)
        return RemoteStore(self.updates, timeout=60, user=USER, password=self.password), writing


def binary() -> str | None:
    """The server's program: named by CROSSWALK_VIRTUOSO, or on the path."""
    return os.environ.get("CROSSWALK_VIRTUOSO") or shutil.which("virtuoso-t")


@contextmanager
def started(folder: Path, megabytes: int = 80) -> Iterator[Virtuoso]:
    """An empty server that keeps its data in a folder, and so much of them in memory."""
    program, password = binary(), secrets.token_hex(8)
    if program is None:
        raise Missing("Virtuoso is not installed (Debian: virtuoso-opensource-7-bin)")
    web, buffers = free_port(), megabytes * 128
    configuration = folder / "virtuoso.ini"
    places = {"sql": _other_port(web), "web": web, "folder": folder}
    configuration.write_text(CONFIGURATION.format(buffers=buffers, dirty=buffers * 3 // 4, **places))
    command = [program, "+foreground", "+configfile", str(configuration)]
    # It changes the password that every new database has, and ends.
    change = [*command, "+pwdold", "dba", "+pwddba", password]
    subprocess.run(change, cwd=folder, check=True, capture_output=True, timeout=180)
    path = f"/sparql?default-graph-uri={UNION}&query="
    with running("Virtuoso", command, web, path, "/sparql?query=ASK%7B%7D") as server:
        yield Virtuoso(server, password)


@contextmanager
def virtuoso(made: Built) -> Iterator[Server]:
    """The server with a catalogue, published to it as to any other."""
    folder = Path(tempfile.mkdtemp(prefix="bench-virtuoso-"))
    try:
        with started(folder, 640) as there:
            publish(made.snapshot, *there.opened(), default_graph=UNION)
            yield there.server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _other_port(taken: int) -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    return port if port != taken else _other_port(taken)
