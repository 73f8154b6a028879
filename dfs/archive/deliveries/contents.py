"""What goes into a delivery: the files asked for, their calibrations, their night logs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from dfs.archive import rows
from dfs.archive.calibrations import MOST, Calibrations
from dfs.archive.deliveries.delivery import Item, Role
from dfs.store import Database
from dfs.store.tables import headers

__all__ = ["Contents", "gather", "items_of"]

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Contents:
    """DP ID and role of each file, each once, and what is to be said of the calibrations."""

    files: tuple[tuple[str, Role], ...]
    messages: tuple[str, ...] = ()


def gather(
    database: Database, selection: Calibrations, dp_ids: Sequence[str], calibrations: str | None, *, night_logs: bool
) -> Contents:
    """Return the contents of a delivery of `dp_ids`, of all of which the user may know."""
    with database.read() as connection:
        raw = [row["dp_id"] for row in rows.find_all(connection, dp_ids) if row["kind"] == "raw"]
    files: dict[str, Role] = dict.fromkeys(dp_ids, "requested")
    messages: dict[str, None] = {}
    if calibrations is not None:
        for at in range(0, len(raw), MOST):
            for tree in selection.trees(raw[at : at + MOST], f"raw2{calibrations}"):
                for name in tree.dp_ids():
                    files.setdefault(name, "calibration")
                missing = [one for one in tree.all_messages() if " is missing" in one]
                messages |= dict.fromkeys([*missing, *([] if tree.complete else [f"{tree.files[0].name}: incomplete"])])
    logs: list[tuple[str, Role]] = [(name, "night log") for name in raw] if night_logs else []
    return Contents((*files.items(), *logs), tuple(messages))


def items_of(connection: Connection, stored: Sequence[Sequence[str]]) -> Iterator[Item]:
    """Give the items of a delivery from their rows of today; a file that has gone from the archive is left out."""
    names = list(dict.fromkeys(name for name, _ in stored))
    found = {row["dp_id"]: row for row in rows.find_all(connection, names)}
    told = _origfiles(connection, names)
    for name, role in stored:
        row = found.get(name)
        if row is None:
            continue
        is_log = role == "night log"
        yield Item(
            name,
            "night log" if is_log else "calibration" if role == "calibration" else "requested",
            f"{name}.NL.txt" if is_log else Path(row["path"]).name,
            None if is_log else row["bytes"],
            None if is_log else row["sha256"],
            row["category"],
            row["target"],
            told.get(name),
        )


def _origfiles(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for at in range(0, len(names), _AT_ONCE):
        part = names[at : at + _AT_ONCE]
        origfile: Any = headers.c.keywords["ORIGFILE"].as_string()
        query = select(headers.c.dp_id, origfile).where(headers.c.dp_id.in_(part))
        found |= {dp_id: text for dp_id, text in connection.execute(query) if text}
    return found
