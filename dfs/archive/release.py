"""When a file becomes public: calibrations at once, science after its programme's proprietary period."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from dfs.clock import isoformat
from dfs.errors import DataError

__all__ = ["ProprietaryPeriods", "proprietary_periods", "release_date"]

_TYPED = re.compile(r"(?P<type>\d)\d{2}\.[A-Z]-\d{4}")  # 095.A-0123: type 0, period 95


@dataclass(frozen=True)
class ProprietaryPeriods:
    """The table of periods, in days."""

    default_days: int
    categories: Mapping[str, int]
    programme_types: Mapping[str, int]
    programmes: Mapping[str, int]

    def days(self, category: str | None, programme: str | None) -> int:
        """Return the period of a raw frame with DPR CATG `category`, taken for run `programme`."""
        if category is not None and category in self.categories:
            return self.categories[category]
        name = re.sub(r"\(\w+\)$", "", (programme or "").strip())
        if name in self.programmes:
            return self.programmes[name]
        typed = _TYPED.fullmatch(name)
        return self.programme_types.get(typed["type"], self.default_days) if typed else self.default_days


@cache
def proprietary_periods() -> ProprietaryPeriods:
    """Return the periods that ``proprietary.toml`` beside this module sets."""
    file = Path(__file__).with_name("proprietary.toml")
    try:
        return ProprietaryPeriods(**tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise DataError(f"not a table of proprietary periods: {error}", where=str(file)) from error


def release_date(
    now: datetime, category: str | None, programme: str | None, parents: Iterable[str], *, is_raw: bool
) -> str:
    """Return when a file becomes public, UTC ISO 8601.

    Parameters
    ----------
    now
        Time of archiving.
    category, programme
        DPR CATG and OBS PROG ID of its header.
    parents
        Release dates of what it was made from: a derived file is public when the last of them is.
    is_raw
        Whether it is a raw frame; a raw frame has no parents.
    """
    inherited = max(parents, default=None)
    if not is_raw and inherited is not None:
        return max(inherited, isoformat(now))
    return isoformat(now + timedelta(days=proprietary_periods().days(category, programme)))
