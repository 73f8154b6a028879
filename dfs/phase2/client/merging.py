"""Your changes to a run on top of what others saved meanwhile."""

from __future__ import annotations

import copy
from typing import Any

from dfs.phase2.client.trees import Document, is_block, item_number, walk
from dfs.phase2.differences import merge

__all__ = ["merged"]

_NOT_MERGED = frozenset(
    {"items", "versions", "itemCount", "exposureTime", "executionTime", "obStatus", "containerStatus", "charts"}
)


def merged(
    base: Document, mine: Document, theirs: Document, *, mine_wins: bool
) -> tuple[Document, list[dict[str, Any]]]:
    """Return the root container of `theirs` with what changed from `base` to `mine`, and the fields both changed.

    Items made here are put where they were; items deleted here are deleted, unless somebody else changed them.  An item that was changed
    here and deleted by somebody else stays deleted, which is told.
    """
    root = copy.deepcopy(theirs)
    olds, news = _items(base), _items(mine)
    conflicts: list[dict[str, Any]] = []
    for number, item in _items(root).items():
        if number in olds and number in news:
            conflicts += _merge_item(item, olds[number], news[number], mine_wins)
    here = _items(root)
    for number in olds.keys() - news.keys():
        if number in here and not mine_wins and _differ(here[number], olds[number]):
            item = here[number]
            told = {"path": "", "base": "there", "mine": "deleted", "theirs": "changed"}
            conflicts.append({"item": f"{item['itemType']} {item['name']!r}", **told})
        else:
            _delete(root, number)
    conflicts += [_gone(news[one]) for one in news.keys() & olds.keys() - here.keys() if _differ(news[one], olds[one])]
    _move(root, base, mine)
    _add(root, mine)
    return root, conflicts


def _merge_item(item: Document, base: Document, mine: Document, mine_wins: bool) -> list[dict[str, Any]]:
    """Write into `item` what changed in `mine`."""
    conflicts = []
    for key in [one for one in {**item, **mine} if one not in _NOT_MERGED]:
        before, wanted, there = base.get(key), mine.get(key), item.get(key)
        if before == wanted:
            continue
        found = merge(before, wanted, there, path=key)
        conflicts += [{"item": f"{item['itemType']} {item['name']!r}", **each} for each in found.conflicts]
        item[key] = copy.deepcopy(merge(before, there, wanted, path=key).body if mine_wins else found.body)
    return conflicts


def _gone(item: Document) -> dict[str, Any]:
    told = {"path": "", "base": "there", "mine": "changed", "theirs": "deleted"}
    return {"item": f"{item['itemType']} {item['name']!r}", **told}


def _differ(item: Document, other: Document) -> bool:
    return _told(item) != _told(other)


def _told(item: Document) -> Document:
    return {key: value for key, value in item.items() if key not in _NOT_MERGED}


def _items(root: Document) -> dict[int, Document]:
    return {item_number(one): one for one, _, _ in walk(root)}


def _parents(root: Document) -> dict[int, int]:
    return {item_number(one): item_number(container) for one, container, _ in walk(root)}


def _delete(root: Document, number: int) -> None:
    for item, container, _ in walk(root):
        if item_number(item) == number:
            container["items"].remove(item)
            return


def _move(root: Document, base: Document, mine: Document) -> None:
    """Move what was moved here."""
    before, after = _parents(base), _parents(mine)
    for number in before.keys() & after.keys():
        if before[number] != after[number]:
            found, target = _items(root).get(number), _container(root, after[number])
            if found is not None and target is not None:
                _delete(root, number)
                target["items"].append(found)


def _add(root: Document, mine: Document) -> None:
    """Put in what was made here; below a container that is gone, at the top."""
    for item, container, _ in list(walk(mine)):
        if item_number(item) >= 0 or item_number(container) < 0:  # what lies in a new container comes with it
            continue
        target = _container(root, item_number(container)) or root
        target["items"].append(copy.deepcopy(item))


def _container(root: Document, number: int) -> Document | None:
    if item_number(root) == number:
        return root
    return next((one for one, _, _ in walk(root) if not is_block(one) and item_number(one) == number), None)
