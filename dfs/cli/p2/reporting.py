"""``dfs p2 report``: a run on paper."""

from __future__ import annotations

from pathlib import Path

import click

from dfs.cli.output import Terminal, pass_terminal
from dfs.cli.p2.group import elsewhere, opened, p2

__all__ = ["report"]


@p2.command("report")
@click.argument("run")
@click.argument("file", type=click.Path(path_type=Path))
@elsewhere
@pass_terminal
def report(terminal: Terminal, /, run: str, file: Path, connect: str | None) -> None:
    """Write a report of RUN to FILE: .html or .pdf; blocks, targets, constraints, templates, execution times, findings.

    \b
    Example:
        dfs p2 report 110.23XY.001 run.pdf
    """
    with opened(terminal, connect) as phase2:
        path = phase2.run(run).report(file)
    size = path.stat().st_size
    terminal.emit({"path": path, "bytes": size}, lambda console: console.print(f"{path}: {size} bytes"))
