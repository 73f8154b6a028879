"""Changes of runs, told to whoever waits for them (a long poll).

Who waits looks a few times a second, since other processes write, too (an embedded observatory on the same files), and at once when a
change came through this server; those who wait for one run look together.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

__all__ = ["News", "news_of"]

_ASK_S = 0.3  # a change made elsewhere is told after so long
_HASTE_S = 0.05  # looks follow each other no faster


def news_of(request: Request) -> News:
    """Return the news of the application that `request` came to."""
    state = request.app.state
    if not hasattr(state, "p2_news"):
        state.p2_news = News()
    found: News = state.p2_news
    return found


class News:
    """The revisions of runs, and whoever waits for them to grow."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()
        self._known: dict[int, tuple[float, int]] = {}
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    def tell(self) -> None:
        """Wake whoever waits: something was changed through this server."""
        self._known.clear()
        self._changed.set()
        self._changed = asyncio.Event()

    async def pause(self, closing: asyncio.Event) -> None:
        """Return when it is time to look (again)."""
        ends = [asyncio.create_task(one.wait()) for one in (self._changed, closing)]
        try:
            await asyncio.wait(ends, timeout=_ASK_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()

    async def revision(self, run_id: int, ask: Callable[[int], int]) -> int:
        """Return the revision of a run; looked up once for all who ask at the same time."""
        async with self._locks[run_id]:
            at, known = self._known.get(run_id, (0.0, 0))
            if time.monotonic() - at > _ASK_S / 2:
                await asyncio.sleep(_HASTE_S)
                known = await run_in_threadpool(ask, run_id)
                self._known[run_id] = (time.monotonic(), known)
            return known
