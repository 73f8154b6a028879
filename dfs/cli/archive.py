"""``dfs archive``: what is in the archive, out of it again, and proved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.output import Group, Terminal, pass_terminal

if TYPE_CHECKING:
    from rich.console import Console

    from dfs.archive import ArchivedFile

__all__ = ["archive"]


@click.group("archive", cls=Group)
def archive() -> None:
    """List, get and verify archived files.

    \b
    Example:
        dfs archive list --kind product
    """


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
@pass_terminal
def get(terminal: Terminal, dp_id: tuple[str, ...], output_dir: Path) -> None:
    """Copy archived files out; each appears whole and with the right checksum, or not at all.

    \b
    Example:
        dfs archive get EFOSC.2022-01-26T19:02:38.210_MASTER_BIAS_v1 --output-dir out
    """
    progress = terminal.progress()
    copied = []
    with terminal.open() as observatory:
        progress.begin("get", len(dp_id))
        for one in dp_id:
            copied.append({"dp_id": one, "path": observatory.archive.get(one, output_dir)})
            progress.step(one)
        progress.end()

    def show(console: Console) -> None:
        for one in copied:
            console.print(one["path"], markup=False)

    terminal.emit({"files": copied}, show)


@archive.command("verify")
@pass_terminal
def verify(terminal: Terminal) -> int:
    """Read every file and compare it with its checksum; exit 1 when something was wrong.

    A damaged copy goes to quarantine and is never served; where a replica is whole, it is restored from it.

    \b
    Example:
        dfs archive verify --json
    """
    with terminal.open() as observatory:
        result = observatory.archive.verify(terminal.progress())

    def show(console: Console) -> None:
        for one in result.findings:
            console.print(f"{one.problem:<12} {one.dp_id or '(no row)'}  {one.path}: {one.action}", markup=False)
        console.print(f"{result.files} files, {result.bytes / 1e6:.1f} MB read, {len(result.findings)} findings")

    terminal.emit({"files": result.files, "bytes": result.bytes, "findings": result.findings}, show)
    return 1 if result.findings else 0


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
