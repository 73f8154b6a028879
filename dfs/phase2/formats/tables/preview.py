"""Rows of a table as blocks, shown before anything is written: those that are ready, and what is wrong with the others."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dfs.errors import UsageError
from dfs.phase2.formats.tables.accepts import Accepts
from dfs.phase2.formats.tables.cells import read_cell
from dfs.phase2.formats.tables.columns import read_mapping
from dfs.phase2.formats.tables.grid import BadCell, Grid

__all__ = ["Preview", "ReadyRow", "preview"]

Position = tuple[str, str]  # right ascension and declination, sexagesimal
_INDEXED = re.compile(r"templates\[(\d+)\]\.(.+)")


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """A row that can be written.

    Attributes
    ----------
    row
        Of the data, the first is 1.
    document
        The block it makes: whole, as in `dfs.phase2.documents`, without number.
    ob_id
        Number of the block it changes; None: a new one.
    container
        Names of the folders it goes to, ``"deep field/epoch 1"``; empty: where the import goes.
    """

    row: int
    document: dict[str, Any]
    ob_id: int | None = None
    container: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do; nothing is written.

    Attributes
    ----------
    mapping
        Column -> field.
    ignored
        Columns that are not read.
    """

    ready: tuple[ReadyRow, ...]
    bad: tuple[BadCell, ...]
    mapping: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{len(self.ready)} ready, {len({one.row for one in self.bad})} bad"]
        lines += [f"  {column} -> {name}" for column, name in self.mapping.items()]
        lines += [f"  not read: {', '.join(self.ignored)}"] if self.ignored else []
        lines += [f"  row {one.row}{f', {one.column}' if one.column else ''}: {one.message}" for one in self.bad]
        return "\n".join(lines)


def preview(
    grid: Grid,
    template: Mapping[str, Any],
    accepts: Accepts,
    *,
    mapping: Mapping[str, str] | None = None,
    resolve: Callable[[str], Position | None] | None = None,
    present: Mapping[int, Mapping[str, Any]] | None = None,
) -> Preview:
    """Return what the rows of `grid` make.

    Parameters
    ----------
    grid
        The table.
    template
        A whole block that each new block begins as.
    accepts
        What the instrument accepts.
    mapping
        Column -> field, instead of what the names of the columns tell; see `columns`.
    resolve
        Finds a position by name, for rows without one.
    present
        Blocks there are by number, for rows with an ``obId``.

    Raises
    ------
    UsageError
        The mapping is wrong, or no column tells what a row points at.
    """
    fields = read_mapping(grid.columns, mapping)
    if not {"target.ra", "target.name", "obId"} & set(fields.values()):
        raise UsageError(
            f"no column tells a target; the table has: {', '.join(grid.columns)}",
            where="table",
            accepted="columns named name, ra, dec (or _RAJ2000, RA_ICRS ...), or a mapping: column=target.ra",
        )
    rows = _Rows(template, accepts, fields, grid.units, resolve, present or {})
    ready: list[ReadyRow] = []
    bad = list(grid.bad)
    for number, cells in grid.rows:
        made, wrong = rows.read(number, cells)
        bad += wrong
        if made is not None:
            ready.append(made)
    ignored = tuple(one for one in grid.columns if one not in fields)
    return Preview(tuple(ready), tuple(sorted(bad, key=lambda one: one.row)), fields, ignored)


