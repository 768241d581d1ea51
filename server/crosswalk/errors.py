"""Every fault a curator, a caller or an operator can cause, in words they can act on."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Any


class CrosswalkError(Exception):
    """A fault with the place where it lies and, where known, the way to repair it.

    ``str()`` gives one line, ``FILE:LINE: what``, of which only the known parts are said; ``hint`` is
    a sentence of its own. It is caught at the edges alone: the command line and the pages for errors.
    """

    exit_code = 2

    def __init__(
        self,
        what: str,
        *,
        file: str | PathLike[str] | None = None,
        line: int | None = None,
        column: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = " ".join(str(what).split())
        self.file = None if file is None else str(file)
        self.line = line
        self.column = column
        self.hint = hint

    @property
    def place(self) -> str:
        """Where the fault lies: ``FILE:LINE:COLUMN``, or ``line L, column C`` where there is no file."""
        if self.file is not None:
            return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        named = (("line", self.line), ("column", self.column))
        return ", ".join(f"{name} {number}" for name, number in named if number is not None)

    def __str__(self) -> str:
        return f"{self.place}: {self.what}" if self.place else self.what

    def __reduce__(self) -> tuple[Any, ...]:
        """Lets the error cross a process boundary with all it knows."""
        return _rebuild, (type(self), self.what, dict(self.__dict__))


def _rebuild(kind: type[CrosswalkError], what: str, state: dict[str, Any]) -> CrosswalkError:
    error = kind.__new__(kind, what)
    error.args = (what,)
    error.__dict__.update(state)
    return error


class InputError(CrosswalkError):
    """The call, or a file given to it, is wrong."""


class QuerySyntaxError(InputError):
    """A SPARQL text does not parse; carries line and column, counted from 1, and the line itself."""

    excerpt: str | None = None


class QueryRefused(InputError):
    """A query that parses and yet is not answered: an update, SERVICE, or one too large or too deep."""


class NonconformingData(CrosswalkError):
    """The data breaks at least one shape; the findings say which, where and what to do."""

    exit_code = 1

    def __init__(self, what: str, findings: Sequence[Any] = (), **place: Any) -> None:
        super().__init__(what, **place)
        self.findings = list(findings)


class StoreFault(CrosswalkError):
    """The store cannot be reached, or fails on a query that is right."""


class QueryTimedOut(StoreFault):
    """A query ran longer than it may."""


class ResourceLimit(StoreFault):
    """A query needs more memory, or gives a larger result, than it may."""
