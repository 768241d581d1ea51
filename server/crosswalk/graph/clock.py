"""Takes the time of the steps of a build."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str], None]


class Clock:
    """Takes the time of each step and tells of its beginning."""

    def __init__(self, progress: Progress, seconds: dict[str, float] | None = None) -> None:
        self.progress, self.seconds = progress, dict(seconds or {})

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Tells that a step begins, and keeps how long it takes."""
        self.progress(name)
        begin = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - begin
