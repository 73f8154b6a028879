"""``dfs archive request``, ``requests``, ``fetch``: deliveries, asked for once and fetched when it suits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.archive.group import archive, elsewhere, opened
from dfs.cli.output import Terminal, pass_terminal

if TYPE_CHECKING:
    from rich.console import Console

    from dfs.archive.deliveries import Delivery, Fetched

__all__ = ["fetch", "list_requests", "request"]


@archive.command("request")
@click.argument("dp_id", nargs=-1, required=True)
@click.option("--calibrations", type=click.Choice(["raw", "master"]), help="With the calibrations of raw frames.")
@click.option(
    "--night-logs/--no-night-logs", default=True, show_default=True, help="With the night logs of raw frames."
)
@click.option("--title", default="", help="What it is, for people.")
@click.option("--share", "programme", metavar="RUN", help="Let the members of this run see the list.")
@click.option("--output-dir", type=click.Path(path_type=Path), help="Fetch it into this folder at once.")
@elsewhere
@pass_terminal
def request(
    terminal: Terminal, /, dp_id: tuple[str, ...], output_dir: Path | None, connect: str | None, **options: Any
) -> int:
    """Ask for a delivery: files, their calibrations, night logs, a README.

    It can be fetched now (--output-dir), or later, and again: dfs archive fetch.

    \b
    Example:
        dfs archive request EFOSC.2022-01-27T04:46:29.093 --calibrations raw --output-dir night
    """
    with opened(terminal, connect) as client:
        made = client.request(dp_id, **options)
        fetched = client.fetch(made, output_dir, terminal.progress()) if output_dir is not None else None

    def show(console: Console) -> None:
        _show_one(console, made)
        if fetched is not None:
            _show_fetched(console, fetched)

    terminal.emit({"delivery": made.document(), **_document(fetched)}, show)
    return 1 if fetched is not None and fetched.refused else 0


@archive.command("requests")
@elsewhere
@pass_terminal
def list_requests(terminal: Terminal, connect: str | None) -> None:
    """List your deliveries, and those shared with you.

    \b
    Example:
        dfs archive requests
    """
    with opened(terminal, connect) as client:
        found = client.requests()

    def show(console: Console) -> None:
        for one in found:
            _show_one(console, one)
        console.print(f"{len(found)} deliveries")

    terminal.emit({"deliveries": [one.document() for one in found]}, show)


@archive.command("fetch")
@click.argument("delivery")
@click.option(
    "--output-dir", type=click.Path(path_type=Path), default=Path(), help="Where the files go (default: here)."
)
@elsewhere
@pass_terminal
def fetch(terminal: Terminal, delivery: str, output_dir: Path, connect: str | None) -> int:
    """Fetch a delivery; what is there already, unharmed, is not fetched again.

    \b
    Example:
        dfs archive fetch 4be1c3 --output-dir night
    """
    with opened(terminal, connect) as client:
        fetched = client.fetch(delivery, output_dir, terminal.progress())
    terminal.emit(_document(fetched), lambda console: _show_fetched(console, fetched))
    return 1 if fetched.refused else 0


def _document(fetched: Fetched | None) -> dict[str, Any]:
    if fetched is None:
        return {}
    refused = [{"name": name, "reason": reason} for name, reason in fetched.refused]
    return {"folder": fetched.folder, "files": fetched.files, "refused": refused}


def _show_one(console: Console, one: Delivery) -> None:
    shared = f"  shared with {one.programme}" if one.programme else ""
    console.print(
        f"{one.id}  {one.created[:16]}  {len(one.items):>4} files {one.bytes / 1e6:9.1f} MB  {one.title}{shared}"
    )
    for message in one.messages:
        console.print(f"  ! {message}")


def _show_fetched(console: Console, fetched: Fetched) -> None:
    for name, reason in fetched.refused:
        console.print(f"! {name}: {reason}")
    console.print(f"{len(fetched.files)} files in {fetched.folder}")
