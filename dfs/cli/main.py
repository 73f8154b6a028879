"""The program ``dfs``: which commands there are, and how every one of them ends.

Commands are imported when they are called, so ``dfs --help`` answers at once. Whatever happens ends in one line: exit 0 when
all went well, 1 when the work failed, 2 when the call was wrong, 130 after Ctrl-C (or SIGTERM, SIGHUP). Tracebacks go to a log file.
"""

from __future__ import annotations

import importlib
import json
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from dfs import __version__
from dfs.cli.failures import as_error, keep_traceback, one_line, set_up_logging
from dfs.cli.output import Group, Terminal, schema_of
from dfs.errors import Cancelled, DfsError, UsageError

__all__ = ["main", "program"]

# name -> (module:attribute, one line for the list of commands)
_COMMANDS = {
    "reduce": ("dfs.cli.reduce:reduce", "Reduce a folder of raw frames to archived science."),
    "demo": ("dfs.cli.demo:demo", "Draw a simulated night and reduce it."),
    "frames": ("dfs.cli.frames:frames", "List, group and explain the frames of a folder."),
    "recipe": ("dfs.cli.recipe:recipe", "List, show and run recipes."),
    "qc": ("dfs.cli.qc:qc", "Show quality parameters."),
    "archive": ("dfs.cli.archive:archive", "List, get and verify archived files."),
    "p2": ("dfs.cli.p2:p2", "Prepare runs: observation blocks, their checks, tables and files."),
    "etc": ("dfs.cli.etc:etc", "Compute signal-to-noise and exposure times."),
    "serve": ("dfs.cli.serve:serve", "Serve the archive over HTTP."),
    "dashboards": ("dfs.cli.dashboards:dashboards", "Serve the pages."),
    "up": ("dfs.cli.dashboards:up", "Serve the archive and its pages."),
    "user": ("dfs.cli.user:user", "Make and close accounts; say who is what to which programme."),
    "programme": ("dfs.cli.programme:programme", "Set programmes and when their files become public."),
    "clock": ("dfs.cli.clock:clock", "Show the time; set that of a test instance."),
    "config": ("dfs.cli.config:config", "Show the settings and where each comes from."),
    "upgrade": ("dfs.cli.store:upgrade", "Bring an observatory to this version's format."),
    "backup": ("dfs.cli.store:backup", "Copy an observatory to a new folder."),
    "restore": ("dfs.cli.store:restore", "Make an observatory from a backup."),
}


class _Program(Group):
    """The top: its commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of use."""
        return [*_COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command called `cmd_name`."""
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, attribute = _COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


@click.command("dfs", cls=_Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(__version__, prog_name="dfs", message="%(prog)s %(version)s")
def program() -> None:
    """Take raw frames of the VLT and La Silla to calibrated, archived science.

    \b
    Examples:
        dfs demo                                  a whole night, simulated
        dfs reduce night/                         your own frames
        dfs frames why night/EFOSC.fits           which calibrations, and why these
        dfs --root /data/obs archive list --json

    The observatory (its files and its database) is a folder: --root PATH, or DFS_ROOT, or the default in your data folder.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``dfs`` with `arguments` (None: those of the process) and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    terminal = Terminal()
    set_up_logging(sum(one.count("v") for one in given if one in {"-v", "-vv", "--verbose"}))
    try:
        with _stopped_alike():
            code = program.main(given, prog_name="dfs", standalone_mode=False, obj=terminal)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except BrokenPipeError:  # whoever read our output has gone: `dfs archive list | head`
        sys.stdout = None
        return 0
    except BaseException as error:  # noqa: BLE001 - the last door: whatever comes ends in one line
        return _fail(error, terminal, given)
    return code if isinstance(code, int) and not isinstance(code, bool) else 0


@contextmanager
def _stopped_alike() -> Iterator[None]:
    """Let SIGTERM (batch systems, ``kill``) and SIGHUP (the terminal is gone) stop the work as Ctrl-C does: everything is tidied up.

    A signal that the caller ignores (``nohup``) or handles stays as it is.
    """
    before: dict[signal.Signals, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _fail(raised: BaseException, terminal: Terminal, given: list[str]) -> int:
    """Say in one line what went wrong, keep the traceback in the log, return the exit code."""
    error, command = as_error(raised), _command(raised, terminal)
    if not isinstance(error, UsageError | Cancelled):
        log = keep_traceback(raised, terminal.root)
        if not isinstance(raised, DfsError) and log is not None and not error.hint:
            error.hint = f"details in {log}"
    click.echo(f"dfs: {one_line(error.line())}", err=True)
    if terminal.json or "--json" in given:
        document: dict[str, Any] = {"schema": schema_of(command), "error": error.document()}
        click.echo(json.dumps(document))
    return error.exit_code


def _command(raised: BaseException, terminal: Terminal) -> str:
    """Return the dotted name of the command that failed, also when its own options were wrong."""
    context = getattr(raised, "ctx", None)
    return terminal.command if context is None else ".".join(context.command_path.split()[1:])
