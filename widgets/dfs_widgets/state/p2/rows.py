"""The run as rows: what the container tree and the summary table show of each item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dfs.phase2.lifecycle import MEANINGS
from dfs_widgets.state.p2.values import write_days

__all__ = ["chart_text", "duration_text", "item_id", "row_of", "rows_of"]


def item_id(document: Mapping[str, Any]) -> int:
    """Return the number of a block or container."""
    return int(document["obId"] if document["itemType"] in {"OB", "CB"} else document["containerId"])


def rows_of(root: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row for every item below the root folder, depth first; blocks are numbered."""
    return list(_walk(root, 0, [0]))


def _walk(container: Mapping[str, Any], depth: int, number: list[int]) -> Iterator[dict[str, Any]]:
    for item in container.get("items", ()):
        is_block = item["itemType"] in {"OB", "CB"}
        number[0] += is_block
        yield {**row_of(item, container), "depth": depth, "number": number[0] if is_block else None}
        if not is_block:
            yield from _walk(item, depth + 1, number)


def row_of(item: Mapping[str, Any], parent: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is shown of one item.

    Parameters
    ----------
    item
        A whole block or container.
    parent
        What it stands in: its kind decides which scheduling columns mean something.
    """
    is_block = item["itemType"] in {"OB", "CB"}
    schedule = item.get("schedule") or {}
    status = item.get("obStatus" if is_block else "containerStatus") or ""
    row = {
        "id": item_id(item),
        "parent": item_id(parent),
        "type": item["itemType"],
        "name": item["name"],
        "status": status,
        "status_words": MEANINGS.get(status, ""),
        "priority": item.get("userPriority") if item["itemType"] != "Folder" else None,
        **_scheduled(schedule, parent["itemType"], item_id(item) == _first(parent)),
    }
    if not is_block:
        return row | {"count": len(item.get("items", ())), "score": item.get("groupScore")}
    target, constraints = item.get("target") or {}, item.get("constraints") or {}
    acquisition = next((one for one in item.get("templates", ()) if one["type"] == "acquisition"), None)
    return row | {
        "target": target.get("name", ""),
        "ra": target.get("ra", ""),
        "dec": target.get("dec", ""),
        "od": (item.get("obsDescription") or {}).get("name", ""),
        "constraints": constraints.get("name", ""),
        "acquisition": acquisition["templateName"] if acquisition else "",
        "charts": chart_text(item.get("charts") or ()),
        "time": duration_text(item.get("executionTime") or 0),
        "seconds": item.get("executionTime") or 0,
        "airmass": constraints.get("airmass"),
        "seeing": constraints.get("seeing"),
        "fli": constraints.get("fli"),
        "transparency": constraints.get("skyTransparency"),
        "comments": (item.get("obsDescription") or {}).get("userComments", ""),
        "grade": item.get("grade", ""),
    }


def chart_text(names: Any) -> str:
    """Return the finding charts as users know them: ``(2) first.jpg``."""
    names = list(names)
    return f"({len(names)}) {names[0]}" if names else "(0)"


def duration_text(seconds: float) -> str:
    """Return a time as ``hh:mm:ss``."""
    whole = round(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _scheduled(schedule: Mapping[str, Any], kind: str, is_first: bool) -> dict[str, Any]:
    """Return delay, tolerance and contribution where the container gives them a meaning; None where not."""
    if kind == "Group":
        return {"delay": None, "tolerance": None, "contribution": schedule.get("groupContribution", 0)}
    if kind != "TimeLink" or is_first:
        return {"delay": None, "tolerance": None, "contribution": None}
    earliest, latest = schedule.get("earliestAfterPrevious"), schedule.get("latestAfterPrevious")
    tolerance = latest - earliest if latest is not None and earliest is not None else latest
    return {
        "delay": write_days(earliest or 0),
        "tolerance": write_days(tolerance) if tolerance is not None else "open",
        "contribution": None,
    }


def _first(container: Mapping[str, Any]) -> int:
    items = container.get("items") or [{"itemType": "OB", "obId": -1}]
    return item_id(items[0])
