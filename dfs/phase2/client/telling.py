"""The history of a run for people: an operation a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from dfs.phase2.client.trees import is_block, item_number, walk

__all__ = ["operation_lines"]

_NAMED = 3  # items and fields of an operation; the rest is counted


def operation_lines(rows: Iterable[Mapping[str, Any]], tree: Mapping[str, Any]) -> Iterator[str]:
    """Give a line for each operation: when, who, what was done to which blocks and containers, and its number.

    Parameters
    ----------
    rows
        Of the history, newest first; those of an operation lie together.
    tree
        The run as it is: names of what is in it.
    """
    names = dict(_names(tree))
    for operation, group in groupby(rows, key=lambda one: str(one.get("operation", ""))):
        found = list(group)
        when, who = str(found[0].get("at", ""))[:19].replace("T", " "), found[0].get("who", "")
        yield f"{when}  {who:<12} {'; '.join(_told(found, names)):<60}  {operation}"


def _names(tree: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for item, _, _ in walk(tree["root"]):
        yield f"item:{item_number(item)}", str(item["name"])
        for template in item.get("templates", ()) if is_block(item) else ():
            yield f"template:{template['templateId']}", str(item["name"])


def _told(rows: list[Mapping[str, Any]], names: Mapping[str, str]) -> Iterator[str]:
    made = {one["subject"] for one in rows if one.get("action") == "create"}
    by_action: dict[str, dict[str, None]] = {}
    fields: dict[str, None] = {}
    for one in reversed(rows):
        subject = str(one.get("subject", ""))
        if subject in made and one.get("action") != "create":
            continue  # what is set on a thing as it is made
        kind = subject.partition(":")[0]
        name = names.get(subject) or ("the run" if kind == "run" else f"a {kind} that is gone")
        by_action.setdefault(str(one.get("action", "")), {})[name] = None
        fields |= dict.fromkeys(str(each.get("path", "")) for each in one.get("differences") or () if each.get("path"))
    for action, subjects in by_action.items():
        number = f" {len(subjects)}" if len(subjects) > 1 else ""
        yield f"{action}{number}: {_listed(list(subjects))}"
    if fields and not made:
        yield _listed(list(fields))


def _listed(words: list[str]) -> str:
    return ", ".join(words[:_NAMED]) + (f" and {len(words) - _NAMED} more" if len(words) > _NAMED else "")
