"""Mending: the change that a finding proposes, made to the documents it is about."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from dfs.errors import UsageError
from dfs.model.phase2 import Finding

__all__ = ["mended"]

_INDEXED = re.compile(r"([A-Za-z]+)\[(\d+)\](?:\.(.+))?", re.ASCII)


def mended(document: Mapping[str, Any], finding: Finding) -> dict[str, Any]:
    """Return a whole block's (or whole container's) document with the finding's fix written at its path.

    A fix whose value is None removes what is at the path.

    Raises
    ------
    UsageError
        The finding has no fix, or its path leads nowhere.
    """
    if finding.fix is None:
        raise UsageError(f"{finding.code} cannot be mended by a machine", where=finding.path)
    changed = copy.deepcopy(dict(document))
    indexed = _INDEXED.fullmatch(finding.path)
    try:
        if indexed is None:
            _write_named(changed, finding.path, finding.fix.value)
        elif indexed[1] == "templates" and indexed[3]:
            _write_parameter(changed["templates"][int(indexed[2])], indexed[3], finding.fix.value)
        else:
            _write_member(changed[indexed[1]], int(indexed[2]), indexed[3], finding.fix.value)
    except (KeyError, IndexError, TypeError) as error:
        raise UsageError(f"there is no {finding.path} to mend", where=finding.path) from error
    return changed


def _write_named(document: dict[str, Any], path: str, value: Any) -> None:
    """Write at ``name`` or ``target.ra``; None removes the key."""
    section, _, key = path.rpartition(".")
    holder = document.setdefault(section, {}) if section else document
    if value is None:
        holder.pop(key, None)
    else:
        holder[key] = value


def _write_parameter(template: dict[str, Any], name: str, value: Any) -> None:
    """Write a parameter of a template, by name; None removes one that the template does not have."""
    found = next((one for one in template["parameters"] if one["name"] == name), None)
    if value is None:
        template["parameters"] = [one for one in template["parameters"] if one["name"] != name]
    elif found is None:
        raise KeyError(name)
    else:
        found["value"] = value


def _write_member(members: list[Any], at: int, key: str | None, value: Any) -> None:
    if value is None and key is None:
        del members[at]
    elif key is None:
        members[at] = value
    else:
        members[at][key] = value
