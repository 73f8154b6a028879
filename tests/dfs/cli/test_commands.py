"""Every command: there, helpful, and taking the options that all take."""

from __future__ import annotations

import click
import pytest

from dfs.cli import main
from dfs.cli.main import _COMMANDS, program


def leaves(command, path):
    """Yield (path, command) of every command that does something."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from leaves(command.get_command(context, name), (*path, name))
    else:
        yield path, command


COMMANDS = dict(leaves(program, ()))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_has_an_example(path, capsys):
    """``--help`` says what it does, shows an example, and offers --root and --json."""
    assert main([*path, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Example" in text
    assert f"dfs {' '.join(path)}" in text or "dfs --root" in text
    assert "--root" in text
    assert "--json" in text


@pytest.mark.parametrize("name", _COMMANDS)
def test_the_list_of_commands_is_true(name):
    """Each name in the list, which is written without importing anything, is the name of its command."""
    command = program.get_command(click.Context(program), name)
    assert command.name == name
