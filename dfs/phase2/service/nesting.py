"""Which item may lie in which container."""

from __future__ import annotations

from dfs.errors import UsageError
from dfs.phase2.failures import StateError
from dfs.phase2.lifecycle import is_service
from dfs.phase2.service.look import Look
from dfs.phase2.service.records import BLOCKS, CONTAINERS, SCHEDULING, Item, Run

__all__ = ["require_empty_way", "require_place", "require_type"]

# Blocks lie anywhere.  Scheduling containers hold blocks; a concatenation may lie in a group or time link (p2api 1.2.1).
_INSIDE = {
    "Folder": frozenset({*BLOCKS, *CONTAINERS}),
    "Group": frozenset({*BLOCKS, "Concatenation"}),
    "TimeLink": frozenset({*BLOCKS, "Concatenation"}),
    "Concatenation": frozenset(BLOCKS),
}


def require_type(item_type: str) -> str:
    """Return the type of an item; refuse what is none."""
    if item_type not in {*BLOCKS, *CONTAINERS}:
        raise UsageError(
            f"there is no item type {item_type!r}", where="itemType", accepted=", ".join([*BLOCKS, *CONTAINERS])
        )
    return item_type


def require_place(run: Run, item_type: str, container: Item) -> None:
    """Refuse an item where it may not lie."""
    if item_type in SCHEDULING and not is_service(run.mode):
        raise StateError(
            f"a {item_type} is for service mode", where=f"run {run.prog_id} ({run.mode})", accepted="Folder, OB, CB"
        )
    inside = _INSIDE[container.item_type]
    if item_type not in inside:
        accepted = ", ".join(one for one in (*BLOCKS, *CONTAINERS) if one in inside)
        raise StateError(
            f"a {item_type} does not go into a {container.item_type}", where=container.label, accepted=accepted
        )


def require_empty_way(look: Look, item: Item, container: Item) -> None:
    """Refuse to move a container into itself or into what lies in it."""
    place: Item | None = container
    while place is not None:
        if place.id == item.id:
            raise StateError(f"{item.label} cannot be moved into itself", where=container.label)
        place = look.parent(place)
