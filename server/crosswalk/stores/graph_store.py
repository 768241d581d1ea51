"""The writable side of a SPARQL 1.1 server: whole graphs by the Graph Store Protocol, and updates."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import pyoxigraph
from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Triple

from crosswalk.errors import InputError, StoreFault
from crosswalk.iris import BASE
from crosswalk.stores import Store
from crosswalk.stores.http_client import Connections
from crosswalk.stores.remote import Unavailable, words
from crosswalk.stores.results import ask

_PAUSES = (0.2, 0.8, 3.2)
_BUSY = (429, 502, 503, 504)
_AGAIN = "Call the command again: what has arrived is not sent twice."
_CREDENTIALS = "Set CROSSWALK_STORE_USER and CROSSWALK_STORE_PASSWORD."


class WritableStore:
    """The addresses of one server where graphs and updates are taken.

    A whole graph may be sent again without harm, and is where the server is busy or breaks off. An update is
    sent once: where its answer is lost, nobody knows whether it was carried out.
    """

    def __init__(
        self,
        graphs: str,
        updates: str,
        *,
        timeout: float = 600.0,
        user: str | None = None,
        password: str | None = None,
    ) -> None:
        self.graphs, self.updates, self.timeout = urlsplit(graphs), urlsplit(updates), timeout
        self._kept = Connections(graphs, user, password)
        self._anew = partial(Connections, updates, user, password)

    def put(self, graph: str, triples: bytes) -> None:
        """Makes a graph hold these triples, in N-Triples, and no others."""
        named = "&".join(filter(None, (self.graphs.query, f"graph={quote(graph, safe='')}")))
        for pause in (*_PAUSES, None):
            try:
                self._send(self._kept, self.graphs, "PUT", triples, "application/n-triples", named)
                return
            except Unavailable:
                if pause is None:
                    raise
                time.sleep(pause)

    def update(self, operations: str) -> None:
        """Runs a SPARQL update, over a connection of its own: an idle one may have been closed meanwhile."""
        form = "application/sparql-update"
        self._send(self._anew(), self.updates, "POST", operations.encode(), form, self.updates.query)

    def _send(
        self, connections: Connections, address: Any, method: str, body: bytes, form: str, query: str
    ) -> None:
        target = (address.path or "/") + (f"?{query}" if query else "")
        headers = {"Content-Type": form, "Accept": "*/*"}
        try:
            with connections.ask(method, target, body, headers, self.timeout) as response:
                said = response.read().decode(errors="replace")
        except (OSError, HTTPException) as fault:
            what = f"{address.hostname} broke off: {fault or type(fault).__name__}"
            raise Unavailable(what, hint=_AGAIN) from fault
        if response.status >= 300:
            raise _refused(address, method, response.status, said)


def _refused(address: Any, method: str, status: int, said: str) -> StoreFault | InputError:
    shown = f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path}"
    if status in (401, 403):
        return StoreFault(f"{shown} wants other credentials (HTTP {status})", hint=_CREDENTIALS)
    if status in (404, 405):
        hint = "Give the addresses of the Graph Store Protocol (URL), of updates and of queries."
        return InputError(f"{shown} takes no {method} (HTTP {status})", hint=hint)
    kind = Unavailable if status in _BUSY else StoreFault
    return kind(f"{shown} failed (HTTP {status}): {words(said)}", hint=_AGAIN)


STAGED = BASE + "staged/"
"""What the names of graphs begin with that are not in use yet; the snapshot's hash comes next."""

GRAPHS = BASE + "graph/"
"""What the names of the graphs of a snapshot begin with."""

PUBLISHED = GRAPHS + "published"
"""The graph that says which snapshot a server holds."""

IDENTIFIER = NamedNode("http://purl.org/dc/terms/identifier")
Progress = Callable[[str], None]


class Snapshot(Protocol):
    """What is needed of a snapshot."""

    hash: str
    triples: int
    graphs: list[dict[str, Any]]

    @property
    def index(self) -> Path:
        """The folder of its indexed quads."""
        ...


@dataclass(frozen=True)
class Part:
    """One graph on its way: where it waits, where it goes (None: the default graph), and its size."""

    staged: str
    name: str | None
    triples: int


@dataclass(frozen=True)
class Publication:
    """What was done: how many graphs there are, how many of them were sent now, and how many triples."""

    graphs: int
    sent: int
    triples: int


