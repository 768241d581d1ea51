"""The queries a broker has in hand, and the processes that evaluate them."""

from __future__ import annotations

import os
import signal
import socket
import time
from dataclasses import dataclass, field

from crosswalk.evaluation.messages import Reply, write_reply


@dataclass
class Job:
    """One query: who asks, since when, and the connection its asker waits on."""

    connection: socket.socket
    client: str
    arrived: float
    started: float = 0.0
    long: bool = False
    answered: bool = False
    fault: str = ""

    @property
    def age(self) -> float:
        """The seconds it has been evaluated."""
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


@dataclass
class Evaluator:
    """One evaluating process, as the broker sees it."""

    pid: int
    control: socket.socket
    job: Job | None = None
    served: int = 0
    worn: bool = False
    verdict: Reply | None = field(default=None)

    def take(self, job: Job) -> None:
        """Hands a job over; BrokenPipeError where the process is gone."""
        socket.send_fds(self.control, [b"job"], [job.connection.fileno()])
        job.started = time.monotonic()
        self.job = job
        self.served += 1

    def demote(self) -> None:
        """Lets everything else on the machine run before this process; there is no way back."""
        self.worn = True
        os.setpriority(os.PRIO_PROCESS, self.pid, 15)

    def end(self, verdict: Reply | None = None) -> None:
        """Kills the process; its asker gets the verdict once it is gone."""
        self.verdict = self.verdict or verdict
        os.kill(self.pid, signal.SIGKILL)

    def reap(self) -> int:
        """Waits for the end of the process, which has come or is coming, and gives its status."""
        self.control.close()
        return os.waitpid(self.pid, 0)[1]
