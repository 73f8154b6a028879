"""A run as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dfs.phase2.client.trees import Document, is_block, item_number, walk

__all__ = ["block_text", "item_line", "tree_text"]


def tree_text(tree: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    """Return a run with everything in it, a line each."""
    lines = [f"{run['progId']}  {run.get('mode', '')} {run['instrument']}  {run.get('title', '')}".rstrip()]
    lines += [f"{'  ' * (len(folders) + 1)}{item_line(item)}" for item, _, folders in walk(tree["root"])]
    return "\n".join(lines)


def item_line(item: Document) -> str:
    """Return an item as one line."""
    number = item_number(item)
    shown = str(number) if number > 0 else "new"
    if not is_block(item):
        status = f" [{item['containerStatus']}]" if item.get("containerStatus") else ""
        return f"{item['itemType']} {shown}{status} {item['name']}"
    target = (item.get("target") or {}).get("name", "")
    seconds = f"{item['executionTime']:.0f} s" if item.get("executionTime") else ""
    parts = [f"{item['itemType']} {shown} [{item.get('obStatus', 'P')}] {item['name']}", target, seconds]
    return "  ".join(one for one in parts if one)


def block_text(block: Mapping[str, Any]) -> str:
    """Return a whole block as text: a line each field, templates with their parameters."""
    told = {
        "name": block["name"],
        "number": item_number(block),
        "status": block.get("obStatus"),
        "priority": block.get("userPriority"),
    }
    lines = [f"{key:<30}{value}" for key, value in told.items()]
    for part in ("target", "constraints", "obsDescription", "schedule"):
        lines += [
            f"{part + '.' + key:<30}{value}"
            for key, value in (block.get(part) or {}).items()
            if value not in (None, "")
        ]
    for kind in ("absolute", "sidereal"):
        lines += [f"{kind:<30}{one['from']} - {one['to']}" for one in block.get(kind) or ()]
    lines += [f"{'charts':<30}{', '.join(block['charts'])}"] if block.get("charts") else []
    for template in block.get("templates") or ():
        lines += ["", f"{template['templateName']} ({template['type']})"]
        lines += [f"  {one['name']:<22}{one.get('value')}" for one in template["parameters"]]
    return "\n".join(lines)
