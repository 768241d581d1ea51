"""Store the answers that pages need first beside their snapshot, so that a later start reads them quickly."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from crosswalk.errors import StoreFault
from crosswalk.folders import PACKAGE, atomic_write
from crosswalk.stores.results import Answer, Term, read_answer

MOST_TRIPLES = 500_000
"""Over a graph of more triples nothing is stored: its answers are too large to be read at every start."""

_SUFFIX = ".answer"
_UNBOUND = -1


class AnswerCache:
    """The answers stored in one folder; without a folder none is."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._answers: dict[str, Answer] = {}

    @property
    def is_filled(self) -> bool:
        """Whether answers were read."""
        return bool(self._answers)

    @property
    def is_unfilled(self) -> bool:
        """Whether there is a folder from which no answers were read."""
        return self._folder is not None and not self._answers

    def read(self) -> AnswerCache:
        """Read the answers that are stored, for the processes that are forked later."""
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")) if self._folder else ():
            with suppress(StoreFault, OSError):
                self._answers[path.name] = unpack(path.read_bytes())
        return self

    def answer(self, name: str, text: str, query: Callable[[], bytes]) -> Answer:
        """Return the answer to a query of this name and text; ``query`` gives it as SPARQL JSON results."""
        # The name changes with the text, so that the answer to an earlier text is not taken for it.
        file = f"{name.rpartition('/')[2]}-{hashlib.sha256(text.encode()).hexdigest()[:16]}{_SUFFIX}"
        if file not in self._answers:
            with suppress(StoreFault):
                return unpack(self._stored(file, lambda: pack(read_answer(query()))))
            return read_answer(query())
        return self._answers[file]

    def computed(self, name: str, code: str, compute: Callable[[], Any]) -> Any:
        """Return what ``compute`` returns, as JSON holds it: with lists for tuples.

        ``code`` is the file or folder of this package that computes it: when that changes, the stored result
        is computed anew.
        """
        file = f"{name}-{_digest_of(code)}.json"
        with suppress(ValueError):
            return json.loads(self._stored(file, lambda: json.dumps(compute()).encode()))
        return json.loads(json.dumps(compute()))

    def _stored(self, file: str, make: Callable[[], bytes]) -> bytes:
        """Return the content of a file, which ``make`` gives where there is none yet."""
        if self._folder is None:
            return make()
        path = self._folder / file
        with suppress(OSError):
            return path.read_bytes()
        content = make()
        with suppress(OSError):
            path.parent.mkdir(exist_ok=True)
            atomic_write(path, content, durable=False)
        return content


def answer_cache_of(snapshot: Any) -> AnswerCache:
    """Return the answer cache of a built snapshot, or one that stores nothing."""
    folder = getattr(snapshot, "path", None)
    return AnswerCache(folder / "answers" if folder and snapshot.triples <= MOST_TRIPLES else None)


def pack(answer: Answer) -> bytes:
    """Write an answer as JSON, each term once, and in the rows only its number.

    It has a third of the bytes of SPARQL results, and is read in less than half of their time.
    """
    numbers: dict[Term, int] = {}

    def number(term: Term | None) -> int:
        return _UNBOUND if term is None else numbers.setdefault(term, len(numbers))

    rows = [[number(row[name]) for name in answer.columns] for row in answer]
    terms = [[term.kind, term.value, term.lang, term.datatype] for term in numbers]
    packed = {"columns": answer.columns, "terms": terms, "rows": rows, "truth": answer.truth}
    return json.dumps(packed, ensure_ascii=False, separators=(",", ":")).encode()


def unpack(data: bytes) -> Answer:
    """Read an answer that was packed.

    Raises StoreFault where the bytes are something else.
    """
    try:
        packed = json.loads(data)
        columns = packed["columns"]
        # The last one stands for what is unbound.
        terms = [*(Term(*parts) for parts in packed["terms"]), None]
        rows = (dict(zip(columns, (terms[number] for number in row), strict=True)) for row in packed["rows"])
        return Answer(tuple(columns), tuple(rows), packed["truth"])
    except (ValueError, KeyError, TypeError, IndexError) as fault:
        raise StoreFault("a stored answer is not as it was written") from fault


@cache
def _digest_of(code: str) -> str:
    """Return a short hash of the Python files at a place in this package."""
    place = PACKAGE / code
    files = sorted(place.glob("*.py")) if place.is_dir() else [place]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
