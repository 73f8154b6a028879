"""``dfs qc``: quality values, what was measured beside what the header claims."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from dfs.cli.output import Group, Terminal, pass_terminal

if TYPE_CHECKING:
    from rich.console import Console

    from dfs.qc import QcRow

__all__ = ["qc"]


@click.group("qc", cls=Group)
def qc() -> None:
    """Show quality parameters.

    \b
    Example:
        dfs qc show --parameter ron_e
    """


@qc.command("show")
@click.option("--instrument", metavar="NAME", help="Only this instrument, e.g. EFOSC2.")
@click.option("--parameter", metavar="NAME", help="Only this parameter, e.g. ron_e.")
@click.option("--night", metavar="DATE", help="Only this night (date of its evening), e.g. 2022-01-26.")
@pass_terminal
def show(terminal: Terminal, instrument: str | None, parameter: str | None, night: str | None) -> None:
    """Show quality values by instrument, parameter and time: measured, its error, and what the header claims.

    \b
    Examples:
        dfs qc show --instrument EFOSC2
        dfs qc show --parameter gain_e_per_adu --json
    """
    with terminal.open() as observatory:
        rows = observatory.qc.rows(instrument=instrument, parameter=parameter, night=night)
    terminal.emit({"rows": [dataclasses.asdict(row) for row in rows]}, lambda console: _show(console, rows))


def _show(console: Console, rows: list[QcRow]) -> None:
    from rich.table import Table

    head = ("night", "instrument", "setup", "parameter", "value", "error", "unit", "header says", "product")
    table = Table(*head, box=None)
    for row in rows:
        setup = " ".join(str(value) for value in row.setup.values())
        claim = "" if row.header_value is None else f"{row.header_value} ({row.header_keyword})"
        cells = (
            row.night,
            row.instrument,
            setup,
            row.parameter,
            _number(row.value),
            _number(row.error),
            row.unit,
            claim,
            row.product_dp_id or "",
        )
        table.add_row(*cells)
    console.print(table)
    console.print(f"{len(rows)} values")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.5g}"
