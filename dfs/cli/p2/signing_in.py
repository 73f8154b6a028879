"""``dfs p2 token``: sign in at a server, for the commands that follow."""

from __future__ import annotations

import sys

import click

from dfs.cli.output import Terminal, pass_terminal
from dfs.cli.p2.group import elsewhere, p2

__all__ = ["token"]


@p2.command("token")
@click.argument("name")
@elsewhere
@pass_terminal
def token(terminal: Terminal, /, name: str, connect: str | None) -> None:
    """Sign in as NAME and print the token that DFS_TOKEN is to hold; the password is asked for, or read from standard input.

    \b
    Examples:
        export DFS_CONNECT=http://127.0.0.1:8000
        export DFS_TOKEN=$(dfs p2 token 52052)
        dfs p2 runs
    """
    from dfs.errors import UsageError
    from dfs.phase2.remote import RemotePhase2

    if not connect:
        raise UsageError("no server is named", where="--connect", accepted="eso, eso-demo, or its address")
    if sys.stdin.isatty():
        password = click.prompt(f"Password of {name}", hide_input=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    with RemotePhase2(connect) as desk:
        user = desk.sign_in(name, password)
        terminal.emit({"user": user, "token": desk.token}, lambda _: click.echo(desk.token))