def publish(
    snapshot: Snapshot,
    reading: Store,
    writing: WritableStore,
    progress: Progress = lambda step: None,
    *,
    default_graph: str | None = None,
) -> Publication:
    """Makes a server hold a snapshot; what an interrupted call has sent is counted and not sent again.

    Until the switch, a single update, queries are answered from what was there before. On a server that has
    no default graph to write to, the union of the facts goes to the graph named ``default_graph``.
    """
    parts = list(_parts(snapshot, default_graph))
    total = sum(part.triples for part in parts)
    wanted = {part.name: part.triples for part in parts}
    there = _counts(reading)
    if _published(reading) == snapshot.hash and not _wrong(there, wanted):
        left = list(_drops(set(there), {*wanted, PUBLISHED}))
        if left:
            writing.update(" ;\n".join(left))
        return Publication(len(parts), 0, total)
    source = pyoxigraph.Store.read_only(str(snapshot.index))
    missing = [part for part in parts if there.get(part.staged) != part.triples]
    for part in missing:
        progress(part.name or "the default graph")
        writing.put(part.staged, _triples(source, None if part.name == default_graph else part.name))
    marker = _prefix(snapshot) + "published"
    said = Triple(NamedNode(PUBLISHED), IDENTIFIER, Literal(snapshot.hash))
    writing.put(marker, pyoxigraph.serialize([said], format=RdfFormat.N_TRIPLES))
    there = _counts(reading)
    _verify(there, {part.staged: part.triples for part in parts} | {marker: 1})
    progress("switching")
    writing.update(" ;\n".join(_switch(parts, marker, set(there))))
    _verify(_counts(reading), wanted)
    return Publication(len(parts), len(missing), total)


def _prefix(snapshot: Snapshot) -> str:
    return f"{STAGED}{snapshot.hash[:16]}/"


def _parts(snapshot: Snapshot, default_graph: str | None) -> Iterator[Part]:
    prefix = _prefix(snapshot)
    for each in snapshot.graphs:
        yield Part(f"{prefix}graph/{each['name']}", each["iri"], each["triples"])
    yield Part(f"{prefix}default", default_graph, snapshot.triples)


def _triples(source: pyoxigraph.Store, name: str | None) -> bytes:
    written = io.BytesIO()
    graph = DefaultGraph() if name is None else NamedNode(name)
    source.dump(written, RdfFormat.N_TRIPLES, from_graph=graph)
    return written.getvalue()


def _switch(parts: Sequence[Part], marker: str, there: set[str | None]) -> Iterator[str]:
    """The operations of the update that puts a snapshot in the place of what there was."""
    for part in parts:
        yield f"MOVE GRAPH <{part.staged}> TO " + (f"GRAPH <{part.name}>" if part.name else "DEFAULT")
    yield f"MOVE GRAPH <{marker}> TO GRAPH <{PUBLISHED}>"
    kept = {part.name for part in parts} | {part.staged for part in parts} | {marker, PUBLISHED}
    yield from _drops(there, kept)


def _drops(there: set[str | None], kept: set[str | None]) -> Iterator[str]:
    """The operations that remove what other snapshots have left, or may yet put in place.

    The switch of a call that was killed may still be on its way, and run before this one: what it would put
    in place is known by what waits for it. Once that is gone it fails, and changes nothing.
    """
    held = {name for name in there if name}
    waiting = (name.partition("/graph/")[2] for name in held if name.startswith(STAGED))
    coming = {GRAPHS + name for name in waiting if name}
    ours = (name for name in (held | coming) - kept if name.startswith((GRAPHS, STAGED)))
    yield from (f"DROP SILENT GRAPH <{name}>" for name in sorted(ours))


def _counts(reading: Store) -> dict[str | None, int]:
    """The triples of each graph a server holds; the default graph's name is None."""
    counted: dict[str | None, int] = {}
    for row in ask(reading, "publishing/counts"):
        graph, triples = row["graph"], row["triples"]
        if triples is not None:
            counted[graph.value if graph else None] = int(triples.value)
    return counted


def _published(reading: Store) -> str | None:
    """The hash of the snapshot a server says it holds."""
    rows = ask(reading, "publishing/published", graph=PUBLISHED).rows
    return rows[0]["hash"].value if rows and rows[0]["hash"] else None


def _verify(there: dict[str | None, int], wanted: dict[Any, int]) -> None:
    wrong = _wrong(there, wanted)
    if wrong:
        hint = "Call the command again; if it stays, the server changes triples as it takes them."
        raise StoreFault(f"the server holds another number of triples in {', '.join(wrong[:3])}", hint=hint)


def _wrong(there: dict[str | None, int], wanted: dict[Any, int]) -> list[str]:
    return [str(name or "the default graph") for name, count in wanted.items() if there.get(name, 0) != count]
