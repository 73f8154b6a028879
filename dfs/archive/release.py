"""When a file becomes public, and whose it is until then: calibrations at once, science after its programme's proprietary period."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from dfs.access.runs import programme_of
from dfs.archive.programme import Programme
from dfs.clock import isoformat
from dfs.errors import DataError

__all__ = ["ProprietaryPeriods", "Release", "proprietary_periods", "release_of_frame", "release_of_product"]


@dataclass(frozen=True, slots=True)
class Release:
    """When a file becomes public and whose it is until then.

    Attributes
    ----------
    date
        UTC ISO 8601 to the millisecond: the last of `restrictions`, or the time of archiving.
    restrictions
        Run -> until when the file is its.  The run is empty where the header names none.  Empty: public.
    metadata_protected
        Until its release, the rows about it are hidden, too.
    """

    date: str
    restrictions: Mapping[str, str] = field(default_factory=dict)
    metadata_protected: bool = False


@dataclass(frozen=True)
class ProprietaryPeriods:
    """The table of periods, in days."""

    default_days: int
    categories: Mapping[str, int]
    types: Mapping[str, int]
    programme_types: Mapping[str, int]
    programmes: Mapping[str, int]

    def days(self, category: str | None, run: str, rules: Programme | None) -> int:
        """Return the period of a frame with DPR CATG `category`, taken for `run`; the first that speaks decides.

        Category, the programme's own days, the table's entry for the programme, its type by name, its type by identifier, default.
        """
        if category is not None and category in self.categories:
            return self.categories[category]
        if rules is not None and rules.proprietary_days is not None:
            return rules.proprietary_days
        programme = programme_of(run)
        if programme in self.programmes:
            return self.programmes[programme]
        if rules is not None and rules.type in self.types:
            return self.types[str(rules.type)]
        letter = programme[0] if _tells_type(programme) else ""
        return self.programme_types.get(letter, self.default_days)


def _tells_type(programme: str) -> bool:
    """Tell whether an identifier says the programme's type: those up to period 104, ``TPP.C-NNNN``."""
    return len(programme) == 10 and programme[:3].isdigit() and programme[3] == "." and programme[5] == "-"


@cache
def proprietary_periods() -> ProprietaryPeriods:
    """Return the periods that ``proprietary.toml`` beside this module sets."""
    file = Path(__file__).with_name("proprietary.toml")
    try:
        return ProprietaryPeriods(**tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise DataError(f"not a table of proprietary periods: {error}", where=str(file)) from error


def release_of_frame(archived: datetime, category: str | None, run: str | None, rules: Programme | None) -> Release:
    """Return the release of a raw frame, or of a file whose parents nobody knows.

    Parameters
    ----------
    archived
        When it came into the archive: its clock starts here.
    category
        Its DPR CATG.
    run
        Its OBS PROG ID.
    rules
        What is set for its programme; None: nothing.
    """
    run = (run or "").strip()
    days = proprietary_periods().days(category, run, rules)
    date = isoformat(archived + timedelta(days=days))
    hidden = rules is not None and rules.metadata_protected
    return Release(date, {run: date}, hidden) if days else Release(date)


def release_of_product(archived: datetime, parents: Iterable[Release]) -> Release:
    """Return the release of a file made from `parents`: it is closed as each of them is, and public when the last of them is."""
    parents, now = list(parents), isoformat(archived)
    until: dict[str, str] = {}
    for parent in parents:
        for run, date in parent.restrictions.items():
            if date > now:
                until[run] = max(date, until.get(run, date))
    hidden = bool(until) and any(one.metadata_protected for one in parents)
    return Release(max(until.values(), default=now), until, hidden)
