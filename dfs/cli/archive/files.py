"""``dfs archive list`` and ``get``: what is in the archive, and out of it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.archive.group import archive, elsewhere, opened
from dfs.cli.output import Terminal, pass_terminal

if TYPE_CHECKING:
    from rich.console import Console

    from dfs.archive import ArchivedFile

__all__ = ["get", "list_files"]


@archive.command("list")
@click.option("--kind", type=click.Choice(["raw", "product", "report"]), help="Only this kind of file.")
@click.option("--category", metavar="NAME", help="Only this category, e.g. MASTER_BIAS.")
@click.option("--instrument", metavar="NAME", help="Only this instrument, e.g. EFOSC2.")
@pass_terminal
def list_files(terminal: Terminal, kind: Any, category: str | None, instrument: str | None) -> None:
    """List the archived files by time of observation.

    \b
    Examples:
        dfs archive list
        dfs archive list --category SCIENCE_SPECTRUM --json
    """
    with terminal.open() as observatory:
        found = observatory.archive.list(kind=kind, category=category, instrument=instrument)
    terminal.emit({"files": [_document(one) for one in found]}, lambda console: _show(console, found))


@archive.command("get")
@click.argument("dp_id", nargs=-1, required=True)
@click.option(
    "--output-dir", type=click.Path(path_type=Path), default=Path(), help="Where the files go (default: here)."
)
@click.option(
    "--calibrations", type=click.Choice(["raw", "master"]), help="With the calibrations of raw frames, as these are."
)
@elsewhere
@pass_terminal
def get(terminal: Terminal, dp_id: tuple[str, ...], output_dir: Path, calibrations: Any, connect: str | None) -> None:
    """Copy archived files out; each appears whole and with the right checksum, or not at all.

    Files come as they are archived: nothing is unpacked. What broke off is continued by the same command.

    \b
    Examples:
        dfs archive get EFOSC.2022-01-26T19:02:38.210_MASTER_BIAS_v1 --output-dir out
        dfs archive get EFOSC.2022-01-27T04:46:29.093 --calibrations raw
        dfs archive get --connect eso EFOSC.2022-01-27T04:46:29.093
    """
    progress = terminal.progress()
    with opened(terminal, connect) as client:
        paths = client.get(list(dp_id), output_dir, calibrations=calibrations, progress=progress)

    if calibrations and len(paths) == len(set(dp_id)):
        terminal.note(
            "dfs: no calibrations came with it: they belong to raw frames (see: dfs archive query, phase3v2.provenance)"
        )

    def show(console: Console) -> None:
        for one in paths:
            console.print(one, markup=False)

    documents = [{"dp_id": _dp_id(path, dp_id), "path": path} for path in paths]
    terminal.emit({"files": documents}, show)


def _dp_id(path: Path, asked: tuple[str, ...]) -> str:
    """Return the DP ID of a file that was copied out: its name without the suffixes of its format."""
    return next((one for one in asked if path.name.startswith(one + ".")), path.name.split(".fits")[0])


def _document(file: ArchivedFile) -> dict[str, Any]:
    return {
        "dp_id": file.dp_id,
        "path": file.path,
        "bytes": file.bytes,
        "sha256": file.sha256,
        "category": file.category,
        "instrument": file.instrument,
        "archived": f"{file.archived}Z",
        "release_date": f"{file.release_date}Z",
        "kind": file.kind,
        "version": file.version,
        "state": file.state,
        "mjd_obs": file.mjd_obs,
        "target": file.target,
        "programme": file.programme,
        "exposure_s": file.exposure_s,
        "datasum": file.datasum,
    }


def _show(console: Console, found: list[ArchivedFile]) -> None:
    for one in found:
        state = "" if one.state == "online" else f"  {one.state}"
        console.print(
            f"{one.dp_id:<58} {one.kind:<8} {one.bytes / 1e6:9.3f} MB  {one.target or '-'}{state}", markup=False
        )
    console.print(f"{len(found)} files, {sum(one.bytes for one in found) / 1e6:.1f} MB")
