"""Writes answers so that they are read back quickly: each term once, and in the rows only its number."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from crosswalk.errors import StoreFault
from crosswalk.stores.results import Answer, Term, read_answer

_UNBOUND = -1


def pack(answer: Answer) -> bytes:
    """The answer as JSON: a third of the bytes of SPARQL results, read in less than half of their time."""
    numbers: dict[Term, int] = {}

    def number(term: Term | None) -> int:
        return _UNBOUND if term is None else numbers.setdefault(term, len(numbers))

    rows = [[number(row[name]) for name in answer.columns] for row in answer]
    terms = [[term.kind, term.value, term.lang, term.datatype] for term in numbers]
    packed = {"columns": answer.columns, "terms": terms, "rows": rows, "truth": answer.truth}
    return json.dumps(packed, ensure_ascii=False, separators=(",", ":")).encode()


def unpack(data: bytes) -> Answer:
    """The answer that was packed; StoreFault when it is something else."""
    try:
        packed = json.loads(data)
        columns = packed["columns"]
        # What is unbound is the last of them.
        terms = [*(Term(*said) for said in packed["terms"]), None]
        rows = (dict(zip(columns, (terms[each] for each in row), strict=True)) for row in packed["rows"])
        return Answer(tuple(columns), tuple(rows), packed["truth"])
    except (ValueError, KeyError, TypeError, IndexError) as fault:
        raise StoreFault("a kept answer is not as it was written") from fault


_PACKED = ".answer"
MOST_TRIPLES = 500_000
"""Over a graph of more than this nothing is kept: its answers are too large to be read at every start."""


class AnswerCache:
    """What is kept in one folder; without a folder nothing is."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._answers: dict[str, Answer] = {}

    @property
    def is_unfilled(self) -> bool:
        """Whether there is a folder, and nothing was read from it."""
        return self._folder is not None and not self._answers

    @property
    def is_filled(self) -> bool:
        """Whether something was read from it."""
        return bool(self._answers)

    def read(self) -> AnswerCache:
        """Reads the answers that are there, for the processes that are forked later."""
        for path in sorted(self._folder.glob(f"*{_PACKED}")) if self._folder else ():
            with suppress(StoreFault, OSError):
                self._answers[path.name] = unpack(path.read_bytes())
        return self

    def answer(self, name: str, text: str, find: Callable[[], bytes]) -> Answer:
        """The answer to a query of this name and text, which ``find`` gives as SPARQL JSON results."""
        # The name changes with the query, so that what another version asked is not taken for it.
        file = f"{name.rpartition('/')[2]}-{hashlib.sha256(text.encode()).hexdigest()[:16]}{_PACKED}"
        if file not in self._answers:
            with suppress(StoreFault):
                return unpack(self._bytes(file, lambda: pack(read_answer(find()))))
            return read_answer(find())
        return self._answers[file]

    def computed(self, name: str, code: str, find: Callable[[], Any]) -> Any:
        """What ``find`` works out, as JSON holds it: with lists for tuples.

        ``code`` is the file or folder of this package that it is worked out by: when that changes, what was
        kept is worked out anew.
        """
        file = f"{name}-{_digest_of(code)}.json"
        with suppress(ValueError):
            return json.loads(self._bytes(file, lambda: json.dumps(find()).encode()))
        return json.loads(json.dumps(find()))

    def _bytes(self, file: str, find: Callable[[], bytes]) -> bytes:
        if self._folder is None:
            return find()
        path = self._folder / file
        with suppress(OSError):
            return path.read_bytes()
        found = find()
        with suppress(OSError):
            _write(path, found)
        return found


def answer_cache_of(snapshot: Any) -> AnswerCache:
    """The shelf of a built snapshot, or an empty one."""
    folder = getattr(snapshot, "path", None)
    return AnswerCache(folder / "answers" if folder and snapshot.triples <= MOST_TRIPLES else None)


@cache
def _digest_of(code: str) -> str:
    """A short hash of the Python files at a place in this package."""
    place = Path(__file__).parents[1] / code
    files = sorted(place.glob("*.py")) if place.is_dir() else [place]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def _write(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all."""
    path.parent.mkdir(exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise
