"""The group of phase 2's commands, and the observatory they speak to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.output import Group, Terminal

if TYPE_CHECKING:
    from dfs.phase2.client import Block, Folder, Phase2, Run

__all__ = ["chosen", "elsewhere", "opened", "p2"]


@click.group("p2", cls=Group)
def p2() -> None:
    """Prepare runs: observation blocks, their checks, tables and files of them.

    \b
    Examples:
        dfs p2 runs
        dfs p2 import 110.23XY.001 targets.csv --template "NGC 1365 300V"        what would be made, and what is bad
        dfs p2 import 110.23XY.001 targets.csv --template "NGC 1365 300V" --yes  make it
        dfs p2 verify 110.23XY.001
        dfs p2 report 110.23XY.001 run.pdf

    With --connect eso, eso-demo or the address of a running dfs serve, that observatory is spoken to instead; DFS_TOKEN, if it is set,
    holds the token that says who you are there (dfs p2 token).
    """


def elsewhere(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option ``--connect``."""
    return click.option(
        "--connect",
        metavar="WHERE",
        envvar="DFS_CONNECT",
        help="eso, eso-demo, or the address of a running dfs serve (or DFS_CONNECT).",
    )(command)


@contextmanager
def opened(terminal: Terminal, connect: str | None) -> Iterator[Phase2]:
    """Open the phase 2 that a command speaks to."""
    if connect:
        from dfs.errors import AccessError
        from dfs.phase2.client import Phase2
        from dfs.phase2.remote import RemotePhase2

        told = os.environ.get("DFS_TOKEN")
        try:
            with RemotePhase2(connect, told) as desk:
                yield Phase2(desk)
        except AccessError as error:
            if told:
                raise
            hint = f"sign in: export DFS_TOKEN=$(dfs p2 token NAME --connect {connect})"
            raise AccessError(error.message, where=error.where, hint=hint) from None
        return
    with terminal.open() as observatory:
        yield observatory.phase2


def chosen(run: Run, which: str | None) -> Block | Folder:
    """Return the block or container of a run that `which` names, by number or name; None: the run."""
    if which is None:
        return run
    from dfs.errors import NotFoundError
    from dfs.phase2.client.trees import item_number, walk

    fits = [
        one
        for one, _, _ in walk(run.working.tree["root"])
        if which == one["name"] or (which.isdecimal() and int(which) == item_number(one))
    ]
    if len(fits) != 1:
        what = "nothing" if not fits else f"{len(fits)} items"
        raise NotFoundError(f"{what} in {run.prog_id} called {which!r}", hint=f"see: dfs p2 tree {run.prog_id}")
    return run.handle(fits[0])
