"""``dfs programme``: titles, investigators, and the rules that decide when a programme's files become public."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dfs.cli.output import Group, Terminal, pass_terminal

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["programme"]


@click.group("programme", cls=Group)
def programme() -> None:
    """Set what is known of programmes, and when their files become public.

    \b
    Example:
        dfs programme set 108.22F6 --title "Planetary nebulae" --pi-coi "Doe/ Roe" --days 365
    """


@programme.command("set")
@click.argument("identifier")
@click.option("--title", metavar="TEXT", help="Its title.")
@click.option("--pi-coi", metavar="NAMES", help="Principal and co-investigators, as tables show them.")
@click.option(
    "--type", "kind", metavar="TYPE", help="Normal, Large, DDT, Short, Calibration, Monitoring, GTO, Public Survey ..."
)
@click.option("--abstract", metavar="TEXT", help="Its abstract.")
@click.option("--days", type=int, metavar="N", help="Proprietary period from archiving on, in days; 0: public at once.")
@click.option("--days-by-type", is_flag=True, help="Let its type decide on the period again.")
@click.option(
    "--protect-metadata/--no-protect-metadata", default=None, help="Hide its files from others until release."
)
@pass_terminal
def set_programme(terminal: Terminal, /, identifier: str, kind: str | None, days_by_type: bool, **given: Any) -> None:
    """Set values of the programme or run IDENTIFIER; what is not given stays.

    A new period or protection holds at once for its files and for all products made from them.

    \b
    Examples:
        dfs programme set 108.22F6 --days 180
        dfs programme set 60.A-9022(C) --type Technical --protect-metadata
    """
    names = {"days": "proprietary_days", "protect_metadata": "metadata_protected"}
    values = {names.get(name, name): value for name, value in (given | {"type": kind}).items() if value is not None}
    if days_by_type:
        values["proprietary_days"] = None
    with terminal.open() as observatory:
        changed = observatory.programmes.set(identifier, **values)
        found = observatory.programmes.find(identifier)
    terminal.emit(
        {"programme": found, "files_changed": changed},
        lambda console: console.print(f"{identifier} set; {changed} files have a new release", markup=False),
    )


@programme.command("list")
@pass_terminal
def list_programmes(terminal: Terminal) -> None:
    """List programmes and runs for which something is set.

    \b
    Example:
        dfs programme list --json
    """
    with terminal.open() as observatory:
        found = observatory.programmes.list()

    def show(console: Console) -> None:
        for one in found:
            days = "by type" if one.proprietary_days is None else f"{one.proprietary_days} d"
            hidden = "  metadata protected" if one.metadata_protected else ""
            console.print(f"{one.id:<20} {one.type or '-':<14} {days:<8} {one.title or '-'}{hidden}", markup=False)

    terminal.emit({"programmes": found}, show)
