"""``/openapi.json`` and ``/docs``: what the server offers, for programs and for people; nothing is fetched from elsewhere."""

from __future__ import annotations

import importlib
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dfs.server.context import base_url
from dfs.server.html import answer_page, link, table
from dfs.vo.tap.markup import Element, child, element

__all__ = ["openapi", "paths", "routes"]


def openapi(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of `app`: what FastAPI knows, and the plain routes as their modules describe them."""
    from dfs.server.app import ROUTERS

    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=list(app.routes)
        )
        for name in ROUTERS:
            for path, item in getattr(importlib.import_module(name), "paths", {}).items():
                for operation in item.values():
                    operation.setdefault("responses", {"200": {"description": "as asked"}})
                document["paths"].setdefault(path, {}).update(item)
        app.openapi_schema = document
    return app.openapi_schema


def document(request: Request) -> Response:
    """Answer with the OpenAPI document, its server being this one."""
    return JSONResponse({**openapi(request.app), "servers": [{"url": base_url(request)}]})


def page(request: Request) -> Response:
    """Answer with a page of every operation."""
    described = openapi(request.app)
    parts = [element("p", described["info"]["description"]), element("p", None, [link("openapi.json", "For programs")])]
    for path, item in sorted(described["paths"].items()):
        parts += [_operation(path, method, operation) for method, operation in item.items()]
    return answer_page(f"{described['info']['title']} {described['info']['version']}", parts)


def _operation(path: str, method: str, operation: dict[str, Any]) -> Element:
    """Return one operation, closed until it is clicked."""
    shown = element("details")
    summary = child(shown, "summary")
    child(summary, "b", f"{method.upper()} ")
    child(summary, "code", path)
    child(summary, "span", f" {operation.get('summary', '')}")
    child(shown, "p", operation.get("description", ""))
    rows = [
        (one["name"], f"{one['in']}{', required' if one.get('required') else ''}", one.get("description", ""))
        for one in operation.get("parameters", ())
    ]
    if rows:
        shown.append(table(("name", "in", "meaning"), rows))
    return shown


routes = [Route("/openapi.json", document), Route("/docs", page)]
paths = {
    "/openapi.json": {"get": {"summary": "This description, for programs", "tags": ["service"]}},
    "/docs": {"get": {"summary": "This description, for people", "tags": ["service"]}},
}
