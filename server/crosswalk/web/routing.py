"""Addresses of pages: what builds them is compiled when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class Route(Rule):
    """A rule that learns to build addresses when the first is built, so that no start waits for it."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        compiled: list[Builder] = []

        def build(route: Route, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(super()._compile_builder(append_unknown))
            return compiled[0](route, **values)

        return build
