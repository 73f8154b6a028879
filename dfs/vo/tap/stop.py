"""A way to stop work that runs in another thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from dfs.errors import ServiceError

__all__ = ["Stop"]


class Stop:
    """Asked once, it calls what was attached, at once; what is attached later is called then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._actions: list[Callable[[], None]] = []
        self.reason = ""

    @property
    def asked(self) -> bool:
        """Tell whether the work shall stop."""
        return bool(self.reason)

    def ask(self, reason: str) -> None:
        """Ask the work to stop, because of `reason`; only the first reason counts."""
        with self._lock:
            if self.reason:
                return
            self.reason = reason
            actions, self._actions = self._actions, []
        for action in actions:
            action()

    def check(self) -> None:
        """Raise `ServiceError` when the work shall stop."""
        if self.reason:
            raise ServiceError(self.reason)

    def attach(self, action: Callable[[], None]) -> None:
        """Let `action` (interrupt a query) be called when the work shall stop."""
        with self._lock:
            if not self.reason:
                self._actions.append(action)
                return
        action()
