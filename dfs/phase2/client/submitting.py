"""Handing in what lies in a container: its blocks, then the containers that they make, innermost first."""

from __future__ import annotations

from dfs.phase2.api import Phase2Desk
from dfs.phase2.client.trees import Document, is_block, item_number

__all__ = ["hand_in"]

_OPEN = frozenset({"P", "-"})


def hand_in(desk: Phase2Desk, item: Document) -> bool:
    """Verify and submit an item with everything in it that is not submitted yet; tell whether all of it is now.

    A group, concatenation or time link is submitted when each of its members is: before that its observatory does not take it.
    """
    if is_block(item):
        return item["obStatus"] not in _OPEN or bool(desk.verify_ob(item_number(item), submit=True)["observable"])
    members = [hand_in(desk, one) for one in item["items"]]
    if not all(members) or item["itemType"] == "Folder" or item.get("containerStatus", "P") not in _OPEN:
        return all(members)
    return bool(members) and bool(desk.verify_container(item_number(item), submit=True)["observable"])
