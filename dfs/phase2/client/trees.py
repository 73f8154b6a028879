"""Walking the tree of a run as the P2 API's documents have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["BLOCKS", "BLOCK_PARTS", "block_itself", "is_block", "item_number", "walk"]

Document = dict[str, Any]
BLOCKS = frozenset({"OB", "CB"})
# what has a document of its own beside the block's
BLOCK_PARTS = frozenset({"templates", "absolute", "sidereal", "schedule", "ephemeris", "charts", "versions", "files"})


def is_block(item: Mapping[str, Any]) -> bool:
    """Tell whether an item is an OB or CB."""
    return item["itemType"] in BLOCKS


def item_number(item: Mapping[str, Any]) -> int:
    """Return the number of a block or container."""
    return int(item["obId"] if is_block(item) else item["containerId"])


def walk(container: Document, folders: tuple[str, ...] = ()) -> Iterator[tuple[Document, Document, tuple[str, ...]]]:
    """Give (item, its container, names of the folders above it) for everything in `container`, depth first, in order."""
    for item in container["items"]:
        yield item, container, folders
        if not is_block(item):
            yield from walk(item, (*folders, item["name"]))


def block_itself(block: Mapping[str, Any]) -> Document:
    """Return the block's own document, without what has documents beside it."""
    return {key: value for key, value in block.items() if key not in BLOCK_PARTS}
