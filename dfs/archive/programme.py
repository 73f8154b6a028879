"""A programme as the archive knows it: title, investigators, type, and the rules that decide on its files' release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from dfs.access.runs import programme_of
from dfs.store.tables import programmes

__all__ = ["Programme", "all_programmes", "find_programme", "in_force"]


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme or a run.

    Attributes
    ----------
    type
        One of `dfs.archive.programmes.TYPES`.
    proprietary_days
        None: as its type says.
    metadata_protected
        Until their release, nobody else learns of its files at all.
    """

    id: str
    title: str | None = None
    pi_coi: str | None = None
    type: str | None = None
    abstract: str | None = None
    proprietary_days: int | None = None
    metadata_protected: bool = False


def find_programme(connection: Connection, run: str) -> Programme | None:
    """Return what is set for `run`; see `in_force`."""
    wanted = programmes.c.id.in_([run, programme_of(run)])
    return in_force(_named(connection, select(programmes).where(wanted)), run)


def all_programmes(connection: Connection) -> dict[str, Programme]:
    """Return all programmes and runs with a row, by identifier."""
    return _named(connection, select(programmes).order_by(programmes.c.id))


def in_force(known: Mapping[str, Programme], run: str) -> Programme | None:
    """Return what is set for `run`, by its own row and where that is silent by its programme's; None when neither is there."""
    rows = [known[name] for name in dict.fromkeys([run, programme_of(run)]) if name in known]
    if not rows:
        return None
    silent = ("title", "pi_coi", "type", "abstract", "proprietary_days")
    values: dict[str, Any] = {
        name: next((getattr(row, name) for row in rows if getattr(row, name) is not None), None) for name in silent
    }
    return Programme(run, **values, metadata_protected=any(row.metadata_protected for row in rows))


def _named(connection: Connection, query: Select[Any]) -> dict[str, Programme]:
    return {row["id"]: Programme(**dict(row)) for row in connection.execute(query).mappings()}
