"""Whole headers against astropy."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from dfs.errors import DataError
from dfs.frames.whole import extension_headers, primary_header


def by_astropy(path: Path, number: int = 0) -> dict:
    with fits.open(path) as hdus:
        cards = [card for card in hdus[number].header.cards if card.keyword not in {"", "COMMENT", "HISTORY"}]
        found: dict = {}
        for card in cards:
            value = card.value
            found.setdefault(card.keyword, None if isinstance(value, fits.card.Undefined) else value)
        return found


@pytest.fixture
def product(tmp_path: Path) -> Path:
    primary = fits.PrimaryHDU()
    primary.header["PRODCATG"] = "SCIENCE.IMAGE"
    primary.header["HIERARCH ESO PRO CATG"] = "SCIENCE_IMAGE"
    primary.header["COMMENT"] = "not kept"
    primary.header["HISTORY"] = "not kept either"
    primary.header["LONG"] = "x" * 150
    primary.header["EMPTY"] = None
    image = fits.ImageHDU(np.arange(6000, dtype=np.float32).reshape(60, 100), name="DATA")
    table = fits.BinTableHDU.from_columns(
        [fits.Column("A", "PE()", array=np.array([np.ones(7), np.ones(900)], dtype=object))]
    )
    path = tmp_path / "product.fits"
    fits.HDUList([primary, image, table, fits.ImageHDU(name="LAST")]).writeto(path, checksum=True)
    return path


def test_the_whole_primary_header_is_read(product: Path) -> None:
    assert primary_header(product) == by_astropy(product)


@pytest.mark.parametrize("packed", [False, True])
def test_extensions_are_found_behind_data_of_any_kind(product: Path, packed: bool) -> None:
    path = product
    if packed:
        path = product.with_suffix(".fits.gz")
        path.write_bytes(gzip.compress(product.read_bytes()))
    found = extension_headers(path)
    assert [one.get("EXTNAME") for one in found] == ["DATA", None, "LAST"]
    assert found == [by_astropy(product, number) for number in (1, 2, 3)]


def test_a_file_cut_short_keeps_what_can_be_read(product: Path) -> None:
    content = product.read_bytes()
    product.write_bytes(content[: len(content) - 2880 - 10])
    assert [one.get("EXTNAME") for one in extension_headers(product)] == ["DATA", None]
    product.write_bytes(content[:2880])
    assert extension_headers(product) == []


def test_a_compressed_image_has_the_header_of_its_image(tmp_path: Path) -> None:
    path = tmp_path / "image.fits.fz"
    image = fits.CompImageHDU(np.arange(10_000, dtype=np.int16).reshape(100, 100))
    image.header["OBJECT"] = "M 1"
    fits.HDUList([fits.PrimaryHDU(), image]).writeto(path)
    found = primary_header(path)
    assert (found["OBJECT"], found["NAXIS"], found["NAXIS1"], found["BITPIX"]) == ("M 1", 2, 100, 16)
    assert found["SIMPLE"] is True


def test_what_is_no_fits_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.fits"
    path.write_text("no header")
    with pytest.raises(DataError, match="not a FITS file"):
        primary_header(path)


@pytest.mark.real
def test_real_headers(real_frames: Path, test_data: Path) -> None:
    paths = [
        *sorted(real_frames.glob("*.gz"))[:3],
        *test_data.glob("raw/ISAAC/*.gz"),
        *test_data.glob("products/ADP/*.gz"),
    ]
    for path in paths:
        assert primary_header(path) == pytest.approx(by_astropy(path), nan_ok=True)
