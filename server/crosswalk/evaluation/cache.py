"""Answers given before, kept in memory up to a number of bytes; the ones used longest ago go first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """What says how many bytes it takes."""

    @property
    def size(self) -> int:
        """The bytes it takes."""
        ...


Value = TypeVar("Value", bound=Sized)


class ByteBoundedCache(Generic[Value]):
    """A dictionary that forgets; safe to use from several threads."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.used = 0
        self._entries: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """What was kept under a key, if it is still there."""
        with self._lock:
            value = self._entries.get(key)
            if value is not None:
                self._entries.move_to_end(key)
            return value

    def put(self, key: Hashable, value: Value) -> None:
        """Keeps a value; one larger than a quarter of the whole is not kept at all."""
        if value.size > self.capacity // 4:
            return
        with self._lock:
            before = self._entries.pop(key, None)
            self.used += value.size - (before.size if before is not None else 0)
            self._entries[key] = value
            while self.used > self.capacity:
                self.used -= self._entries.popitem(last=False)[1].size
