"""Previews: what they show, what has none, and that they never stand in the way."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image as Picture
from sqlalchemy import update

from dfs.archive.previews.contents import Images, SpectrumData, contents_of
from dfs.archive.previews.lettering import unit_text
from dfs.archive.previews.picture import image_png, stretch_of
from dfs.archive.previews.plot import spectrum_png, ticks
from dfs.clock import FixedClock
from dfs.errors import DataError, DfsError, NotFoundError
from dfs.observatory import Observatory
from dfs.store.tables import files

CARDS = {"INSTRUME": "EFOSC", "OBJECT": "Field", "DATE-OBS": "2022-01-27T00:00:00.000"}


@pytest.fixture
def observatory(tmp_path: Path) -> Iterator[Observatory]:
    clock = FixedClock(datetime.fromisoformat("2022-02-01T00:00:00+00:00"))
    with Observatory.open(tmp_path / "observatory", clock=clock) as opened:
        yield opened


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def written(data: Any, *extensions: Any, name: str = "file.fits", **cards: Any) -> Path:
        primary = fits.PrimaryHDU(data)
        primary.header.update({**CARDS, **{key.replace("_", "-"): value for key, value in cards.items()}})
        fits.HDUList([primary, *extensions]).writeto(tmp_path / name)
        return tmp_path / name

    return written


def field(shape: tuple[int, int] = (600, 800)) -> np.ndarray:
    noise = np.random.default_rng(1).normal(200.0, 10.0, shape)
    noise[100:104, 300:304] += 5000.0
    noise[::37, ::31] += 300.0
    return noise.astype(np.float32)


def opened(png: bytes | Path) -> Picture.Image:
    picture = Picture.open(io.BytesIO(png) if isinstance(png, bytes) else png)
    picture.load()
    assert picture.format == "PNG"
    return picture


def test_an_image_is_shown_512_pixels_wide_with_a_line_below(
    observatory: Observatory, write: Callable[..., Path]
) -> None:
    archived = observatory.archive.ingest(write(field()))
    place = observatory.previews.folder / "2022-01-27" / f"{archived.dp_id}.png"
    assert place.is_file()  # made with the ingest
    assert observatory.previews.path(archived.dp_id) == place
    picture = opened(place)
    assert picture.size == (512, 384 + 24)
    brightness = np.asarray(picture.convert("L"))
    star = brightness[
        384 - 66 - 6 : 384 - 66 + 6, 193 - 6 : 193 + 6
    ]  # rows from the bottom in FITS, from the top in PNG
    sky = brightness[50:250, 250:450]
    assert star.max() > 240
    assert 40 < np.median(sky) < 90


def test_a_preview_is_made_again_when_it_has_gone(observatory: Observatory, write: Callable[..., Path]) -> None:
    archived = observatory.archive.ingest(write(field()))
    place = observatory.previews.path(archived.dp_id)
    before = place.read_bytes()
    place.unlink()
    assert observatory.previews.path(archived.dp_id).read_bytes() == before
    assert [one.name for one in place.parent.iterdir()] == [place.name]


def test_previews_at_ingest_can_be_switched_off(tmp_path: Path, write: Callable[..., Path]) -> None:
    with Observatory.open(tmp_path / "quiet", previews=False) as observatory:
        archived = observatory.archive.ingest(write(field()))
        assert not observatory.previews.folder.exists()
        assert observatory.previews.path(archived.dp_id).is_file()


def test_a_preview_that_cannot_be_written_stops_no_ingest(
    observatory: Observatory, write: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    observatory.previews.folder.write_text("a file where the folder should be")
    archived = observatory.archive.ingest(write(field()))
    assert archived.state == "online"
    assert "no preview of" in caplog.text
    with pytest.raises(DfsError):
        observatory.previews.path(archived.dp_id)


def test_a_damaged_file_has_no_preview(observatory: Observatory, write: Callable[..., Path]) -> None:
    archived = observatory.archive.ingest(write(field()))
    with observatory.database.write() as connection:
        connection.execute(update(files).values(state="quarantined"))
    with pytest.raises(NotFoundError, match="quarantine"):
        observatory.previews.path(archived.dp_id)


@pytest.mark.parametrize("dp_id", ["EFOSC.2000-01-01T00:00:00.000", "../../etc/passwd", ""])
def test_what_is_not_archived_has_no_preview(observatory: Observatory, dp_id: str) -> None:
    with pytest.raises(NotFoundError, match="no file"):
        observatory.previews.path(dp_id)


def test_a_table_says_why_it_has_none(observatory: Observatory, write: Callable[..., Path]) -> None:
    table = fits.BinTableHDU.from_columns(
        [fits.Column("X", "D", array=np.arange(3.0)), fits.Column("Y", "D", array=np.arange(3.0))]
    )
    path = write(None, table, PRODCATG="SCIENCE.SRCTBL")
    archived = observatory.archive.ingest(path, kind="product")
    with pytest.raises(NotFoundError, match="is a table"):
        observatory.previews.path(archived.dp_id)


def test_what_follows_an_image_goes_with_it(write: Callable[..., Path]) -> None:
    found = contents_of(write(field(), fits.ImageHDU(field(), name="ERR"), fits.ImageHDU(field(), name="MODEL")))
    assert isinstance(found, Images)
    assert len(found.chips) == 1


def test_the_chips_of_a_mosaic_stand_side_by_side(write: Callable[..., Path]) -> None:
    chips = [fits.ImageHDU(field((300, 300)), name=f"CHIP{number}") for number in range(4)]
    found = contents_of(write(None, *chips, fits.ImageHDU(field((300, 300)), name="STAT")))
    assert isinstance(found, Images)
    assert len(found.chips) == 4
    assert opened(image_png(found, "four chips")).size == (508, 508 + 24)


def test_a_cube_is_shown_by_its_mean(write: Callable[..., Path]) -> None:
    cube = np.ones((7, 40, 50), np.float32)
    cube[3] = np.nan
    cube[:, 10, 10] = 100.0
    found = contents_of(write(cube))
    assert isinstance(found, Images)
    assert found.chips[0].shape == (40, 50)
    assert found.chips[0][10, 10] == 100.0


@pytest.mark.parametrize(
    "data",
    [
        np.full((20, 20), np.nan, np.float32),
        np.zeros((20, 20), np.int16),
        np.full((20, 20), np.inf, np.float32),
        np.array([[0, 65535]] * 9, np.uint16),
        np.ones((3, 2000), np.float32),
    ],
)
def test_odd_images_have_previews(write: Callable[..., Path], data: np.ndarray) -> None:
    found = contents_of(write(data))
    assert isinstance(found, Images)
    assert opened(image_png(found, "odd " * 60)).width >= 300


@given(st.integers(0, 2**32 - 1), st.floats(-1e3, 1e3), st.floats(1e-3, 1e4))
def test_the_median_lies_in_the_dark_part(seed: int, level: float, spread: float) -> None:
    values = np.random.default_rng(seed).normal(level * spread, spread, 4000)
    values[:40] += 1000 * spread
    low, high, softening = stretch_of(values.astype(np.float32))
    assert low < np.median(values) < high
    place = (np.median(values) - low) / (high - low)
    assert np.arcsinh(place / softening) / np.arcsinh(1 / softening) == pytest.approx(0.3, abs=0.02)


def spectrum_table(count: int = 500, unit: str = "angstrom", **cards: Any) -> fits.BinTableHDU:
    wavelength = np.linspace(4000, 5000, count)
    flux = 1e-16 * (1 + np.exp(-(((wavelength - 4500) / 20) ** 2)))
    columns = [
        fits.Column("WAVE", f"{count}D", unit=unit, array=[wavelength]),
        fits.Column("FLUX", f"{count}D", unit="erg cm**(-2) s**(-1) angstrom**(-1)", array=[flux]),
        fits.Column("ERR", f"{count}D", unit="erg cm**(-2) s**(-1) angstrom**(-1)", array=[flux / 20]),
    ]
    hdu = fits.BinTableHDU.from_columns(columns, name="SPECTRUM")
    hdu.header.update(cards)
    return hdu


def test_a_spectrum_is_read_in_nm(write: Callable[..., Path]) -> None:
    found = contents_of(write(None, spectrum_table(TUCD1="em.wl;obs.atmos")))
    assert isinstance(found, SpectrumData)
    assert (found.wavelength_nm[0], found.wavelength_nm[-1]) == pytest.approx((400.0, 500.0))
    assert found.is_in_air is True
    assert found.error is not None
    assert contents_of(write(None, spectrum_table(), name="other.fits")).is_in_air is None


def test_a_spectrum_is_drawn_with_axes(observatory: Observatory, write: Callable[..., Path]) -> None:
    archived = observatory.archive.ingest(write(None, spectrum_table(), PRODCATG="SCIENCE.SPECTRUM"), kind="product")
    picture = opened(observatory.previews.path(archived.dp_id))
    assert picture.size == (720, 420)
    pixels = np.asarray(picture.convert("RGB")).astype(int)
    is_blue = (pixels[:, :, 2] - pixels[:, :, 0] > 90) & (pixels[:, :, 0] < 90)
    columns = np.flatnonzero(is_blue.any(axis=0))
    assert (columns.min(), columns.max()) == (pytest.approx(62, abs=3), pytest.approx(701, abs=3))
    top = np.argmax(is_blue, axis=0)[columns]
    assert columns[np.argmin(top)] == pytest.approx(382, abs=4)  # the line in the middle
    left = pixels[40:366, :60].min(axis=2)
    assert (left < 120).any()  # numbers and title of the axis


@pytest.mark.parametrize(
    "flux",
    [
        np.full(300, np.nan),
        np.zeros(300),
        np.full(300, 1e-30),
        np.geomspace(1e-300, 1e300, 300),
        np.array([1.0, np.inf]),
    ],
)
def test_odd_spectra_have_previews(flux: np.ndarray) -> None:
    wavelength = np.linspace(300, 1000, len(flux))
    for error in (None, np.full(len(flux), np.nan), np.abs(flux)):
        assert opened(
            spectrum_png(SpectrumData(wavelength, flux, error, "adu", is_in_air=False), "odd", "very")
        ).size == (
            720,
            420,
        )


def test_a_long_spectrum_keeps_its_lines() -> None:
    flux = np.ones(200_000)
    flux[100_000:100_040] = 2.0
    png = spectrum_png(SpectrumData(np.linspace(300, 1000, 200_000), flux, None, "", None), "", "")
    pixels = np.asarray(opened(png).convert("RGB")).astype(int)
    is_blue = (pixels[:, :, 2] - pixels[:, :, 0] > 60) & (pixels[:, :, 0] < 160)
    assert is_blue[45:70, 375:390].any()


def test_a_wavelength_scale_in_a_header_is_a_spectrum(write: Callable[..., Path]) -> None:
    cards = {"CTYPE1": "WAVE", "CRVAL1": 400.0, "CDELT1": 0.5, "CRPIX1": 1.0, "CUNIT1": "nm", "BUNIT": "adu"}
    found = contents_of(write(np.arange(100.0), **cards))
    assert isinstance(found, SpectrumData)
    assert found.wavelength_nm[-1] == pytest.approx(449.5)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(3, 12))
def test_ticks_are_round_and_few(low: float, span: float, most: int) -> None:
    assume(span > 1e-6 * abs(low))
    high = low + span
    found = ticks(low, high, most)
    assert len(found) <= most + 2
    assert all(low - 1e-6 * span <= one <= high + 1e-6 * span for one in found)


def test_units_are_written_with_exponents() -> None:
    assert unit_text("erg cm**(-2) s**(-1) angstrom**(-1)") == "erg cm^{-2} s^{-1} Angstrom^{-1}"
    assert unit_text("electron cm**2 erg**(-1)") == "electron cm^{2} erg^{-1}"
    assert unit_text("adu") == "adu"


def test_a_broken_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "broken.fits"
    path.write_bytes(b"SIMPLE  =                    T" + b" " * 5000)
    with pytest.raises(DataError, match="no preview"):
        contents_of(path)


@pytest.mark.real
def test_real_frames(real_frames: Path, test_data: Path, tmp_path: Path) -> None:
    with Observatory.open(tmp_path / "observatory") as observatory:
        for path in [*sorted(real_frames.glob("*.gz"))[::5], *test_data.glob("raw/ISAAC/*.gz")]:
            archived = observatory.archive.ingest(path)
            assert opened(observatory.previews.path(archived.dp_id)).width == 512
        spectrum = observatory.archive.ingest(test_data / "products/ADP/XShooter_XQ100.fits.gz", kind="product")
        assert opened(observatory.previews.path(spectrum.dp_id)).width == 720
