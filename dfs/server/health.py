"""``GET /health``: does the process answer, and do its stores."""

from __future__ import annotations

from sqlalchemy import text
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

__all__ = ["paths", "routes"]


async def health(request: Request) -> Response:
    """Answer 200 when the database answers; else the error of the database (503)."""

    def ask() -> None:
        with request.app.state.observatory.database.read() as connection:
            connection.execute(text("SELECT 1"))

    await run_in_threadpool(ask)
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


routes = [Route("/health", health)]
paths = {"/health": {"get": {"summary": "Does the server answer, and its database", "tags": ["service"]}}}
