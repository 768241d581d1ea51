"""How many seconds of evaluation each client may still use."""

from __future__ import annotations

import math
import time

_REMEMBERED = 10_000


class Allowance:
    """A bucket for each client: it holds ``per_minute`` seconds of evaluation, and fills up in a minute."""

    def __init__(self, per_minute: float) -> None:
        self.per_minute = per_minute
        self._spent: dict[int, tuple[float, float]] = {}
        self._full = _REMEMBERED

    def wait(self, client: int, running: float = 0.0) -> int:
        """The whole seconds a client has to wait before its next query; 0 where it may ask now.

        ``running`` is what its queries that are still evaluated have used.
        """
        if not self.per_minute:
            return 0
        over = self._level(client) + running - self.per_minute
        return math.ceil(max(over, 0.001) * 60 / self.per_minute) if over >= 0 else 0

    def spend(self, client: int, seconds: float) -> None:
        """Charges a client for an evaluation."""
        if not self.per_minute:
            return
        if len(self._spent) >= self._full:
            self._spent = {name: entry for name, entry in self._spent.items() if self._level(name) > 0}
            # Looked through again after as many more: of very many clients at once each would cost as much.
            self._full = max(_REMEMBERED, 2 * len(self._spent))
        self._spent[client] = (self._level(client) + seconds, time.monotonic())

    def _level(self, client: int) -> float:
        spent, at = self._spent.get(client, (0.0, 0.0))
        return max(0.0, spent - (time.monotonic() - at) * self.per_minute / 60)
