"""The evaluators as the broker sees them, and what each has in hand."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass

from crosswalk.evaluation.board import Board, Entry
from crosswalk.evaluation.confinement import NICENESS
from crosswalk.evaluation.limits import Verdict


@dataclass
class Job:
    """One query in hand; ``effort`` are the seconds of a processor it has had."""

    entry: Entry
    effort: float = 0.0
    long: bool = False
    judged: bool = False

    @property
    def age(self) -> float:
        """The seconds since its evaluation began."""
        return time.monotonic() - self.entry.began


@dataclass(eq=False)
class Evaluator:
    """One evaluating process."""

    pid: int
    watch: int
    place: int
    board: Board
    job: Job | None = None
    niceness: int = NICENESS
    ended: bool = False

    def look(self) -> Job | None:
        """Reads from the board what it has in hand, and measures that."""
        entry = self.board.read(self.place)
        if entry is None:
            self.job = None
        elif self.job is None or self.job.entry.job != entry.job:
            self.job = Job(entry)
        if self.job:
            self.job.effort = max(self.job.effort, self._processor_time - self.job.entry.spent)
        return self.job

    @property
    def _processor_time(self) -> float:
        """The seconds of a processor this process has had altogether; 0 where it is gone."""
        try:
            # How Linux numbers the processor clock of another process.
            return time.clock_gettime((~self.pid << 3) | 2)
        except OSError:
            return 0.0

    def demote(self, niceness: int) -> None:
        """Lets others run before this process; there is no way back, so that it is not used again."""
        if niceness > self.niceness:
            self.niceness = niceness
            self.board.wear(self.place)
            with suppress(ProcessLookupError):  # it may have ended just now
                os.setpriority(os.PRIO_PROCESS, self.board.thread(self.place), niceness)

    def end(self, verdict: Verdict | None = None) -> None:
        """Kills the process; who waits for the reply to its job is told the verdict."""
        self.ended = True
        if verdict and self.job and not self.job.judged:
            self.job.judged = True
            self.board.judge(self.place, self.job.entry.job, verdict)
        os.kill(self.pid, signal.SIGKILL)

    def reap(self) -> None:
        """Waits for the end of the process, which has come or is coming, and says what became of its job."""
        os.close(self.watch)
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        left = self.board.read(self.place)
        if left is None:
            self.job = None
            if status < 0:
                self.board.lose()
        elif self.job is None or self.job.entry.job != left.job:
            # It had taken another question when it was ended for the one before, or for having nothing to do.
            self.board.judge(self.place, left.job, Verdict.AGAIN if self.ended else Verdict.of_death(status))
            self.job = Job(left, judged=True)
        elif not self.job.judged:
            self.board.judge(self.place, left.job, Verdict.of_death(status))
