"""A run as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dfs.phase2.client.trees import Document, is_block, item_number, walk

__all__ = ["item_line", "tree_text"]


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
