"""A pool of threads that serves its users in turn: who asks for much does not keep the others waiting."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeVar

from dfs.errors import ServiceError

__all__ = ["Busy", "Lanes"]

T = TypeVar("T")

_MOST_ASIDE = 60  # threads that wait for somebody, beyond those that work


class Busy(ServiceError):  # noqa: N818 - named as its kin
    """There is more work than this server will queue; later there will be less."""

    status = 503
    retry_after_s = 10


class Lanes:
    """Threads that work through one line per user, a piece of each in turn.

    Parameters
    ----------
    threads
        Pieces of work done at once, of all users together.
    running_each
        Pieces of one user done at once.
    waiting_each
        Pieces of one user that may wait; one more raises `Busy`.
    name
        Of the threads, for whoever reads a dump of them.
    """

    def __init__(self, threads: int, *, running_each: int, waiting_each: int, name: str) -> None:
        self._threads_most, self._running_each, self._waiting_each = threads, running_each, waiting_each
        self._name = name
        self._lines: OrderedDict[str, deque[Callable[[], None]]] = OrderedDict()
        self._running: Counter[str] = Counter()
        self._threads: list[threading.Thread] = []
        self._idle = self._aside = 0
        self._closed = False
        self._changed = threading.Condition()

    def submit(self, user: str, work: Callable[[], T]) -> Future[T]:
        """Put `work` at the end of `user`'s line; the future can be cancelled until it begins.

        Raises
        ------
        Busy
            The line is full, or the pool closes.
        """
        future: Future[T] = Future()

        def piece() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - the future carries it to whoever waits
                future.set_exception(error)
            else:
                future.set_result(result)

        with self._changed:
            line = self._lines.setdefault(user, deque())
            if self._closed or len(line) >= self._waiting_each:
                raise Busy(
                    "the server closes" if self._closed else f"{len(line)} of your queries wait already",
                    hint="try again in a while",
                )
            line.append(piece)
            self._grow()
            self._changed.notify()
        return future

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let another thread work while the one that calls this waits for somebody: a slow reader keeps nobody else waiting.

        What waits still counts among the pieces of its user.
        """
        with self._changed:
            self._aside += 1
            if self._lines:
                self._grow()
        try:
            yield
        finally:
            with self._changed:
                self._aside -= 1

    def close(self, patience_s: float) -> None:
        """Begin nothing more, and wait up to `patience_s` for what runs; what waits is left undone."""
        with self._changed:
            self._closed = True
            self._lines.clear()
            self._changed.notify_all()
        share = patience_s / max(1, len(self._threads))
        for thread in self._threads:
            thread.join(share)

    def _grow(self) -> None:
        if self._idle == 0 and len(self._threads) < self._allowed():
            thread = threading.Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _allowed(self) -> int:
        return self._threads_most + min(self._aside, _MOST_ASIDE)

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            user, piece = taken
            try:
                piece()
            finally:
                del piece, taken  # an idle thread holds on to nothing
                with self._changed:
                    self._running[user] -= 1
                    if not self._running[user]:
                        del self._running[user]
                    self._changed.notify()

    def _take(self) -> tuple[str, Callable[[], None]] | None:
        with self._changed:
            while not self._closed:
                if len(self._threads) > self._allowed():  # one that stood aside is back
                    self._threads.remove(threading.current_thread())
                    self._changed.notify()  # the news that woke it is for another
                    break
                taken = self._next()
                if taken is not None:
                    if self._lines:  # several may have come before this thread, the idle one, was awake
                        self._grow()
                        self._changed.notify()
                    return taken
                self._idle += 1
                self._changed.wait()
                self._idle -= 1
        return None

    def _next(self) -> tuple[str, Callable[[], None]] | None:
        """Take a piece from the line whose turn it is; None: nothing waits that may run now."""
        for user, line in self._lines.items():
            if self._running[user] < self._running_each:
                piece = line.popleft()
                self._running[user] += 1
                self._lines.move_to_end(user)  # the others come first now
                if not line:
                    del self._lines[user]
                return user, piece
        return None
