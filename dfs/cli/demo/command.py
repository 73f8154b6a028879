"""``dfs demo``: what ``make demo`` calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dfs.cli.output import Command, Terminal, pass_terminal
from dfs.cli.reduce import finish
from dfs.errors import UsageError

if TYPE_CHECKING:
    from dfs.observatory import Observatory

__all__ = ["demo"]


@click.command("demo", cls=Command)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Another seed, another night.")
@click.option(
    "--workers", type=click.IntRange(min=0), default=None, help="Processes at the same time; 0 works in this one."
)
@pass_terminal
@click.pass_context
def demo(context: click.Context, terminal: Terminal, seed: int, workers: int | None) -> None:
    """Make an observatory to try things on: a simulated night of EFOSC2, reduced and archived, with people and programmes.

    The night goes into the folder "night" of the observatory; frames of all other instruments, a catalogue and accounts (52052, 52053,
    delegate, support, operator, each with the password "tutorial") go with it. A second call finds everything done.

    \b
    Example:
        dfs --root demo demo
    """
    from dfs.cli.demo.catalogue import publish_catalogue
    from dfs.cli.demo.drawing import draw_night
    from dfs.cli.demo.gallery import archive_gallery
    from dfs.cli.demo.people import prepare, require_demonstration, told
    from dfs.cli.demo.runs import prepare_runs

    progress = terminal.progress()
    with _open(terminal) as observatory:
        require_demonstration(observatory)
        prepare(observatory)
        prepare_runs(observatory, told())
        folder = draw_night("EFOSC2", observatory.root / ("night" if seed == 1 else f"night-{seed}"), seed, progress)
        report = observatory.pipeline.reduce(folder, workers=workers, progress=progress)
        archive_gallery(observatory, observatory.root / "gallery")
        publish_catalogue(observatory)
    finish(context, terminal, report)
    terminal.note(f"dfs: try it: dfs --root {observatory.root} serve    (sign in as 52052, password tutorial)")


def _open(terminal: Terminal) -> Observatory:
    """Open the observatory; a new one becomes a test instance, whose clock can be set: a release can be waited for in no time."""
    from dfs.config import FILE_NAME, load_settings

    configuration = load_settings(terminal.root)
    if configuration.origins["root"] == "default":
        raise UsageError(
            "the demonstration wants a folder of its own", where="--root", hint="for example: dfs --root demo demo"
        )
    root = configuration.settings.root
    if not root.exists():
        root.mkdir(parents=True)
        (root / FILE_NAME).write_text(
            "# The demonstration: nothing in it is real.\ntest_instance = true\n", encoding="utf-8"
        )
    return terminal.open()
