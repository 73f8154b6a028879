"""A table of any origin as rows of cells: CSV and its kin, ECSV, VOTable, FITS, astropy and pandas tables, lists of dicts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dfs.errors import DataError, NotFoundError, UsageError
from dfs.phase2.formats.tables.formulas import unguarded

__all__ = ["BadCell", "Grid", "read_grid", "read_text"]

_READERS = {
    ".ecsv": "ascii.ecsv",
    ".vot": "votable",
    ".votable": "votable",
    ".xml": "votable",
    ".fits": "fits",
    ".fit": "fits",
}
_DELIMITERS = "\t;,|"


@dataclass(frozen=True, slots=True)
class BadCell:
    """What is wrong in a table.

    Attributes
    ----------
    row
        Of the data, the first is 1.
    column
        Name of the column; empty: the whole row.
    message
        What is wrong, with the value, and what is accepted.
    """

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells.

    Attributes
    ----------
    columns
        Names, in order.
    rows
        (row number, column -> cell); an empty cell is None.
    units
        Column -> unit as text, where the table tells it.
    bad
        Rows that have too few or too many cells.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, Any]], ...]
    units: Mapping[str, str] = field(default_factory=dict)
    bad: tuple[BadCell, ...] = ()


def read_grid(source: Any) -> Grid:
    """Return the rows of a file (by its path), an astropy table, a pandas data frame, a sequence of mappings, or a `Grid`.

    Raises
    ------
    NotFoundError, DataError, UsageError
        There is no such file; it is no readable table; `source` is no table at all.
    """
    if isinstance(source, Grid):
        return source
    if isinstance(source, str | Path):
        return _read_file(Path(source).expanduser())
    if hasattr(source, "colnames"):
        return _of_astropy(source)
    if hasattr(source, "to_dict") and hasattr(source, "columns"):  # pandas
        return _of_rows(source.to_dict("records"), [str(one) for one in source.columns])
    if isinstance(source, Iterable):
        rows = list(source)
        if all(isinstance(one, Mapping) for one in rows):
            return _of_rows(rows, list(dict.fromkeys(str(key) for one in rows for key in one)))
    raise UsageError(
        f"{type(source).__name__} is no table",
        accepted="the path of a CSV, ECSV, VOTable or FITS file, an astropy table, a pandas data frame, a list of dicts",
    )


def read_text(text: str, where: str = "table") -> Grid:
    """Return the rows of separated text: commas, semicolons, tabs, bars, or blanks; lines that begin with # are passed over.

    Raises
    ------
    DataError
        There is nothing in it.
    """
    lines = [
        one for one in text.removeprefix("\ufeff").splitlines() if one.strip() and not one.lstrip().startswith("#")
    ]
    if not lines:
        raise DataError("an empty table", where=where, accepted="a line with names of columns, then a line each target")
    delimiter = next((one for one in _DELIMITERS if one in lines[0]), None)
    try:
        split = (
            _by_blanks(lines)
            if delimiter is None
            else list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter))
        )
    except csv.Error as error:
        raise DataError(f"no table: {error}", where=where) from None
    names, *rows = split
    columns = [one.strip() for one in names]
    repeated = sorted({one for one in columns if columns.count(one) > 1})
    if repeated:
        raise DataError(f"column {repeated[0]!r} comes twice", where=where, accepted="each name once")
    good: list[tuple[int, Mapping[str, Any]]] = []
    bad: list[BadCell] = []
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            bad.append(BadCell(number, "", f"it has {len(row)} cells, the header has {len(columns)}"))
        else:
            good.append(
                (number, {name: unguarded(cell.strip()) or None for name, cell in zip(columns, row, strict=True)})
            )
    units = {name: found[1].strip() for name in columns if (found := re.search(r"\[(.+?)\]\s*$", name))}
    return Grid(tuple(columns), tuple(good), units, tuple(bad))


def _by_blanks(lines: Sequence[str]) -> list[list[str]]:
    return [[quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', line)] for line in lines]


def _read_file(path: Path) -> Grid:
    if not path.is_file():
        raise NotFoundError(f"there is no file {path}", where="table")
    kind = _READERS.get(path.suffix.lower())
    if kind is None and not path.read_bytes()[:40].lstrip().startswith(b"# %ECSV"):
        content = path.read_bytes()
        try:
            return read_text(content.decode("utf-8-sig"), path.name)
        except UnicodeDecodeError:
            return read_text(content.decode("latin-1"), path.name)
    import warnings

    from astropy.table import Table

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # VOTables of the wild are full of small sins
            return _of_astropy(Table.read(path, format=kind or "ascii.ecsv"))
    except Exception as error:  # noqa: BLE001 - the readers raise whatever their parsers do
        said = str(error).strip().splitlines()
        raise DataError(f"no readable table: {said[0] if said else type(error).__name__}", where=path.name) from None


def _of_astropy(table: Any) -> Grid:
    columns = [str(one) for one in table.colnames]
    cells = [[_plain(one) for one in table[name]] for name in table.colnames]
    rows = tuple((at, dict(zip(columns, row, strict=True))) for at, row in enumerate(zip(*cells, strict=True), start=1))
    units = {name: str(unit) for name in columns if (unit := getattr(table[name], "unit", None)) is not None}
    return Grid(tuple(columns), rows, units)


def _of_rows(rows: Sequence[Mapping[Any, Any]], columns: list[str]) -> Grid:
    made = tuple(
        (at, {name: _plain({str(key): value for key, value in row.items()}.get(name)) for name in columns})
        for at, row in enumerate(rows, start=1)
    )
    return Grid(tuple(columns), made)


def _plain(value: Any) -> Any:
    """Return a cell as a Python value; None where it is masked, not a number, or empty."""
    if value is None or getattr(value, "mask", False) is True or type(value).__name__ == "MaskedConstant":
        return None
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        value = value.item()
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - not a number
        return None
    if isinstance(value, str):
        return value.strip() or None
    return value
