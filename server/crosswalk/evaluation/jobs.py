"""The queries a broker has in hand, and the processes that evaluate them."""

from __future__ import annotations

import os
import signal
import socket
import time
from dataclasses import dataclass

from crosswalk.evaluation.confinement import NICENESS
from crosswalk.evaluation.messages import Reply, write_reply


@dataclass(eq=False)
class Job:
    """One query: who asks, since when, and the connection its asker waits on."""

    connection: socket.socket
    client: str
    arrived: float
    started: float = 0.0
    begun: bool = False
    tries: int = 0
    long: bool = False
    answered: bool = False
    fault: str = ""
    effort: float = 0.0

    @property
    def age(self) -> float:
        """The seconds since its evaluation began."""
        return time.monotonic() - self.started

    def refuse(self, reply: Reply) -> None:
        """Answers in the evaluator's place, unless an answer is on its way; never waits for the asker."""
        self.fault = reply.fault
        if self.answered:
            return
        self.answered = True
        self.connection.setblocking(False)
        try:
            self.connection.sendall(write_reply(reply))
        except OSError:
            return


@dataclass(eq=False)
class Evaluator:
    """One evaluating process, as the broker sees it."""

    pid: int
    control: socket.socket
    job: Job | None = None
    served: int = 0
    worn: bool = False
    niceness: int = NICENESS
    verdict: Reply | None = None
    spent: float = 0.0

    @property
    def processor_time(self) -> float:
        """The seconds of a processor this process has had altogether; 0 where it is gone."""
        try:
            # How Linux numbers the processor clock of another process.
            return time.clock_gettime((~self.pid << 3) | 2)
        except OSError:
            return 0.0

    def measure(self) -> None:
        """Notes the seconds of a processor its present job has had."""
        if self.job:
            self.job.effort = max(self.job.effort, self.processor_time - self.spent)

    def take(self, job: Job) -> None:
        """Takes a job; BrokenPipeError where the process is gone."""
        socket.send_fds(self.control, [b"job"], [job.connection.fileno()])
        job.started = time.monotonic()
        job.tries += 1
        self.spent = self.processor_time
        self.job = job
        self.served += 1

    def demote(self, niceness: int) -> None:
        """Lets others run before this process; there is no way back, so that it is not used again."""
        if niceness > self.niceness:
            self.niceness, self.worn = niceness, True
            os.setpriority(os.PRIO_PROCESS, self.pid, niceness)

    def end(self, verdict: Reply | None = None) -> None:
        """Kills the process; its asker gets the verdict once it is gone."""
        self.verdict = self.verdict or verdict
        os.kill(self.pid, signal.SIGKILL)

    def reap(self) -> int:
        """Waits for the end of the process, which has come or is coming, and gives its exit status."""
        self.control.close()
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
