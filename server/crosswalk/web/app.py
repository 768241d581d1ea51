"""Make the Flask application that serves the pages, from a store, the settings and a snapshot."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for

from crosswalk.iris import compact
from crosswalk.settings import Settings
from crosswalk.stores import Store
from crosswalk.web import labels, tables, urls
from crosswalk.web.answer_cache import AnswerCache, answer_cache_of
from crosswalk.web.http import responses
from crosswalk.web.http.addresses import HOST, path_within, prefix_of, quote_path
from crosswalk.web.http.delivery import AnswerFiles
from crosswalk.web.http.log_lines import write_lines
from crosswalk.web.page_queries import PageQueries
from crosswalk.web.search_index import excerpt
from crosswalk.web.views import (
    analysis,
    comparison,
    data,
    drawing,
    home,
    lineage,
    questions,
    review,
    search,
    things,
)
from crosswalk.web.warmup import TemplateCache

Pages = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

VIEWS = (home, comparison, things, questions, drawing, lineage, analysis, search, review, data)
"""The modules with a blueprint of pages each."""

NAVIGATION = (("/standards", "Standards"), ("/compare", "Comparisons"), ("/matrix", "Matrix"),
              ("/gaps", "Gaps"), ("/lineage", "Lineage"), ("/graph", "Graph"), ("/questions", "Questions"),
              ("/data/", "Data"))  # fmt: skip

FILTERS = {"local": urls.local, "last_part": urls.last_part, "compact": compact,
           "cited_number": labels.cited_number, "meaning": labels.meaning, "named": labels.named,
           "spelled": labels.spelled, "excerpt": excerpt, "group_by": tables.group_by,
           "first_by": tables.first_by}  # fmt: skip


def create_app(
    store: Store,
    settings: Settings,
    snapshot: Any,
    answer_cache: AnswerCache | None = None,
    files: AnswerFiles | None = None,
) -> Flask:
    """Make the application that serves the pages over a store.

    Of the ``snapshot`` pages show the hash and the number of triples; without one the data may change at any
    time, so that nothing is tagged or kept. Large downloads are kept in ``files``.
    """
    write_lines()
    answer_cache = answer_cache or answer_cache_of(snapshot)
    app = Flask(__name__)
    app.url_rule_class = urls.LazyRule
    app.url_map.converters["edition"] = urls.EditionConverter
    app.json.ensure_ascii = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= FILTERS
    app.jinja_env.globals["urls"] = urls
    app.jinja_env.bytecode_cache = TemplateCache(str(settings.snapshots / "templates"))
    design = fingerprint(Path(app.root_path))
    app.extensions |= {
        "crosswalk-queries": PageQueries(store, answer_cache, remembered=1024 if snapshot else 0),
        "crosswalk-settings": settings,
        "crosswalk-snapshot": snapshot,
        "crosswalk-files": files or AnswerFiles(8 * settings.result_bytes),
        "crosswalk-edition": f"{snapshot.hash}-{design}" if snapshot else None,
    }
    for blueprint in (*(view.blueprint for view in VIEWS), responses.errors):
        app.register_blueprint(blueprint)
    app.after_request(responses.complete)
    app.wsgi_app = addressed(app.wsgi_app, prefix_of(settings.base_iri))  # type: ignore[method-assign]

    @app.context_processor
    def site() -> dict[str, object]:
        """Return what every template may use."""
        return {
            "asset": lambda name: url_for("static", filename=name, v=design),
            "base_iri": settings.base_iri,
            "canonical": settings.base_iri.rstrip("/") + quote_path(request.path),
            "snapshot": snapshot,
            "navigation": NAVIGATION,
        }

    return app


def addressed(pages: Pages, prefix: str) -> Pages:
    """Return the application below a prefix, which sees the path within the site, and nobody's Host.

    Flask refuses some hosts with a fault of its own, and repeats the others where it redirects.
    """

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        environ |= {
            "HTTP_HOST": HOST,
            "SCRIPT_NAME": prefix,
            "PATH_INFO": path_within(environ.get("PATH_INFO", ""), prefix),
        }
        return pages(environ, start)

    return answer


def fingerprint(folder: Path) -> str:
    """Return a short hash of the templates and static files: a page's tag changes when its design does."""
    paths = (path for part in ("templates", "static") for path in (folder / part).rglob("*"))
    digest = hashlib.sha256()
    for path in sorted(filter(Path.is_file, paths)):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:8]
