"""Deliveries at ``/deliveries``: ask for one, list them, look at one, its README, its script."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dfs.archive.deliveries import Delivery, readme, script
from dfs.errors import UsageError
from dfs.server.bodies import read_body, read_sent
from dfs.server.context import acting, base_url

__all__ = ["paths", "routes"]

_BODY_BYTES = 1_000_000
_FRESH = {"Cache-Control": "private, no-store"}
_TRUE, _FALSE = {"true", "1", "yes"}, {"false", "0", "no"}


async def listing(request: Request) -> Response:
    """Answer with the user's deliveries and those shared with him."""

    def read() -> list[dict[str, Any]]:
        return [one.document(base_url(request)) for one in acting(request).deliveries.list()]

    return JSONResponse({"deliveries": await run_in_threadpool(read)}, headers=_FRESH)


async def ask(request: Request) -> Response:
    """Make a delivery, from a JSON object or a form."""
    dp_ids, options = await _asked(request)
    made = await run_in_threadpool(lambda: acting(request).deliveries.request(dp_ids, **options))
    base = base_url(request)
    return JSONResponse(made.document(base), 201, {**_FRESH, "Location": f"{base}/deliveries/{made.id}"})


async def one(request: Request) -> Response:
    """Answer with one delivery."""
    return JSONResponse((await _found(request)).document(base_url(request)), headers=_FRESH)


async def withdraw(request: Request) -> Response:
    """Take a delivery back."""
    await run_in_threadpool(lambda: acting(request).deliveries.withdraw(request.path_params["delivery"]))
    return Response(status_code=204)


async def text(request: Request) -> Response:
    """Send the README."""
    content = readme(await _found(request))
    return PlainTextResponse(content, headers={**_FRESH, "Content-Disposition": "attachment; filename=README.txt"})


async def fetcher(request: Request) -> Response:
    """Send the script that fetches the files, for bash or Python."""
    content, name = script(await _found(request), base_url(request), request.query_params.get("language", "bash"))
    return PlainTextResponse(content, headers={**_FRESH, "Content-Disposition": f"attachment; filename={name}"})


async def _found(request: Request) -> Delivery:
    return await run_in_threadpool(lambda: acting(request).deliveries.find(request.path_params["delivery"]))


async def _asked(request: Request) -> tuple[list[str], dict[str, Any]]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
        return _of_document(await _json(request))
    sent = await read_sent(request)
    return _of_form(sent.parameters)


async def _json(request: Request) -> Mapping[str, Any]:
    body = await read_body(request, _BODY_BYTES)
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UsageError("the body is no JSON", where="body") from error
    if not isinstance(document, dict):
        raise UsageError("the body is no JSON object", where="body", accepted='{"dp_ids": [...], ...}')
    return document


def _of_document(document: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    known = {"dp_ids": list, "calibrations": str, "night_logs": bool, "title": str, "programme": str}
    for name, value in document.items():
        if name not in known:
            raise UsageError(f"there is no option {name[:40]!r}", where="body", accepted=", ".join(known))
        if value is not None and not isinstance(value, known[name]):
            raise UsageError(f"{name} is of the wrong type", where=name, accepted=known[name].__name__)
    dp_ids = document.get("dp_ids") or []
    if not all(isinstance(name, str) for name in dp_ids):
        raise UsageError("dp_ids are no texts", where="dp_ids")
    options = {name: value for name, value in document.items() if name != "dp_ids" and value is not None}
    return list(dp_ids), options


def _of_form(pairs: Sequence[tuple[str, str]]) -> tuple[list[str], dict[str, Any]]:
    given = [(name.lower(), value.strip()) for name, value in pairs if value.strip()]
    dp_ids = [value for name, value in given if name in {"dp_id", "dp_ids"}]
    options: dict[str, Any] = {name: value for name, value in given if name in {"calibrations", "title", "programme"}}
    logs = next((value.lower() for name, value in given if name == "night_logs"), None)
    if logs is not None:
        if logs not in _TRUE | _FALSE:
            raise UsageError(f"night_logs = {logs[:40]!r}", where="night_logs", accepted="true, false")
        options["night_logs"] = logs in _TRUE
    return dp_ids, options


routes = [
    Route("/deliveries", listing, methods=["GET"]),
    Route("/deliveries", ask, methods=["POST"]),
    Route("/deliveries/{delivery}", one, methods=["GET"]),
    Route("/deliveries/{delivery}", withdraw, methods=["DELETE"]),
    Route("/deliveries/{delivery}/README", text, methods=["GET"]),
    Route("/deliveries/{delivery}/script", fetcher, methods=["GET"]),
]

_NAME = {"name": "delivery", "in": "path", "required": True, "schema": {"type": "string"}}
_LANGUAGE = {"name": "language", "in": "query", "description": "bash, python", "schema": {"type": "string"}}


def _operation(summary: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    return {"summary": summary, "tags": ["deliveries"], "parameters": list(parameters)}


_BODY = {
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["dp_ids"],
                "properties": {
                    "dp_ids": {"type": "array", "items": {"type": "string"}},
                    "calibrations": {"type": "string", "enum": ["raw", "master"]},
                    "night_logs": {"type": "boolean"},
                    "title": {"type": "string"},
                    "programme": {"type": "string"},
                },
            }
        }
    }
}
paths = {
    "/deliveries": {
        "get": _operation("Your deliveries, and those shared with you"),
        "post": {**_operation("Ask for files with their calibrations and night logs"), "requestBody": _BODY},
    },
    "/deliveries/{delivery}": {
        "get": _operation("A delivery: its files with role, size and SHA-256", _NAME),
        "delete": _operation("Withdraw it", _NAME),
    },
    "/deliveries/{delivery}/README": {"get": _operation("What is what", _NAME)},
    "/deliveries/{delivery}/script": {"get": _operation("A script that fetches and completes it", _NAME, _LANGUAGE)},
}
