"""Scheduling information: contributions to groups, delays in time links."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dfs.errors import UsageError
from dfs.phase2.api import Document, Versioned
from dfs.phase2.lifecycle import What
from dfs.phase2.service.desk import Desk, versioned
from dfs.phase2.service.look import Look
from dfs.phase2.service.records import Item, Stored
from dfs.phase2.service.shown import schedule_document
from dfs.phase2.service.work import Work

__all__ = ["Schedules", "write_schedule"]

# shown beside what may be changed; `targetName` stands in an example of p2api 1.2.1
_READ_ONLY = frozenset({"obId", "containerId", "itemType", "name", "targetName", "obStatus", "containerStatus"})
_KEYS = ("groupContribution", "earliestAfterPrevious", "latestAfterPrevious")
_LONGEST_DELAY_S = 5 * 366 * 86_400.0  # longer than any run; assumed


class Schedules(Desk):
    """Scheduling information."""

    def schedule(self, ob_id: int) -> Versioned[Document]:
        """Return that of a block."""
        with self._look() as look:
            item = look.block(ob_id)
            return versioned(_shown(look, item), look.of(item, "schedule"))

    def save_schedule(self, ob_id: int, schedule: Document, version: str | None) -> Versioned[Document]:
        """Save that of a block."""
        with self._change("save") as work:
            item = work.block(ob_id)
            stored = write_schedule(work, item, schedule, version)
            return versioned(_shown(work, item), stored)

    def container_schedule(self, container_id: int) -> Versioned[Document]:
        """Return that of a container."""
        with self._look() as look:
            item = look.container(container_id)
            return versioned(_shown(look, item), look.of(item, "schedule"))

    def save_container_schedule(
        self, container_id: int, schedule: Document, version: str | None
    ) -> Versioned[Document]:
        """Save that of a container."""
        with self._change("save") as work:
            item = work.container(container_id)
            stored = write_schedule(work, item, schedule, version)
            return versioned(_shown(work, item), stored)

    def items_schedule(self, container_id: int) -> list[Document]:
        """Return that of every item in a container."""
        with self._look() as look:
            return [_shown(look, one) for one in look.children(look.container(container_id))]


def write_schedule(work: Work, item: Item, schedule: Any, version: str | None) -> Stored:
    """Save scheduling information; keys left out stay."""
    work.editing(item, What.SCHEDULE)
    stored = work.of(item, "schedule")
    work.require(stored, version)
    if not isinstance(schedule, Mapping):
        raise UsageError("scheduling information is an object", where=item.label, accepted=", ".join(_KEYS))
    wrong = next((key for key in schedule if key not in _KEYS and key not in _READ_ONLY), None)
    if wrong is not None:
        raise UsageError(f"no field {wrong!r}", where="schedule", accepted=", ".join(_KEYS))
    body = {**(stored.body or {}), **{key: _value(key, schedule[key]) for key in _KEYS if key in schedule}}
    earliest, latest = body.get("earliestAfterPrevious"), body.get("latestAfterPrevious")
    if latest is not None and latest < (earliest or 0):
        raise UsageError(
            f"latest {latest} s is before earliest {earliest} s",
            where="schedule.latestAfterPrevious",
            accepted="latest >= earliest",
        )
    return work.save(item, "schedule", body, version)


def _value(key: str, value: Any) -> Any:
    where = f"schedule.{key}"
    if value is None and key == "latestAfterPrevious":
        return None  # an open link
    highest = 100.0 if key == "groupContribution" else _LONGEST_DELAY_S
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0.0 <= number <= highest:
        unit = "per cent" if key == "groupContribution" else "s"
        raise UsageError(f"{value!r} is not accepted", where=where, accepted=f"0 to {highest:g} {unit}")
    return int(number) if number.is_integer() else number


def _shown(look: Look, item: Item) -> Document:
    number = {"obId": item.id} if item.is_block else {"containerId": item.id}
    return {**number, "itemType": item.item_type, "name": item.name, **schedule_document(look, item)}
