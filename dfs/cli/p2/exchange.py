"""``dfs p2 import`` and ``export``: tables, OBX, ZIP, JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.output import Terminal, pass_terminal
from dfs.cli.p2.group import chosen, elsewhere, opened, p2

if TYPE_CHECKING:
    from rich.console import Console

    from dfs.phase2.client.importing import Imported

__all__ = ["export", "import_"]

_SHOWN = 20  # lines about bad rows
_LISTED = 4  # rows or names in a line


@p2.command("import")
@click.argument("run")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--template", metavar="OB", help="Block of the run (number or name) that each row of a table begins as.")
@click.option(
    "--map", "pairs", metavar="COLUMN=FIELD", multiple=True, help="What a column is; COLUMN= leaves it out. Repeat."
)
@click.option(
    "--folder", metavar="NAME", default="", help="Folder of the run to put new blocks into, made if it is not there."
)
@click.option("--yes", is_flag=True, help="Write what is ready; without it nothing is written.")
@elsewhere
@pass_terminal
def import_(
    terminal: Terminal,
    /,
    run: str,
    file: Path,
    template: str | None,
    pairs: tuple[str, ...],
    connect: str | None,
    **options: Any,
) -> None:
    """Read FILE (a table: .csv .ecsv .vot .fits; blocks: .obx .zip .json) for RUN: what is ready, and what is bad by row and column.

    Columns are known by their names (name, ra, dec, RA_ICRS, pmra, airmass, exposure, SEQ.NEXPO ...); fields as in findings:
    target.ra, constraints.seeing, userPriority, templates[1].SEQ.NEXPO.  Coordinates are sexagesimal or degrees.  A column obId
    changes the blocks there are.  Exit 1 when a row is bad.

    \b
    Examples:
        dfs p2 import 110.23XY.001 targets.csv --template "NGC 1365 300V"
        dfs p2 import 110.23XY.001 targets.csv --template 1000042 --map texp=exposure --map id= --yes
        dfs p2 import 110.23XY.001 old_ob.obx --yes
    """
    mapping, yes = _mapping(pairs), options["yes"]
    with opened(terminal, connect) as phase2:
        whole = phase2.run(run)
        start = whole.ob(int(template) if template.isdecimal() else template) if template else None
        found = whole.read(
            file, folder=options["folder"], **({"template": start, "mapping": mapping} if start or mapping else {})
        )
        there = {one.name for one in whole.blocks()}
        twice = [] if "obId" in found.mapping.values() else [one for one in found.ready if one in there]
        written = found.make() if yes and found.ready else 0
        if written:
            whole.push()
    document: dict[str, Any] = {
        "ready": [{"name": one} for one in found.ready],
        "bad": [{"row": one.row, "column": one.column or None, "message": one.message} for one in found.bad],
        "mapping": dict(found.mapping),
        "ignored": list(found.ignored),
    }
    if yes:
        document["written"] = written
    terminal.emit(document, lambda console: _show(console, found, twice, written if yes else None))
    if found.bad:
        click.get_current_context().exit(1)


@p2.command("export")
@click.argument("run")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("item", required=False)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@elsewhere
@pass_terminal
def export(terminal: Terminal, /, run: str, file: Path, item: str | None, force: bool, connect: str | None) -> None:
    """Write RUN, or a block or container of it, to FILE: .zip, .json, .obx (one block); the run as table: .csv, .ecsv, .vot.

    \b
    Examples:
        dfs p2 export 110.23XY.001 run.zip
        dfs p2 export 110.23XY.001 block.obx "NGC 1365 300V"
        dfs p2 export 110.23XY.001 run.csv
    """
    from dfs.errors import ConflictError

    if file.exists() and not force:
        raise ConflictError("the file is there already", where=str(file), hint="--force writes over it")
    with opened(terminal, connect) as phase2:
        whole = phase2.run(run)
        path = whole.export(file, None if item is None else [chosen(whole, item)])
    size = path.stat().st_size
    terminal.emit({"path": path, "bytes": size}, lambda console: console.print(f"{path}: {size} bytes"))


def _mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    from dfs.errors import UsageError

    wrong = next((one for one in pairs if "=" not in one), None)
    if wrong is not None:
        raise UsageError(f"--map {wrong}", accepted="COLUMN=FIELD, e.g. texp=exposure; COLUMN= leaves the column out")
    column_field = (one.rpartition("=") for one in pairs)
    return {column: field for column, _, field in column_field}


def _show(console: Console, found: Imported, twice: Sequence[str], written: int | None) -> None:
    renamed = {column: field for column, field in found.mapping.items() if column != field}
    for column, field in renamed.items():
        console.print(f"  {column} -> {field}")
    if len(found.mapping) > len(renamed):
        console.print(f"  {len(found.mapping) - len(renamed)} columns are called as the fields that they hold")
    if found.ignored:
        console.print(f"  not read: {', '.join(found.ignored)}")
    lines = _bad_lines(found)
    for line in lines[:_SHOWN]:
        console.print(f"! {line}")
    if len(lines) > _SHOWN:
        console.print(f"! and {len(lines) - _SHOWN} more")
    if twice:
        console.print(f"  {len(twice)} of the names are in the run already, these are new blocks: {_some(twice)}")
    bad = len({one.row for one in found.bad})
    told = "nothing is written; --yes writes what is ready" if written is None else f"{written} written"
    console.print(f"{len(found.ready)} ready, {bad} bad: {told}")


def _bad_lines(found: Imported) -> list[str]:
    """Return what is wrong, a line each; the same in the same column of several rows only once."""
    rows: dict[tuple[str, str], list[int]] = {}
    for one in found.bad:
        rows.setdefault((one.column, one.message), []).append(one.row)
    return [
        f"row{'s' if len(numbers) > 1 else ''} {_some(numbers)}{f', {column}' if column else ''}: {message}"
        for (column, message), numbers in rows.items()
    ]


def _some(things: Sequence[object]) -> str:
    return ", ".join(map(str, things[:_LISTED])) + (f" ... ({len(things)})" if len(things) > _LISTED else "")
