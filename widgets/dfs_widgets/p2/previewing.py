"""A file that is to be imported, shown before anything is written."""

from __future__ import annotations

from typing import Any

from dfs.phase2.api import Document
from dfs_widgets.p2.asking import note, table
from dfs_widgets.p2.reading import Reading

__all__ = ["import_blocks"]

_SHOWN = 200  # changed fields


def import_blocks(name: str, read: Reading, pattern: Document | None) -> list[dict[str, Any]]:
    """Return what the dialogue shows of a file: what is ready, what changes, what is wrong by row."""
    shown = [note(f"{name}: {read.count} ready, {len({row for row, *_ in read.bad})} bad", testid="import-summary")]
    if read.is_table and (read.items or not read.changed):
        shown.append(
            note(
                f"New blocks are copies of {pattern['name']}."
                if pattern
                else "New blocks have no templates: open a block first to have them made like it."
            )
        )
    if read.columns or read.ignored:
        told = [f"{column} is {name}" for column, name in read.columns]
        shown.append(
            note("; ".join([*told, *([f"not read: {', '.join(read.ignored)}"] if read.ignored else [])]) + ".")
        )
    if read.bad:
        shown.append(
            table(["Row", "Column", "What is wrong"], [list(one) for one in read.bad], testid="import-bad", bad=True)
        )
    if read.differences:
        rows = [list(one) for one in read.differences[:_SHOWN]]
        shown.append(table(["Block", "Field", "Now", "Then"], rows, testid="import-changes"))
        if len(read.differences) > _SHOWN:
            shown.append(note(f"and {len(read.differences) - _SHOWN} fields more"))
    if read.ready:
        shown.append(table(list(read.head), [list(one) for one in read.ready], testid="import-ready"))
    return shown
