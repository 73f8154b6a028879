"""The table access protocol at ``/tap``, and under ESO's names ``/tap_obs`` and ``/tap_cat``: the same service."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dfs.errors import DfsError
from dfs.server.bodies import read_sent
from dfs.server.context import base_url, caller
from dfs.server.query import QueryResponse, lane_of
from dfs.server.uws import job_routes
from dfs.server.vosi import vosi_routes
from dfs.vo.tap.answer import Answer
from dfs.vo.tap.service import Tap
from dfs.vo.tap.stop import Stop

if TYPE_CHECKING:
    from dfs.observatory import Observatory

_log = logging.getLogger("dfs.server")

__all__ = ["beside", "paths", "routes"]

_NAMES = ("/tap", "/tap_obs", "/tap_cat")
_SWEEP_S = 60.0
_CHECK_S = 3600.0


async def sync(request: Request) -> Response:
    """Run a query and send its answer."""
    tap: Tap = request.app.state.observatory.tap
    limits = tap.limits
    lane = await lane_of(request)
    sent = await read_sent(request, file_bytes=limits.upload_bytes, files=limits.uploads)
    base = base_url(request)

    def work(stop: Stop) -> Answer:
        user = caller(request)
        return tap.answer(sent.parameters, sent.files, user, stop, base_url=base)

    return QueryResponse(tap.lanes, lane, work, sync_s=limits.sync_s, done=sent.close)


@asynccontextmanager
async def beside(app: FastAPI) -> AsyncIterator[None]:
    """Run jobs, remove those that are due, and have the index ready before somebody asks."""
    observatory: Observatory = app.state.observatory
    tap = observatory.tap
    observatory.index.behind = True  # this process stays: it may build while it answers
    await run_in_threadpool(tap.start)
    tasks = [asyncio.create_task(one) for one in (_sweep(tap), _keep_index(observatory))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await run_in_threadpool(tap.close)


async def _keep_index(observatory: Observatory) -> None:
    """Open the index, then read it through from time to time: a disk may change what lies on it."""
    while True:
        try:
            await run_in_threadpool(observatory.engine.tables)
            await run_in_threadpool(observatory.index.check)
        except DfsError as error:
            _log.warning("the index is not ready: %s", error.line())  # who asks will hear it too
        except Exception:  # noqa: BLE001 - what looks after the index goes on
            _log.exception("the index could not be looked after")
        await asyncio.sleep(_CHECK_S)


async def _sweep(tap: Tap) -> None:
    while True:
        try:
            await run_in_threadpool(tap.jobs.sweep)
        except DfsError as error:
            _log.warning("jobs that are due could not be removed: %s", error.line())
        except Exception:  # noqa: BLE001 - what sweeps goes on
            _log.exception("jobs that are due could not be removed")
        await asyncio.sleep(_SWEEP_S)


routes = [
    route
    for name in _NAMES
    for route in (
        Route(f"{name}/sync", sync, methods=["GET", "POST"]),
        *job_routes(name),
        *vosi_routes(name),
    )
]

_QUERY = [
    {"name": name, "in": "query", "description": text, "schema": {"type": "string"}, "required": name == "QUERY"}
    for name, text in {
        "QUERY": "the query in ADQL 2.1",
        "LANG": "ADQL (default)",
        "MAXREC": "rows at most",
        "RESPONSEFORMAT": "votable (default), votable/b2, fits, csv, tsv, json, parquet, text, html",
        "UPLOAD": "name,param:part for a table in a part of a multipart form",
    }.items()
]
paths = {
    "/tap/sync": {
        "get": {"summary": "Run a query", "tags": ["TAP"], "parameters": _QUERY},
        "post": {"summary": "Run a query, with tables of your own if you like", "tags": ["TAP"]},
    },
    "/tap/async": {
        "get": {"summary": "Your jobs (UWS 1.1)", "tags": ["TAP"]},
        "post": {"summary": "Make a job", "tags": ["TAP"]},
    },
    "/tap/capabilities": {"get": {"summary": "What the service can do", "tags": ["TAP"]}},
    "/tap/tables": {"get": {"summary": "The tables and their columns", "tags": ["TAP"]}},
    "/tap/examples": {"get": {"summary": "Queries to begin with", "tags": ["TAP"]}},
    "/tap/availability": {"get": {"summary": "Is the service there", "tags": ["TAP"]}},
}
