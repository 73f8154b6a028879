"""Time limits of queries: one thread, while there are any, that interrupts those whose time is up."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

__all__ = ["Watch"]

_IDLE_S = 5.0  # without a query, after which the thread ends: an engine that is let go of leaves none behind


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
            if self._thread is None or not self._thread.is_alive():  # none yet, it rests, or this is a fork
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
                if not self._set and not self._changed.wait(_IDLE_S) and not self._set:
                    self._thread = None  # said while the lock is held: the next limit starts another
                    return
                stop = self._due()
            if stop is not None:
                stop()

    def _due(self) -> Callable[[], None] | None:
        """Wait for the next entry, if there is one; return what it calls, None when it was lifted."""
        if not self._set:
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
