"""``/openapi.json`` and ``/docs``: what the server offers, for programs and for people; nothing is fetched from elsewhere."""

from __future__ import annotations

import importlib
from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from dfs.server.context import base_url

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
    rows = [
        _row(path, method, operation)
        for path, item in sorted(described["paths"].items())
        for method, operation in item.items()
    ]
    title = escape(f"{described['info']['title']} {described['info']['version']}")
    return HTMLResponse(
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{title}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{title}</h1><p>{escape(described['info']['description'])}</p>"
        f"<p>For programs: <a href='openapi.json'>openapi.json</a></p>{''.join(rows)}</body></html>"
    )


def _row(path: str, method: str, operation: dict[str, Any]) -> str:
    """Return one operation as HTML."""
    names = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{escape(one['in'])}{' required' if one.get('required') else ''}"
        f"</td><td>{escape(one.get('description', ''))}</td></tr>"
        for one in operation.get("parameters", ())
    )
    table = f"<table><tr><th>name</th><th>in</th><th>meaning</th></tr>{names}</table>" if names else ""
    return (
        f"<details><summary><b>{escape(method.upper())}</b> <code>{escape(path)}</code> "
        f"{escape(operation.get('summary', ''))}</summary><p>{escape(operation.get('description', ''))}</p>{table}</details>"
    )


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "summary{cursor:pointer;padding:.3rem 0}b{display:inline-block;min-width:4.5rem}"
    "table{border-collapse:collapse;margin:.5rem 0 1rem 4.5rem}td,th{text-align:left;padding:.1rem .8rem .1rem 0}"
)

routes = [Route("/openapi.json", document), Route("/docs", page)]
paths = {
    "/openapi.json": {"get": {"summary": "This description, for programs", "tags": ["service"]}},
    "/docs": {"get": {"summary": "This description, for people", "tags": ["service"]}},
}
