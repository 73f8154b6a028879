"""Deliveries as the list of requests shows them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from dfs_widgets.state.marks import readable_bytes

if TYPE_CHECKING:
    from dfs.archive.deliveries import Delivery

__all__ = ["files_of", "shown_delivery"]

_NIGHT_LOG = "night log"


def shown_delivery(one: Delivery) -> dict[str, Any]:
    """Return what the widget draws of a delivery."""
    roles = Counter(item.role for item in one.items)
    told = [f"{count} {role}{'' if role == 'requested' or count == 1 else 's'}" for role, count in roles.items()]
    closed = sum(not item.is_permitted for item in one.items)
    told += [f"{closed} not yours yet"] if closed else []
    told += [f"shared within {one.programme}"] if one.programme else []
    return {
        "id": one.id,
        "title": one.title,
        "created": one.created[:19].replace("T", " "),
        "state": readable_bytes(one.bytes),
        "summary": " · ".join(told),
        "messages": list(one.messages),
        "items": [
            {"dp_id": item.dp_id, "note": " ".join(filter(None, (item.role, item.category, item.target)))}
            for item in one.items
            if item.role != _NIGHT_LOG
        ],
    }


def files_of(one: Delivery) -> dict[str, int]:
    """Return the files of a delivery with their sizes, without night logs, which are made when they are fetched."""
    return {item.dp_id: item.bytes or 0 for item in one.items if item.role != _NIGHT_LOG}
