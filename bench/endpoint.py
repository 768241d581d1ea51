"""The query endpoint under load beside its peers; short rounds take turns, so that all see one machine."""

from __future__ import annotations

import statistics
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any

from bench import catalogues, peers, virtuoso
from bench.driver import Driver, Load, WrongAnswer
from bench.generator import Catalogue
from bench.mix import CSV, LOOKUPS, Ask, choose, lines, questions, repeated, uncached
from bench.peers import Server

CLIENTS = 16
_PATIENCE = 10.0
"""How many seconds a peer may take over one query."""
Asks = Callable[[int], Iterator[Ask]]


def compare(
    servers: list[AbstractContextManager[Server]],
    asks: Asks,
    *,
    clients: int = CLIENTS,
    rounds: int = 3,
    seconds: float = 2.0,
) -> dict[str, float]:
    """The median rate of each server, by its name."""
    with ExitStack() as stack:
        started = [stack.enter_context(each) for each in servers]
        rates: dict[str, list[float]] = {each.name: [] for each in started}
        for turn in range(rounds + 1):
            for server in started:
                load = run(server, asks(turn), clients, seconds if turn else min(seconds, 1.0))
                if turn:
                    rates[server.name].append(load.rate)
    return {name: statistics.median(each) for name, each in rates.items()}


def run(server: Server, asks: Iterator[Ask], clients: int, seconds: float) -> Load:
    """One round; says whose answer is wrong."""
    with Driver(server.port, server.path, clients, asks) as driver:
        try:
            return driver.run(seconds)
        except WrongAnswer as wrong:
            raise WrongAnswer(f"{server.name}: {wrong}") from None


def measure_uncached(
    size: int, mix: str = "questions", *, clients: int = CLIENTS, rounds: int = 5, seconds: float = 2.0
) -> dict[str, Any]:
    """New queries only: this program, evaluation in processes that can be killed, beside native Oxigraph."""
    made, asks = catalogues.built(size), choose(size, catalogues.store(size), mix=mix)
    servers = [peers.crosswalk(made), peers.oxigraph(made, disk=True), peers.oxigraph(made, disk=False)]
    rates = compare(
        servers, lambda turn: uncached(asks, turn), clients=clients, rounds=rounds, seconds=seconds
    )
    return _against("crosswalk", rates) | {"size": size, "mix": mix, "clients": clients}


def measure_rdflib(size: int, mix: str = "questions") -> dict[str, Any]:
    """New queries beside the two that run on rdflib."""
    made = catalogues.built(size)
    others = [peers.rdflib_endpoint(made), peers.flask("over_rdflib", made)]
    return _beside(others, size, mix)


def measure_virtuoso(size: int, mix: str = "questions") -> dict[str, Any]:
    """New queries beside Virtuoso, where it is installed."""
    return _beside([virtuoso.virtuoso(catalogues.built(size))], size, mix)


def _beside(
    others: list[AbstractContextManager[Server]], size: int, mix: str, rounds: int = 2, seconds: float = 10.0
) -> dict[str, Any]:
    """New queries only, and of them those that the others answer rightly and in time."""
    made, store = catalogues.built(size), catalogues.store(size)
    asks = choose(size, store, mix=mix)
    shapes = len(LOOKUPS if mix == "lookups" else questions(Catalogue(size).units[0], store))
    with ExitStack() as stack:
        started = [stack.enter_context(each) for each in (peers.crosswalk(made), *others)]
        able = {place for place in range(shapes) if all(_answers(each, asks[place]) for each in started)}
        asked = [ask for place, ask in enumerate(asks) if place % shapes in able]
        rates: dict[str, list[float]] = {each.name: [] for each in started}
        for turn in range(rounds):
            for server in started:
                rates[server.name].append(run(server, uncached(asked, turn), CLIENTS, seconds).rate)
    found = _against("crosswalk", {name: statistics.median(each) for name, each in rates.items()})
    return found | {"size": size, "mix": mix, "shapes": shapes, "shapes all answer": len(able)}


def _answers(server: Server, ask: Ask) -> bool:
    """Whether a server answers a query rightly within some seconds."""
    path = server.path if "?" in server.path else f"{server.path}?query="
    address = f"http://127.0.0.1:{server.port}{path}{ask.encoded}"
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, headers={"Accept": CSV}), timeout=_PATIENCE
        ) as answer:
            return lines(answer.read()) == ask.lines
    except (OSError, TimeoutError):
        return False


def measure_repeated(size: int, *, rounds: int = 3, seconds: float = 2.0) -> dict[str, Any]:
    """Queries that were put before, beside native Oxigraph and Flask with nothing to do."""
    made, asks = catalogues.built(size), choose(size, catalogues.store(size), 140)
    anything = [Ask(ask.encoded, -1) for ask in asks]
    servers = [peers.crosswalk(made), peers.oxigraph(made, disk=True)]
    with ExitStack() as stack:
        started = [stack.enter_context(each) for each in servers]
        static = stack.enter_context(peers.flask("static"))
        rates: dict[str, list[float]] = {}
        for turn in range(rounds + 1):
            for server in (*started, static):
                load = run(server, repeated(anything if server is static else asks, turn), CLIENTS, seconds)
                if turn:
                    rates.setdefault(server.name, []).append(load.rate)
    return _against("crosswalk", {n: statistics.median(r) for n, r in rates.items()}) | {"size": size}


def measure_runaway(size: int, *, clients: int = CLIENTS, seconds: float = 4.0) -> dict[str, Any]:
    """New queries while another never comes to an end, beside the same without it."""
    made, asks = catalogues.built(size), choose(size, catalogues.store(size))
    endless = (catalogues.REPOSITORY / "bench" / "runaway.rq").read_text()
    with peers.crosswalk(made) as server:
        run(server, uncached(asks, 0), clients, 1.0)
        quiet = run(server, uncached(asks, 1), clients, seconds)
        beside = threading.Thread(target=_post, args=(server, endless))
        beside.start()
        crowded = run(server, uncached(asks, 2), clients, seconds)
        alive = beside.is_alive()
        beside.join()
    return {
        "size": size, "clients": clients, "it ran all along": alive,
        "throughput kept": crowded.rate / quiet.rate,
        "slowest, alone": quiet.slowest, "slowest, beside it": crowded.slowest,
    }  # fmt: skip


def _post(server: Server, text: str) -> None:
    address = f"http://127.0.0.1:{server.port}{server.path}"
    try:
        with urllib.request.urlopen(address, urllib.parse.urlencode({"query": text}).encode(), 60) as answer:
            answer.read()
    except urllib.error.HTTPError:
        return  # it is ended, as it should be


def _against(name: str, rates: dict[str, float]) -> dict[str, Any]:
    ratios = {other: rates[name] / rate for other, rate in rates.items() if other != name}
    return {"rates": rates, "ratios": ratios}
