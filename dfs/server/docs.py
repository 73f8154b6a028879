"""``/openapi.json`` and ``/docs``: what the server offers, for programs and for people, who can try it; nothing is fetched from elsewhere."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dfs.server.context import base_url
from dfs.server.docs_page import described_page

__all__ = ["openapi", "paths", "routes"]

_SCRIPT = Path(__file__).with_name("docs_page.js")
# The one page of ours with a script: its own, which talks to this server alone.
_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; img-src 'self' blob: data:; "
    "form-action 'none'; frame-ancestors 'none'"
)


def openapi(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of `app`: what FastAPI knows, and the plain routes as their modules describe them."""
    from dfs.server.app import ROUTERS

    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=list(app.routes)
        )
        for name in ROUTERS:
            _add(document, importlib.import_module(name))
        for item in document["paths"].values():
            for operation in item.values():
                responses = operation.setdefault("responses", {"200": {"description": "as asked"}})
                responses.setdefault("default", {"description": "why not"})
        app.openapi_schema = document
    return app.openapi_schema


def _add(document: dict[str, Any], module: Any) -> None:
    """Put what a module says of its plain routes into the document."""
    for path, item in getattr(module, "paths", {}).items():
        document["paths"].setdefault(path, {}).update(item)
    for kind, found in getattr(module, "components", {}).items():
        document.setdefault("components", {}).setdefault(kind, {}).update(found)


def document(request: Request) -> Response:
    """Answer with the OpenAPI document, its server being this one."""
    return JSONResponse({**openapi(request.app), "servers": [{"url": base_url(request)}]})


def page(request: Request) -> Response:
    """Answer with a page of every operation, to read and to try."""
    response = described_page(openapi(request.app))
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def script(_request: Request) -> Response:
    """Send the script of the page."""
    return Response(_SCRIPT.read_bytes(), media_type="text/javascript", headers={"Cache-Control": "no-cache"})


routes = [Route("/openapi.json", document), Route("/docs", page), Route("/docs/page.js", script)]
paths = {
    "/openapi.json": {"get": {"summary": "This description, for programs", "tags": ["service"]}},
    "/docs": {"get": {"summary": "This description, for people", "tags": ["service"]}},
}
