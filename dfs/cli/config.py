"""``dfs config``: the settings in force and where each comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dfs.cli.output import Group, Terminal, pass_terminal

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["config"]


@click.group("config", cls=Group)
def config() -> None:
    """Show the settings and where each comes from.

    \b
    Example:
        dfs config show
    """


@config.command("show")
@pass_terminal
def show(terminal: Terminal) -> None:
    """Show every setting, its value, and the place it was set.

    From weak to strong: defaults, the user's dfs.toml, dfs.toml in the root, DFS_<NAME> in the environment, options.

    \b
    Examples:
        dfs config show
        DFS_WORKERS=1 dfs --root /data/obs config show --json
    """
    from dfs.config import Settings, load_settings

    found = load_settings(terminal.root)
    rows = [
        {
            "name": name,
            "value": _shown(name, getattr(found.settings, name), found.settings),
            "origin": found.origins[name],
            "description": field.description,
        }
        for name, field in Settings.model_fields.items()
    ]

    def print_rows(console: Console) -> None:
        for row in rows:
            console.print(f"{row['name']:<15} {row['value']!s:<50} {row['origin']}", markup=False)

    terminal.emit({"settings": rows}, print_rows)


def _shown(name: str, value: object, settings: object) -> object:
    """Return a value as it may be shown: the URL in force, without its password."""
    if name != "database_url":
        return value
    from sqlalchemy import make_url

    return make_url(getattr(settings, "url")).render_as_string(hide_password=True)  # noqa: B009 - a property, not a field
