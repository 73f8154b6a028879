"""The OpenAPI description of endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from dfs.server.p2.endpoint import Endpoint
from dfs.server.p2.schemas import ID, TEXT, ref

__all__ = ["components", "paths_of"]

_GUARD = {
    "name": "If-Match",
    "in": "header",
    "required": False,  # said by 428, with a sentence, rather than by a check of the form
    "description": "the version (ETag) that you have seen; without it 428",
    "schema": TEXT,
}
_ETAG = {"ETag": {"description": "version, for If-Match", "schema": TEXT}}
_REFUSALS = {
    "400": "wrong in itself: which field, what is accepted",
    "401": "not signed in",
    "403": "of somebody else's run",
    "404": "not there",
    "409": "its status does not allow it",
    "412": "somebody else has saved it since: who, and when",
    "413": "too large",
    "415": "of another kind of file",
    "428": "the version that you have seen is missing (If-Match)",
}
_NUMBERED = re.compile(r"\w*Id")
_NAME = {**TEXT, "minLength": 1, "pattern": r"^[A-Za-z0-9 _.()+-]+$"}
_NAMED: dict[str, Any] = {
    "index": {"type": "integer", "minimum": 1, "maximum": 5},
    "kind": {**TEXT, "enum": ["target", "constraints", "description", "template", "block", "exposure"]},
}


def paths_of(endpoints: Iterable[Endpoint]) -> dict[str, dict[str, Any]]:
    """Return the path items of `endpoints`."""
    items: dict[str, dict[str, Any]] = {}
    for one in endpoints:
        items.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return items


def components(schemas: dict[str, Any]) -> dict[str, Any]:
    """Return what the descriptions refer to."""
    bearer = {"type": "http", "scheme": "bearer", "description": "the access_token of POST /p2/api/login"}
    return {"schemas": schemas, "securitySchemes": {"p2token": bearer}}


def _operation(one: Endpoint) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": one.summary,
        "description": (one.answer.__doc__ or "").strip(),
        "operationId": f"p2-{one.method.lower()}-{re.sub(r'[^A-Za-z0-9]+', '-', one.path).strip('-')}"
        + ("-" if one.path.endswith("/") else ""),
        "tags": [one.tag],
        "parameters": _parameters(one),
        "responses": _responses(one),
        "security": [{"p2token": []}],
    }
    if one.form is not None:
        described["requestBody"] = one.form.described()
    return described


def _parameters(one: Endpoint) -> list[dict[str, Any]]:
    named = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": _NAMED.get(name) or (ID if _is_number(name) else _NAME),
        }
        for name in re.findall(r"{(\w+)}", one.path)
    ]
    return [*named, *one.parameters, *([_GUARD] if one.is_guarded else ())]


def _is_number(name: str) -> bool:
    return name != "proposalId" and _NUMBERED.fullmatch(name) is not None


def _responses(one: Endpoint) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "as asked", "headers": _ETAG}
    if one.reply is not None:
        good["content"] = {one.media_type: {"schema": one.reply}}
    numbers = ["400", "401", "403", "404"]
    numbers += ["409"] if one.method != "GET" else []
    numbers += ["413", "415"] if one.form is not None else []
    numbers += ["412", "428"] if one.is_guarded else []
    refusals = {number: _refusal(_REFUSALS[number]) for number in numbers}
    return {**{str(status): good for status in one.statuses}, **refusals, "default": _refusal("anything else")}


def _refusal(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": ref("P2Error")}}}
