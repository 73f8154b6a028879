"""The result table as people read it: sexagesimal positions, who may have each row, keys to sort by, outlines for the map."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from dfs_widgets.state.collections import Collection, Shown
from dfs_widgets.state.outlines import outline_rings
from dfs_widgets.state.sexagesimal import dec_text, ra_text

if TYPE_CHECKING:
    from astropy.table import Table

__all__ = ["Results", "Status", "no_results", "results_of"]

Status = Literal["public", "proprietary", "na", "plain"]
_NUMBERS = {"number", "wavelength", "ra", "dec"}
_SHORTEST_TIME = 19  # 2022-01-27T04:46:29


@dataclass(frozen=True)
class Results:
    """Rows found.

    Attributes
    ----------
    ids
        DP ID of each row (of a catalogue: its row number).
    status
        Of each row: whether its file is public, proprietary, or not yet archived; ``plain``: the row is no file.
    bytes
        Size of each row's file; 0 where it is not known.
    rows
        What the widget draws.
    columns
        All that was found, column -> values.
    """

    ids: tuple[str, ...] = ()
    status: tuple[Status, ...] = ()
    bytes: tuple[int, ...] = ()
    rows: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def record(self, dp_id: str) -> dict[str, str]:
        """Return a row in full, column -> value as text; {} for one that is not there."""
        if dp_id not in self.ids:
            return {}
        at = self.ids.index(dp_id)
        return {name: _plain(values[at]) for name, values in self.columns.items()}

    def those(self, what: str) -> tuple[str, ...]:
        """Return the DP IDs of rows that are ``all``, ``public`` or ``proprietary``; what is not archived cannot be had."""
        wanted = {"all": {"public", "proprietary"}}.get(what, {what})
        return tuple(one for one, status in zip(self.ids, self.status, strict=True) if status in wanted)


def results_of(table: Table, about: Collection, now: str, *, has_more: bool = False) -> Results:
    """Return what was found.

    Parameters
    ----------
    table
        The answer, with the columns of `about`.
    about
        The kind of data.
    now
        UTC ISO 8601: what is released by then is public.
    has_more
        There are more rows than were asked for.
    """
    cells = {name: _values(table, name) for name in table.colnames}
    count = len(table)
    ids = tuple(str(one) for one in cells.get("dp_id", range(1, count + 1)))
    plain: list[Status] = ["plain"] * count
    status = tuple(_status(one, now) for one in cells[about.release]) if about.release in cells else tuple(plain)
    sizes = tuple(int(one or 0) * 1000 for one in cells.get("access_estsize", [0] * count))
    shown = [one for one in about.shown if one.name in cells]
    rows = {
        "columns": [_column(one, table) for one in shown],
        "cells": {one.name: [_text(value, one) for value in cells[one.name]] for one in shown},
        "keys": {one.name: cells[one.name] for one in shown if one.kind in _NUMBERS},
        "numbers": {name: _numbers(cells[name]) for name, *_ in about.axes if name in cells},
        "axes": _axes(about, cells),
        "ids": list(ids),
        "status": list(status),
        "ra": _numbers(cells.get(about.ra, [None] * count)),
        "dec": _numbers(cells.get(about.dec, [None] * count)),
        "outline": outline_rings(cells.get("s_region", [None] * count)),
        "label": _labels(about, cells, ids),
        "count": count,
        "files": "plain" not in status,
        "title": f"{count:,} row{'' if count == 1 else 's'}".replace(",", " "),
        "note": "more exist: narrow the search" if has_more else "",
    }
    return Results(ids, status, sizes, rows, cells)


def no_results(note: str = "") -> Results:
    """Return the empty table."""
    from astropy.table import Table

    empty = results_of(Table(), Collection("none", "", ""), "")
    return Results(rows={**empty.rows, "title": "No rows", "note": note})


def _values(table: Table, name: str) -> list[Any]:
    """Return a column as Python values, None where there is none."""
    import numpy as np

    column = table[name]
    values = np.ma.asarray(column).tolist() if not hasattr(column, "mask") else column.tolist()
    mask = np.broadcast_to(np.ma.getmaskarray(np.ma.asarray(column)), len(values)) if values else ()
    return [
        None
        if hidden or value is None or value == "" or (isinstance(value, float) and not math.isfinite(value))
        else value
        for value, hidden in zip(values, mask, strict=True)
    ]


def _status(release: Any, now: str) -> Status:
    if release is None:
        return "na"
    return "public" if str(release).rstrip("Z") <= now.rstrip("Z") else "proprietary"


def _column(one: Shown, table: Table) -> dict[str, Any]:
    description = table[one.name].description or ""
    return {
        "name": one.name,
        "label": one.label,
        "kind": one.kind,
        "width": one.width,
        "unit": one.unit,
        "align": "right" if one.kind in _NUMBERS else "left",
        "title": f"{description} ({one.name})" if description else one.name,
    }


def _text(value: Any, shown: Shown) -> str:
    """Return a cell as the table shows it."""
    if value is None:
        return "N/A" if shown.kind == "release" else ""
    match shown.kind:
        case "ra":
            return ra_text(float(value))
        case "dec":
            return dec_text(float(value))
        case "number":
            return f"{float(value):.{shown.digits}f}"
        case "wavelength":  # ObsCore has metres
            return f"{float(value) * 1e9:.{shown.digits}f}"
        case "release":
            return str(value)[:10]
        case "time":
            return str(value)[:_SHORTEST_TIME].replace("T", " ")
    return str(value)


def _numbers(values: Sequence[Any]) -> list[float | None]:
    return [float(one) if isinstance(one, int | float) else None for one in values]


def _axes(about: Collection, cells: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    return [
        {"name": name, "label": label, "unit": unit, "log": log, "date": label == "Time"}
        for name, label, unit, log in about.axes
        if name in cells
    ]


def _labels(about: Collection, cells: Mapping[str, Sequence[Any]], ids: Sequence[str]) -> list[str]:
    names = cells.get(about.title, [None] * len(ids))
    return [f"{name or ''}\n{one}".strip() for name, one in zip(names, ids, strict=True)]


def _plain(value: Any) -> str:
    return "" if value is None else str(value)
