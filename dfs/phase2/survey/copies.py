"""A block of a survey: a copy of the pattern block at another place."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from dfs.model.sexagesimal import dec_text, ra_text
from dfs.phase2.survey.tilings import Pointing

__all__ = ["copied_block"]

Document = dict[str, Any]

_KEPT = ("obsDescription", "constraints", "userPriority", "templates", "sidereal", "itemType")
_PARAMETER = ("name", "type", "value")


def copied_block(pattern: Mapping[str, Any], name: str, target: str, pointing: Pointing) -> Document:
    """Return a copy of a block at another place, under another name."""
    found: Document = {key: copy.deepcopy(pattern[key]) for key in _KEPT if pattern.get(key)}
    found["itemType"] = pattern.get("itemType", "OB")
    found["name"] = name
    found["templates"] = [
        {
            "templateName": one["templateName"],
            "type": one.get("type"),
            "parameters": [{key: p[key] for key in _PARAMETER if key in p} for p in one.get("parameters", ())],
        }
        for one in found.get("templates", ())
    ]
    if found["itemType"] == "OB":
        place = {"name": target, "ra": ra_text(pointing.ra_deg), "dec": dec_text(pointing.dec_deg), "equinox": "J2000"}
        found["target"] = place | {"epoch": 2000.0, "properMotionRa": 0.0, "properMotionDec": 0.0}
    return found
