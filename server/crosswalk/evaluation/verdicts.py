"""What a client is told when a query meets a limit: one sentence with the limit in it, and what to do."""

from __future__ import annotations

from enum import IntEnum

from crosswalk.errors import (
    Overloaded,
    QueryRefused,
    QueryTimedOut,
    RateExceeded,
    ResourceLimit,
    StoreFault,
)
from crosswalk.evaluation.wire import Reply
from crosswalk.settings import Settings

OUT_OF_MEMORY = 71
"""The exit status of an evaluator that could get no more memory."""

_ABORTED, _OVERFLOWED = -6, (-11, -7)
_NARROW = "Ask for less: add a LIMIT, name the subject or the predicate, or join over fewer patterns."
_LATER = "Ask again in a moment."


def timed_out(settings: Settings) -> Reply:
    """The query ran as long as it may."""
    what = f"the query ran longer than the {settings.query_timeout:g} seconds a query may take"
    return Reply.of(QueryTimedOut(what, hint=_NARROW), retry_after=round(settings.query_timeout))


def too_many_long(settings: Settings) -> Reply:
    """The query has become one long query too many."""
    what = f"{settings.long_queries} long queries are running already, which is as many as there may be"
    return Reply.of(
        Overloaded(what, hint="Ask again later, or for less."), retry_after=round(settings.query_timeout)
    )


def line_full(settings: Settings) -> Reply:
    """There is no place left to wait in."""
    what = f"{settings.waiting_queries} queries are waiting already"
    return Reply.of(Overloaded(what, hint=_LATER), retry_after=5)


def waited_too_long(settings: Settings) -> Reply:
    """No evaluator became free in time."""
    what = f"no room for the query was found within {settings.waiting_time:g} seconds"
    return Reply.of(Overloaded(what, hint=_LATER), retry_after=5)


def rate_exceeded(settings: Settings, wait: int) -> Reply:
    """The client has used up its share."""
    what = f"you have used the {settings.rate_limit:g} seconds of evaluation a client may use in a minute"
    return Reply.of(RateExceeded(what, hint=f"Ask again in {wait} seconds."), retry_after=wait)


def out_of_memory(settings: Settings) -> Reply:
    """The query took as much memory as it may."""
    what = f"the query needs more than the {settings.query_memory // 2**20} MiB of memory a query may use"
    return Reply.of(ResourceLimit(what, hint=_NARROW), retry_after=round(settings.query_timeout))


def server_out_of_memory(settings: Settings) -> Reply:
    """All queries together took as much memory as they may, this one most of it."""
    what = (
        f"the queries running now need more than the {settings.tree_memory // 2**20} MiB of memory there are"
    )
    return Reply.of(ResourceLimit(what, hint=_NARROW), retry_after=round(settings.query_timeout))


def interrupted(_settings: Settings) -> Reply:
    """The evaluator was ended by somebody else."""
    return Reply.of(StoreFault("the evaluation was interrupted", hint=_LATER), retry_after=2)


def too_deep(_settings: Settings) -> Reply:
    """The engine died of the query."""
    what = "the query is too deep or too long for the engine"
    return Reply.of(QueryRefused(what, hint="Make it smaller."))


class Verdict(IntEnum):
    """What has become of a query that its evaluator did not answer."""

    AGAIN = 1
    TIMED_OUT = 2
    TOO_MANY_LONG = 3
    OUT_OF_MEMORY = 4
    SERVER_OUT_OF_MEMORY = 5
    TOO_DEEP = 6
    INTERRUPTED = 7

    @classmethod
    def of_death(cls, status: int) -> Verdict:
        """The verdict on a query whose evaluator ended by itself; a signal is a negative status."""
        if status in (OUT_OF_MEMORY, _ABORTED):
            return cls.OUT_OF_MEMORY
        return cls.TOO_DEEP if status in _OVERFLOWED else cls.INTERRUPTED


_TOLD = {
    Verdict.TIMED_OUT: timed_out,
    Verdict.TOO_MANY_LONG: too_many_long,
    Verdict.OUT_OF_MEMORY: out_of_memory,
    Verdict.SERVER_OUT_OF_MEMORY: server_out_of_memory,
    Verdict.TOO_DEEP: too_deep,
    Verdict.INTERRUPTED: interrupted,
}


def told(verdict: int, settings: Settings) -> Reply | None:
    """The reply that tells a verdict; None where the question is to be put again."""
    tell = _TOLD.get(Verdict(verdict))
    return tell(settings) if tell else None
