"""A block and a container as the tests of view models use them."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

Document = dict[str, Any]

_BLOCK: dict[str, Any] = {
    "obId": 7,
    "itemType": "OB",
    "obStatus": "P",
    "name": "Galaxy",
    "runId": 1,
    "instrument": "FORS2",
    "ipVersion": 116.07,
    "migrate": False,
    "grade": "?",
    "userPriority": 1,
    "exposureTime": 0,
    "executionTime": 1800,
    "parentContainerId": 2,
    "obsDescription": {"name": "OD", "userComments": "", "instrumentComments": ""},
    "target": {
        "name": "NGC1365",
        "ra": "03:33:36.370",
        "dec": "-36:08:25.400",
        "equinox": "J2000",
        "epoch": 2000.0,
        "properMotionRa": 0.0,
        "properMotionDec": 0.0,
        "differentialRa": 0.0,
        "differentialDec": 0.0,
    },
    "constraints": {"name": "clear", "airmass": 1.6, "fli": 0.4, "seeing": 0.9, "skyTransparency": "Clear"},
    "templates": [
        {
            "templateId": 11,
            "templateName": "FORS2_lss_acq_slit",
            "type": "acquisition",
            "parameters": [{"name": "INS.SLIT.NAME", "type": "keyword", "value": "lSlit1_0"}],
        },
        {
            "templateId": 12,
            "templateName": "FORS2_lss_obs_off_fast",
            "type": "science",
            "parameters": [
                {"name": "SEQ.NEXPO", "type": "integer", "value": 3},
                {"name": "DET.WIN1.UIT1", "type": "number", "value": 600.0},
            ],
        },
    ],
    "absolute": [],
    "sidereal": [],
    "schedule": {},
    "ephemeris": "",
    "charts": ["first.jpg", "second.jpg"],
    "versions": {"self": "item:7/self/1", "template:11": "template:11/self/1", "template:12": "template:12/self/1"},
}


@pytest.fixture(scope="session")
def block() -> Callable[..., Document]:
    """Make a whole block with some of its keys changed."""
    return lambda **changes: {**deepcopy(_BLOCK), **changes}


@pytest.fixture(scope="session")
def folder() -> Callable[..., Document]:
    """Make a whole container from its number, its kind and its items."""

    def made(number: int, kind: str, *items: Document, **more: Any) -> Document:
        status = {} if kind == "Folder" else {"containerStatus": "P", "userPriority": 1}
        named = {"containerId": number, "itemType": kind, "name": f"{kind} {number}", "runId": 1}
        return {**named, "items": list(items), **status, **more}

    return made
