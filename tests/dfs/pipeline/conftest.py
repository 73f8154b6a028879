"""A tiny instrument, and a night drawn with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from dfs.instruments import folders, loader
from dfs.observatory import Observatory

PLUGIN = Path(__file__).parent / "plugin"
_START = datetime(2024, 3, 1, 20, 0, 0)  # noqa: DTZ001 - UTC, as in headers
_LEVEL = {"BIAS": 100, "FLAT": 1100, "OBJECT": 600}


@pytest.fixture(autouse=True)
def tiny(monkeypatch) -> None:
    """Install the tiny instrument for one test."""
    monkeypatch.syspath_prepend(str(PLUGIN))
    _forget()
    yield
    monkeypatch.undo()
    _forget()


@pytest.fixture(autouse=True)
def no_figures(monkeypatch) -> None:
    """Draw no figures in the reports made in this process: they are most of the time and have tests of their own."""
    monkeypatch.setattr("dfs.pipeline.notebook.figures", lambda _: [])


def _forget() -> None:
    folders._folders.cache_clear()
    loader._by_header_name.cache_clear()


@pytest.fixture
def observatory(tmp_path) -> Observatory:
    """Open an empty observatory that works in this process."""
    with Observatory.open(tmp_path / "observatory") as one:
        yield one


@pytest.fixture
def draw(tmp_path) -> Callable[..., Path]:
    """Return a function that draws a raw frame: ``draw(minutes, "BIAS")``, into the folder ``night``."""

    def frame(minutes: float, kind: str, target: str = "", folder: str = "night", **cards: object) -> Path:
        start = _START + timedelta(minutes=minutes)
        stamp = start.isoformat(timespec="milliseconds")
        data = np.random.default_rng(int(minutes * 1000)).normal(_LEVEL[kind], 3, (8, 8)).astype(np.uint16)
        hdu = fits.PrimaryHDU(data)
        words = {
            "INSTRUME": "TINY",
            "ARCFILE": f"TINY.{stamp}.fits",
            "DATE-OBS": stamp,
            "MJD-OBS": round((start - datetime(1858, 11, 17)).total_seconds() / 86400, 8),  # noqa: DTZ001
            "EXPTIME": 1.0,
            "OBJECT": target or kind,
            "HIERARCH ESO DPR CATG": "SCIENCE" if kind == "OBJECT" else "CALIB",
            "HIERARCH ESO DPR TYPE": kind,
            "HIERARCH ESO DPR TECH": "IMAGE",
            "HIERARCH ESO DET WIN1 BINX": 1,
            "HIERARCH ESO DET WIN1 BINY": 1,
            "HIERARCH ESO INS FILT1 NAME": "V",
            "HIERARCH ESO TPL START": f"{kind}-{start:%H}",
        }
        for keyword, value in {**words, **cards}.items():
            hdu.header[keyword] = value
        path = tmp_path / folder / f"TINY.{stamp}.fits"
        path.parent.mkdir(exist_ok=True)
        hdu.writeto(path)
        return path

    return frame


@pytest.fixture
def night(draw) -> Path:
    """Draw two biases, a flat and two targets: four jobs."""
    for minutes in (0, 1):
        draw(minutes, "BIAS")
    path = draw(60, "FLAT")
    draw(120, "OBJECT", "NGC 1")
    draw(180, "OBJECT", "NGC 2")
    return path.parent
