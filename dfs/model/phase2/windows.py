"""When a block may be observed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["SiderealWindow", "TimeWindow"]


@dataclass(frozen=True, slots=True, order=True)
class TimeWindow:
    """A block may *start* from `start` to `end`; both UTC and aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, order=True)
class SiderealWindow:
    """The *whole* block lies between two local sidereal times, in minutes from 0 to 1440; ``start < end``."""

    start_min: int
    end_min: int
