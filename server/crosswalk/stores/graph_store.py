"""The writable side of a SPARQL 1.1 server: whole graphs by the Graph Store Protocol, and updates.

https://www.w3.org/TR/sparql11-http-rdf-update/ and https://www.w3.org/TR/sparql11-protocol/#update-operation
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pyoxigraph
from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Triple

from crosswalk.errors import InputError, StoreFault
from crosswalk.iris import BASE, GRAPH
from crosswalk.stores import Store
from crosswalk.stores.connections import Deadline, shown
from crosswalk.stores.http_client import Client, persist, read_error, status_fault
from crosswalk.stores.results import ask

_AGAIN = "Call the command again: what has arrived is not sent twice."


class WritableStore:
    """The addresses of one server where graphs and updates are taken.

    A whole graph is sent again where the server is busy or breaks off, which does no harm. An update is sent
    once: where its answer is lost, nobody knows whether it was carried out.
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
        self.graphs, self.updates, self.timeout = graphs, updates, timeout
        self._graphs_client = Client(graphs, user, password)
        self._updates_client = Client(updates, user, password)

    def put(self, graph: str, triples: bytes) -> None:
        """Make a graph hold these triples, in N-Triples, and no others."""
        url = f"{self.graphs}{'&' if '?' in self.graphs else '?'}graph={quote(graph, safe='')}"
        headers = {"Content-Type": "application/n-triples"}
        request = httpx.Request("PUT", url, headers=headers, content=triples)
        deadline = Deadline(self.timeout)
        persist(lambda: self._send(self._graphs_client, request, deadline), deadline)

    def update(self, operations: str) -> None:
        """Run a SPARQL update, over a connection of its own: an idle one may have been closed meanwhile."""
        headers = {"Content-Type": "application/sparql-update", "Connection": "close"}
        request = httpx.Request("POST", self.updates, headers=headers, content=operations.encode())
        self._send(self._updates_client, request, Deadline(self.timeout))

    def _send(self, client: Client, request: httpx.Request, deadline: Deadline) -> None:
        try:
            with client.send(request, deadline, repeatable=request.method == "PUT") as response:
                reply = read_error(response)
        except StoreFault as fault:
            fault.hint = _AGAIN
            raise
        name, status = shown(str(request.url)), response.status_code
        if status in (404, 405):
            hint = "Give the addresses of the Graph Store Protocol (URL), of updates and of queries."
            raise InputError(f"{name} takes no {request.method} (HTTP {status})", hint=hint)
        if status >= 300:
            fault = status_fault(status, reply, name)
            fault.hint = fault.hint or _AGAIN
            raise fault


STAGED = BASE + "staged/"
"""The beginning of the names of graphs that are not in use yet; the snapshot's hash comes next."""

PUBLISHED = GRAPH + "published"
"""The graph that says which snapshot a server holds."""

IDENTIFIER = NamedNode("http://purl.org/dc/terms/identifier")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class GraphUpload:
    """A graph to be sent: the name it waits under, the name it gets (None: the default graph), its size."""

    staged: str
    name: str | None
    triples: int


@dataclass(frozen=True)
class Publication:
    """What was done: the number of graphs, of those sent now, and of all triples."""

    graphs: int
    sent: int
    triples: int


