"""``dfs serve``: the archive's services over HTTP, in one process."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.output import Command, Terminal, pass_terminal
from dfs.cli.ready import ReadyFile

if TYPE_CHECKING:
    from dfs.observatory import Observatory

__all__ = ["serve"]


@click.command("serve", cls=Command)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0 for all of this machine."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free one.")
@click.option("--ready-file", type=click.Path(path_type=Path), help="Write the ready line here too, once it listens.")
@click.option(
    "--public-url",
    default="",
    metavar="URL",
    help="Address that clients know, when a proxy stands before (setting public_url).",
)
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
    from dfs.server.app import make_app
    from dfs.server.process import listen, url_of
    from dfs.server.process import serve as run

    file = ReadyFile(ready_file)
    with listen(host, port) as server, _open(terminal, public_url, url_of(server)) as observatory:
        base = observatory.settings.public_url

        try:
            run(
                make_app(observatory),
                server,
                ready=lambda: file.tell(_ready_line(base)),
                trusted_proxies=trusted_proxies,
            )
        finally:
            file.remove()


def _open(terminal: Terminal, public_url: str, local_url: str) -> Observatory:
    """Open the observatory; its public address is the option's, else the settings', else the one we listen at."""
    from dfs.config import load_settings

    configuration = load_settings(terminal.root, public_url=public_url or None)
    if configuration.origins["public_url"] == "default":
        public_url = local_url
    return terminal.open(public_url=public_url or None)


def _ready_line(base: str) -> dict[str, Any]:
    """Return what a script wants to know."""
    return {
        "event": "ready",
        "url": base,
        "tap": f"{base}/tap",
        "p2": f"{base}/p2/api/v1",
        "health": f"{base}/health",
        "pid": os.getpid(),
    }
