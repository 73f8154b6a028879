"""``dfs archive query``: ADQL in, a table out, in any of the formats."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from dfs.cli.archive.group import archive, elsewhere
from dfs.cli.output import Terminal, pass_terminal, schema_of
from dfs.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dfs.vo.formats import Rows

__all__ = ["query"]


@archive.command("query")
@click.argument("adql")
@click.option(
    "--format", "format_name", metavar="FORMAT", help="votable, fits, csv, tsv, parquet, json, text [default: text]."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write to this file; its suffix tells the format."
)
@click.option("--maxrec", type=click.IntRange(min=0), help="At most so many rows.")
@click.option("--upload", multiple=True, metavar="NAME=FILE", help="A table of yours, to be named tap_upload.NAME.")
@elsewhere
@pass_terminal
def query(
    terminal: Terminal,
    adql: str,
    format_name: str | None,
    output: Path | None,
    maxrec: int | None,
    upload: tuple[str, ...],
    connect: str | None,
) -> None:
    """Run a query in ADQL 2.1; with - it is read from standard input.

    \b
    Examples:
        dfs archive query "SELECT TOP 5 dp_id, object FROM dbo.raw" --format csv
        dfs archive query "SELECT * FROM ivoa.ObsCore" -o products.vot
        dfs archive query --upload mine=targets.csv "SELECT ... FROM tap_upload.mine ..."
    """
    from dfs.vo.formats import negotiate, write

    text = sys.stdin.read() if adql == "-" else adql
    chosen = negotiate(_format_name(terminal, format_name, output))
    with _rows(terminal, text, maxrec, dict(_upload(one) for one in upload), connect) as rows:
        pieces = write(rows, chosen)
        if chosen.name == "json":
            pieces = _with_schema(pieces, schema_of(terminal.command))
        if output is None:
            _pour(pieces, sys.stdout.buffer)
        else:
            _pour_into(pieces, output)
            terminal.note(f"dfs: wrote {output}, {output.stat().st_size:,} bytes")
        if rows.overflow:
            terminal.note(f"dfs: there are more rows than {maxrec}: the table is cut off")


class _rows:  # noqa: N801 - reads as the function it is
    """The rows of a query, in process or from elsewhere, as a context."""

    def __init__(
        self, terminal: Terminal, adql: str, maxrec: int | None, uploads: dict[str, Path], connect: str | None
    ) -> None:
        self._asked = (terminal, adql, maxrec, uploads, connect)
        self._closing: list[Any] = []

    def __enter__(self) -> Rows:
        from dfs.vo.formats import read_upload

        terminal, adql, maxrec, uploads, connect = self._asked
        if connect:
            return _from_elsewhere(connect, adql, maxrec, uploads)
        observatory = terminal.open()
        self._closing.append(observatory)
        read = {name: read_upload(name, path) for name, path in uploads.items()}
        result = observatory.engine.run(adql, user=observatory.user, maxrec=maxrec, uploads=read)
        self._closing.append(result)
        return result

    def __exit__(self, *_: object) -> None:
        for one in reversed(self._closing):
            one.close()


def _from_elsewhere(connect: str, adql: str, maxrec: int | None, uploads: dict[str, Path]) -> Rows:
    import os
    from io import BytesIO

    from astropy.table import Table

    from dfs.connection import connect as reach
    from dfs.vo.formats import TableRows, read_upload

    tables = {name: Table.read(path) for name, path in uploads.items()}
    found = reach(connect, token=os.environ.get("DFS_TOKEN")).archive.query(adql, maxrec=maxrec, uploads=tables)
    document = BytesIO()
    found.write(document, format="votable")
    read = read_upload("result", document.getvalue())
    return TableRows(read.columns, read.table, bool(found.meta["overflow"]))


def _format_name(terminal: Terminal, name: str | None, output: Path | None) -> str:
    if name is not None:
        return name
    if terminal.json:
        return "json"
    if output is None:
        return "text"
    suffix = output.suffix.lower().lstrip(".")
    return {"vot": "votable", "xml": "votable", "fit": "fits", "pq": "parquet", "txt": "text"}.get(suffix, suffix)


def _upload(given: str) -> tuple[str, Path]:
    name, sign, path = given.partition("=")
    if not sign or not path:
        raise UsageError(f"--upload {given!r} cannot be read", where="--upload", accepted="NAME=FILE")
    return name, Path(path)


def _with_schema(pieces: Iterator[bytes], schema: str) -> Iterator[bytes]:
    """Put the document's schema in front: every JSON document of this program begins with it."""
    first = next(pieces)
    yield b'{"schema": ' + json.dumps(schema).encode() + b", " + first.lstrip()[1:]
    yield from pieces


def _pour(pieces: Iterator[bytes], out: BinaryIO) -> None:
    out.writelines(pieces)
    out.flush()


def _pour_into(pieces: Iterator[bytes], output: Path) -> None:
    """Write a file that appears when it is whole."""
    import secrets

    from dfs.store.durable import disk_errors

    part = output.with_name(f".{output.name}.{secrets.token_hex(4)}.part")
    with disk_errors(output, "write the table"):
        try:
            with part.open("xb") as out:
                _pour(pieces, out)
            part.replace(output)
        finally:
            part.unlink(missing_ok=True)
