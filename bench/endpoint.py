"""The query endpoint under load beside its peers; short rounds take turns, so that all see one machine."""

from __future__ import annotations

import statistics
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from math import inf
from typing import Any

from bench import catalogues, peers, virtuoso
from bench.driver import PATIENCE, Driver, Load, WrongAnswer
from bench.generator import Catalogue
from bench.mix import CSV, LOOKUPS, Ask, choose, lines, passes, questions, repeated, uncached
from bench.peers import Server

CLIENTS = 16
_PATIENCE = 60.0
"""How many seconds a peer may take over one query that it is asked alone."""

_CROWD = 900.0
"""How many seconds may go by without any answer where sixteen clients ask such a peer."""

_OF_EACH = 12
"""How many queries there are of each shape to choose from."""

Asks = Callable[[int], Iterator[Ask]]


def compare(
    servers: list[AbstractContextManager[Server]],
    asks: Asks,
    *,
    clients: int = CLIENTS,
    rounds: int = 3,
    seconds: float = 2.0,
) -> dict[str, list[float]]:
    """The rates of each server, by its name: one for each round, in which all have their turn."""
    with ExitStack() as stack:
        started = [stack.enter_context(each) for each in servers]
        rates: dict[str, list[float]] = {each.name: [] for each in started}
        for turn in range(rounds + 1):
            for server in started:
                load = run(server, asks(turn), clients, seconds if turn else min(seconds, 1.0))
                if turn:
                    rates[server.name].append(load.rate)
    return rates


def run(
    server: Server, asks: Iterator[Ask], clients: int, seconds: float, patience: float = PATIENCE
) -> Load:
    """One round; says whose answer is wrong."""
    with Driver(server.port, server.path, clients, asks) as driver:
        try:
            return driver.run(seconds, patience)
        except WrongAnswer as wrong:
            raise WrongAnswer(f"{server.name}: {wrong}") from None


def measure_uncached(
    size: int, mix: str = "questions", *, clients: int = CLIENTS, rounds: int = 11, seconds: float = 1.0
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
    """New queries only, and of them those that the others answer rightly and in time.

    The others get every shape as often, and are waited for.
    """
    made, store = catalogues.built(size), catalogues.store(size)
    shapes = len(LOOKUPS if mix == "lookups" else questions(Catalogue(size).units[0], store))
    asks = choose(size, store, _OF_EACH * shapes, mix=mix)
    with ExitStack() as stack:
        started = [stack.enter_context(each) for each in (peers.crosswalk(made), *others)]
        able = {place for place in range(shapes) if all(_answers(each, asks[place]) for each in started)}
        asked = [ask for place, ask in enumerate(asks) if place % shapes in able]
        rates: dict[str, list[float]] = {each.name: [] for each in started}
        for turn in range(rounds):
            for server in started:
                order = passes(asked, len(able), seconds, turn)
                rates[server.name].append(run(server, order, CLIENTS, inf, _CROWD).rate)
    found = _against("crosswalk", rates)
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
    return _against("crosswalk", rates) | {"size": size}


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


def _against(name: str, rates: dict[str, list[float]]) -> dict[str, Any]:
    """The median rates, and the median ratios of neighbours: a host that slows down slows both down."""
    ratios = {
        other: statistics.median(mine / theirs for mine, theirs in zip(rates[name], each, strict=True))
        for other, each in rates.items()
        if other != name
    }
    return {"rates": {server: statistics.median(each) for server, each in rates.items()}, "ratios": ratios}
