"""Schemas of the P2 API's documents: what comes in is checked against them, what goes out is described by them.

What comes in is described as leniently as it is read: numbers also as text, fields that only the server writes in any form.
"""

from __future__ import annotations

from typing import Any

__all__ = ["COMPONENTS", "ID", "NUMBER", "TEXT", "listed", "obj", "ref", "text"]

ID: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
NUMBER: dict[str, Any] = {"type": ["number", "string"], "description": "a number; text is read, too"}
TEXT: dict[str, Any] = {"type": "string"}
_TEXT_MOST = 20_000


def text(longest: int = _TEXT_MOST, *, shortest: int = 0, **more: Any) -> dict[str, Any]:
    """Return the schema of a text."""
    return {"type": "string", **({"minLength": shortest} if shortest else {}), "maxLength": longest, **more}


def obj(properties: dict[str, Any] | None = None, required: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """Return the schema of an object."""
    made: dict[str, Any] = {"type": "object", "properties": properties or {}, **more}
    return {**made, "required": list(required)} if required else made


def listed(items: dict[str, Any], most: int | None = None) -> dict[str, Any]:
    """Return the schema of a list."""
    return {"type": "array", "items": items, **({} if most is None else {"maxItems": most})}


def ref(name: str) -> dict[str, Any]:
    """Return a reference to a schema of `COMPONENTS`."""
    return {"$ref": f"#/components/schemas/{name}"}


_STATUS = {"type": "string", "enum": list("PDR-+SCXMAFKT")}
_SECONDS = {"type": "number", "minimum": 0}

COMPONENTS: dict[str, Any] = {
    "P2Error": obj(
        {"error": {**TEXT, "description": "what is wrong, where, what is accepted"}, "details": obj()}, ("error",)
    ),
    "Run": obj(
        {
            "runId": ID,
            "progId": TEXT,
            "title": TEXT,
            "period": {"type": "integer"},
            "mode": {"type": "string", "enum": ["SM", "VM", "dVM"]},
            "instrument": TEXT,
            "telescope": TEXT,
            "ipVersion": {"type": "number"},
            "isToO": {"type": "boolean"},
            "owned": {"type": "boolean"},
            "delegated": {"type": "boolean"},
            "itemCount": {"type": "integer"},
            "containerId": ID,
            "validFrom": TEXT,
            "validTo": TEXT,
            "pi": obj(),
            "observingConstraints": obj(),
        },
        ("runId", "progId", "instrument", "mode", "containerId"),
    ),
    "Container": obj(
        {
            "containerId": ID,
            "itemType": {"type": "string", "enum": ["Folder", "Group", "Concatenation", "TimeLink"]},
            "name": TEXT,
            "runId": ID,
            "itemCount": {"type": "integer"},
            "containerStatus": {"type": "string"},
            "userPriority": {"type": "integer"},
            "groupScore": {"type": "number"},
        },
        ("containerId", "itemType", "name", "runId"),
    ),
    "Item": obj({"itemType": TEXT, "name": TEXT}, ("itemType", "name")),
    "OB": obj(
        {
            "obId": ID,
            "itemType": {"type": "string", "enum": ["OB", "CB"]},
            "obStatus": _STATUS,
            "name": TEXT,
            "exposureTime": _SECONDS,
            "executionTime": _SECONDS,
            "runId": ID,
            "instrument": TEXT,
            "ipVersion": {"type": "number"},
            "migrate": {"type": "boolean"},
            "grade": TEXT,
            "userPriority": {"type": "integer"},
            "parentContainerId": ID,
            "obsDescription": obj(),
            "target": obj(),
            "constraints": obj(),
        },
        ("obId", "itemType", "obStatus", "name", "runId", "instrument", "ipVersion"),
    ),
    "Template": obj(
        {
            "templateId": ID,
            "templateName": TEXT,
            "type": TEXT,
            "parameters": listed(obj({"name": TEXT, "type": TEXT, "value": {}}, ("name", "type"))),
        },
        ("templateId", "templateName", "type", "parameters"),
    ),
    "Verification": obj({"observable": {"type": "boolean"}, "messages": listed(TEXT)}, ("observable", "messages")),
    "ExecutionTime": obj(
        {"obId": ID, "exposureTime": _SECONDS, "executionTime": _SECONDS}, ("obId", "exposureTime", "executionTime")
    ),
    "Execution": obj(
        {"from": TEXT, "obId": ID, "obStatus": TEXT, "grade": TEXT}, ("from", "obId", "obStatus", "grade")
    ),
    "Window": obj({"from": TEXT, "to": TEXT}, ("from", "to")),
    "Signature": obj({"templateName": TEXT, "type": TEXT, "parameters": listed(obj())}, ("templateName", "type")),
    "Finding": obj(
        {"severity": TEXT, "path": TEXT, "code": TEXT, "message": TEXT, "accepted": TEXT},
        ("severity", "path", "code", "message"),
    ),
    "Comment": obj(),
    "Entry": obj(
        {"sequence": {"type": "integer"}, "operation": TEXT, "subject": TEXT, "aspect": TEXT, "action": TEXT},
        ("sequence", "operation"),
    ),
}
