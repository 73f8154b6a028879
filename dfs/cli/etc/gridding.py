"""``dfs etc ... --grid seeing=0.6:1.2:0.1 airmass=1,1.5``: every combination, to a table, block by block."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfs.cli.output import Terminal
from dfs.errors import UsageError

if TYPE_CHECKING:
    from dfs.etc.grids.gridding import Grid

__all__ = ["compute_grid", "values_of_axis"]

_VALUES_MOST = 1_000_000
_SHOWN_MOST = 200  # cases; more of them need a file


def compute_grid(terminal: Terminal, said: Mapping[str, Any], axes: Mapping[str, str], path: Path | None) -> None:
    """Compute all combinations of `axes` about the question `said`; write them to `path`, or show them."""
    from dfs.etc.controls.control import CONTROLS
    from dfs.etc.documents.mapping import merged, request_of
    from dfs.etc.grids.axes import AXES
    from dfs.etc.grids.gridding import grid

    for name in axes:
        if name not in AXES:
            raise UsageError(f"no axis {name!r}", where="--grid", accepted=", ".join(AXES))
    values: dict[str, Any] = {name: _once(terminal, name, values_of_axis(name, text)) for name, text in axes.items()}
    first = {name: some[0] for name, some in values.items() if name in CONTROLS}
    found = grid(request_of(merged(said, first)), **values)
    if path is None and len(found) > _SHOWN_MOST:
        raise UsageError(f"{len(found)} cases", where="--grid", accepted=f"{_SHOWN_MOST} without --table FILE")
    if path is None:
        _show(terminal, found)
        return
    from dfs.cli.etc.grid_file import write_grid
    from dfs.cli.etc.writing import replacing

    with replacing(terminal, path):
        write_grid(found, path, terminal)
    document = {"axes": {name: list(some) for name, some in found.axes.items()}, "cases": len(found), "table": path}
    terminal.emit(document, lambda console: console.print(f"{len(found)} cases in {path}"))


def _once(terminal: Terminal, name: str, values: list[Any]) -> list[Any]:
    """Return the values without those that stand there already, and say so."""
    once = list(dict.fromkeys(values))
    if len(once) < len(values):
        terminal.note(
            f"dfs: --grid {name}: {len(values) - len(once)} of {len(values)} values are there twice, left out"
        )
    return once


def values_of_axis(name: str, text: str) -> list[Any]:
    """Return the values that ``1,1.5`` or ``0.6:1.2:0.1`` (first, last, step) says.

    Raises
    ------
    UsageError
        No numbers, a step that leads nowhere, or too many.
    """
    if name == "binning":
        return text.split(",")
    if ":" not in text:
        return [_number(name, part) for part in text.split(",")]
    parts = [_number(name, part) for part in text.split(":")]
    if len(parts) not in {2, 3} or (len(parts) == 3 and parts[2] * (parts[1] - parts[0]) < 0) or 0 in parts[2:]:
        raise UsageError(
            f"{text!r} is no range", where=f"--grid {name}", accepted="FIRST:LAST:STEP, or values with commas"
        )
    first, last, step = parts[0], parts[1], parts[2] if len(parts) == 3 else 1.0
    count = int((last - first) / step + 1e-9) + 1
    if not 1 <= count <= _VALUES_MOST:
        raise UsageError(f"{text!r} has {count} values", where=f"--grid {name}", accepted=f"1 to {_VALUES_MOST}")
    return [round(first + step * place, 12) for place in range(count)]


def _number(name: str, text: str) -> float:
    from math import isfinite

    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise UsageError(f"{text!r} is not a number", where=f"--grid {name}", accepted="0.6:1.2:0.1, or 1,1.5")
    return value


def _show(terminal: Terminal, found: Grid) -> None:
    from rich.table import Table

    rows: list[dict[str, Any]] = []
    for block in found:
        for place in range(block.snr.size):
            case = {name: some[place] for name, some in block.cases.items()}
            rows.append({**case, "exposure_s": block.exposure_s[place], "snr": block.snr[place]})
    shown = Table(*rows[0], box=None)
    for row in rows:
        shown.add_row(*(value if isinstance(value, str) else f"{value:.6g}" for value in row.values()))
    terminal.emit({"axes": dict(found.axes), "rows": rows}, lambda console: console.print(shown))
