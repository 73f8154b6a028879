"""The ready line of what listens: one JSON object on standard output, and the same in a file, whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from dfs.errors import ServiceError

__all__ = ["ReadyFile"]


class ReadyFile:
    """Where the ready line goes beside standard output.

    Parameters
    ----------
    path
        None: nowhere.

    Raises
    ------
    ServiceError
        The file cannot be written.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        if path is None:
            return
        try:  # remove what another process left under this name, and see that it can be written
            path.unlink(missing_ok=True)
            self._write("")
            path.unlink()
        except OSError as error:
            raise self._unwritable(error) from error

    def tell(self, line: Mapping[str, Any]) -> None:
        """Say that it listens: first in the file, so that it is there for whoever has read the line."""
        text = json.dumps(line)
        if self._path is not None:
            try:
                self._write(f"{text}\n")
            except OSError as error:
                raise self._unwritable(error) from error
        click.echo(text)

    def remove(self) -> None:
        """Take the file away: nothing listens any more."""
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()

    def _write(self, text: str) -> None:
        assert self._path is not None  # noqa: S101 - callers have asked
        part = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        part.write_text(text, encoding="utf-8")
        part.replace(self._path)

    def _unwritable(self, error: OSError) -> ServiceError:
        return ServiceError(
            f"cannot write the ready file: {error.strerror}",
            where=str(self._path),
            hint="name a file in a folder you may write",
        )
