"""What every command shares: ``--root``, ``--json``, ``-v``, and where its words go.

A command takes a `Terminal`, opens the observatory through it, reports progress through it and ends with one `Terminal.emit`:

.. code-block:: python

    @archive.command("list")  # archive is a click group with cls=Group; the three options come by themselves
    @pass_terminal
    def list_files(terminal: Terminal) -> None:
        '''List ...'''
        files = terminal.open().archive.list()
        terminal.emit({"files": files}, lambda console: console.print(...))

With ``--json`` exactly one JSON object goes to standard output; everything else always goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.plain import plain
from dfs.errors import Cancelled

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from dfs.observatory import Observatory
    from dfs.progress import Progress

# Control characters but tab and newline: an escape sequence in a name would move the cursor, or name the window.
_CONTROLS = {code: "\ufffd" for code in (*range(32), *range(127, 160)) if code not in {9, 10}}

__all__ = ["Command", "Group", "Terminal", "pass_terminal", "schema_of"]


@dataclass
class Terminal:
    """The person or script at the other end of a command.

    Attributes
    ----------
    root
        Folder named by ``--root``; None leaves it to the settings (``DFS_ROOT``, the file, the default).
    json
        True: one JSON object on standard output.
    verbose
        How often ``-v`` was said.
    command
        Dotted name of the running command, e.g. ``archive.list``.
    """

    root: Path | None = None
    json: bool = False
    verbose: int = 0
    command: str = ""
    _made: Path | None = None

    def open(self, **settings: Any) -> Observatory:
        """Open the observatory named by ``--root``; `settings` are stronger than environment and files.

        One that was not there is made, and said so with the result: the name of its folder may be a slip.
        """
        from dfs.config import load_settings
        from dfs.observatory import Observatory

        was_there = load_settings(self.root, **settings).settings.root.is_dir()
        observatory = Observatory.open(self.root, **settings)
        if not was_there:
            self._made = observatory.root
        return observatory

    def progress(self) -> Progress:
        """Return a bar when standard error is a terminal, plain lines elsewhere."""
        from dfs.cli.bars import Bars, Lines

        progress = Bars(sys.stderr) if sys.stderr.isatty() else Lines(sys.stderr)
        context = click.get_current_context(silent=True)
        if context is not None:
            context.call_on_close(progress.close)  # before any error is said: a bar left standing would hide it
        return progress

    def emit(self, document: Mapping[str, Any], show: Callable[[Console], None]) -> None:
        """Print the result: `document` as JSON behind its schema, or what `show` prints for people."""
        if self._made is not None:
            self.note(f"dfs: made a new observatory in {self._made}")
        if self.json:
            click.echo(json.dumps({"schema": schema_of(self.command), **plain(document)}, allow_nan=False))
            return
        from rich.console import Console

        class Plain(Console):
            """Shows no text that a terminal would obey."""

            def render_str(self, text: str, **options: Any) -> Text:
                return super().render_str(text.translate(_CONTROLS), **options)

            def on_broken_pipe(self) -> None:
                """Leave the end to the program: whoever read has gone, and what is still held back goes nowhere."""
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                raise BrokenPipeError

        # A pipe has no width: 80 columns would cut paths that scripts want to read.
        width = None if sys.stdout.isatty() else 240
        # Names of targets and files come from outside: nothing in them is markup or an emoji.
        show(
            Plain(
                file=sys.stdout,
                width=width,
                highlight=False,
                soft_wrap=width is not None,
                markup=False,
                emoji=False,
            )
        )

    def note(self, line: str) -> None:
        """Say `line` on standard error."""
        click.echo(line, err=True)


pass_terminal = click.make_pass_decorator(Terminal, ensure=True)


def schema_of(command: str) -> str:
    """Return the schema name of a command, ``dfs.archive.list/1`` for ``archive.list``."""
    return f"dfs.{command}/1" if command else "dfs/1"


def _set_root(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.ensure_object(Terminal).root = value.expanduser().absolute()


def _set_json(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Terminal).json = True


def _set_verbose(context: click.Context, _: click.Parameter, value: int) -> None:
    if value:
        context.ensure_object(Terminal).verbose = value


def _shared() -> list[click.Parameter]:
    """Return the options that every command takes, before or after its name."""
    return [
        click.Option(
            ["--root"],
            type=click.Path(path_type=Path),
            metavar="PATH",
            expose_value=False,
            callback=_set_root,
            help="Folder of the observatory (or DFS_ROOT).",
        ),
        click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            callback=_set_json,
            help="Print one JSON object on standard output.",
        ),
        click.Option(
            ["-v", "--verbose"],
            count=True,
            expose_value=False,
            callback=_set_verbose,
            help="Say more; -vv says everything.",
        ),
    ]


def _name(context: click.Context) -> str:
    """Return the dotted name of the command of `context`, without the program's."""
    return ".".join(context.command_path.split()[1:])


class Command(click.Command):
    """A command with ``--root``, ``--json`` and ``-v``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params = [*self.params, *_shared()]

    def invoke(self, ctx: click.Context) -> Any:
        """Tell the terminal which command runs, then run it."""
        ctx.ensure_object(Terminal).command = _name(ctx)
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Cancelled(hint="nothing half-written stays; the same command goes on from here") from None


class Group(click.Group):
    """A group of such commands, which takes the same options itself."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params = [*self.params, *_shared()]
