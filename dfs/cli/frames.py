"""``dfs frames``: what is in a folder, which files belong together, and why a file gets this calibration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.output import Group, Terminal, pass_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from dfs.frames import Association, Frames
    from dfs.frames import Group as FrameGroup
    from dfs.model import FrameRecord

__all__ = ["frames"]

_FOLDER = click.Path(path_type=Path)
_LEVELS = {0: "calibration plan", 1: "certifiable", 2: "acceptable", 3: "risky"}


@click.group("frames", cls=Group)
def frames() -> None:
    """List, group and explain the frames of a folder.

    \b
    Example:
        dfs frames list night/
    """


@frames.command("list")
@click.argument("folder", type=_FOLDER)
@pass_terminal
def list_frames(terminal: Terminal, folder: Path) -> None:
    """List every FITS file in FOLDER: class, mode, setup, target, exposure; unclassified files stay visible.

    \b
    Example:
        dfs frames list night/ --json
    """
    from dfs.frames import scan

    records = scan(folder, terminal.progress())
    terminal.emit({"frames": [_row(record) for record in records]}, lambda console: _show_list(console, records))


@frames.command("groups")
@click.argument("folder", type=_FOLDER)
@pass_terminal
def list_groups(terminal: Terminal, folder: Path) -> None:
    """Show which files in FOLDER are reduced together, and which are in no group.

    \b
    Example:
        dfs frames groups night/
    """
    from dfs.frames import group, is_usable, scan

    records = scan(folder, terminal.progress())
    groups = group(records)
    left = [record for record in records if not is_usable(record)]
    document = {
        "groups": [_group_row(one) for one in groups],
        "ungrouped": [{"path": str(one.path), "problem": one.problem} for one in left],
    }
    terminal.emit(document, lambda console: _show_groups(console, groups, left))


@frames.command("why")
@click.argument("file", type=_FOLDER)
@click.option("--kind", metavar="KIND", help="Only this calibration, e.g. MASTER_BIAS.")
@click.option("--folder", type=_FOLDER, help="Where to look for calibrations; default: the folder of FILE.")
@pass_terminal
def explain(terminal: Terminal, file: Path, kind: str | None, folder: Path | None) -> None:
    """For each calibration that FILE needs: every candidate, the one chosen, the key that failed for the others.

    \b
    Example:
        dfs frames why night/EFOSC.2022-01-29T01:12:03.548.fits.gz --kind MASTER_FLAT_LSS
    """
    from dfs.frames import needs_document

    associations = _service(terminal).why(file, kind, folder, terminal.progress())
    document = {"path": file, "needs": needs_document(associations)}
    terminal.emit(document, lambda console: _show_why(console, associations))


def _service(terminal: Terminal) -> Frames:
    """Return the service of the observatory, whose archived masters are candidates too; without one, only files count."""
    from dfs.config import load_settings
    from dfs.frames import Frames

    is_there = load_settings(terminal.root).settings.root.is_dir()  # asking why must not make an observatory
    return terminal.open().frames if is_there else Frames()


def _row(record: FrameRecord) -> dict[str, Any]:
    return {
        "path": str(record.path),
        "dp_id": record.dp_id,
        "instrument": record.instrument,
        "class": record.frame_class,
        "category": record.category,
        "type": record.type,
        "technique": record.technique,
        "mode": record.mode,
        "setup": record.setup,
        "target": record.target,
        "exposure_s": record.exposure_s,
        "mjd_obs": record.mjd_obs,
        "problem": record.problem,
    }


def _group_row(group: FrameGroup) -> dict[str, Any]:
    return {
        "name": group.name,
        "instrument": group.instrument,
        "class": group.frame_class,
        "key": group.key,
        "setup": group.setup,
        "recipe": group.recipe,
        "minimum": group.minimum,
        "complete": group.is_complete,
        "mjd_obs": group.mjd_obs,
        "paths": [str(member.path) for member in group.members],
    }


def _show_list(console: Console, records: Sequence[FrameRecord]) -> None:
    rows = [
        (
            record.path.name,
            record.frame_class or "?",
            record.mode or "",
            _setup(record.setup),
            record.target or "",
            "" if record.exposure_s is None else f"{record.exposure_s:.1f}",
            _time(record.mjd_obs),
            record.problem or "",
        )
        for record in records
    ]
    _table(console, ("file", "class", "mode", "setup", "target", "exp s", "start UTC", "problem"), rows, right={5})
    troubled = sum(record.problem is not None for record in records)
    console.print(f"{len(records)} files" + (f", {troubled} with a problem" if troubled else ""))


def _show_groups(console: Console, groups: Sequence[FrameGroup], left: Sequence[FrameRecord]) -> None:
    for one in groups:
        need = "" if one.is_complete else f", {one.minimum} are needed"
        recipe = one.recipe or "no recipe"
        console.print(
            f"{one.frame_class}  {recipe}  {_setup(one.setup)}  ({len(one.members)} files{need})", markup=False
        )
        for member in one.members:
            console.print(f"    {member.path.name}  {member.target or ''}", markup=False)
    if left:
        console.print("In no group", markup=False)
    for record in left:
        console.print(f"    {record.path.name}  {record.problem or ''}", markup=False)


def _show_why(console: Console, associations: Sequence[Association]) -> None:
    if not associations:
        console.print("This file needs no calibration.")
    for one in associations:
        level = "missing" if one.level is None else f"level {one.level} ({_LEVELS.get(one.level, 'within the plan')})"
        console.print(f"{one.kind}: {level}", markup=False, style="bold")
        rows = [
            ("*" if verdict.chosen else "", verdict.candidate.name, _count(verdict.candidate.frames), verdict.reason)
            for verdict in one.verdicts
        ]
        _table(console, ("", "candidate", "frames", "verdict"), rows or [("", "none", "", "there is no candidate")])


def _table(
    console: Console,
    titles: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    right: frozenset[int] | set[int] = frozenset(),
) -> None:
    """Draw a table on a terminal; elsewhere one line a row, columns two blanks apart and nothing cut."""
    if not console.is_terminal:
        widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
        for row in (titles, *rows):
            cells = (
                text.rjust(w) if i in right else text.ljust(w)
                for i, (text, w) in enumerate(zip(row, widths, strict=True))
            )
            console.print("  ".join(cells).rstrip(), markup=False)
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, title in enumerate(titles):
        table.add_column(title, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(text) for text in row))
    console.print(table)


def _setup(setup: Any) -> str:
    return " ".join(str(value) for name, value in setup.items() if name != "window" and value is not None)


def _count(frames_in: int | None) -> str:
    return "" if frames_in is None else str(frames_in)


def _time(mjd: float | None) -> str:
    from datetime import UTC, datetime, timedelta

    if mjd is None:
        return ""
    try:
        start = datetime(1858, 11, 17, tzinfo=UTC) + timedelta(days=mjd)
    except (OverflowError, ValueError):  # a header may say anything
        return f"MJD {mjd:g}"
    return start.strftime("%Y-%m-%d %H:%M:%S")
