"""When a block may be observed: absolute and sidereal time windows, read, checked, put in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from dfs.errors import UsageError
from dfs.phase2.api import Document, Versioned
from dfs.phase2.lifecycle import What
from dfs.phase2.limits import YEARS
from dfs.phase2.service.desk import Desk, versioned
from dfs.phase2.service.records import Item, Stored
from dfs.phase2.service.work import Work

__all__ = ["Windows", "absolute_windows", "sidereal_windows", "write_windows"]

_DAY = 1440
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d*)?)?", re.ASCII)


class Windows(Desk):
    """Time windows; a calibration block has none."""

    def absolute(self, ob_id: int) -> Versioned[list[Document]]:
        """Return the windows in which the block may start, UTC."""
        return self._windows(ob_id, "absolute")

    def save_absolute(self, ob_id: int, windows: Sequence[Document], version: str | None) -> Versioned[list[Document]]:
        """Save the windows in which the block may start."""
        return self._save(ob_id, "absolute", windows, version)

    def sidereal(self, ob_id: int) -> Versioned[list[Document]]:
        """Return the windows of local sidereal time within which the whole block must lie."""
        return self._windows(ob_id, "sidereal")

    def save_sidereal(self, ob_id: int, windows: Sequence[Document], version: str | None) -> Versioned[list[Document]]:
        """Save the windows of local sidereal time."""
        return self._save(ob_id, "sidereal", windows, version)

    def _windows(self, ob_id: int, kind: str) -> Versioned[list[Document]]:
        with self._look() as look:
            stored = look.of(look.block(ob_id), kind)
            return versioned(list(stored.body), stored)

    def _save(
        self, ob_id: int, kind: str, windows: Sequence[Document], version: str | None
    ) -> Versioned[list[Document]]:
        with self._change("save") as work:
            stored = write_windows(work, work.block(ob_id), kind, windows, version)
            return versioned(list(stored.body), stored)


def write_windows(work: Work, item: Item, kind: str, windows: Any, version: str | None) -> Stored:
    """Save windows of one kind, ``absolute`` or ``sidereal``."""
    what = What.ABSOLUTE if kind == "absolute" else What.SIDEREAL
    work.editing(item, what)
    work.require(work.of(item, kind), version)
    body = (absolute_windows if kind == "absolute" else sidereal_windows)(windows)
    if body and item.item_type == "CB":
        raise UsageError("a calibration block has no time windows", where=item.label, accepted="[]")
    return work.save(item, kind, body, version)


def absolute_windows(given: Any) -> list[dict[str, str]]:
    """Return windows in order of time, to the minute, as ESO's API keeps them.

    Raises
    ------
    UsageError
        A time that is none; an end before its beginning; windows that overlap.
    """
    pairs = sorted(
        (_minute(one, "from", f"absolute[{index}]"), _minute(one, "to", f"absolute[{index}]"))
        for index, one in enumerate(_list(given, "absolute"))
    )
    for begin, end in pairs:
        if begin >= end:
            raise UsageError(
                f"the window from {_iso(begin)} ends at {_iso(end)}", where="absolute", accepted="from < to"
            )
    for (_, end), (begin, _) in pairwise(pairs):
        if begin < end:
            raise UsageError(
                f"windows overlap at {_iso(begin)}", where="absolute", accepted="windows that do not overlap"
            )
    return [{"from": _iso(begin), "to": _iso(end)} for begin, end in pairs]


def sidereal_windows(given: Any) -> list[dict[str, str]]:
    """Return windows in order; one that ends at 24:00 and one that begins at 00:00 are one, and it comes last.

    Raises
    ------
    UsageError
        A time that is none, 24:00 as a beginning, 00:00 as an end; windows that overlap or touch.
    """
    spans: list[tuple[int, int]] = []
    for index, one in enumerate(_list(given, "sidereal")):
        begin, end = _clock(one, "from", f"sidereal[{index}]"), _clock(one, "to", f"sidereal[{index}]")
        if begin == _DAY or end == 0:
            raise UsageError(
                "24:00 is an end and 00:00 a beginning", where=f"sidereal[{index}]", accepted="from 00:00, to 24:00"
            )
        spans += [(begin, end)] if begin < end else [(begin, _DAY), (0, end)]
    spans.sort()
    for (_, end), (begin, _) in pairwise(spans):
        if begin <= end:
            raise UsageError(
                f"windows overlap or touch at {_hhmm(begin)}",
                where="sidereal",
                accepted="windows apart from each other",
                hint="make them one",
            )
    if len(spans) > 1 and spans[0][0] == 0 and spans[-1][1] == _DAY:
        spans = [*spans[1:-1], (spans[-1][0], spans[0][1])]
    return [{"from": _hhmm(begin), "to": _hhmm(end)} for begin, end in spans]


def _list(given: Any, where: str) -> list[Any]:
    if not isinstance(given, list | tuple) or not all(isinstance(one, dict) for one in given):
        raise UsageError("windows are a list", where=where, accepted='[{"from": ..., "to": ...}]')
    return list(given)


def _minute(window: Document, key: str, where: str) -> datetime:
    place = f"{where}.{key}"
    try:
        at = datetime.fromisoformat(str(window[key]))
    except (KeyError, ValueError):
        raise UsageError(f"{window.get(key)!r} is no time", where=place, accepted="YYYY-MM-DDTHH:MM, UTC") from None
    if at.year not in YEARS:  # a window outside the run is a finding, not an error
        years = f"the years {YEARS.start} to {YEARS.stop - 1}"
        raise UsageError(f"{window[key]!r} is in no year of observations", where=place, accepted=years)
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at.replace(second=0, microsecond=0)


def _clock(window: Document, key: str, where: str) -> int:
    found = _CLOCK.fullmatch(str(window.get(key, "")).strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found else _DAY + 1
    if found is None or int(found[2]) >= 60 or minutes > _DAY:
        raise UsageError(
            f"{window.get(key)!r} is no sidereal time", where=f"{where}.{key}", accepted="HH:MM from 00:00 to 24:00"
        )
    return minutes


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M}"


def _hhmm(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