def publish(
    snapshot: Any,
    reading: Store,
    writing: WritableStore,
    progress: Progress = lambda step: None,
    *,
    default_graph: str | None = None,
) -> Publication:
    """Make a server hold a snapshot; what an interrupted call has sent is counted and not sent again.

    ``snapshot`` is one of graph.snapshot: its hash, its number of triples, its graphs and its index are read.
    Until the switch, a single update, queries are answered from what was there before. On a server that has
    no default graph to write to, the union of the facts goes to the graph named ``default_graph``.

    Raises StoreFault where the server fails, or holds another number of triples than were sent.
    """
    uploads = list(_uploads(snapshot, default_graph))
    marker = GraphUpload(_staged(snapshot, "published"), PUBLISHED, 1)
    triples = sum(upload.triples for upload in uploads)
    wanted = {upload.name: upload.triples for upload in (*uploads, marker)}
    there = _counts(reading)
    if _published(reading) == snapshot.hash and not _wrong(there, wanted):
        if left := list(_drops(set(there), set(wanted))):
            writing.update(" ;\n".join(left))
        return Publication(len(uploads), 0, triples)
    source = pyoxigraph.Store.read_only(str(snapshot.index))
    missing = [upload for upload in uploads if there.get(upload.staged) != upload.triples]
    for upload in missing:
        progress(upload.name or "the default graph")
        writing.put(upload.staged, _triples(source, None if upload.name == default_graph else upload.name))
    published = Triple(NamedNode(PUBLISHED), IDENTIFIER, Literal(snapshot.hash))
    writing.put(marker.staged, pyoxigraph.serialize([published], format=RdfFormat.N_TRIPLES))
    there = _counts(reading)
    _verify(there, {upload.staged: upload.triples for upload in (*uploads, marker)})
    progress("switching")
    writing.update(" ;\n".join(_switch((*uploads, marker), set(there))))
    _verify(_counts(reading), wanted)
    return Publication(len(uploads), len(missing), triples)


def _staged(snapshot: Any, name: str) -> str:
    return f"{STAGED}{snapshot.hash[:16]}/{name}"


def _uploads(snapshot: Any, default_graph: str | None) -> Iterator[GraphUpload]:
    for graph in snapshot.graphs:
        yield GraphUpload(_staged(snapshot, f"graph/{graph['name']}"), graph["iri"], graph["triples"])
    yield GraphUpload(_staged(snapshot, "default"), default_graph, snapshot.triples)


def _triples(source: pyoxigraph.Store, name: str | None) -> bytes:
    written = io.BytesIO()
    graph = DefaultGraph() if name is None else NamedNode(name)
    source.dump(written, RdfFormat.N_TRIPLES, from_graph=graph)
    return written.getvalue()


def _switch(uploads: Sequence[GraphUpload], there: set[str | None]) -> Iterator[str]:
    """Yield the operations of the update that puts a snapshot in the place of what there was."""
    for upload in uploads:
        yield f"MOVE GRAPH <{upload.staged}> TO " + (f"GRAPH <{upload.name}>" if upload.name else "DEFAULT")
    yield from _drops(there, {name for upload in uploads for name in (upload.name, upload.staged)})


def _drops(there: set[str | None], kept: set[str | None]) -> Iterator[str]:
    """Yield the operations that remove what other snapshots have left, or may yet put in place.

    The switch of a call that was killed may still be on its way. Where it runs before this one, it puts its
    staged graphs in place, so that their final names are dropped as well; where it runs after, it finds no
    staged graph, fails, and changes nothing.
    """
    held = {name for name in there if name}
    waiting = (name.partition("/graph/")[2] for name in held if name.startswith(STAGED))
    coming = {GRAPH + name for name in waiting if name}
    ours = (name for name in (held | coming) - kept if name.startswith((GRAPH, STAGED)))
    yield from (f"DROP SILENT GRAPH <{name}>" for name in sorted(ours))


def _counts(reading: Store) -> dict[str | None, int]:
    """Return the number of triples in each graph a server holds; the default graph's name is None."""
    counted: dict[str | None, int] = {}
    for row in ask(reading, "publishing/counts"):
        graph, triples = row["graph"], row["triples"]
        if triples is None:
            continue
        if not re.fullmatch(r"[0-9]{1,18}", triples.value):
            raise StoreFault("the server counts its triples by what is no number")
        counted[graph.value if graph else None] = int(triples.value)
    return counted


def _published(reading: Store) -> str | None:
    """Return the hash of the snapshot a server says it holds."""
    rows = ask(reading, "publishing/published", graph=PUBLISHED).rows
    return rows[0]["hash"].value if rows and rows[0]["hash"] else None


def _verify(there: dict[str | None, int], wanted: dict[Any, int]) -> None:
    wrong = _wrong(there, wanted)
    if wrong:
        hint = "Call the command again; if it stays, the server changes triples as it takes them."
        raise StoreFault(f"the server holds another number of triples in {', '.join(wrong[:3])}", hint=hint)


def _wrong(there: dict[str | None, int], wanted: dict[Any, int]) -> list[str]:
    return [str(name or "the default graph") for name, count in wanted.items() if there.get(name, 0) != count]
