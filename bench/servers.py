"""Small servers to measure against: an empty Flask application, one that serves bytes, one over rdflib."""

from __future__ import annotations

import os
from threading import Lock

from flask import Flask, Response, request


def empty() -> Flask:
    """An application with one address and nothing behind it."""
    app = Flask("empty")

    @app.get("/")
    def answer() -> str:
        return "ok"

    return app


def static() -> Flask:
    """An application that gives the same bytes to every query."""
    app = Flask("static")
    body = b"title\r\n" + b"a line of some length, as answers have them\r\n" * 8

    @app.get("/sparql")
    def answer() -> Response:
        return Response(body, content_type="text/csv")

    return app


def over_rdflib() -> Flask:
    """An application that puts queries to an rdflib graph in memory."""
    from rdflib import Graph

    app, one_at_a_time = Flask("rdflib"), Lock()  # its parser is not made for several threads
    graph = Graph().parse(os.environ["BENCH_FILE"], format="nt")

    @app.get("/sparql")
    def answer() -> Response:
        with one_at_a_time:
            found = graph.query(request.args["query"])
            return Response(found.serialize(format="csv"), content_type="text/csv")

    return app
