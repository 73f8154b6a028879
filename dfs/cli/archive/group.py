"""The group of the archive's commands, and the choice of the archive they speak to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.output import Group, Terminal

if TYPE_CHECKING:
    from dfs.archive.client import ArchiveClient

__all__ = ["archive", "elsewhere", "opened"]


@click.group("archive", cls=Group)
def archive() -> None:
    """Search the archive, get files out of it, put files in, prove it.

    \b
    Examples:
        dfs archive search --instrument EFOSC2 --date 2022-01-27
        dfs archive query "SELECT TOP 10 * FROM ivoa.ObsCore"
        dfs archive get EFOSC.2022-01-27T04:46:29.093 --calibrations raw

    With --connect eso (or the address of a running dfs serve) search, query and get speak to that archive instead.
    DFS_TOKEN, if it is set, holds the token that says who you are there.
    """


def elsewhere(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option ``--connect``."""
    return click.option(
        "--connect",
        metavar="WHERE",
        envvar="DFS_CONNECT",
        help="eso, or the address of a running dfs serve (or DFS_CONNECT).",
    )(command)


@contextmanager
def opened(terminal: Terminal, connect: str | None) -> Iterator[ArchiveClient]:
    """Open the archive that a command speaks to."""
    if connect:
        from dfs.connection import connect as reach

        yield reach(connect, token=os.environ.get("DFS_TOKEN")).archive
        return
    with terminal.open() as observatory:
        yield observatory.archive
