"""``dfs reduce``: a folder of raw frames in, archived science out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.output import Command, Terminal, pass_terminal
from dfs.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from dfs.pipeline import Report
    from dfs.pipeline.results import Made

__all__ = ["finish", "reduce"]

_STYLES = {"done": "green", "cached": "dim", "failed": "red", "blocked": "yellow"}


@click.command("reduce", cls=Command)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--plan", is_flag=True, help="Show what would be done, and do nothing.")
@click.option(
    "--allow-missing",
    is_flag=True,
    default=None,
    help="Go on without a missing calibration, and say so in the product.",
)
@click.option(
    "--workers", type=click.IntRange(min=0), default=None, help="Processes at the same time; 0 works in this one."
)
@click.option(
    "-p",
    "--param",
    "parameters",
    multiple=True,
    metavar="RECIPE.NAME=VALUE",
    help="Set a parameter of a recipe (dfs recipe show NAME); may be repeated.",
)
@click.option(
    "--engine",
    type=click.Choice(["process", "kernel"]),
    default="process",
    help="Where notebooks are executed; a Jupyter kernel for each is slower.",
)
@pass_terminal
@click.pass_context
def reduce(
    context: click.Context,
    terminal: Terminal,
    folder: Path,
    plan: bool,
    allow_missing: bool | None,
    workers: int | None,
    parameters: tuple[str, ...],
    engine: str,
) -> None:
    """Reduce the raw frames in FOLDER to calibrated, archived science.

    Classifies the frames, finds the calibrations of each, reduces what can be reduced, measures quality, archives everything. What was
    done before is not done again. FOLDER is only read.

    \b
    Examples:
        dfs reduce night/ --plan
        dfs reduce night/
        dfs reduce night/ -p science_spectrum.kappa=4 --workers 2 --json
    """
    values = _parameters(parameters)
    with terminal.open() as observatory:
        if plan:
            planned = observatory.pipeline.plan(
                folder, allow_missing=allow_missing, parameters=values, progress=terminal.progress()
            )
            terminal.emit(planned.document(), lambda console: console.print(planned.text(), markup=False))
            return
        report = observatory.pipeline.reduce(
            folder,
            workers=workers,
            allow_missing=allow_missing,
            parameters=values,
            engine=engine,
            progress=terminal.progress(),
        )
    finish(context, terminal, report)


def finish(context: click.Context, terminal: Terminal, report: Report) -> None:
    """Print `report`, say in one line each what was not reduced, and exit with 1 if there was something."""
    terminal.emit(report.document(), lambda console: _print(console, report))
    for failed in report.failures():
        terminal.note(f"dfs: not reduced: {failed.line()}")
    if not report.is_complete:
        context.exit(1)


def _print(console: Console, report: Report) -> None:
    """Print the table of products and where to look further."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("target", "product", "quality", "seconds", "state"):
        table.add_column(name, justify="right" if name == "seconds" else "left", overflow="fold")
    rows = [(one, made) for one in report.ordered() for made in one.products]
    for one, made in rows:
        seconds = "" if one.seconds is None else f"{one.seconds:.1f}"
        state = Text(one.state, style=_STYLES[one.state])
        table.add_row(one.job.target, _shortest(made.path), _quality(made), seconds, state)
    if rows:
        console.print(table)
    results = report.ordered()
    if results and all(one.state == "cached" for one in results):
        console.print("nothing to do: everything was done before, with the same frames and parameters")
    counts = ", ".join(f"{sum(one.state == state for one in results)} {state}" for state in _STYLES)
    console.print(f"{counts}; {report.seconds:.1f} s")
    console.print(f"summary: {report.summary}", markup=False)


def _shortest(path: Path) -> str:
    """Return `path` from here or from the root, whichever is shorter: a terminal has 80 columns."""
    return min(str(path), os.path.relpath(path), key=len)


def _quality(made: Made) -> str:
    from dfs.pipeline.results import headline

    return "\n".join(f"{one.name} {one.value:.4g}{_error(one.error)}" for one in headline(made.qc))


def _error(error: float | None) -> str:
    return "" if error is None else f" ± {error:.1g}"


def _parameters(given: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return recipe -> parameter -> value from ``recipe.name=value``."""
    values: dict[str, dict[str, Any]] = {}
    for one in given:
        name, equals, value = one.partition("=")
        recipe, dot, parameter = name.partition(".")
        if not (equals and dot and recipe and parameter):
            raise UsageError(
                f"{one!r} is not a parameter", where="--param", accepted="RECIPE.NAME=VALUE, e.g. bias.kappa=4"
            )
        values.setdefault(recipe, {})[parameter.replace("-", "_")] = value
    return values
