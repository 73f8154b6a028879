"""``/p2/api/login``: a token for name and password, as ESO's client asks for it."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dfs.server.auth import sign_in, sign_in_form

__all__ = ["paths", "routes"]


async def login(request: Request) -> Response:
    """Take a form (or JSON) with ``username`` and ``password``; answer 200 with ``access_token``, whose holder the API serves."""
    form = await sign_in_form(request)
    token = await run_in_threadpool(sign_in, request, form["username"], form["password"], "password")
    seconds = int((token.expires - token.issued).total_seconds())
    told = {"access_token": token.text, "token_type": "bearer", "username": token.member.name, "expires_in": seconds}
    return JSONResponse(told, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


routes = [Route("/p2/api/login", login, methods=["POST"])]

_TEXT = {"type": "string"}
_FORM = {
    "type": "object",
    "required": ["username", "password"],
    "properties": {"username": _TEXT, "password": {**_TEXT, "format": "password"}},
}
_TOKEN = {
    "type": "object",
    "required": ["access_token", "token_type", "username"],
    "properties": {"access_token": _TEXT, "token_type": _TEXT, "username": _TEXT, "expires_in": {"type": "integer"}},
}
paths = {
    "/p2/api/login": {
        "post": {
            "summary": "A token for name and password",
            "tags": ["Phase 2: sign-in"],
            "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": _FORM}}},
            "responses": {"200": {"description": "the token", "content": {"application/json": {"schema": _TOKEN}}}},
        }
    }
}
