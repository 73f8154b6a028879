"""Mending: the change that a finding proposes, made to documents, or told as changes of a bulk edit.

Paths lead through a whole block's or whole container's document: ``target.ra``, ``absolute[0]``, ``templates[1].SEQ.NEXPO`` (a parameter
by its name), ``templates[1].parameters``, ``items[2].schedule.latestAfterPrevious``, ``items[*].schedule.groupContribution`` (a list,
one value for each item).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from dfs.errors import UsageError
from dfs.model.phase2 import Finding
from dfs.phase2.api import Change

__all__ = ["changes_of", "mended"]

_STEP = re.compile(r"([A-Za-z0-9]+)(?:\[(\d+|\*)\])?(?:\.|$)", re.ASCII)
_OF_TEMPLATE = {"parameters", "type", "templateName"}


def mended(document: Mapping[str, Any], finding: Finding) -> dict[str, Any]:
    """Return a whole document with the finding's fix written at its path; a fix whose value is None removes what is there.

    Raises
    ------
    UsageError
        The finding has no fix, or its path leads nowhere.
    """
    if finding.fix is None:
        raise UsageError(f"{finding.code} cannot be mended by a machine", where=finding.path)
    changed = copy.deepcopy(dict(document))
    try:
        _write(changed, finding.path, finding.fix.value)
    except (KeyError, IndexError, TypeError) as error:
        raise UsageError(f"there is no {finding.path} to mend", where=finding.path) from error
    return changed


def changes_of(document: Mapping[str, Any], finding: Finding) -> list[Change]:
    """Return the changes for `Phase2Desk.apply` that mend a finding on the whole block or container `document`.

    They carry the versions that the document has: what somebody else saved since is not overwritten.

    Raises
    ------
    UsageError
        As of `mended`; or the fix puts templates into another order, for which `reorder_templates` is there.
    """
    after = mended(document, finding)
    found: list[Change] = []
    for old, new in _differing(document, after):
        number, is_block = new.get("obId") or new["containerId"], "obId" in new
        versions = old.get("versions") or {}
        found += [
            Change(action, number, new[part], versions.get(part))
            for part, action in (
                ("absolute", "save-absolute"),
                ("sidereal", "save-sidereal"),
                ("schedule", "save-schedule"),
                ("ephemeris", "save-ephemeris"),
            )
            if old.get(part) != new.get(part)
        ]
        found += _template_changes(old, new, finding)
        own = {key: value for key, value in new.items() if key not in _PARTS}
        if own != {key: value for key, value in old.items() if key not in _PARTS}:
            found.append(Change("save-ob" if is_block else "save-container", number, own, versions.get("self")))
    return found


_PARTS = {"templates", "absolute", "sidereal", "schedule", "ephemeris", "charts", "items", "versions"}


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Return the pairs of documents, at any depth, in which something differs."""
    pairs = [(old, new)]
    for before, after in zip(old.get("items", []), new.get("items", []), strict=False):
        pairs += _differing(before, after)
    return pairs


def _template_changes(old: Mapping[str, Any], new: Mapping[str, Any], finding: Finding) -> list[Change]:
    before = {one["templateId"]: one for one in old.get("templates", ())}
    versions = old.get("versions") or {}
    kept = [one["templateId"] for one in new.get("templates", ())]
    if kept != [one for one in before if one in kept]:
        raise UsageError("the templates come into another order", where=finding.path, hint="reorder_templates does it")
    changes = [Change("delete-template", one, {}, versions.get(f"template:{one}")) for one in before if one not in kept]
    for one in new.get("templates", ()):
        number = one["templateId"]
        if one != before[number]:
            changes.append(Change("save-template", number, one, versions.get(f"template:{number}")))
    return changes


def _write(holder: Any, path: str, value: Any) -> None:
    found = _STEP.match(path)
    if found is None:
        raise KeyError(path)
    name, index, rest = found[1], found[2], path[found.end() :]
    if index is None and rest:
        _write(holder.setdefault(name, {}), rest, value)
    elif index is None:
        _put(holder, name, value)
    elif index == "*":
        for member, own in zip(holder[name], value, strict=True):
            _write(member, rest, own)
    elif not rest:
        _put(holder[name], int(index), value)
    elif name == "templates" and rest not in _OF_TEMPLATE:
        _write_parameter(holder[name][int(index)], rest, value)
    else:
        _write(holder[name][int(index)], rest, value)


def _put(holder: Any, key: str | int, value: Any) -> None:
    if value is not None:
        holder[key] = value
    elif isinstance(key, int):
        del holder[key]
    else:
        holder.pop(key, None)


def _write_parameter(template: dict[str, Any], name: str, value: Any) -> None:
    """Write a parameter of a template, by name; None removes it."""
    if value is None:
        template["parameters"] = [one for one in template["parameters"] if one["name"] != name]
        return
    found = next((one for one in template["parameters"] if one["name"] == name), None)
    if found is None:
        raise KeyError(name)
    found["value"] = value
