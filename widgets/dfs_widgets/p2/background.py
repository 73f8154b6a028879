"""The checks of a whole run, in a thread of their own: whoever works in the page does not wait for them."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from dfs.phase2.api import Document
from dfs_widgets.p2.checking import Checking

__all__ = ["Background"]

Checked = tuple[dict[int, float], list[Document]]


class Background:
    """Works out times and findings of one state of a run after the other.

    Nothing but frozen nouns passes into the thread, and nothing of the page is touched in it.
    """

    def __init__(self, checking: Checking) -> None:
        self._checking = checking
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="checks")
        self._work: tuple[int, Future[Checked]] | None = None

    def begin(self, serial: int, tree: Document) -> None:
        """Begin with the run as it is, unless this state of it is at work already."""
        if self._work is not None and (self._work[0] == serial or not self._work[1].done()):
            return
        nouns: Any = self._checking.nouns_of(tree)
        self._work = (serial, self._pool.submit(self._checking.checked, nouns))

    def result(self, serial: int) -> Checked | None:
        """Return execution times and findings of state `serial`; None: not yet."""
        if self._work is None or self._work[0] != serial or not self._work[1].done():
            return None
        return self._work[1].result()
