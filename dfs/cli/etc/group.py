"""The group: ``dfs etc list`` and ``dfs etc templates`` are commands, everything else is a question."""

from __future__ import annotations

import click

from dfs.cli.etc.asking import ask
from dfs.cli.etc.listing import instruments, templates
from dfs.cli.output import Group

__all__ = ["etc"]


class _Questions(Group):
    """Commands, or the arguments of a question: an instrument needs no word before it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the first word for a command where it is one."""
        first = next((one for one in args if not one.startswith("-")), "")
        return super().parse_args(ctx, args if first in self.commands else ["ask", *args])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command; a question goes under the name of the group."""
        name, command, rest = super().resolve_command(ctx, args)
        return ("" if name == "ask" else name), command, rest


etc = _Questions(
    "etc",
    commands={"ask": ask, "list": instruments, "templates": templates},
    help="Compute signal-to-noise and exposure times.",
)
