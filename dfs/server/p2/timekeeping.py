"""Time does its part in the served observatory: blocks whose last window is over fail, runs end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from dfs.errors import DfsError

__all__ = ["beside"]

_log = logging.getLogger("dfs.server")
_FIRST_S = 600.0  # after the start, so that it does not hold it up
_EVERY_S = 3600.0  # a block whose window is over is not started in the meantime


@asynccontextmanager
async def beside(app: FastAPI) -> AsyncIterator[None]:
    """Look after the time beside the requests, until the server ends."""
    task = asyncio.create_task(_keep(app))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep(app: FastAPI) -> None:
    await asyncio.sleep(_FIRST_S)
    while True:
        try:
            changed = await run_in_threadpool(app.state.observatory.phase2_desk.keep_time)
            if changed:
                _log.info("phase 2: %d items expired or were terminated", len(changed))
        except DfsError as error:  # a full disk now is none in an hour
            _log.error("phase 2: %s", error.line())
        except Exception:  # noqa: BLE001 - the next hour is another one
            _log.exception("phase 2: time was not kept")
        await asyncio.sleep(_EVERY_S)
