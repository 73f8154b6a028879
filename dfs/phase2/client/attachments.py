"""Files of blocks: sent once everything else is pushed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dfs.errors import NotFoundError, UsageError
from dfs.phase2.api import Phase2Desk, Upload

__all__ = ["chart_upload", "parameter_upload", "read_upload"]

Send = Callable[[Callable[[int], int]], None]


def read_upload(file: str | Path | bytes, name: str) -> Upload:
    """Return a file given by its path, or by bytes and a name."""
    if isinstance(file, bytes):
        if not name:
            raise UsageError("a file without a name", where="name", accepted="the name it is to have")
        return Upload(name, file)
    path = Path(file).expanduser()
    if not path.is_file():
        raise NotFoundError(f"there is no file {path}")
    return Upload(name or path.name, path.read_bytes())


def chart_upload(desk: Phase2Desk, ob_id: int, file: Upload) -> Send:
    """Return what attaches a finding chart."""
    return lambda present: desk.add_chart(present(ob_id), file)


def parameter_upload(desk: Phase2Desk, ob_id: int, place: int, parameter: str, file: Upload) -> Send:
    """Return what gives a parameter of the template at `place` its file."""

    def send(present: Callable[[int], int]) -> None:
        number = present(ob_id)
        templates = desk.templates(number).body
        template_id = int(templates[place]["templateId"])
        version = desk.file_parameter(number, template_id, parameter).version
        desk.save_file_parameter(number, template_id, parameter, file, version)

    return send