class _Rows:
    def __init__(self, template, accepts, fields, units, resolve, present) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        self._template = template
        self._accepts = accepts
        self._columns = {name: column for column, name in fields.items()}
        self._units = units
        self._resolve = resolve
        self._present = present

    def read(self, number: int, cells: Mapping[str, Any]) -> tuple[ReadyRow | None, list[BadCell]]:
        """Return the row made, or what is wrong with it."""
        bad: list[BadCell] = []
        given: dict[str, Any] = {}
        for name, column in self._columns.items():
            if cells[column] is None:
                continue
            try:
                given[name] = read_cell(name, cells[column], self._units.get(column, ""))
            except ValueError as error:
                bad.append(BadCell(number, column, str(error)))
        ob_id = given.pop("obId", None)
        start = self._template if ob_id is None else self._present.get(ob_id)
        if start is None:
            bad.append(BadCell(number, self._columns["obId"], f"the run has no block {ob_id}"))
            return None, bad
        container = given.pop("container", "")
        document = copy.deepcopy(dict(start))
        if ob_id is None:
            bad += self._position(number, given, cells)
            given.setdefault("name", given.get("target.name") or document.get("name"))
        for name, value in given.items():
            try:
                self._put(document, name, value)
            except UsageError as error:
                accepted = f"; accepted: {error.accepted}" if error.accepted else ""
                bad.append(BadCell(number, self._columns.get(name, ""), f"{error.message}{accepted}"))
        bad += self._window(number, document)
        return (None if bad else ReadyRow(number, document, ob_id, container)), bad

    def _position(self, number: int, given: dict[str, Any], cells: Mapping[str, Any]) -> list[BadCell]:
        """Fill in the position by the target's name where the row has none; say what is missing."""
        missing = [one for one in ("target.ra", "target.dec") if one not in given and self._empty(one, cells)]
        if not missing:
            return []
        name = given.get("target.name")
        if len(missing) == 1 or name is None:
            column = self._columns.get(missing[0], "")
            return [BadCell(number, column, "empty" if column else f"there is no {missing[0].removeprefix('target.')}")]
        found = None if self._resolve is None else self._resolve(str(name))
        if found is None:
            where = self._columns["target.name"]
            return [
                BadCell(
                    number, where, f"no position is given, and {str(name)!r} is not known by name; accepted: ra and dec"
                )
            ]
        given["target.ra"], given["target.dec"] = found
        return []

    def _empty(self, name: str, cells: Mapping[str, Any]) -> bool:
        return name not in self._columns or cells[self._columns[name]] is None

    def _put(self, document: dict[str, Any], name: str, value: Any) -> None:
        """Write `value` into the field `name`."""
        if name in {"name", "userPriority"}:
            document[name] = value
        elif name in {"absolute.from", "absolute.to"}:
            windows = [dict(one) for one in document.get("absolute") or [{}]][:1]
            windows[0][name.removeprefix("absolute.")] = value
            document["absolute"] = windows
        elif name.startswith("constraints."):
            key = name.removeprefix("constraints.")
            document.setdefault("constraints", {})[key] = self._accepts.constraint(key, value)
        elif name.startswith(("target.", "obsDescription.", "schedule.")):
            part, key = name.split(".", 1)
            document.setdefault(part, {})[key] = value
        else:
            self._put_parameter(document, name, value)

    def _put_parameter(self, document: dict[str, Any], name: str, value: Any) -> None:
        templates = document.get("templates") or []
        found = _INDEXED.fullmatch(name)
        order = sorted(templates, key=lambda one: one["type"] == "acquisition")
        meant = templates[int(found[1]) : int(found[1]) + 1] if found else order
        word = found[2] if found else name
        for template in meant:
            parameters = {one["name"]: one for one in template["parameters"]}
            key = self._accepts.find(template["templateName"], list(parameters), word)
            if key is not None:
                one = parameters[key]
                one["value"] = self._accepts.parameter(template["templateName"], key, one["type"], value)
                return
        if not templates:
            hint = "name one that rows begin as (template, --template)"
            raise UsageError(f"there is no template block whose parameter {word!r} could be set", where=name, hint=hint)
        names = ", ".join(one["templateName"] for one in templates)
        raise UsageError(f"no template has a parameter {word!r}", where=name, accepted=f"parameters of {names}")

    def _window(self, number: int, document: Mapping[str, Any]) -> list[BadCell]:
        for one in document.get("absolute") or []:
            if {"from", "to"} - one.keys():
                return [BadCell(number, self._columns.get("absolute.from", ""), "a time window needs both its ends")]
            if one["from"] >= one["to"]:
                column = self._columns.get("absolute.to", "")
                return [BadCell(number, column, f"the time window ends at {one['to']}, before it begins")]
        return []
