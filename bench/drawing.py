"""What a drawing waits for: parts of a large graph, as a running server sends them."""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection
from statistics import median
from typing import Any

from bench import catalogues, peers
from bench.generator import Catalogue
from bench.units import Unit

MANY = 60
"""How many parts of each kind are asked for, no two of them alike."""


def measure(size: int) -> dict[str, Any]:
    """The seconds to an answer by the clock, for what lies three links around editions, and for the overview.

    The overview of a large catalogue is as much as is ever sent at once; it is widened by a thing each time.
    """
    units = Catalogue(size).units[:MANY]
    with peers.crosswalk(catalogues.built(size)) as server:
        connection = HTTPConnection("127.0.0.1", server.port)
        found = {
            kind: _ask(connection, [address(unit) for unit in units])
            for kind, address in (("around an edition", _around), ("overview", _overview))
        }
        connection.close()
    return {"size": size, **found}


def _around(unit: Unit) -> str:
    return f"/graph.json?focus={unit.right}/2.0&depth=3"


def _overview(unit: Unit) -> str:
    return f"/graph.json?also={unit.right}/2.0"


def _ask(connection: HTTPConnection, addresses: list[str]) -> dict[str, float]:
    took, things = [], []
    for address in addresses:
        begin = time.perf_counter()
        connection.request("GET", address)
        body = connection.getresponse().read()
        took.append(time.perf_counter() - begin)
        things.append(len(json.loads(body)["nodes"]))
    return {"things": median(things), "least": min(took), "median": median(took), "most": max(took)}
