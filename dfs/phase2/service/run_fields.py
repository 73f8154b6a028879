"""What operators write into a run, checked and put into one form."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dfs.clock import isoformat
from dfs.errors import UsageError
from dfs.phase2.periods import period_of, validity
from dfs.phase2.service.injected import Packages

__all__ = ["changed_run", "new_run"]

_MODES = ("SM", "VM", "dVM")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.()_+-]*")  # it stands in headers, addresses and file names
_LONGEST_ID = 60  # characters, as the table has them
_MOST_WAIVERS = 100  # more than there are rules (assumed)
# key of a document -> column
_SETTABLE = {
    "title": "title",
    "telescope": "telescope",
    "priorityClass": "priority_class",
    "isToO": "is_too",
    "allocatedTime": "allocated_s",
    "validFrom": "valid_from",
    "validTo": "valid_to",
    "pi": "pi",
    "observingConstraints": "limits",
    "targets": "targets",
    "blockedTimes": "blocked_times",
    "ipVersion": "ip_version",
    "period": "period",
}
_KEYS = {column: key for key, column in _SETTABLE.items()}
_KINDS: Mapping[str, tuple[type, str]] = {
    "title": (str, "a text"),
    "telescope": (str, "a text"),
    "is_too": (bool, "true, false"),
    "pi": (dict, '{"firstName": ..., "lastName": ..., "emailAddress": ...}'),
    "limits": (dict, '{"seeing": 0.8, ...}'),
    "targets": (list, '[{"name": ..., "ra": ..., "dec": ...}]'),
    "blocked_times": (list, '[{"from": ..., "to": ...}]'),
}


def new_run(document: Mapping[str, Any], packages: Packages, now: datetime) -> dict[str, Any]:
    """Return the columns of a new run; `now` gives its period where nothing else does."""
    missing = next((key for key in ("progId", "instrument") if not document.get(key)), None)
    if missing:
        raise UsageError(f"{missing} is missing", where="run", accepted="progId, instrument")
    mode = document.get("mode", "SM")
    if mode not in _MODES:
        raise UsageError(f"there is no mode {mode!r}", where="mode", accepted=", ".join(_MODES))
    instrument = str(document["instrument"]).upper()
    given = {_SETTABLE[key]: value for key, value in document.items() if key in _SETTABLE}
    defaults = _defaults(given, packages, instrument, now)
    row = _checked({**defaults, **given, "period": defaults["period"]})
    if "waivers" in document:
        row["limits"] = _waived(row["limits"], document["waivers"])
    prog_id = str(document["progId"]).strip()
    if len(prog_id) > _LONGEST_ID or not _ID.fullmatch(prog_id):
        raise UsageError(f"{prog_id!r} is no run identifier", where="progId", accepted="e.g. 110.23XY.001")
    if row["valid_from"] >= row["valid_to"]:
        raise UsageError("the run ends before it begins", where="validTo", accepted="validFrom < validTo")
    return {"prog_id": prog_id, "instrument": instrument, "mode": mode, "state": "open", **row}


def changed_run(changes: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that `changes` write; `limits`: those of the run, whose waivers stay unless others are given."""
    wrong = next((key for key in changes if key not in _SETTABLE and key != "waivers"), None)
    if wrong is not None:
        raise UsageError(f"{wrong!r} of a run cannot be set", accepted=", ".join([*_SETTABLE, "waivers"]))
    row = _checked({_SETTABLE[key]: value for key, value in changes.items() if key in _SETTABLE})
    if "limits" in row and "waivers" in limits:
        row["limits"] = {"waivers": limits["waivers"], **row["limits"]}
    if "waivers" in changes:
        row["limits"] = _waived(row.get("limits", limits), changes["waivers"])
    return row


def _defaults(given: Mapping[str, Any], packages: Packages, instrument: str, now: datetime) -> dict[str, Any]:
    package = packages.package(instrument)
    begun = _instant(given["valid_from"]) if "valid_from" in given else now
    period = int(_number(given["period"], "period")) if given.get("period") else period_of(begun)
    begin, end = validity(period)
    return {
        "title": "",
        "telescope": package.telescope.name,
        "priority_class": "B",
        "is_too": False,
        "allocated_s": 0.0,
        "valid_from": begin.isoformat(),
        "valid_to": end.isoformat(),
        "pi": {},
        "limits": {},
        "targets": [],
        "blocked_times": [],
        "ip_version": package.version,
        "period": period,
    }


def _waived(limits: Mapping[str, Any], codes: Any) -> dict[str, Any]:
    """Return phase-1 limits with these codes of rules as their waivers."""
    if (
        not isinstance(codes, list)
        or len(codes) > _MOST_WAIVERS
        or not all(isinstance(one, str) and one for one in codes)
    ):
        raise UsageError(f"{codes!r:.60} are no waivers", where="waivers", accepted='["block-too-long", ...]')
    others = {name: value for name, value in limits.items() if name != "waivers"}
    return {**others, "waivers": codes} if codes else others


def _checked(row: dict[str, Any]) -> dict[str, Any]:
    for column, (kind, accepted) in _KINDS.items():
        if column in row and not isinstance(row[column], kind):
            raise UsageError(f"{row[column]!r:.60} is not accepted", where=_KEYS[column], accepted=accepted)
    for column in ("valid_from", "valid_to"):
        if column in row:
            row[column] = isoformat(_instant(row[column]))
    for column in ("allocated_s", "period", "ip_version"):
        if column in row:
            number = _number(row[column], _KEYS[column])
            row[column] = {"allocated_s": number, "period": int(number), "ip_version": str(row[column])}[column]
    if row.get("priority_class", "B") not in {"A", "B", "C"}:
        raise UsageError(f"there is no class {row['priority_class']!r}", where="priorityClass", accepted="A, B, C")
    if "limits" in row:
        row["limits"] = _waived(row["limits"], row["limits"].get("waivers", []))
    return row


def _instant(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        raise UsageError(f"{value!r} is no time", where="validFrom, validTo", accepted="2025-10-01T16:00:00Z") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _number(value: Any, where: str) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0.0 <= number < math.inf:
        raise UsageError(f"{value!r:.60} is not accepted", where=where, accepted="a number, 0 or more")
    return number
