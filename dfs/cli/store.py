"""``dfs upgrade``, ``dfs backup``, ``dfs restore``: the life of an observatory's stores."""

from __future__ import annotations

from pathlib import Path

import click

from dfs.cli.output import Command, Terminal, pass_terminal

__all__ = ["backup", "restore", "upgrade"]


@click.command("upgrade", cls=Command)
@pass_terminal
def upgrade(terminal: Terminal) -> None:
    """Raise an observatory to this version's format.  Make a backup first.

    \b
    Example:
        dfs --root /data/obs upgrade
    """
    from dfs.observatory import Observatory

    before, after = Observatory.upgrade(terminal.root)
    line = f"format {before}: nothing to do" if before == after else f"raised from format {before} to {after}"
    terminal.emit({"before": before, "after": after}, lambda console: console.print(line))


@click.command("backup", cls=Command)
@click.argument("folder", type=click.Path(path_type=Path))
@pass_terminal
def backup(terminal: Terminal, folder: Path) -> None:
    """Copy the observatory to the new folder FOLDER; others may go on using it.

    \b
    Example:
        dfs backup /backup/2022-01-27
    """
    with terminal.open() as observatory:
        made = observatory.backup(folder, terminal.progress())
    document = {"path": folder, "files": len(made.files), "bytes": made.bytes, "format": made.format, "lost": made.lost}
    line = f"{len(made.files)} files, {made.bytes / 1e6:.1f} MB, and the database in {folder.absolute()}"
    terminal.emit(document, lambda console: console.print(line, markup=False))


@click.command("restore", cls=Command)
@click.argument("folder", type=click.Path(path_type=Path))
@pass_terminal
def restore(terminal: Terminal, folder: Path) -> None:
    """Make an observatory from the backup in FOLDER, every checksum checked first; the root must be empty.

    \b
    Example:
        dfs --root /data/obs-again restore /backup/2022-01-27
    """
    from dfs.config import load_settings
    from dfs.observatory import Observatory

    made = Observatory.restore(folder, terminal.root, terminal.progress())
    root = load_settings(terminal.root).settings.root
    document = {
        "root": root,
        "files": len(made.files),
        "bytes": made.bytes,
        "format": made.format,
        "made": f"{made.made}Z",
    }
    line = f"{len(made.files)} files, {made.bytes / 1e6:.1f} MB, as of {made.made}, in {root}"
    terminal.emit(document, lambda console: console.print(line, markup=False))
