"""News of jobs, for whoever waits for one: no clock is watched, the news itself wakes them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Changes"]


class Changes:
    """Calls, for each change of a job, those who listen for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[str, list[Callable[[], None]]] = {}

    @contextmanager
    def listening(self, job_id: str, call: Callable[[], None]) -> Iterator[None]:
        """Have `call` called, in the thread of the change, at each change of a job; look at the job after this began."""
        with self._lock:
            self._listeners.setdefault(job_id, []).append(call)
        try:
            yield
        finally:
            with self._lock:
                left = self._listeners[job_id]
                left.remove(call)
                if not left:
                    del self._listeners[job_id]

    def tell(self, job_id: str) -> None:
        """Call those who listen for this job."""
        with self._lock:
            calls = list(self._listeners.get(job_id, ()))
        for call in calls:
            call()
