"""``dfs dashboards`` and ``dfs up``: the pages, alone or with the server they speak to."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import wraps
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.output import Command, Terminal, pass_terminal
from dfs.cli.ready import ReadyFile
from dfs.config import load_settings
from dfs.errors import NotFoundError

if TYPE_CHECKING:
    from dfs.cli.companion import Companion

__all__ = ["dashboards", "up"]

_GROUP = "dfs.pages"  # entry points: who serves pages; the library itself knows none


def _hosting(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of hosting, collected in `hosting`."""

    @click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
    @click.option(
        "--port", type=click.IntRange(0, 65535), default=8866, show_default=True, help="0 takes any free one."
    )
    @click.option(
        "--ready-file", type=click.Path(path_type=Path), help="Write the ready line here too, once it listens."
    )
    @click.option(
        "--open-pages",
        "cap",
        type=click.IntRange(1, 1000),
        default=20,
        show_default=True,
        help="Pages open at the same time.",
    )
    @click.option(
        "--idle",
        "idle_s",
        type=click.IntRange(1),
        default=1800,
        show_default=True,
        metavar="SECONDS",
        help="End what nobody has open after this time.",
    )
    @click.option(
        "--warm",
        type=click.IntRange(0, 10),
        default=1,
        show_default=True,
        help="Kernels kept ready for the next visitor of a page.",
    )
    @wraps(command)
    def with_options(*args: Any, host: str, port: int, cap: int, idle_s: int, warm: int, **rest: Any) -> None:
        command(*args, hosting={"host": host, "port": port, "cap": cap, "idle_s": idle_s, "warm": warm}, **rest)

    return with_options


@click.command("dashboards", cls=Command)
@_hosting
@click.option("--server", metavar="URL", help="Show the observatory of a running dfs serve, to whoever signs in there.")
@pass_terminal
def dashboards(terminal: Terminal, hosting: dict[str, Any], ready_file: Path | None, server: str | None) -> None:
    """Serve the pages until SIGTERM or Ctrl-C.

    The first line on standard output, once it listens, is a JSON object with the address of each page.

    \b
    Examples:
        dfs dashboards
        dfs --root /data/obs dashboards --port 0 --ready-file ready.json
        dfs dashboards --server https://archive.example.org/dfs
    """
    _serve(terminal, hosting, ReadyFile(ready_file), server, None)


@click.command("up", cls=Command)
@_hosting
@click.option(
    "--server-port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port of the services; 0 takes any free one.",
)
@pass_terminal
def up(terminal: Terminal, hosting: dict[str, Any], ready_file: Path | None, server_port: int) -> None:
    """Serve the archive and its pages, in one command.

    The pages hold no files: they speak to the server as whoever signs in.

    \b
    Example:
        dfs --root /data/obs up --host 0.0.0.0
    """
    from dfs.cli.companion import Companion

    _host()  # before anything starts: say what is missing
    ready = ReadyFile(ready_file)
    with Companion(terminal.root, hosting["host"], server_port) as server:
        _serve(terminal, hosting, ready, server.told["url"], server)


def _serve(
    terminal: Terminal, hosting: dict[str, Any], ready: ReadyFile, server: str | None, companion: Companion | None
) -> None:
    host = _host()

    def listens(url: str, pages: Mapping[str, str]) -> None:
        line = companion.told if companion else {"event": "ready", "url": url}
        ready.tell({**line, "pages": dict(pages), "lab": f"{url}lab", "pid": os.getpid()})

    try:
        host(root=load_settings(terminal.root).settings.root, server=server, on_ready=listens, **hosting)
    finally:
        ready.remove()


def _host() -> Callable[..., None]:
    """Return who serves pages."""
    found = entry_points(group=_GROUP, name="host")
    hint = "install: pip install 'vlt-dfs[pages]'"
    if not found:
        raise NotFoundError("the pages are not installed", hint=hint)
    try:
        import voila  # noqa: F401 - the extra that pages need

        host: Callable[..., None] = next(iter(found)).load()
    except ModuleNotFoundError as error:
        raise NotFoundError(f"the pages need {error.name}, which is not installed", hint=hint) from error
    return host
