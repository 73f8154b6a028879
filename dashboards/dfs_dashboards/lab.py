"""JupyterLab beside the pages: started when somebody first asks for it, for whoever has its token.

Lab runs any code with the rights of whoever started it.  So it listens on this machine alone, wants a token, and the token is told to the
terminal, never to a visitor: ``{base}/lab`` leads to Lab's own door, ``{base}/lab?token=...`` through it.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tornado.httpclient import AsyncHTTPClient, HTTPClientError
from tornado.web import HTTPError, RequestHandler

from dfs.server.process import listen

__all__ = ["Lab", "LabDoor"]

_START_S = 60.0
_STOP_S = 10.0


class Lab:
    """One JupyterLab.

    Parameters
    ----------
    folder
        Where it opens.

    Attributes
    ----------
    token
        What lets a person in.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.token = secrets.token_urlsafe(24)
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._starting = asyncio.Lock()

    async def address(self) -> str:
        """Return its address, once it answers; it is started when it does not run."""
        async with self._starting:
            if self._process is None or self._process.poll() is not None:
                self._start()
                await self._answers()
        return f"http://127.0.0.1:{self._port}/lab"

    def stop(self) -> None:
        """End it, and the kernels it started."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> None:
        with listen("127.0.0.1", 0) as probe:  # a free port: Lab tells its own only to a terminal
            self._port = probe.getsockname()[1]
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"),
            *(f"--ServerApp.port={self._port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={self._folder}"),
            *("--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"),
        ]
        surroundings = {**os.environ, "JUPYTER_TOKEN": self.token}  # the list of processes is for everybody to read
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    async def _answers(self) -> None:
        end = asyncio.get_running_loop().time() + _START_S
        client = AsyncHTTPClient()
        while asyncio.get_running_loop().time() < end:
            if self._process is not None and self._process.poll() is not None:
                raise HTTPError(503, reason="JupyterLab did not start: is it installed? pip install 'vlt-dfs[lab]'")
            with suppress(OSError, HTTPClientError):
                await client.fetch(f"http://127.0.0.1:{self._port}/api")
                return
            await asyncio.sleep(0.1)
        raise HTTPError(503, reason="JupyterLab did not start in time")


class LabDoor(RequestHandler):
    """``/lab``: leads to Lab; to other machines it is closed."""

    def initialize(self, lab: Lab | None) -> None:
        """Take the Lab; None: there is none for the visitors of this host."""
        self._lab = lab

    async def get(self, *_: Any) -> None:
        """Send the visitor there, with the token he brought."""
        if self._lab is None:
            raise HTTPError(404, reason="There is no Lab for other machines: run your own with make lab")
        brought = self.get_query_argument("token", "")
        address = await self._lab.address()
        self.redirect(f"{address}?{urlencode({'token': brought})}" if brought else address)

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say in one line what is wrong."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}: {self._reason}\n")
