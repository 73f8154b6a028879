"""The group: ``dfs etc list`` and ``dfs etc templates`` are commands, everything else is a question."""

from __future__ import annotations

import click

from dfs.cli.etc.asking import ask
from dfs.cli.etc.listing import instruments, templates
from dfs.cli.output import Group

__all__ = ["etc"]

_QUESTION = ""  # the word of a question: none


class _Questions(Group):
    """Commands, or the arguments of a question: an instrument needs no word before it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the first word for a command where it is one."""
        first = next((one for one in args if not one.startswith("-")), _QUESTION)
        return super().parse_args(ctx, args if first in self.commands else [_QUESTION, *args])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command called `cmd_name`; without a name it is the question."""
        return ask if cmd_name == _QUESTION else super().get_command(ctx, cmd_name)


etc = _Questions(
    "etc",
    commands={"list": instruments, "templates": templates},
    help="Compute signal-to-noise and exposure times.",
)
