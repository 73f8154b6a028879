"""Time limits of queries: one thread that interrupts those whose time is up."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

__all__ = ["Watch"]


class Watch:
    """Calls what was set for a moment, unless it was lifted before."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._set: list[tuple[float, int]] = []
        self._stops: dict[int, Callable[[], None]] = {}
        self._numbers = count()
        self._thread: threading.Thread | None = None

    @contextmanager
    def limit(self, seconds: float, stop: Callable[[], None]) -> Iterator[None]:
        """Call `stop` (from another thread) when the block has run for `seconds`."""
        number = next(self._numbers)
        with self._changed:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="query limits", daemon=True)
                self._thread.start()
            entry = (time.monotonic() + seconds, number)
            self._stops[number] = stop
            heapq.heappush(self._set, entry)
            if self._set[0] is entry:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._stops.pop(number, None)

    def _run(self) -> None:
        while True:
            with self._changed:
                stop = self._due()
            if stop is not None:
                stop()

    def _due(self) -> Callable[[], None] | None:
        """Wait for the next entry; return what it calls, None when it was lifted."""
        if not self._set:
            self._changed.wait()
            return None
        moment, number = self._set[0]
        if number not in self._stops:
            heapq.heappop(self._set)
            return None
        if (left := moment - time.monotonic()) > 0:
            self._changed.wait(left)
            return None
        heapq.heappop(self._set)
        return self._stops.pop(number)
