"""``dfs archive ingest``, ``verify``, ``rebuild-index``, ``replicate``, ``export``: keeping the archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.archive.group import archive
from dfs.cli.output import Terminal, pass_terminal
from dfs.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from dfs.archive import ArchivedFile
    from dfs.observatory import Observatory

__all__ = ["export", "ingest", "rebuild_index", "replicate", "verify"]

_AT_ONCE = 20  # files in one transaction: a crash loses at most the work on these, never what was acknowledged


@archive.command("ingest")
@click.argument("path", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(["raw", "product"]), default="raw", show_default=True, help="What they are.")
@click.option("--category", metavar="NAME", help="PRO CATG of products whose header does not tell.")
@pass_terminal
def ingest(terminal: Terminal, path: tuple[Path, ...], kind: Any, category: str | None) -> None:
    """Archive files, and all FITS files in folders: when it says so, they are durably there.

    A file that is archived already, with the same content, counts as archived.

    \b
    Examples:
        dfs archive ingest night/
        dfs archive ingest --kind product catalogue.fits
    """
    from dfs.archive import Submission

    wanted = [file for one in path for file in _files(one)]
    progress = terminal.progress()
    archived: list[ArchivedFile] = []
    with terminal.open() as observatory:
        for start in range(0, len(wanted), _AT_ONCE):
            batch = [Submission(file, kind, category) for file in wanted[start : start + _AT_ONCE]]
            archived += observatory.archive.ingest_many(batch, progress)
    documents = [
        {"path": file, "dp_id": one.dp_id, "release_date": f"{one.release_date}Z"}
        for file, one in zip(wanted, archived, strict=True)
    ]

    def show(console: Console) -> None:
        for one in archived:
            console.print(one.dp_id, markup=False)
        console.print(f"{len(archived)} files archived")

    terminal.emit({"files": documents}, show)


@archive.command("verify")
@pass_terminal
def verify(terminal: Terminal) -> int:
    """Read every file and compare it with its checksum; exit 1 when something was wrong.

    A damaged copy goes to quarantine and is never served; where a replica is whole, it is restored from it.  A damaged index is built
    anew.

    \b
    Example:
        dfs archive verify --json
    """
    from dfs.archive.entries import Finding

    with terminal.open() as observatory:
        result = observatory.archive.verify(terminal.progress())
        index = observatory.root / "index"
        damaged = [Finding(None, index / name, "changed", "index built anew") for name in observatory.index.check()]
    findings = (*result.findings, *damaged)

    def show(console: Console) -> None:
        for one in findings:
            console.print(f"{one.problem:<12} {one.dp_id or '(no row)'}  {one.path}: {one.action}", markup=False)
        console.print(f"{result.files} files, {result.bytes / 1e6:.1f} MB read, {len(findings)} findings")

    terminal.emit({"files": result.files, "bytes": result.bytes, "findings": findings}, show)
    return 1 if findings else 0


@archive.command("rebuild-index")
@click.option("--reread", is_flag=True, help="Read the headers of all files again, not only the rows kept of them.")
@pass_terminal
def rebuild_index(terminal: Terminal, reread: bool) -> None:
    """Build the index of all queryable tables anew, from the files and rows that are the truth.

    The index is never the only copy of anything: it can be thrown away at any time.

    \b
    Example:
        dfs archive rebuild-index
    """
    with terminal.open() as observatory:
        if reread:
            observatory.archive.reread_headers(terminal.progress())
        made = observatory.index.rebuild(terminal.progress())
        rows = {name: _count(observatory, name) for name in observatory.index.snapshot().tables}

    def show(console: Console) -> None:
        for name, number in sorted(rows.items()):
            console.print(f"{name:<32} {number:>12,} rows")
        console.print(f"index {made.generation}: {sum(rows.values()):,} rows in {len(rows)} tables")

    terminal.emit(
        {"generation": made.generation, "tables": [{"name": name, "rows": rows[name]} for name in sorted(rows)]}, show
    )


@archive.command("replicate")
@pass_terminal
def replicate(terminal: Terminal) -> None:
    """Copy every archived file to the replicas (setting `replicas`) that lack it.

    \b
    Example:
        DFS_REPLICAS=/mnt/second/files dfs archive replicate
    """
    with terminal.open() as observatory:
        if not observatory.settings.replicas:
            raise UsageError(
                "no replica is configured", where="replicas", hint="set replicas in dfs.toml; see: dfs config show"
            )
        copied = observatory.archive.replicate(terminal.progress())
    terminal.emit({"copied": copied}, lambda console: console.print(f"{copied} copies made"))


@archive.command("export")
@click.option(
    "--hats", is_flag=True, required=True, help="As HATS: Parquet files by HEALPix cell, for Spark, LSDB and others."
)
@click.option("--table", metavar="NAME", default="ivoa.ObsCore", show_default=True, help="Which table.")
@click.argument("folder", type=click.Path(path_type=Path))
@pass_terminal
def export(terminal: Terminal, hats: bool, table: str, folder: Path) -> None:  # noqa: ARG001 - the one form there is
    """Export a table for engines that go past one machine.

    Only rows whose metadata are public go out.

    \b
    Example:
        dfs archive export --hats obscore_hats
    """
    from dfs.access import RowRule
    from dfs.archive.index.hats import export_hats
    from dfs.clock import isoformat

    with terminal.open() as observatory:
        public = RowRule(isoformat(observatory.clock.now()))
        made = export_hats(observatory.index.snapshot(), table, folder, rule=public, progress=terminal.progress())

    def show(console: Console) -> None:
        console.print(f"{made.rows:,} rows in {made.tiles} tiles: {folder}")
        if made.without_position:
            console.print(f"{made.without_position:,} rows without a position were left out")

    document = {"rows": made.rows, "tiles": made.tiles, "without_position": made.without_position}
    terminal.emit({"folder": folder, "table": table, **document}, show)


def _count(observatory: Observatory, table: str) -> int:
    found = observatory.archive.query(f"SELECT COUNT(*) AS n FROM {table}")  # noqa: S608 - names come from the index itself
    return int(found["n"][0])


def _files(path: Path) -> list[Path]:
    """Return a file, or all FITS files in a folder and below."""
    if path.is_dir():
        found = sorted(
            one
            for one in path.rglob("*")
            if one.is_file() and ".fits" in one.name.lower() and not one.name.startswith(".")
        )
        if not found:
            raise NotFoundError("no FITS file in this folder", where=str(path))
        return found
    if not path.is_file():
        raise NotFoundError("no such file", where=str(path))
    return [path]
