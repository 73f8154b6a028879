from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.errors import ServiceError
from dfs_sims.raw_fits import card, write_raw


def write(path: Path, pixels: np.ndarray) -> None:
    ny, nx = pixels.shape
    cards = [
        card("SIMPLE", "T", ""),
        card("BITPIX", "16", ""),
        card("NAXIS", "2", ""),
        card("NAXIS1", str(nx), ""),
        card("NAXIS2", str(ny), ""),
        card("BZERO", "32768.0", ""),
        card("BSCALE", "1.0", ""),
        card("ESO DPR TYPE", "'SKY,FLAT'", "kind"),
    ]
    write_raw(path, cards, pixels, "2026-01-18T19:02:38.210")


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_pixels_and_checksums_survive(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    path = tmp_path_factory.mktemp("raw") / "a.fits"
    pixels = np.random.default_rng(seed).integers(0, 65536, (7, 11)).astype(np.uint16)
    write(path, pixels)
    with fits.open(path, checksum=True) as hdus:  # a wrong sum warns, and warnings are errors
        assert np.array_equal(hdus[0].data, pixels)
        assert hdus[0].header["ESO DPR TYPE"] == "SKY,FLAT"
    assert path.stat().st_size % 2880 == 0


def test_scaling_is_written_as_floating_point(tmp_path: Path) -> None:
    write(tmp_path / "a.fits", np.zeros((2, 2), np.uint16))
    header = (tmp_path / "a.fits").read_bytes()[:2880]
    assert b"BZERO   =              32768.0" in header
    assert b"BSCALE  =                  1.0" in header


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    (tmp_path / "raw" / "a.fits").mkdir(parents=True)  # a folder where the file should go
    with pytest.raises(ServiceError, match="could not be written"):
        write(tmp_path / "raw" / "a.fits", np.zeros((2, 2), np.uint16))
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["a.fits"]


def test_a_card_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than 80"):
        card("ESO OBS NAME", f"'{'x' * 70}'", "")
