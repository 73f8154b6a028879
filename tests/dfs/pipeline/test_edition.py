"""The edition: what results rest on beside inputs and parameters."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dfs import instruments
from dfs.errors import NotFoundError
from dfs.pipeline import edition as room
from dfs.pipeline.edition import edition


def test_a_changed_figure_of_the_instrument_is_another_edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "efosc2"
    shutil.copytree(instruments.folder_of("EFOSC2"), folder)
    monkeypatch.setattr(room.instruments, "folder_of", lambda _: folder)
    before = edition.__wrapped__("EFOSC2")
    assert edition.__wrapped__("EFOSC2") == before
    (folder / "__pycache__").mkdir(exist_ok=True)
    (folder / "__pycache__" / "x.pyc").write_bytes(b"compiled")
    assert edition.__wrapped__("EFOSC2") == before
    toml = folder / "instrument.toml"
    toml.write_text(toml.read_text().replace("pixel_scale_arcsec = 0.12", "pixel_scale_arcsec = 0.121"))
    assert edition.__wrapped__("EFOSC2") != before


def test_each_instrument_has_its_own() -> None:
    assert edition("EFOSC2") != edition("FORS2")
    with pytest.raises(NotFoundError):
        edition("NOSUCH")
