"""The one policy: who may do what to which file, and when.  Pure; ``docs/access.md`` says the same in words.

Every door asks it: queries through `dfs.access.rows`, everything else through `permits` itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from dfs.access.runs import scopes_of

__all__ = ["ANONYMOUS", "PUBLIC", "SEES_ALL", "Action", "Protection", "Standing", "permits"]

SEES_ALL = frozenset({"owner", "operator", "archive"})  # roles whose bearers see every file


class Action(Enum):
    """What somebody wants of a file."""

    METADATA = "metadata"
    """To know of it: rows in tables, DataLink, calibration selection, its header page."""
    DATA = "data"
    """Its content: download, preview, cut-out, night log."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is to everything, now.

    Attributes
    ----------
    name
        Account name; empty for whoever has not signed in.
    roles
        What he is to the whole observatory.
    programmes
        Programmes and runs whose data he shares: as PI, co-investigator or data delegate.
    instruments
        Instruments of whose team he is.
    relations
        Every relation in force, as (role, scope): what is not about files asks these, e.g. `dfs.access.observing`.
    """

    name: str = ""
    roles: frozenset[str] = frozenset()
    programmes: frozenset[str] = frozenset()
    instruments: frozenset[str] = frozenset()
    relations: frozenset[tuple[str, str]] = frozenset()

    @property
    def sees_all(self) -> bool:
        """Tell whether no file is closed to him."""
        return not SEES_ALL.isdisjoint(self.roles)


@dataclass(frozen=True, slots=True)
class Protection:
    """What keeps a file closed.

    Attributes
    ----------
    restrictions
        (run, release date) for each run with a share in the file; the run is empty where the header names none.  Dates are UTC ISO
        8601 to the millisecond.  Empty: the file is public.
    metadata_protected
        Until its release, not even its existence is told.
    instrument
        Whose team may see it.
    """

    restrictions: tuple[tuple[str, str], ...] = ()
    metadata_protected: bool = False
    instrument: str | None = None


ANONYMOUS = Standing()
PUBLIC = Protection()


def permits(who: Standing, action: Action, what: Protection, now: str) -> bool:
    """Tell whether `who` may do `action` to a file protected by `what` at time `now` (UTC ISO 8601 to the millisecond)."""
    if who.sees_all or (action is Action.METADATA and not what.metadata_protected):
        return True
    if what.instrument is not None and what.instrument in who.instruments:
        return True
    return all(release <= now or _shares(who, run) for run, release in what.restrictions)


def _shares(who: Standing, run: str) -> bool:
    return not who.programmes.isdisjoint(scopes_of(run))
