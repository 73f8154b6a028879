"""A programme as the archive knows it: title, investigators, type, and the rules that decide on its files' release."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from dfs.access.runs import programme_of
from dfs.store.tables import programmes

__all__ = ["Programme", "find_programme"]


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
    """Return what is set for `run`, by its own row and where that is silent by its programme's; None when neither is there."""
    names = list(dict.fromkeys([run, programme_of(run)]))
    query = select(programmes).where(programmes.c.id.in_(names))
    found = {row["id"]: row for row in connection.execute(query).mappings()}
    rows = [found[name] for name in names if name in found]
    if not rows:
        return None
    fields = ("title", "pi_coi", "type", "abstract", "proprietary_days")
    values = {name: next((row[name] for row in rows if row[name] is not None), None) for name in fields}
    return Programme(run, **values, metadata_protected=any(row["metadata_protected"] for row in rows))
