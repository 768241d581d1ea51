"""Where the curated content lies, and where what is built from it goes."""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
"""The folder of this package."""


def repository_root() -> Path | None:
    """The repository this package runs from, or None when it is installed without one.

    An editable install may hold a second copy of the content, which grows old: the repository wins.
    """
    root = PACKAGE.parents[1]
    parts = ("pyproject.toml", "ontology", "data", "shapes", "queries")
    return root if all((root / part).exists() for part in parts) else None


def content_root() -> Path:
    """The folder that holds ``ontology/``, ``data/``, ``shapes/`` and ``queries/``."""
    return repository_root() or PACKAGE / "content"


def default_output() -> Path:
    """The folder snapshots are built in: ``build/`` of the repository, else the user's cache folder."""
    repository = repository_root()
    if repository is not None:
        return repository / "build"
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "iot-security-crosswalk"
