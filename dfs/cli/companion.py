"""A ``dfs serve`` beside this process, for as long as it is needed."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dfs.errors import ServiceError

__all__ = ["Companion"]

_START_S = 60.0
_STOP_S = 15.0


class Companion:
    """Starts the server on entry and ends it on exit.

    Parameters
    ----------
    root
        The observatory; None: as ``dfs serve`` finds it.
    host, port
        Where it listens; port 0 takes a free one.

    Attributes
    ----------
    told
        Its ready line.
    """

    def __init__(self, root: Path | None, host: str, port: int) -> None:
        self._root = [] if root is None else ["--root", str(root)]
        self._where = ["--host", host, "--port", str(port)]
        self.told: dict[str, Any] = {}

    def __enter__(self) -> Self:
        with tempfile.TemporaryDirectory(prefix="dfs-up-") as folder:
            file = Path(folder) / "ready.json"
            command = [sys.executable, "-m", "dfs", *self._root, "serve", *self._where, "--ready-file", str(file)]
            self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
            try:
                self.told = self._wait(file)
            except BaseException:
                self._end()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def _wait(self, file: Path) -> dict[str, Any]:
        """Return the ready line once it is there."""
        end = time.monotonic() + _START_S
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise ServiceError("the server did not start", hint="its message stands above")
            if file.is_file():
                told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
                return told
            time.sleep(0.05)
        raise ServiceError(f"the server did not start within {_START_S:.0f} s")

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
