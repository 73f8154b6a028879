"""JSON documents of the P2 API <-> nouns of `dfs.model.phase2`: parsed at the edge, written at the edge.

A *whole block* is the P2 API's OB document with what has documents of its own beside it::

    {**ob, "templates": [...], "absolute": [...], "sidereal": [...], "schedule": {...}, "ephemeris": "text", "charts": ["name.jpg"],
     "versions": {"self": etag, "templates": etag, "template:5": etag, "absolute": etag, ...}}

A *whole container* is the container's document with ``schedule``, ``items`` (whole blocks and containers, in order) and ``versions``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from dfs.model.phase2 import (
    Constraints,
    Container,
    ObservationBlock,
    ObservingRun,
    ObTemplate,
    Parameter,
    RunTree,
    SiderealWindow,
    Target,
    TimeWindow,
)

__all__ = [
    "SKY_WORDS",
    "read_block",
    "read_container",
    "read_limits",
    "read_run",
    "read_tree",
    "write_block",
    "write_constraints",
    "write_target",
    "write_windows",
]

# attribute of `Target` -> key of the P2 API
_TARGET = {
    "name": "name",
    "ra": "ra",
    "dec": "dec",
    "equinox": "equinox",
    "epoch": "epoch",
    "proper_motion_ra": "properMotionRa",
    "proper_motion_dec": "properMotionDec",
    "differential_ra": "differentialRa",
    "differential_dec": "differentialDec",
}
# letters and abbreviations of proposals; letters as public records of runs have them, their fractions are assumed
_MOON = {"d": 0.4, "g": 0.7, "n": 1.0}
SKY_WORDS = {"PHO": "Photometric", "CLR": "Clear", "THN": "Variable, thin cirrus", "THK": "Variable, thick cirrus"}


def read_tree(document: Mapping[str, Any]) -> RunTree:
    """Return the run of `Phase2Desk.tree`."""
    return RunTree(read_run(document["run"]), read_container(document["root"]), document.get("readme") or {})


def read_run(document: Mapping[str, Any]) -> ObservingRun:
    """Return a run; phase-1 limits on the Moon are numbers from here on."""
    limits = read_limits(document.get("observingConstraints") or {})
    pi = document.get("pi") or {}
    return ObservingRun(
        run_id=document["runId"],
        prog_id=document["progId"],
        title=document.get("title", ""),
        instrument=document["instrument"],
        telescope=document.get("telescope", ""),
        ip_version=f"{document['ipVersion']}",
        period=int(document.get("period", 0)),
        mode=document.get("mode", "SM"),
        container_id=document["containerId"],
        valid_from=_instant(document["validFrom"]),
        valid_to=_instant(document["validTo"]),
        priority_class=document.get("priorityClass", "B"),
        is_too=bool(document.get("isToO", False)),
        allocated_s=float(document.get("allocatedTime", 0.0)),
        limits=limits,
        targets=tuple(read_target(one) for one in document.get("targets", ())),
        pi_name=f"{pi.get('firstName', '')} {pi.get('lastName', '')}".strip(),
        waivers=tuple(limits.pop("waivers", ())),
        state=document.get("state", "open"),
    )


def read_limits(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the phase-1 limits of a run in phase 2's words: a fraction for the Moon's letter, a transparency for its abbreviation."""
    limits = dict(document)
    if isinstance(limits.get("fli"), str):
        limits["fli"] = _MOON.get(limits["fli"], 1.0)
    sky = limits.get("skyTransparency")
    if sky is not None:
        limits["skyTransparency"] = SKY_WORDS.get(str(sky), sky)
    return limits


def read_container(document: Mapping[str, Any]) -> Container:
    """Return a whole container."""
    return Container(
        container_id=document["containerId"],
        run_id=document["runId"],
        parent_id=document.get("parentContainerId"),
        kind=document["itemType"],
        name=document["name"],
        status=document.get("containerStatus", ""),
        user_priority=document.get("userPriority", 1),
        group_score=float(document.get("groupScore", 0.0)),
        schedule=document.get("schedule") or {},
        items=tuple(
            read_block(item) if item["itemType"] in {"OB", "CB"} else read_container(item) for item in document["items"]
        ),
    )


