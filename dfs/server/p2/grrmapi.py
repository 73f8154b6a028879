"""``/grrmapi/v1``: triggers of rapid response, as ESO's client sends them; the token is a field, no header."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dfs.errors import UsageError
from dfs.server.p2.arriving import MEGABYTE
from dfs.server.p2.call import document, number_of
from dfs.server.p2.schemas import ID, TEXT, ref
from dfs.server.p2.token_fields import asked, block_of, worked

__all__ = ["paths", "routes"]

_TICKETS_MOST = 9


async def trigger(request: Request) -> Response:
    """Trigger a block."""
    sent = await asked(request, file_bytes=0)
    ob_id = number_of("obId", request.path_params["obId"])
    if "url" in sent.fields and block_of(sent) != ob_id:
        raise UsageError("url and address name different blocks", where="url")
    return await worked(
        request, sent.field("api_token", ""), lambda one: document(one.rapid_response.trigger(ob_id, sent.fields), 201)
    )


async def add_chart(request: Request) -> Response:
    """Add a finding chart to a trigger."""
    sent = await asked(request, file_bytes=MEGABYTE)
    ob_id, ticket = number_of("obId", request.path_params["obId"]), sent.field("trigger_ticket_id", "")
    if not re.fullmatch(rf"\d{{1,{_TICKETS_MOST}}}", ticket, re.ASCII):
        raise UsageError(f"{ticket[:40]!r} is no ticket", where="trigger_ticket_id", accepted="a whole number")
    file = sent.file
    if file is None:
        raise UsageError("there is no chart in the request", where="file", accepted="a JPEG, as multipart/form-data")
    token = sent.field("api_token", "")
    return await worked(
        request, token, lambda one: document(one.rapid_response.add_chart(ob_id, int(ticket), file), 201)
    )


routes = [
    Route("/grrmapi/v1/rrm_trigger/{obId}", trigger, methods=["POST"]),
    Route("/grrmapi/v1/rrm_trigger/{obId}/add_fc", add_chart, methods=["POST"]),
]

_BAD = {"description": "why not", "content": {"application/json": {"schema": ref("P2Error")}}}
_OB = {"name": "obId", "in": "path", "required": True, "schema": ID}
_FIELDS = (
    "api_token",
    "url",
    "instrument",
    "account_id",
    "OBname",
    "TI_RA",
    "TI_DEC",
    "Program_ID",
    "comments",
    "dryRun",
)
_FORM = {
    "type": "object",
    "required": ["api_token", "TI_RA", "TI_DEC"],
    "properties": dict.fromkeys(_FIELDS, TEXT),
}


def _operation(summary: str, content: dict[str, object], *parameters: dict[str, Any]) -> dict[str, object]:
    good = {"description": "as asked", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {
        "summary": summary,
        "tags": ["Phase 2: rapid response"],
        "parameters": [_OB, *parameters],
        "requestBody": {"required": True, "content": content},
        "responses": {"201": good, **dict.fromkeys(("400", "401", "403", "404", "409", "default"), _BAD)},
    }


_FILE = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
paths = {
    "/grrmapi/v1/rrm_trigger/{obId}": {
        "post": _operation(
            "Trigger a block of rapid response", {"application/x-www-form-urlencoded": {"schema": _FORM}}
        )
    },
    "/grrmapi/v1/rrm_trigger/{obId}/add_fc": {
        "post": _operation(
            "Add a finding chart to a trigger",
            {"multipart/form-data": {"schema": _FILE}},
            *(
                {"name": name, "in": "query", "required": True, "schema": TEXT}
                for name in ("api_token", "trigger_ticket_id")
            ),
        )
    },
}
