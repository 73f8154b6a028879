"""Time links on a common axis: when each member may start, and where the chain breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dfs_widgets.state.p2.rows import duration_text, item_id
from dfs_widgets.state.p2.values import write_days

__all__ = ["LinkedMember", "link_chart", "linked_members", "time_links"]

Interval = tuple[float, float]  # seconds since 1970, half-open


@dataclass(frozen=True)
class LinkedMember:
    """A member of a time link.

    Attributes
    ----------
    possible
        When it may start given its predecessors and its own windows (s since 1970); empty: never.
    conflict
        Why it cannot; empty: it can.
    own
        Its time windows, and the nights in which its target can be seen.
    turn
        When it is its turn if every member before it starts as early as it may.
    """

    item_id: int
    name: str
    status: str
    delay: str
    possible: tuple[Interval, ...]
    conflict: str = ""
    duration_s: float = 0.0
    own: tuple[Interval, ...] = ()
    turn: Interval | None = None


def linked_members(
    link: Mapping[str, Any], valid: Interval, seen: Mapping[int, tuple[Interval, ...]] | None = None
) -> tuple[LinkedMember, ...]:
    """Return the members of a time link with the times at which each may start.

    Parameters
    ----------
    link
        A whole time-link container.
    valid
        When its run may be observed.
    seen
        Number of a member -> the nights in which it can be observed; what is missing can always.
    """
    members: list[LinkedMember] = []
    before: tuple[Interval, ...] = ()
    starts: float | None = None
    for at, item in enumerate(link.get("items", ())):
        schedule = item.get("schedule") or {}
        earliest, latest = float(schedule.get("earliestAfterPrevious") or 0.0), schedule.get("latestAfterPrevious")
        windows = _own_windows(item, valid)
        nights = (seen or {}).get(item_id(item), (valid,))
        reach = _reach(before, earliest, latest, valid) if at else (valid,)
        possible = _meet(_meet(_meet(reach, (valid,)), windows), nights)
        conflict = ""
        if at and latest is not None and float(latest) < earliest:
            conflict = f"latest ({write_days(float(latest))}) is before earliest ({write_days(earliest)})"
        elif not possible:
            conflict = _reason(reach, windows, nights, valid, at)
        turn = None
        if at and starts is not None:
            turn = (starts + earliest, starts + float(latest) if latest is not None else valid[1])
        members.append(
            LinkedMember(
                item_id(item),
                item["name"],
                item.get("obStatus") or item.get("containerStatus") or "",
                _delay_text(schedule, at),
                possible,
                conflict,
                float(item.get("executionTime") or 0.0),
                _meet(windows, nights),
                turn,
            )
        )
        starts = _first_start(turn, possible)
        before = possible or before or (valid,)
    return tuple(members)


def _reach(before: Sequence[Interval], earliest: float, latest: Any, valid: Interval) -> tuple[Interval, ...]:
    """Return when a member may start after one that starts at any time of `before`."""
    return tuple((a + earliest, b + float(latest) if latest is not None else valid[1]) for a, b in before)


def _first_start(turn: Interval | None, possible: Sequence[Interval]) -> float | None:
    if not possible:
        return None
    if turn is None:
        return possible[0][0]
    met = _meet((turn,), possible)
    return met[0][0] if met else None


def link_chart(
    root: Mapping[str, Any], run: Mapping[str, Any], seen: Mapping[int, tuple[Interval, ...]] | None = None
) -> dict[str, Any]:
    """Return what the chart of all time links draws: times in days since the run begins; `seen` as for `linked_members`."""
    valid = (_seconds(run["validFrom"]), _seconds(run["validTo"]))
    links = [
        {
            "id": item_id(one),
            "name": one["name"],
            "members": [_drawn(member, valid) for member in linked_members(one, valid, seen)],
        }
        for one in time_links(root)
    ]
    return {
        "from": str(run["validFrom"])[:10],
        "days": (valid[1] - valid[0]) / 86400.0,
        "links": links,
        "conflicts": sum(bool(member["conflict"]) for link in links for member in link["members"]),
    }


def _drawn(member: LinkedMember, valid: Interval) -> dict[str, Any]:
    def days(intervals: Sequence[Interval]) -> list[list[float]]:
        return [[(a - valid[0]) / 86400.0, (b - valid[0]) / 86400.0] for a, b in intervals]

    return {
        "id": member.item_id,
        "name": member.name,
        "status": member.status,
        "delay": member.delay,
        "conflict": member.conflict,
        "time": duration_text(member.duration_s),
        "possible": days(member.possible),
        "own": days(member.own) if member.own != (valid,) else [],
        "turn": days([member.turn])[0] if member.turn else None,
    }


def time_links(container: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the time links of a run."""
    found = []
    for item in container.get("items", ()):
        if item["itemType"] == "TimeLink":
            found.append(item)
        elif item["itemType"] == "Folder":
            found += time_links(item)
    return found


def _own_windows(item: Mapping[str, Any], valid: Interval) -> tuple[Interval, ...]:
    windows = tuple((_seconds(one["from"]), _seconds(one["to"])) for one in item.get("absolute") or ())
    return windows or (valid,)


def _reason(
    reach: Sequence[Interval], windows: Sequence[Interval], nights: Sequence[Interval], valid: Interval, at: int
) -> str:
    if not _meet(reach, (valid,)):
        return "its turn comes after the run has ended"
    if not _meet(windows, (valid,)):
        return "its time windows lie outside the run"
    if not _meet(nights, (valid,)):
        return "its target cannot be observed in any night of the run"
    if not _meet(reach, windows):
        return "its time windows do not meet the time after its predecessor"
    if not _meet(reach, nights):
        return "its target cannot be observed when it is its turn"
    return "its time windows leave no night in which it can be observed" + (" after its predecessor" if at else "")


def _meet(one: Sequence[Interval], other: Sequence[Interval]) -> tuple[Interval, ...]:
    found = [(max(a, c), min(b, d)) for a, b in one for c, d in other if max(a, c) < min(b, d)]
    return tuple(sorted(set(found)))


def _delay_text(schedule: Mapping[str, Any], at: int) -> str:
    if at == 0:
        return ""
    latest = schedule.get("latestAfterPrevious")
    least = write_days(float(schedule.get("earliestAfterPrevious") or 0.0))
    return f"{least} to {write_days(float(latest))}" if latest is not None else f"{least} or later"


def _seconds(text: str) -> float:
    at = datetime.fromisoformat(str(text))
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
