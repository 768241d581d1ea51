"""Where questions about one snapshot are put and taken: made once, before any process is forked."""

from __future__ import annotations

import socket

from crosswalk.evaluation.board import Board
from crosswalk.evaluation.client import Evaluation
from crosswalk.evaluation.ledger import Ledger
from crosswalk.settings import Settings


class Premises:
    """The line of questions, the broker's counter, and the board.

    ``door`` and ``counter`` are the ends that questions come in at and that the broker listens to; ``report``
    is the counter's other end. Whoever can still put a question holds the other end of the door.
    """

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self.door, self._outside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.counter, self.report = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.board, self.ledger = Board(), ledger
        self.evaluation = Evaluation(self._outside, self.report, self.board, settings)

    def enter(self) -> None:
        """Makes this process one that puts no question, so that it hears when nobody does any more."""
        self._outside.close()

    def leave(self) -> None:
        """Makes this process one that has nothing to do here any more."""
        for each in (self.door, self._outside, self.counter, self.report):
            each.close()
