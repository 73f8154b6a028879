"""Headers: a page at ``/hdr?DpId=`` as clients of ESO's archive read it, JSON at ``/headers/{dp_id}``, text at ``/night-logs/{dp_id}``."""

from __future__ import annotations

from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dfs.archive.headers import StoredHeader
from dfs.archive.headers.cards import cards_text
from dfs.errors import UsageError
from dfs.server.context import acting

__all__ = ["paths", "routes"]

_FRESH = {"Cache-Control": "private, no-cache"}


async def page(request: Request) -> Response:
    """Answer with a page whose first ``pre`` holds the cards of the primary header."""
    given = {name.lower(): value for name, value in request.query_params.items()}
    if "dpid" not in given:
        raise UsageError("no file is named", where="DpId", accepted="/hdr?DpId=<dp_id>")
    found = await run_in_threadpool(lambda: acting(request).headers.header(given["dpid"]))
    return HTMLResponse(_html(found), headers=_FRESH)


def _html(found: StoredHeader) -> str:
    name = escape(found.dp_id)
    parts = [f"<h1>{name}</h1>", f"<pre>{escape(cards_text(found.primary))}</pre>"]
    for number, one in enumerate(found.extensions, start=1):
        title = escape(str(one.get("EXTNAME") or number))
        parts.append(f"<h2>Extension {title}</h2>\n<pre>{escape(cards_text(one))}</pre>")
    body = "\n".join(parts)
    return f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title></head>\n<body>\n{body}\n</body></html>\n'


async def document(request: Request) -> Response:
    """Answer with the headers as JSON."""
    found = await run_in_threadpool(lambda: acting(request).headers.header(request.path_params["dp_id"]))
    return JSONResponse(
        {"dp_id": found.dp_id, "keywords": dict(found.primary), "extensions": [dict(one) for one in found.extensions]},
        headers=_FRESH,
    )


async def night_log(request: Request) -> Response:
    """Answer with the log of an exposure."""
    text = await run_in_threadpool(lambda: acting(request).headers.night_log(request.path_params["dp_id"]))
    return PlainTextResponse(text, headers=_FRESH)


routes = [
    Route("/hdr", page),
    Route("/headers/{dp_id}", document),
    Route("/night-logs/{dp_id}", night_log),
]
_DP_ID = {"name": "dp_id", "in": "path", "required": True, "schema": {"type": "string"}}
_QUERY = {"name": "DpId", "in": "query", "required": True, "schema": {"type": "string"}}


def _path(summary: str, parameter: dict[str, object]) -> dict[str, dict[str, object]]:
    return {"get": {"summary": summary, "tags": ["files"], "parameters": [parameter]}}


paths = {
    "/hdr": _path("The header of a file as a page", _QUERY),
    "/headers/{dp_id}": _path("The headers of a file: keyword, value", _DP_ID),
    "/night-logs/{dp_id}": _path("What is known of an exposure: block, template, conditions", _DP_ID),
}
