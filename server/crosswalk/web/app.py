"""The application that serves the pages: a store, the settings and a snapshot become a Flask app."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Protocol

from flask import Flask, request, url_for

from crosswalk.iris import compact
from crosswalk.settings import Settings
from crosswalk.web import labels, urls
from crosswalk.web.answer_cache import AnswerCache, answer_cache_of
from crosswalk.web.http import problem, responses
from crosswalk.web.http.compression import Kept
from crosswalk.web.page_queries import PageQueries, Store
from crosswalk.web.search_index import excerpt
from crosswalk.web.urls import Route
from crosswalk.web.views import (
    analysis,
    comparison,
    data,
    drawing,
    home,
    lineage,
    matrix,
    questions,
    review,
    search,
    things,
    vocabulary,
)
from crosswalk.web.warmup import Compiled

MODULES = (home.home, comparison.comparison, things.things, vocabulary.vocabulary, questions.questions,
           questions.asking, drawing.drawing, lineage.lineage, matrix.matrix, search.search,
           review.completeness, data.data, analysis.analysis, review.upkeep, home.service,
           problem.errors)  # fmt: skip

NAVIGATION = (("/standards", "Standards"), ("/compare", "Comparisons"), ("/matrix", "Matrix"),
              ("/gaps", "Gaps"), ("/lineage", "Lineage"), ("/graph", "Graph"), ("/questions", "Questions"),
              ("/data/", "Data"))  # fmt: skip

FILTERS = {"local": urls.local, "name_of": urls.name_of, "last_part": urls.last_part, "compact": compact,
           "document_of": urls.document_of, "called": labels.called, "meaning": labels.meaning,
           "named": labels.named, "spelled": labels.spelled,
           "excerpt": excerpt}  # fmt: skip

COMPRESSED_BYTES = 16 * 2**20
"""How many bytes of compressed answers a process keeps."""


class Snapshot(Protocol):
    """What the pages say about the published graph."""

    hash: str
    triples: int


def create_app(
    store: Store, settings: Settings, snapshot: Snapshot | None, answer_cache: AnswerCache | None = None
) -> Flask:
    """The pages over a store; without a snapshot the data may change, so that nothing is tagged or kept."""
    answer_cache = answer_cache or answer_cache_of(snapshot)
    app = Flask(__name__)
    app.url_rule_class = Route
    app.json.ensure_ascii = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= FILTERS
    app.jinja_env.bytecode_cache = Compiled(settings.snapshots / "templates")
    look = fingerprint(Path(app.root_path))
    app.extensions |= {
        "crosswalk-compressed": Kept(COMPRESSED_BYTES),
        "crosswalk-queries": PageQueries(
            store, remembered=1024 if snapshot else 0, answer_cache=answer_cache
        ),
        "crosswalk-settings": settings,
        "crosswalk-snapshot": snapshot,
        "crosswalk-edition": f"{snapshot.hash}-{look}" if snapshot else None,
    }
    for blueprint in MODULES:
        app.register_blueprint(blueprint)
    app.after_request(responses.dress)

    @app.context_processor
    def site() -> dict[str, object]:
        """What every template may use."""
        return {
            "asset": lambda name: url_for("static", filename=name, v=look),
            "base_iri": settings.base_iri,
            "canonical": settings.base_iri.rstrip("/") + request.path,
            "snapshot": snapshot,
            "navigation": NAVIGATION,
        }

    return app


def fingerprint(folder: Path) -> str:
    """A short hash of the templates and static files: a page's tag changes when its looks do."""
    hashed = hashlib.sha256()
    for path in sorted(
        one for part in ("templates", "static") for one in (folder / part).rglob("*") if one.is_file()
    ):
        hashed.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return hashed.hexdigest()[:8]
