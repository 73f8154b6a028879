"""``dfs serve``: the archive's services over HTTP, in one process."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from dfs.cli.output import Command, Terminal, pass_terminal
from dfs.errors import ServiceError, UsageError

__all__ = ["serve"]


@click.command("serve", cls=Command)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0 for all of this machine."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes any free one.")
@click.option("--ready-file", type=click.Path(path_type=Path), help="Write the ready line here too, once it listens.")
@click.option("--public-url", default="", metavar="URL", help="Address that clients know, when a proxy stands before.")
@click.option(
    "--trusted-proxies", default="", metavar="ADDRESSES", help="Proxies whose X-Forwarded headers count, by commas."
)
@pass_terminal
def serve(
    terminal: Terminal, host: str, port: int, ready_file: Path | None, public_url: str, trusted_proxies: str
) -> None:
    """Serve TAP, DataLink, downloads and the rest until SIGTERM or Ctrl-C.

    The first line on standard output, once it listens, is a JSON object with the addresses.

    \b
    Examples:
        dfs serve
        dfs serve --port 0 --ready-file ready.json
        dfs serve --public-url https://archive.example.org/dfs --trusted-proxies 10.0.0.1
    """
    if public_url and not public_url.startswith(("http://", "https://")):
        raise UsageError(f"{public_url!r} is no address", where="--public-url", accepted="http://... or https://...")
    from dfs.server.app import make_app
    from dfs.server.process import listen, url_of
    from dfs.server.process import serve as run

    _prepare(ready_file)
    with listen(host, port) as server, terminal.open() as observatory:
        base = public_url.rstrip("/") or url_of(server)

        def ready() -> None:
            line = json.dumps(_ready_line(base))
            click.echo(line)
            if ready_file is not None:
                _write(ready_file, line)

        try:
            run(make_app(observatory, public_url=public_url), server, ready=ready, trusted_proxies=trusted_proxies)
        finally:
            if ready_file is not None:
                with suppress(OSError):
                    ready_file.unlink()


def _ready_line(base: str) -> dict[str, Any]:
    """Return what a script wants to know; ``p2`` is null as long as there is no Phase 2 service here."""
    return {
        "event": "ready",
        "url": base,
        "tap": f"{base}/tap",
        "p2": None,
        "health": f"{base}/health",
        "pid": os.getpid(),
    }


def _prepare(ready_file: Path | None) -> None:
    """Remove what another server left under this name, and see that it can be written."""
    if ready_file is None:
        return
    try:
        ready_file.unlink(missing_ok=True)
        _write(ready_file, "")
        ready_file.unlink()
    except OSError as error:
        raise _unwritable(ready_file, error) from error


def _write(file: Path, line: str) -> None:
    """Write `line` to `file`, whole or not at all."""
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        part.write_text(f"{line}\n" if line else "", encoding="utf-8")
        part.replace(file)
    except OSError as error:
        raise _unwritable(file, error) from error


def _unwritable(file: Path, error: OSError) -> ServiceError:
    return ServiceError(
        f"cannot write the ready file: {error.strerror}", where=str(file), hint="name a file in a folder you may write"
    )
