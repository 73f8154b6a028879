"""Blocks as a table, and the table as a file: its columns are named as fields, so it can be read back."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfs.errors import UsageError
from dfs.phase2.formats.tables.formulas import guarded
from dfs.phase2.formats.values import write_value

if TYPE_CHECKING:
    from astropy.table import Table

__all__ = ["TABLE_FORMATS", "block_table", "table_bytes"]

TABLE_FORMATS = {
    ".csv": "ascii.csv",
    ".ecsv": "ascii.ecsv",
    ".vot": "votable",
    ".votable": "votable",
    ".xml": "votable",
}

_TARGET = (
    ("target.name", "target", "name", ""),
    ("target.ra", "target", "ra", ""),
    ("target.dec", "target", "dec", ""),
    ("target.equinox", "target", "equinox", ""),
    ("target.epoch", "target", "epoch", "yr"),
    ("target.properMotionRa", "target", "properMotionRa", "arcsec / yr"),
    ("target.properMotionDec", "target", "properMotionDec", "arcsec / yr"),
)


def block_table(blocks: Iterable[tuple[str, Mapping[str, Any]]], *, parameters: bool = False) -> Table:
    """Return a table with a row each block.

    Parameters
    ----------
    blocks
        (names of its folders with slashes between, whole document).
    parameters
        With a column for each template parameter, ``templates[1].SEQ.NEXPO``.
    """
    from astropy.table import MaskedColumn, Table

    rows = [_row(container, one, parameters) for container, one in blocks]
    units = {column: unit for column, _, _, unit in _TARGET if unit} | {"open_shutter_s": "s", "execution_s": "s"}
    table = Table()
    for name in dict.fromkeys(key for row in rows for key in row):
        cells = [row.get(name) for row in rows]
        empty = [one is None for one in cells]
        fill: Any = "" if any(isinstance(one, str) for one in cells) else 0
        values = [fill if one is None else one for one in cells]
        table[name] = MaskedColumn(values, mask=empty, unit=units.get(name)) if any(empty) else values
        if name in units:
            table[name].unit = units[name]
    return table


def table_bytes(table: Table, path: str | Path) -> bytes:
    """Return `table` as the bytes of a file of the kind that the end of `path` tells."""
    kind = TABLE_FORMATS.get(Path(path).suffix.lower())
    if kind is None:
        raise UsageError(f"{Path(path).name!r}: no known kind of table", accepted=", ".join(TABLE_FORMATS))
    if kind == "votable":
        out = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of identifiers made from names such as templates[1].SEQ.NEXPO
            table.write(out, format=kind)
        return out.getvalue()
    text = io.StringIO()
    (_guarded(table) if kind == TABLE_FORMATS[".csv"] else table).write(text, format=kind)
    return text.getvalue().encode()


def _guarded(table: Table) -> Table:
    """Return `table` with no cell that a spreadsheet would run."""
    from astropy.table import MaskedColumn

    copy = table.copy()
    for name in copy.colnames:
        if copy[name].dtype.kind in "UO":
            empty = [bool(one) for one in getattr(copy[name], "mask", [False] * len(copy))]
            cells = [guarded(one) if isinstance(one, str) else one for one in copy[name].tolist()]
            copy[name] = MaskedColumn(cells, mask=empty) if any(empty) else cells
    return copy


def _row(container: str, block: Mapping[str, Any], parameters: bool) -> dict[str, Any]:
    row: dict[str, Any] = {key: block.get(key) for key in ("obId", "name")}
    row |= {"container": container, "itemType": block.get("itemType"), "status": block.get("obStatus")}
    row |= {"userPriority": block.get("userPriority")}
    for column, part, key, _ in _TARGET:
        row[column] = (block.get(part) or {}).get(key)
    row |= {f"constraints.{key}": value for key, value in (block.get("constraints") or {}).items()}
    windows = block.get("absolute") or []
    row |= {"absolute.from": windows[0]["from"], "absolute.to": windows[0]["to"]} if len(windows) == 1 else {}
    row["obsDescription.userComments"] = (block.get("obsDescription") or {}).get("userComments", "")
    row["templates"] = " ".join(one["templateName"] for one in block.get("templates") or [])
    row |= {"open_shutter_s": block.get("exposureTime"), "execution_s": block.get("executionTime")}
    if parameters:
        for at, template in enumerate(block.get("templates") or []):
            for one in template["parameters"]:
                value = one.get("value")
                row[f"templates[{at}].{one['name']}"] = (
                    write_value(one["type"], value) if isinstance(value, list | bool) else value
                )
    return row
