"""What is known of files and of those round them: read for many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from dfs.access import ANONYMOUS, Action, Standing, permits
from dfs.archive import rows
from dfs.archive.restrictions import protections
from dfs.store.tables import headers, provenance

__all__ = ["Facts", "Family", "read_facts"]

_AT_ONCE = 500
_RELATIVES = 500  # links in each direction: a bias has thousands of descendants


@dataclass(frozen=True, slots=True)
class Facts:
    """A file: its row, whether it is open to all, and whether the user may have it."""

    row: Mapping[str, Any]
    is_public: bool
    is_permitted: bool


@dataclass(frozen=True, slots=True)
class Family:
    """A file with its header, what it was made from and what was made from it: only what the user may know of.

    Attributes
    ----------
    parents, products
        Direct ones.
    reports
        Notebooks and pages of the reduction that made it.
    """

    own: Facts
    header: Mapping[str, Any]
    parents: tuple[Facts, ...]
    products: tuple[Facts, ...]
    reports: tuple[Facts, ...]


def read_facts(connection: Connection, dp_ids: Sequence[str], who: Standing, now: str) -> dict[str, Family]:
    """Return the files of `dp_ids` that `who` may know of, each with its family.

    Parameters
    ----------
    now
        UTC ISO 8601 to the millisecond.
    """
    kept = protections(connection, dp_ids)
    visible = [one for one in dict.fromkeys(dp_ids) if one in kept and permits(who, Action.METADATA, kept[one], now)]
    up = _pairs(connection, visible, provenance.c.child, provenance.c.parent)
    down = _pairs(connection, visible, provenance.c.parent, provenance.c.child)
    beside = _reports_beside(connection, up)
    related = [*visible, *_flat(up), *_flat(down), *_flat(beside)]
    known = _known(connection, list(dict.fromkeys(related)), who, now)
    told = _headers(connection, visible)

    def some(names: Sequence[str], wanted: Callable[[Facts], bool] = lambda _: True) -> tuple[Facts, ...]:
        return tuple(known[one] for one in names if one in known and wanted(known[one]))

    return {
        name: Family(
            known[name],
            told.get(name, {}),
            some(up[name]),
            some(down[name], lambda one: one.row["kind"] == "product"),
            some(beside[name]),
        )
        for name in visible
    }


def _known(connection: Connection, dp_ids: Sequence[str], who: Standing, now: str) -> dict[str, Facts]:
    kept = protections(connection, dp_ids)
    return {
        row["dp_id"]: Facts(
            row,
            permits(ANONYMOUS, Action.DATA, kept[row["dp_id"]], now),
            permits(who, Action.DATA, kept[row["dp_id"]], now),
        )
        for row in rows.find_all(connection, dp_ids)
        if permits(who, Action.METADATA, kept[row["dp_id"]], now)
    }


def _pairs(connection: Connection, names: Sequence[str], here: Any, there: Any) -> dict[str, list[str]]:
    """Return for each of `names` those on the other side of its provenance, in order."""
    found: dict[str, list[str]] = {name: [] for name in names}
    for part in _parts(names):
        query = select(here, there).where(here.in_(part)).order_by(provenance.c.position, there)
        for one, other in connection.execute(query):
            if len(found[one]) < _RELATIVES:
                found[one].append(other)
    return found


def _reports_beside(connection: Connection, up: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the reports on the making of files: those made from all that a file was made from."""
    firsts = {name: parents[0] for name, parents in up.items() if parents}
    children = _pairs(connection, list(dict.fromkeys(firsts.values())), provenance.c.parent, provenance.c.child)
    candidates = list(dict.fromkeys(_flat(children)))
    kinds = {row["dp_id"]: row["kind"] for row in rows.find_all(connection, candidates)}
    reports = [one for one in candidates if kinds[one] == "report"]
    made_from = {
        one: set(parents)
        for one, parents in _pairs(connection, reports, provenance.c.child, provenance.c.parent).items()
    }
    return {
        name: [
            one
            for one in children.get(firsts.get(name, ""), [])
            if one in made_from and made_from[one] >= set(up[name])
        ]
        for name in up
    }


def _headers(connection: Connection, names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for part in _parts(names):
        query = select(headers.c.dp_id, headers.c.keywords).where(headers.c.dp_id.in_(part))
        found |= {row.dp_id: row.keywords or {} for row in connection.execute(query)}
    return found


def _flat(names: Mapping[str, Sequence[str]]) -> Iterator[str]:
    return (one for some in names.values() for one in some)


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[at : at + _AT_ONCE] for at in range(0, len(names), _AT_ONCE))
