"""``dfs demo``: a simulated night, drawn and reduced; what ``make demo`` calls."""

from __future__ import annotations

import os
from importlib.metadata import entry_points
from pathlib import Path

import click

from dfs.cli.output import Command, Terminal, pass_terminal
from dfs.cli.reduce import finish
from dfs.errors import NotFoundError, ServiceError
from dfs.progress import Progress

__all__ = ["demo"]

_GROUP = "dfs.simulators"


@click.command("demo", cls=Command)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Another seed, another night.")
@click.option(
    "--workers", type=click.IntRange(min=0), default=None, help="Processes at the same time; 0 works in this one."
)
@pass_terminal
@click.pass_context
def demo(context: click.Context, terminal: Terminal, seed: int, workers: int | None) -> None:
    """Draw a simulated night of EFOSC2, reduce it, archive everything.

    The night goes into the folder "night" of the observatory. A second call finds the night drawn and the work done.

    \b
    Example:
        dfs --root demo demo
    """
    progress = terminal.progress()
    with terminal.open() as observatory:
        folder = draw_night("EFOSC2", observatory.root / ("night" if seed == 1 else f"night-{seed}"), seed, progress)
        report = observatory.pipeline.reduce(folder, workers=workers, progress=progress)
    finish(context, terminal, report)


def draw_night(instrument: str, folder: Path, seed: int, progress: Progress) -> Path:
    """Draw a night of `instrument` into `folder`, unless it is there, and return it; it is there whole or not at all.

    Raises
    ------
    NotFoundError
        No simulator of this instrument is installed.
    ServiceError
        The folder cannot be made.
    """
    if folder.is_dir():
        return folder
    found = entry_points(group=_GROUP, name=instrument)
    if not found:
        raise NotFoundError(
            f"no simulator of {instrument} is installed",
            accepted=", ".join(sorted(entry_points(group=_GROUP).names)) or "none",
            hint="install vlt-dfs again: the simulators come with it",
        )
    staged = folder.with_name(f".{folder.name}-{os.getpid()}")
    try:
        next(iter(found)).load()(staged, seed=seed, progress=progress)
        staged.rename(folder)
    except OSError as error:
        raise ServiceError(f"the night could not be drawn ({error.strerror})", where=str(folder)) from error
    finally:
        _remove(staged)
    return folder


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
