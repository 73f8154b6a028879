"""``dfs clock``: the time of a test instance."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from dfs.cli.output import Command, Terminal, pass_terminal
from dfs.errors import UsageError

__all__ = ["clock"]


@click.command("clock", cls=Command)
@click.option("--at", metavar="TIME", help="Let it stand at TIME, ISO 8601, UTC unless it says otherwise.")
@click.option("--run", is_flag=True, help="Let it run with the computer's clock again.")
@pass_terminal
def clock(terminal: Terminal, at: str | None, run: bool) -> None:
    """Show the observatory's time; in a test instance, set it.

    A test instance has `test_instance = true` in its dfs.toml (or DFS_TEST_INSTANCE=1 where it is served).  All its processes see
    the new time at once.  Sign-ins go by real time always.

    \b
    Examples:
        dfs clock
        dfs clock --at 2023-01-27T04:46:29.093
        dfs clock --run
    """
    if at is not None and run:
        raise UsageError("--at and --run exclude each other")
    with terminal.open() as observatory:
        if at is not None or run:
            observatory.set_clock(None if at is None else _time(at))
        now, standing = observatory.clock.now(), at is not None
    terminal.emit({"now": now}, lambda console: console.print(f"{now.isoformat()}{' (stands)' if standing else ''}"))


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--at {text!r} is no time", accepted="ISO 8601, e.g. 2023-01-27T04:46:29.093") from error
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
