"""Setting programmes: a change of their rules reaches every file at once, and the audit trail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from sqlalchemy import insert, select, update

from dfs.access import AuditTrail, Standing
from dfs.access.roles import Power, require
from dfs.archive.programme import Programme, all_programmes, find_programme
from dfs.archive.restrictions import recompute, release_details
from dfs.errors import NotFoundError, UsageError
from dfs.store import Database
from dfs.store.tables import programmes

__all__ = ["TYPES", "Programmes"]

TYPES = ("Normal", "Large", "DDT", "Short", "Calibration", "Monitoring", "GTO", "Public Survey", "Technical")
_LONGEST_DAYS = 36_525  # a hundred years: longer is a slip


class Programmes:
    """Finds and sets programmes; a change of rules reaches every file at once."""

    def __init__(self, database: Database, audit: AuditTrail, standing: Callable[[], Standing]) -> None:
        self._database = database
        self._audit = audit
        self._standing = standing

    def list(self) -> list[Programme]:
        """Return all programmes and runs with a row, by identifier."""
        require(self._standing(), Power.MANAGE_PROGRAMMES)
        with self._database.read() as connection:
            return [*all_programmes(connection).values()]

    def find(self, run: str) -> Programme:
        """Return what is set for `run`: by its own row, and where that is silent by its programme's."""
        require(self._standing(), Power.MANAGE_PROGRAMMES)
        with self._database.read() as connection:
            return find_programme(connection, run) or _missing(run)

    def set(self, programme: str, **values: Any) -> int:
        """Set some of the values of a programme or run, making its row when there is none; return how many files have a new release.

        Parameters
        ----------
        programme
            Identifier of a programme (then for all its runs) or of a run.
        **values
            Fields of `Programme`.  `proprietary_days` None lets its type decide again.

        Raises
        ------
        UsageError
            An unknown field, or a value that cannot be.
        AccessError
            Only operators may: nothing a PI does changes a period.
        """
        require(self._standing(), Power.MANAGE_PROGRAMMES)
        programme = _checked(programme.strip(), values)
        with self._database.write() as connection:
            known = connection.execute(select(programmes.c.id).where(programmes.c.id == programme)).first()
            if known is None:
                connection.execute(insert(programmes).values(id=programme, **{"metadata_protected": False, **values}))
            elif values:
                connection.execute(update(programmes).where(programmes.c.id == programme).values(**values))
            self._audit.append(connection, "programme", f"programme:{programme}", **values)
            changed = recompute(connection, programme)
            for dp_id, release in changed.items():
                self._audit.append(connection, "release", dp_id, **release_details(release))
        return len(changed)


def _missing(run: str) -> Programme:
    raise NotFoundError(f"nothing is set for programme {run!r}", hint="see: dfs programme list")


def _checked(programme: str, values: dict[str, Any]) -> str:
    """Return the identifier when it and the values can be."""
    known = {one.name for one in fields(Programme)} - {"id"}
    unknown = set(values) - known
    if unknown:
        raise UsageError(f"a programme has no {min(unknown)}", accepted=", ".join(sorted(known)))
    if not programme or len(programme) > 60 or not programme.isprintable():
        raise UsageError(f"{programme!r} is no programme", accepted="e.g. 108.22F6, 108.22F6.001, 095.A-0123(B)")
    days, kind = values.get("proprietary_days"), values.get("type")
    if days is not None and not 0 <= days <= _LONGEST_DAYS:
        raise UsageError(f"a proprietary period of {days} days", accepted=f"0 to {_LONGEST_DAYS} days")
    if kind is not None and kind not in TYPES:
        raise UsageError(f"there is no programme type {kind!r}", accepted=", ".join(TYPES))
    return programme
