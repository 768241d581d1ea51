"""Every fault a curator, a caller or an operator can cause, in words they can act on."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Any


class CrosswalkError(Exception):
    """A fault with its place and, where known, a way to repair it.

    ``str()`` gives one line, ``FILE:LINE: what``, made of the parts that are known; ``hint`` is a sentence of
    its own. It is caught at the edges alone: by the command line, by the endpoint and by the error pages.
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
        self._public: CrosswalkError | None = None

    def conceal(self, what: str, hint: str | None = None) -> None:
        """Have those who use a site be told this instead: the rest concerns its operator alone."""
        self._public = type(self)(what, hint=hint)

    @property
    def public(self) -> CrosswalkError:
        """Return the fault as anybody may read it: itself, unless something of it is concealed."""
        return self._public or self

    @property
    def place(self) -> str:
        """Return ``FILE:LINE:COLUMN``, or ``line L, column C`` where there is no file."""
        if self.file is not None:
            return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        numbers = (("line", self.line), ("column", self.column))
        return ", ".join(f"{name} {number}" for name, number in numbers if number is not None)

    def __str__(self) -> str:
        return f"{self.place}: {self.what}" if self.place else self.what


class InputError(CrosswalkError):
    """The call, or a file given to it, is wrong."""


class QuerySyntaxError(InputError):
    """A SPARQL text does not parse; carries line and column, counted from 1, and the line itself."""

    excerpt: str | None = None


class QueryRefused(InputError):
    """A query that parses and is not answered: an update, SERVICE, or one too large or nested too deeply."""


class Unacceptable(InputError):
    """The client accepts no media type that this kind of answer can be written in."""


class ResultTooLarge(InputError):
    """The result is larger than may be sent."""


class NonconformingData(CrosswalkError):
    """The data breaks at least one shape; the findings name the shape, the place and the repair."""

    exit_code = 1

    def __init__(self, what: str, findings: Sequence[Any] = (), **place: Any) -> None:
        super().__init__(what, **place)
        self.findings = list(findings)


class StoreFault(CrosswalkError):
    """The store cannot be reached, or fails on a query that is right."""


class EngineFault(StoreFault):
    """The engine has failed on a query that may be right, and would fail on it again."""

    WHAT = "the engine failed on this query"
    HINT = "Values of several kinds under ORDER BY are known to end it: sort them by STR(?value)."


class QueryTimedOut(StoreFault):
    """A query ran longer than it may."""


class ResourceLimit(StoreFault):
    """A query needs more memory, or gives a larger result, than it may."""


class Overloaded(StoreFault):
    """More queries are waiting than can be answered now."""


class RateExceeded(StoreFault):
    """A client has used up its share of evaluation for now."""