def read_block(document: Mapping[str, Any]) -> ObservationBlock:
    """Return a whole block; what stands beside the OB document may be missing."""
    constraints = dict(document.get("constraints") or {})
    return ObservationBlock(
        ob_id=document["obId"],
        run_id=document["runId"],
        container_id=document["parentContainerId"],
        name=document["name"],
        instrument=document["instrument"],
        ip_version=f"{document['ipVersion']}",
        kind=document["itemType"],
        status=document["obStatus"],
        grade=document.get("grade", "?"),
        user_priority=document.get("userPriority", 1),
        exposure_s=float(document.get("exposureTime", 0)),
        execution_s=float(document.get("executionTime", 0)),
        target=read_target(document.get("target") or {}),
        constraints=Constraints(constraints.pop("name", "No Name"), constraints),
        description=document.get("obsDescription") or {},
        templates=tuple(_template(one) for one in document.get("templates", ())),
        absolute=tuple(TimeWindow(_instant(one["from"]), _instant(one["to"])) for one in document.get("absolute", ())),
        sidereal=tuple(sorted(span for one in document.get("sidereal", ()) for span in _sidereal(one))),
        schedule=document.get("schedule") or {},
        ephemeris=document.get("ephemeris", ""),
        charts=tuple(document.get("charts", ())),
    )


def read_target(document: Mapping[str, Any]) -> Target:
    """Return a target; missing fields have their defaults."""
    return Target(**{name: document[key] for name, key in _TARGET.items() if document.get(key) is not None})


def write_block(block: ObservationBlock) -> dict[str, Any]:
    """Return a block as a whole document, without versions."""
    return {
        "obId": block.ob_id,
        "itemType": block.kind,
        "obStatus": block.status,
        "name": block.name,
        "exposureTime": _seconds(block.exposure_s),
        "executionTime": _seconds(block.execution_s),
        "runId": block.run_id,
        "instrument": block.instrument,
        "ipVersion": float(block.ip_version),
        "migrate": False,
        "grade": block.grade,
        "userPriority": block.user_priority,
        "parentContainerId": block.container_id,
        "obsDescription": dict(block.description),
        **({"target": write_target(block.target)} if block.kind == "OB" else {}),
        "constraints": write_constraints(block.constraints),
        "templates": [_write_template(one) for one in block.templates],
        **write_windows(block.absolute, block.sidereal),
        "schedule": dict(block.schedule),
        "ephemeris": block.ephemeris,
        "charts": list(block.charts),
    }


def write_target(target: Target) -> dict[str, Any]:
    """Return the document of a target."""
    return {key: getattr(target, name) for name, key in _TARGET.items()}


def write_constraints(constraints: Constraints) -> dict[str, Any]:
    """Return the document of a constraint set."""
    return {"name": constraints.name, **constraints.values}


def write_windows(
    absolute: Sequence[TimeWindow], sidereal: Sequence[SiderealWindow]
) -> dict[str, list[dict[str, str]]]:
    """Return the documents of both kinds of windows: times to the minute, as the P2 API keeps them."""
    return {
        "absolute": [{"from": f"{one.start:%Y-%m-%dT%H:%M}", "to": f"{one.end:%Y-%m-%dT%H:%M}"} for one in absolute],
        "sidereal": [{"from": _clock(one.start_min), "to": _clock(one.end_min)} for one in sidereal],
    }


def _template(document: Mapping[str, Any]) -> ObTemplate:
    parameters = tuple(Parameter(one["name"], one["type"], one.get("value")) for one in document.get("parameters", ()))
    return ObTemplate(document["templateId"], document["templateName"], document["type"], parameters)


def _write_template(template: ObTemplate) -> dict[str, Any]:
    return {
        "templateId": template.template_id,
        "templateName": template.name,
        "type": template.type,
        "parameters": [{"name": one.name, "type": one.type, "value": one.value} for one in template.parameters],
    }


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _sidereal(document: Mapping[str, str]) -> list[SiderealWindow]:
    """Return a window; one through 24:00 as the two that it is."""
    begin, end = _minutes(document["from"]), _minutes(document["to"])
    if begin < end:
        return [SiderealWindow(begin, end)]
    return [SiderealWindow(0, end), SiderealWindow(begin, 1440)]


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")[:2]
    return int(hours) * 60 + int(minutes)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _seconds(value: float) -> int | float:
    return int(value) if value == int(value) else value
