"""From a thread that makes bytes to a client that takes them: bounded, and ended from either side."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext

from starlette.types import Receive

__all__ = ["ClientGoneError", "Outlet", "hung_up"]

BLOCK_BYTES = 256_000  # smaller answers go out whole, with their length
HELD_BYTES = 8_000_000  # what waits for a slow client; the thread waits beyond


class ClientGoneError(Exception):
    """Nobody takes the bytes any more."""


async def hung_up(receive: Receive) -> None:
    """Return when the client has hung up; what is left of its request is thrown away."""
    while (await receive())["type"] != "http.disconnect":
        pass


class Outlet:
    """Blocks of bytes on their way; one thread puts, one coroutine gets.

    Parameters
    ----------
    waiting
        Gives what surrounds the thread's waiting for the client.

    Attributes
    ----------
    waited_s
        Seconds the thread has waited for the client.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, waiting: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        self._loop, self._waiting = loop, waiting
        self._arrived = asyncio.Event()
        self._room = threading.Condition()
        self._blocks: deque[tuple[bytes, bool]] = deque()
        self._held = 0
        self._error: BaseException | None = None
        self._closed = False
        self.waited_s = 0.0

    def pump(self, chunks: Iterable[bytes]) -> None:
        """Put all chunks, gathered into blocks (in the thread).

        Raises
        ------
        ClientGoneError
            The other side was closed.
        """
        gathered: list[bytes] = []
        size = 0
        for chunk in chunks:
            gathered.append(chunk)
            size += len(chunk)
            if size >= BLOCK_BYTES:
                self._put(b"".join(gathered), last=False)
                gathered, size = [], 0
        self._put(b"".join(gathered), last=True)

    def fail(self, error: BaseException) -> None:
        """Let the other side raise `error` after what was put before."""
        with self._room:
            self._error = error
        self._announce()

    async def get(self) -> tuple[bytes, bool]:
        """Return the next block, and whether it is the last."""
        while True:
            with self._room:
                if self._blocks:
                    block, last = self._blocks.popleft()
                    self._held -= len(block)
                    self._room.notify()
                    return block, last
                if self._error is not None:
                    raise self._error
                self._arrived.clear()
            await self._arrived.wait()

    def close(self) -> None:
        """Take no more: the thread learns it at its next block."""
        with self._room:
            self._closed = True
            self._blocks.clear()
            self._room.notify()

    def _put(self, block: bytes, *, last: bool) -> None:
        with self._room:
            if self._held > HELD_BYTES and not self._closed:
                began = time.monotonic()
                with self._waiting():
                    self._room.wait_for(lambda: self._held <= HELD_BYTES or self._closed)
                self.waited_s += time.monotonic() - began
            if self._closed:
                raise ClientGoneError
            self._blocks.append((block, last))
            self._held += len(block)
        self._announce()

    def _announce(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._arrived.set)
