"""Which evaluator has which query in hand, on a board in memory that all processes of the server share."""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass

PLACES = 256
"""How many evaluators there is room for; a place is taken anew only after all the others."""

_SIZE = 64
_JOB, _WHEN, _WORN, _VERDICT = (
    struct.Struct("Q"),
    struct.Struct("ddQ"),
    struct.Struct("B"),
    struct.Struct("QQ"),
)
_JOB_AT, _WHEN_AT, _WORN_AT, _THREAD_AT, _VERDICT_AT = 0, 8, 32, 36, 40
_THREAD = struct.Struct("I")
_RESTING_AT, _LOSSES_AT = PLACES * _SIZE, PLACES * _SIZE + 8


@dataclass(frozen=True)
class Entry:
    """What an evaluator is doing: the number of a query, when it began, and who asked.

    ``began`` is in seconds of the monotonic clock; ``spent`` are the seconds of a processor the process had
    used by then; ``client`` is the number its client goes by.
    """

    job: int
    began: float
    spent: float
    client: int


class Board:
    """A place for each evaluator, which alone writes to it; verdict and wear are written by the broker.

    Nobody locks: each number is written in one step, and whoever reads a job twice sees whether it changed.
    """

    def __init__(self) -> None:
        self._cells = mmap.mmap(-1, PLACES * _SIZE + 16)

    # By an evaluator

    def arrive(self, place: int, thread: int) -> None:
        """Notes which thread evaluates, by the kernel's number."""
        _THREAD.pack_into(self._cells, place * _SIZE + _THREAD_AT, thread)

    def begin(self, place: int, job: int, began: float, spent: float, client: int) -> None:
        """Notes that a query is in hand."""
        _WHEN.pack_into(self._cells, place * _SIZE + _WHEN_AT, began, spent, client)
        _JOB.pack_into(self._cells, place * _SIZE + _JOB_AT, job)

    def finish(self, place: int) -> bool:
        """Notes that there is none any more; False where the evaluator is worn out and is to leave."""
        _JOB.pack_into(self._cells, place * _SIZE + _JOB_AT, 0)
        return not self._cells[place * _SIZE + _WORN_AT]

    # By the broker

    def clear(self, place: int) -> None:
        """Makes a place ready for another evaluator; the last verdict stays, until there is another."""
        start = place * _SIZE
        self._cells[start : start + _VERDICT_AT] = bytes(_VERDICT_AT)

    def read(self, place: int) -> Entry | None:
        """What an evaluator has in hand, if it has anything."""
        (job,) = _JOB.unpack_from(self._cells, place * _SIZE + _JOB_AT)
        return Entry(job, *_WHEN.unpack_from(self._cells, place * _SIZE + _WHEN_AT)) if job else None

    def thread(self, place: int) -> int:
        """The thread that evaluates; 0 before it has arrived."""
        return int(_THREAD.unpack_from(self._cells, place * _SIZE + _THREAD_AT)[0])

    def wear(self, place: int) -> None:
        """Has an evaluator leave after what it has in hand."""
        _WORN.pack_into(self._cells, place * _SIZE + _WORN_AT, 1)

    def judge(self, place: int, job: int, verdict: int) -> None:
        """Says what has become of a query that its evaluator will not answer."""
        _VERDICT.pack_into(self._cells, place * _SIZE + _VERDICT_AT, job, verdict)

    def rest(self, resting: bool) -> None:
        """Says whether the broker has to be woken."""
        self._cells[_RESTING_AT] = resting

    def lose(self) -> None:
        """Says that somebody was ended who may just have taken a question, and had not noted it yet."""
        _JOB.pack_into(self._cells, _LOSSES_AT, self.losses + 1)

    # By whoever asks

    @property
    def resting(self) -> bool:
        """Whether the broker has to be woken."""
        return bool(self._cells[_RESTING_AT])

    @property
    def losses(self) -> int:
        """How often questions may have been lost."""
        return int(_JOB.unpack_from(self._cells, _LOSSES_AT)[0])

    def verdict(self, job: int) -> int:
        """What has been said of a query: a verdict, or 0."""
        for start in range(_VERDICT_AT, PLACES * _SIZE, _SIZE):
            judged, verdict = _VERDICT.unpack_from(self._cells, start)
            if judged == job:
                return int(verdict)
        return 0

    def in_hand(self, job: int) -> bool:
        """Whether an evaluator has a query in hand."""
        return any(
            _JOB.unpack_from(self._cells, start)[0] == job for start in range(0, PLACES * _SIZE, _SIZE)
        )
