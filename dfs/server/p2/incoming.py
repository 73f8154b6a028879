"""What the endpoints take: schemas of the bodies that come in."""

from __future__ import annotations

from typing import Any

from dfs.server.p2.arriving import MEGABYTE, FileForm, JsonForm
from dfs.server.p2.schemas import ID, NUMBER, TEXT, listed, obj, text

__all__ = [
    "ABSOLUTE",
    "BLOCK",
    "CHART",
    "CONTAINER",
    "DESTINATION",
    "DESTINATION_BLOCK",
    "DRY_RUN",
    "EPHEMERIS",
    "ITEMS",
    "MOVE",
    "NEW_ITEM",
    "NEW_TEMPLATE",
    "NOTHING",
    "PARAMETER_FILE",
    "README",
    "SCHEDULE",
    "SEQUENCE",
    "SIDEREAL",
    "SUBMIT",
    "TEMPLATE",
    "TEMPLATES",
    "TOO",
    "VISIBILITY",
]

_NAME = text(68, shortest=1)
_FLAG = {"type": "boolean"}
_ITEM_TYPES = ["OB", "CB", "Folder", "Group", "Concatenation", "TimeLink"]
_ANY_NUMBER = {"type": ["number", "string", "null"]}


def _optional(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that may also be null: ESO's client sends that where it has nothing to say."""
    return {**schema, "type": ["object", "null"]}


NOTHING = JsonForm({"type": ["null", "object"]}, otherwise={})
SUBMIT = JsonForm(_optional(obj({"submit": _FLAG})), {"submit": False}, otherwise={})
DRY_RUN = JsonForm(_optional(obj({"dryRun": _FLAG})), {"dryRun": True}, otherwise={})
DESTINATION = JsonForm(_optional(obj({"containerId": ID})), {}, otherwise={})
DESTINATION_BLOCK = JsonForm(_optional(obj({"obId": ID})), {}, otherwise={})

README = JsonForm(obj(), {"summary": "What the observer has to know"})
CONTAINER = JsonForm(
    obj({"containerId": ID, "name": _NAME, "userPriority": NUMBER}), {"name": "deep field", "userPriority": 1}
)
NEW_ITEM = JsonForm(
    obj({"itemType": {"type": "string", "enum": _ITEM_TYPES}, "name": _NAME}, ("itemType", "name")),
    {"itemType": "OB", "name": "NGC 1365"},
)
ITEMS = JsonForm(
    listed(obj({"obId": ID, "containerId": ID}), 20_000), [{"itemType": "OB", "obId": 1}], most=16 * MEGABYTE
)
MOVE = JsonForm(
    obj({"itemType": {"type": "string", "enum": _ITEM_TYPES}, "obId": ID, "containerId": ID}, ("itemType",)),
    {"itemType": "OB", "obId": 1},
)
SCHEDULE = JsonForm(obj(), {"groupContribution": 50})
TOO = JsonForm(
    obj(
        {
            "phone": {"type": ["string", "null"], "maxLength": 100},
            "notify": listed(text(254), 50),
            "executeWithin": {"type": "string", "enum": ["OneNight", "TwoNight", "SevenNights"]},
            "calibrations": listed(ID, 1000),
            "comments": {"type": ["string", "null"], "maxLength": 20_000},
        },
        ("executeWithin",),
    ),
    {
        "phone": "+49 89 0",
        "notify": ["pi@example.org"],
        "executeWithin": "SevenNights",
        "calibrations": [],
        "comments": "",
    },
)

_TARGET = obj(
    {
        "name": text(500),
        "ra": TEXT,
        "dec": TEXT,
        "equinox": {"type": ["string", "number"]},
        **dict.fromkeys(
            ("epoch", "properMotionRa", "properMotionDec", "differentialRa", "differentialDec"), _ANY_NUMBER
        ),
    }
)
_CONSTRAINTS: dict[str, Any] = obj({"name": text(500)}, additionalProperties={"type": ["string", "number", "null"]})
_DESCRIPTION: dict[str, Any] = obj(additionalProperties={"type": ["string", "null"], "maxLength": 20_000})
BLOCK = JsonForm(
    obj(
        {
            "obId": ID,
            "name": _NAME,
            "userPriority": NUMBER,
            "obsDescription": _DESCRIPTION,
            "target": {**_TARGET, "type": ["object", "null"]},
            "constraints": _CONSTRAINTS,
        }
    ),
    {
        "name": "NGC 1365",
        "target": {"name": "NGC 1365", "ra": "03:33:36.371", "dec": "-36:08:25.45"},
        "constraints": {"airmass": 1.6},
    },
)
_WINDOWS = listed(obj({"from": text(40), "to": text(40)}, ("from", "to")), 1000)
ABSOLUTE = JsonForm(_WINDOWS, [{"from": "2026-05-01T00:00", "to": "2026-05-31T00:00"}])
SIDEREAL = JsonForm(_WINDOWS, [{"from": "02:00", "to": "06:30"}])
NEW_TEMPLATE = JsonForm(
    obj({"templateName": text(80, shortest=1)}, ("templateName",)), {"templateName": "FORS2_img_obs"}
)
TEMPLATES = JsonForm(listed(obj({"templateId": ID}, ("templateId",)), 1000))
TEMPLATE = JsonForm(
    obj(
        {
            "templateId": ID,
            "templateName": TEXT,
            "type": TEXT,
            "parameters": listed(obj({"name": text(200)}, ("name",)), 2000),
        },
        ("parameters",),
    ),
    {"parameters": [{"name": "SEQ.NEXPO", "value": 3}]},
)
SEQUENCE = JsonForm(listed(obj({"obId": ID}, ("obId",)), 5000), [])
VISIBILITY = JsonForm(
    obj(
        {
            "night": text(10, pattern=r"^\d{4}-\d{2}-\d{2}$", description="YYYY-MM-DD"),
            "targets": listed(obj({"obId": ID}, ("obId",)), 5000),
        },
        ("night", "targets"),
    ),
    {"night": "2026-05-01", "targets": [{"obId": 1}]},
)
CHART = FileForm("image/jpeg", "finding_chart.jpg", MEGABYTE)
EPHEMERIS = FileForm("text/plain", "ephemeris.txt", MEGABYTE)
PARAMETER_FILE = FileForm("text/plain", "parameter.paf", MEGABYTE)
