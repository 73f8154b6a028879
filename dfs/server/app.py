"""The application: every router, the guards before them, and the work that runs beside them.

A router is a module with a ``router`` (`fastapi.APIRouter`) or with ``routes`` (a sequence of Starlette routes, for paths where
each millisecond counts) and, then, ``paths`` (their part of the OpenAPI document).  Name it in `ROUTERS`.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI

from dfs import __version__
from dfs.server import errors
from dfs.server.guards import Guards

if TYPE_CHECKING:
    from dfs.observatory import Observatory

__all__ = ["ROUTERS", "make_app"]

ROUTERS = (
    "dfs.server.health",
    "dfs.server.docs",
    "dfs.server.home",
    "dfs.server.tap",
    "dfs.server.simple",
    "dfs.server.auth",
    "dfs.server.files",
    "dfs.server.datalink",
    "dfs.server.soda",
    "dfs.server.calselector",
    "dfs.server.headers",
    "dfs.server.deliveries",
    "dfs.server.p2",
    "dfs.server.etc",
)


def make_app(observatory: Observatory) -> FastAPI:
    """Return the ASGI application that serves `observatory`.

    Parameters
    ----------
    observatory
        Open, with the rights of an operator; each request acts on it with its own user's.
    """
    app = FastAPI(
        title="VLT Data Flow System",
        version=__version__,
        description="The science archive: TAP, DataLink, SODA, downloads, calibration selection, deliveries; and Phase 2.",
        lifespan=_lifespan,
        docs_url=None,  # its own page: FastAPI's loads scripts from outside
        redoc_url=None,
        openapi_url=None,  # `dfs.server.docs` gives the document, with the Starlette routes in it
    )
    app.state.observatory = observatory
    app.state.closing = asyncio.Event()  # the server shall end: whoever waits for something waits no longer
    errors.install(app)
    app.add_middleware(Guards)
    for name in ROUTERS:
        _add(app, importlib.import_module(name))
    return app


def _add(app: FastAPI, module: Any) -> None:
    router = getattr(module, "router", None)
    if isinstance(router, APIRouter):
        app.include_router(router)
    app.router.routes.extend(getattr(module, "routes", ()))


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Run what the modules run beside the requests: each may have ``beside(app)``, an asynchronous context."""
    contexts: list[AbstractAsyncContextManager[None]] = []
    try:
        for name in ROUTERS:
            beside = getattr(importlib.import_module(name), "beside", None)
            if beside is not None:
                context = beside(app)
                await context.__aenter__()
                contexts.append(context)
        yield
    finally:
        for context in reversed(contexts):
            await context.__aexit__(None, None, None)
