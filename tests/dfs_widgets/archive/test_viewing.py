"""Looking at files: what is kept at hand, and for whom."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dfs.errors import AccessError
from dfs_widgets.archive.viewing import Viewing
from dfs_widgets.parts import FileView


class Archive:
    """Gives files to whoever has signed in."""

    def __init__(self) -> None:
        self.signed_in = True
        self.fetched: list[str] = []

    def get(self, dp_id: str, folder: str) -> Path:
        if not self.signed_in:
            raise AccessError("this file is not public yet", hint="sign in")
        self.fetched.append(dp_id)
        path = Path(folder) / f"{dp_id}.fits"
        path.write_bytes(b"content")
        return path


@pytest.fixture
def archive() -> Archive:
    return Archive()


@pytest.fixture
def viewing(archive: Archive, tmp_path: Path) -> Any:
    return Viewing(SimpleNamespace(archive=archive), FileView(), str(tmp_path))


def kept(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.rglob("*.fits"))


def test_the_last_files_are_at_hand_and_no_more(viewing: Any, archive: Archive, tmp_path: Path) -> None:
    for name in ("a", "b", "b", "c", "d"):
        viewing.send_piece(name, 0)
    assert archive.fetched == ["a", "b", "c", "d"]
    assert kept(tmp_path) == ["b.fits", "c.fits", "d.fits"]


def test_nobody_gets_what_another_had_open(viewing: Any, archive: Archive, tmp_path: Path) -> None:
    viewing.send_piece("a", 0)
    archive.signed_in = False
    viewing.forget()
    assert kept(tmp_path) == []
    with pytest.raises(AccessError):
        viewing.send_piece("a", 0)
