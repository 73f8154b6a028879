"""``dfs archive search``: by criteria instead of ADQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import click

from dfs.archive.search import Kind, Search, select
from dfs.cli.archive.group import archive, elsewhere, opened
from dfs.cli.output import Terminal, pass_terminal

if TYPE_CHECKING:
    from astropy.table import Table
    from rich.console import Console

__all__ = ["search"]

_SHOWN = {
    "raw": ("dp_id", "object", "dp_cat", "dp_type", "exposure", "prog_id", "release_date"),
    "product": (
        "dp_id",
        "target_name",
        "dataproduct_type",
        "calib_level",
        "t_exptime",
        "proposal_id",
        "obs_release_date",
    ),
}


@archive.command("search")
@click.option("--kind", type=click.Choice(get_args(Kind)), default="raw", show_default=True, help="What to look for.")
@click.option("--instrument", metavar="NAME", help="e.g. EFOSC2.")
@click.option(
    "--target", metavar="NAME", help="An object that the archive knows by this name: what is at its position."
)
@click.option("--position", metavar="RA DEC", help="Instead: degrees, or 06:36:12 -31:13:14.")
@click.option("--radius", metavar="ANGLE", help="e.g. 5arcmin (the default), 0.1deg.")
@click.option("--date", metavar="DATE", help="2022-01-27, 2022-01, or 2022-01-26/2022-01-28 (UTC).")
@click.option("--night", metavar="DATE", help="Instead: the night that began in this evening.")
@click.option("--category", metavar="NAME", help="SCIENCE, CALIB, ACQUISITION (raw frames).")
@click.option("--type", "type_", metavar="NAME", help="DPR TYPE, e.g. OBJECT, BIAS; * for anything (raw frames).")
@click.option("--technique", metavar="NAME", help="DPR TECH, e.g. SPECTRUM (raw frames).")
@click.option("--programme", metavar="ID", help="Run or programme, * for anything: 108.22F6.001, 108.*.")
@click.option("--name", metavar="NAME", help="DP ID or original file name, * for anything.")
@click.option("--text", metavar="WORDS", help="All of these words, in objects, programmes, titles, people.")
@click.option("--limit", type=int, default=1000, show_default=True, help="At most so many rows.")
@click.option(
    "--show", type=click.Choice(["adql", "python"]), help="Say the search in these words instead of doing it."
)
@elsewhere
@pass_terminal
def search(terminal: Terminal, /, show: str | None, connect: str | None, type_: str | None, **criteria: Any) -> None:
    """Find raw frames and products.

    \b
    Examples:
        dfs archive search --instrument EFOSC2 --target "J0636-3113" --radius 5arcmin --date 2022-01-27
        dfs archive search --kind spectrum --text "white dwarf" --show adql
    """
    asked = Search.of(type=type_, **criteria)
    with opened(terminal, connect) as client:
        if show is not None:
            said = select(client.located(asked)) if show == "adql" else asked.python()
            terminal.emit({show: said}, lambda console: console.print(said, markup=False))
            return
        found = client.search(asked)
        slips = client.slips(asked) if not len(found) and connect != "eso" else []  # ESO's is too large to ask aside
    for line in slips:
        terminal.note(f"dfs: {line}")
    terminal.emit(
        {
            "adql": found.meta["adql"],
            "python": found.meta["python"],
            "overflow": found.meta["overflow"],
            "rows": _rows(found),
        },
        lambda console: _show(console, found, _SHOWN["raw" if asked.kind == "raw" else "product"]),
    )


def _rows(found: Table) -> list[dict[str, Any]]:
    return [dict(zip(found.colnames, (_plain(one) for one in row), strict=True)) for row in found]


def _plain(value: Any) -> Any:
    import numpy as np

    if value is np.ma.masked:
        return None
    return value.item() if hasattr(value, "item") else value


def _show(console: Console, found: Table, columns: tuple[str, ...]) -> None:
    from rich.table import Table as Shown

    shown = Shown(box=None, pad_edge=False)
    for name in columns:
        shown.add_column(name, no_wrap=True)
    for row in found[list(columns)]:
        shown.add_row(*("" if (value := _plain(one)) is None else str(value) for one in row))
    console.print(shown)
    more = ": there are more, raise --limit" if found.meta["overflow"] else ""
    console.print(f"{len(found)} found{more}")
