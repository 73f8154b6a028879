"""Deliveries as the list of requests shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dfs_widgets.state.marks import readable_bytes

__all__ = ["Delivery", "Item", "deliveries_of"]


@dataclass(frozen=True, slots=True)
class Item:
    """A file of a delivery: what it is there for, and its size (0: unknown)."""

    dp_id: str
    role: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was asked for at one time."""

    id: str
    title: str
    created: str
    state: str
    items: tuple[Item, ...]

    def shown(self) -> dict[str, Any]:
        """Return what the widget draws."""
        total = sum(item.bytes for item in self.items)
        roles = Counter(item.role for item in self.items)
        told = ", ".join(f"{count} {role}" for role, count in roles.items())
        return {
            "id": self.id,
            "title": self.title,
            "created": self.created[:19].replace("T", " "),
            "state": self.state,
            "summary": told + (f" · {readable_bytes(total)}" if total else ""),
            "items": [{"dp_id": item.dp_id, "note": item.role} for item in self.items],
        }


def deliveries_of(found: Sequence[Any]) -> tuple[Delivery, ...]:
    """Return deliveries, whether they come as objects (in process) or as JSON (over HTTP)."""
    return tuple(
        Delivery(
            str(_of(one, "id")),
            str(_of(one, "title") or _of(one, "id")),
            str(_of(one, "created") or ""),
            str(_of(one, "state") or "ready"),
            tuple(
                Item(str(_of(item, "dp_id")), str(_of(item, "role") or "file"), int(_of(item, "bytes") or 0))
                for item in _of(one, "items") or ()
            ),
        )
        for one in found
    )


def _of(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
