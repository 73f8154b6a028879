"""Signing in with name and password: the form they come in, and the token for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.requests import Request

from dfs.errors import UsageError
from dfs.server.bodies import read_body

if TYPE_CHECKING:
    from dfs.access.tokens import Token
    from dfs.observatory import Observatory

__all__ = ["sign_in", "sign_in_form"]

_FORM_BYTES = 16_384


def sign_in(request: Request, name: str, password: str, grant_type: str) -> Token:
    """Return a token for name and password; `NotSignedInError` when they do not fit."""
    if grant_type != "password":
        raise UsageError(f"grant_type {grant_type!r} is not offered", accepted="password")
    observatory: Observatory = request.app.state.observatory
    return observatory.sign_in.with_password(name, password)


async def sign_in_form(request: Request) -> dict[str, str]:
    """Return the fields of a small form, urlencoded or JSON; `username` and `password` are there."""
    fields = _fields(await read_body(request, _FORM_BYTES), request.headers.get("content-type", ""))
    missing = next((name for name in ("username", "password") if name not in fields), None)
    if missing:
        raise UsageError(f"the form has no {missing}", accepted="username and password, urlencoded or JSON")
    return fields


def _fields(body: bytes, content_type: str) -> dict[str, str]:
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "application/json":
            document = json.loads(body)
            pairs = document.items() if isinstance(document, dict) else ()
            return {str(name): value for name, value in pairs if isinstance(value, str)}
        if kind in {"", "application/x-www-form-urlencoded"}:
            text = body.decode()
            return {
                name: values[-1] for name, values in parse_qs(text, keep_blank_values=True, max_num_fields=20).items()
            }
    except (ValueError, RecursionError) as error:
        raise UsageError("the form cannot be read", accepted="application/x-www-form-urlencoded, or JSON") from error
    raise UsageError(f"a form of type {kind!r}", accepted="application/x-www-form-urlencoded, or application/json")
