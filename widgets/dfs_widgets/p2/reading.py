"""A file that is to be imported, read: what it would make, and what is wrong in it by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from dfs.errors import DataError, UsageError
from dfs.phase2.api import Change, Document
from dfs.phase2.documents import write_block
from dfs_widgets.state.p2.draft import Draft

__all__ = ["Reading", "read_file"]

_MOST_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Reading:
    """What a file holds.

    Attributes
    ----------
    items
        Whole blocks and containers to make.
    changes
        Of blocks that there are.
    head, ready, bad
        Preview: columns, rows that are ready, (row, column, why) of those that are not.
    differences
        Of blocks that there are: (block, field, now, then).
    columns, ignored
        Of a table: (column, the field that it holds); columns that are not read.
    files
        Number of a block in `items` -> its charts and parameter files (`dfs.phase2.formats.BlockFiles`).
    """

    items: tuple[Document, ...] = ()
    changes: tuple[Change, ...] = ()
    head: tuple[str, ...] = ("Name", "Target", "RA", "Dec")
    ready: tuple[tuple[str, ...], ...] = ()
    bad: tuple[tuple[str, str, str], ...] = ()
    is_table: bool = False
    differences: tuple[tuple[str, str, str, str], ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    changed: int = 0
    files: Mapping[int, Any] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many items are made or changed."""
        return len(self.items) + self.changed


def read_file(
    name: str, content: bytes, run: Mapping[str, Any], pattern: Document | None, present: Sequence[Document]
) -> Reading:
    """Return what the file `name` would make of `run`.

    Parameters
    ----------
    pattern
        The block that rows of a table begin as; None: an empty one.
    present
        The blocks of the run, which rows with an ``obId`` change.

    Raises
    ------
    DataError, UsageError
        The file cannot be read; it is for another instrument; no column tells a target.
    """
    if len(content) > _MOST_BYTES:
        raise DataError(f"{len(content) / 2**20:.0f} MiB is too much", where=name, accepted="64 MiB")
    kind = PurePath(name).suffix.lower()
    if kind in {".obx", ".zip", ".json"}:
        return _read_items(kind, name, content, run)
    return _read_table(name, content, run, pattern, present)


def _read_items(kind: str, name: str, content: bytes, run: Mapping[str, Any]) -> Reading:
    from dfs.phase2.formats import Bundle, read_json, read_obx, read_zip, require_instrument
    from dfs.phase2.formats.json_file import write_container

    if kind == ".zip":
        bundle: Any = read_zip(content, where=name)
    elif kind == ".json":
        bundle = read_json(_text(content, name), name)
    else:
        block, files = read_obx(_text(content, name), where=name)
        bundle = Bundle((block,), {block.ob_id: files})
    for block in bundle.blocks():
        require_instrument(block, str(run["instrument"]), name)
    items = [write_block(one) if hasattr(one, "ob_id") else write_container(one) for one in bundle.items]
    rows = [_row(write_block(one)) for one in bundle.blocks()]
    return Reading(tuple(items), ready=tuple(rows), files=bundle.files)


def _read_table(
    name: str, content: bytes, run: Mapping[str, Any], pattern: Document | None, present: Sequence[Document]
) -> Reading:
    from dfs.phase2.client.names import Names
    from dfs.phase2.formats.tables import Accepts, preview

    begin = pattern or _empty(run)
    accepts = Accepts(str(run["instrument"]), str(run["ipVersion"]))
    known = {int(one["obId"]): one for one in present}
    found = preview(_grid(name, content), begin, accepts, resolve=Names().position, present=known)
    items = [one.document for one in found.ready if one.ob_id is None]
    drafts = [
        Draft(known[one.ob_id], {**known[one.ob_id], **one.document}) for one in found.ready if one.ob_id is not None
    ]
    return Reading(
        tuple(items),
        tuple(change for draft in drafts for change in draft.as_changes()),
        ready=tuple(_row(one) for one in items),
        bad=tuple((str(one.row), one.column, one.message) for one in found.bad),
        is_table=True,
        differences=tuple(row for draft in drafts for row in _differences(draft)),
        columns=tuple((column, name) for column, name in found.mapping.items() if column != name),
        ignored=found.ignored,
        changed=sum(bool(draft.dirty) for draft in drafts),
    )


def _differences(draft: Draft) -> list[tuple[str, str, str, str]]:
    shown = [one.shown() for one in draft.changes]
    return [(str(draft.base["name"]), one["label"], one["before"], one["after"]) for one in shown]


def _grid(name: str, content: bytes) -> Any:
    import tempfile
    from pathlib import Path

    from dfs.phase2.formats.tables import read_grid, read_text

    if PurePath(name).suffix.lower() in {".vot", ".votable", ".xml", ".ecsv"}:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / PurePath(name).name
            path.write_bytes(content)
            return read_grid(path)
    return read_text(_text(content, name), name)


def _empty(run: Mapping[str, Any]) -> Document:
    from dfs.instruments import packages

    package = packages.package(str(run["instrument"]))
    return {
        "itemType": "OB",
        "name": "",
        "userPriority": 1,
        "obsDescription": {"name": "No name", "userComments": "", "instrumentComments": ""},
        "target": {
            "name": "No name",
            "ra": "00:00:00.000",
            "dec": "00:00:00.000",
            "equinox": "J2000",
            "epoch": 2000.0,
            "properMotionRa": 0.0,
            "properMotionDec": 0.0,
            "differentialRa": 0.0,
            "differentialDec": 0.0,
        },
        "constraints": {"name": "No Name", **packages.default_constraints(package)},
        "templates": [],
    }


def _row(document: Mapping[str, Any]) -> tuple[str, ...]:
    target = document.get("target") or {}
    return (
        str(document.get("name", "")),
        str(target.get("name", "")),
        str(target.get("ra", "")),
        str(target.get("dec", "")),
    )


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            "it is no text", where=name, accepted="CSV, ECSV, OBX or JSON in UTF-8; VOTable; ZIP"
        ) from None
