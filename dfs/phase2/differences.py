"""Differences between two documents, field by field, and a three-way merge for a lost race.

A list whose members are objects with a ``name`` (a template's parameters) is compared by those names; any other list by position when both
have the same length, else as one value; so is a list whose members only changed places.  A field that is null and one that is not there are the
same to `difference`, not to `merge`.  Paths read ``target.ra``, ``parameters[SEQ.NEXPO].value``, ``[0].from``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["MISSING", "Merge", "difference", "merge"]

MISSING = None  # what stands in a difference for a field that is not there


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged document and the fields that both sides changed to different values.

    Attributes
    ----------
    body
        Both sides' changes; at a conflict the value of `theirs` (what is in the store).
    conflicts
        ``{path, base, mine, theirs}``.
    """

    body: Any
    conflicts: list[dict[str, Any]]


def difference(before: Any, after: Any, path: str = "") -> list[dict[str, Any]]:
    """Return ``[{path, before, after}]`` for each field that differs; `MISSING` where one side lacks it."""
    if _same(before, after):
        return []
    pair = _as_objects(before, after)
    if pair is not None:
        first, second, style = pair
        return [
            found
            for key in _keys(first, second)
            for found in difference(first.get(key, MISSING), second.get(key, MISSING), _join(path, key, style))
        ]
    if _in_step(before, after):
        return [
            found
            for index, (one, other) in enumerate(zip(before, after, strict=True))
            for found in difference(one, other, f"{path}[{index}]")
        ]
    return [{"path": path, "before": before, "after": after}]


def merge(base: Any, mine: Any, theirs: Any, path: str = "") -> Merge:
    """Return `theirs` with what changed from `base` to `mine`; what both changed differently is a conflict."""
    if _same(mine, theirs) or _same(base, mine):
        return Merge(theirs, [])
    if _same(base, theirs):
        return Merge(mine, [])
    objects = _as_three(base, mine, theirs)
    if objects is None:
        return Merge(theirs, [{"path": path, "base": base, "mine": mine, "theirs": theirs}])
    return _merge_objects(*objects, path)


_ABSENT = object()


def _merge_objects(base: dict, mine: dict, theirs: dict, style: str, path: str) -> Merge:
    body, conflicts = {}, []
    for key in _keys(theirs, mine):
        part = _merge_key(
            base.get(key, _ABSENT), mine.get(key, _ABSENT), theirs.get(key, _ABSENT), _join(path, key, style)
        )
        conflicts += part.conflicts
        if part.body is not _ABSENT:
            body[key] = part.body
    return Merge(list(body.values()) if style == "[]" else body, conflicts)


def _merge_key(base: Any, mine: Any, theirs: Any, path: str) -> Merge:
    if _ABSENT not in (base, mine, theirs):
        return merge(base, mine, theirs, path)
    if _same(mine, theirs) or _same(base, mine):
        return Merge(theirs, [])
    if _same(base, theirs):
        return Merge(mine, [])
    shown = [MISSING if one is _ABSENT else one for one in (base, mine, theirs)]
    return Merge(theirs, [dict(zip(("path", "base", "mine", "theirs"), (path, *shown), strict=True))])


def _same(one: Any, other: Any) -> bool:
    """Compare as JSON does: ``1`` is ``1.0``, but ``True`` is not ``1``."""
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_same(*pair) for pair in zip(one, other, strict=True))
    return bool(one == other)


def _as_objects(before: Any, after: Any) -> tuple[dict, dict, str] | None:
    if isinstance(before, dict) and isinstance(after, dict):
        return before, after, "."
    first, second = _by_name(before), _by_name(after)
    if first is None or second is None:
        return None
    if list(first) != list(second) and first.keys() == second.keys():
        return None  # only their places differ
    return first, second, "[]"


def _in_step(before: Any, after: Any) -> bool:
    """Tell whether two lists are compared member by member."""
    if not isinstance(before, list) or not isinstance(after, list) or len(before) != len(after):
        return False
    return _by_name(before) is None or _by_name(after) is None


def _as_three(base: Any, mine: Any, theirs: Any) -> tuple[dict, dict, dict, str] | None:
    if isinstance(base, dict) and isinstance(mine, dict) and isinstance(theirs, dict):
        return base, mine, theirs, "."
    named = [_by_name(one) for one in (base, mine, theirs)]
    if None in named or len({tuple(one) for one in named if one is not None}) > 1:
        return None  # members came, went or changed places: one value
    return named[0], named[1], named[2], "[]"  # type: ignore[return-value]


def _by_name(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, list) or not all(isinstance(one, dict) and "name" in one for one in value):
        return None
    named = {one["name"]: one for one in value}
    return named if value and len(named) == len(value) else None


def _keys(first: dict, second: dict) -> list[str]:
    return [*first, *(key for key in second if key not in first)]


def _join(path: str, key: str, style: str) -> str:
    if style == "[]":
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key
