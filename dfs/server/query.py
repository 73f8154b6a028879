"""A query's answer on its way out: begun in a thread of the pool, sent as it is made, stopped when nobody takes it any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dfs.errors import DfsError, ServiceError
from dfs.server.context import caller
from dfs.server.outlet import ClientGoneError, Outlet, hung_up
from dfs.vo.tap.answer import Answer
from dfs.vo.tap.lanes import Busy, Lanes
from dfs.vo.tap.service import account_of
from dfs.vo.tap.stop import Stop

__all__ = ["QueryResponse", "lane_of"]

_READING_MOST_S = 900.0  # a client may take its time over a large answer, but not for ever


async def lane_of(request: Request) -> str:
    """Return in whose line a request stands: that of the account that sent it, else that of the address it comes from.

    Raises
    ------
    AccessError
        The token or password with it is wrong: nobody gets a line of his own by making something up.
    """
    user = await run_in_threadpool(caller, request)
    account = account_of(user)
    if account is not None:
        return f"account {account}"
    return f"address {request.client.host}" if request.client else ""


class TimeUp(ServiceError):  # noqa: N818 - named as its kin
    """A query ran longer than one may wait for it."""

    status = 504


class QueryResponse(Response):
    """Runs `work` and sends its answer.

    Parameters
    ----------
    lanes
        Where it is run.
    lane
        In whose line it stands.
    work
        Runs the query (in a thread), and stops when asked.
    sync_s
        Seconds it may take.
    done
        Called when the work is over, however it ends.
    """

    def __init__(
        self,
        lanes: Lanes,
        lane: str,
        work: Callable[[Stop], Answer],
        *,
        sync_s: float,
        done: Callable[[], None] | None = None,
    ) -> None:
        self._lanes, self._lane, self._work, self._sync_s, self._done = lanes, lane, work, sync_s, done
        self._stop = Stop()
        self.status_code, self.background = 200, None
        self._answer: Answer | None = None
        self._done_with = False
        self._alarm: asyncio.TimerHandle | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        """Send the answer; an error before its first block is raised, for the handlers to answer."""
        loop = asyncio.get_running_loop()
        outlet = Outlet(loop, self._lanes.aside)
        self._queue(outlet)
        watch = asyncio.create_task(self._watch(receive))
        self._time(loop, outlet, loop.time())
        try:
            block, last = await outlet.get()
            await send({"type": "http.response.start", "status": 200, "headers": self._head(block, last=last)})
            while not last:
                await send({"type": "http.response.body", "body": block, "more_body": True})
                block, last = await outlet.get()
            await send({"type": "http.response.body", "body": block, "more_body": False})
            self._done_with = True
        except DfsError:
            if self._stop.reason != _GONE:  # there is nobody to be told, and nothing to be logged
                raise
        finally:
            watch.cancel()
            if self._alarm is not None:
                self._alarm.cancel()
            self._ask(_GONE)
            outlet.close()

    def _queue(self, outlet: Outlet) -> None:
        """Put the work in its line; where that is full, what came with the request is let go of at once."""
        try:
            self._lanes.submit(self._lane, lambda: self._produce(outlet))
        except Busy:
            if self._done is not None:
                self._done()
            raise

    def _produce(self, outlet: Outlet) -> None:
        """Run the query and put its bytes into the outlet (in a thread)."""
        answer = None
        try:
            self._stop.check()
            answer = self._answer = self._work(self._stop)
            outlet.pump(answer.chunks())
        except ClientGoneError:
            pass
        except Exception as error:  # noqa: BLE001 - the coroutine raises it
            outlet.fail(TimeUp(self._stop.reason) if self._stop.reason.startswith(_TIME_UP) else error)
        finally:
            if answer is not None:
                answer.close()
            if self._done is not None:
                self._done()

    def _head(self, first: bytes, *, last: bool) -> list[tuple[bytes, bytes]]:
        answer = self._answer
        if answer is None:
            raise RuntimeError("bytes without an answer")
        headers = [
            (b"content-type", answer.mime.encode("latin-1")),
            (b"content-disposition", f'inline; filename="result.{answer.extension}"'.encode("latin-1")),
            (b"cache-control", b"private, no-store"),
        ]
        return [*headers, (b"content-length", str(len(first)).encode())] if last else headers

    async def _watch(self, receive: Receive) -> None:
        """Stop the query when the client hangs up."""
        await hung_up(receive)
        self._ask(_GONE)

    def _ask(self, reason: str) -> None:
        """Ask the query to stop, in a thread: it may take the engine a moment."""
        if not self._done_with:
            asyncio.get_running_loop().run_in_executor(None, self._stop.ask, reason)

    def _time(self, loop: asyncio.AbstractEventLoop, outlet: Outlet, began: float) -> None:
        """Stop the query when its time is over; what it spends waiting for the client is not counted."""
        allowed, spent = self._sync_s, loop.time() - began
        left = min(allowed - (spent - outlet.waited_s), _READING_MOST_S - spent)
        if left > 0:
            self._alarm = loop.call_later(left, self._time, loop, outlet, began)
            return
        late = TimeUp(f"{_TIME_UP} {allowed:g} s here; ask for less, or run it as a job (async)")
        self._ask(late.message)
        self._alarm = loop.call_later(_GRACE_S, outlet.fail, late)  # an engine that does not hear is left to itself


_TIME_UP = "the query may run"
_GONE = "the client has gone"
_GRACE_S = 5.0
