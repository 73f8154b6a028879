"""The imaging recipe on the two dithered images of run 108.22F6.001 (EFOSC2, g#782, 180 s each)."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS, FITSFixedWarning
from scipy.ndimage import median_filter

from dfs import instruments
from dfs.model import Flag, Frame, Image, Product, Table
from dfs.products import Provenance, Source, read_frame, write_product
from dfs.recipes.contract import FrameSet
from dfs.recipes.science_image import RECIPE
from dfs.recipes.steps.regions import detector_area

pytestmark = pytest.mark.real

BIASES = ("2022-01-26T19:02:38.210", "2022-01-26T19:03:08.542", "2022-01-26T19:03:39.513")
FLAT = "2022-01-28T00:08:16.282"
IMAGES = ("2022-01-28T04:54:24.341", "2022-01-28T05:05:25.843")


@pytest.fixture(scope="module")
def frames(real_frames: Path) -> tuple[Frame, ...]:
    """The images with masters made here by the shortest way: a median, one sky flat."""

    def raw(name: str, tag: str) -> Frame:
        return read_frame(real_frames / f"EFOSC.{name}.fits.gz", tag, f"EFOSC.{name}")

    instrument = instruments.load("EFOSC2")
    biases = [raw(name, "BIAS") for name in BIASES]
    light = detector_area(biases[0].header, instrument, np.shape(biases[0].content)).light
    cut = np.stack([np.asarray(one.content)[light].astype(np.float32) for one in biases])
    ron = float(np.std((cut[0] - cut[1])[100:900, 100:900]) / np.sqrt(2))
    # e-/ADU: the sky, 387 ADU, over the variance (20.97^2 - 10.9^2 ADU^2) of the images' difference.
    gain = 1.2
    level = np.median(cut, axis=0)
    none = np.zeros(level.shape, np.uint8)
    bias = Image(level, np.full(level.shape, ron**2 / 2, np.float32), none, "adu")
    sky = raw(FLAT, "FLAT_SKY_IMG")
    counts = np.asarray(sky.content)[light].astype(np.float32) - level
    norm = float(np.median(counts[100:900, 100:900]))
    flat = counts / norm
    mask = np.where(flat < 0.3, int(Flag.BAD), np.where(flat < 0.8, int(Flag.LOW_FLAT), 0)).astype(np.uint8)
    mask |= np.where(np.abs(flat / median_filter(flat, 9) - 1) > 0.1, int(Flag.BAD), 0).astype(np.uint8)
    variance = np.maximum(counts, 1) / gain / norm**2
    return (
        *(raw(name, "SCIENCE_IMG") for name in IMAGES),
        Frame("MASTER_BIAS", "bias", {**biases[0].header, "ESO QC RON_ADU": ron}, bias),
        Frame(
            "MASTER_FLAT_IMG",
            "flat",
            {**sky.header, "ESO QC GAIN_E_PER_ADU": gain},
            Image(flat, variance.astype(np.float32), mask, ""),
        ),
    )


def reduce(*frames: Frame) -> list[Product]:
    return RECIPE.run(FrameSet(frames, instruments.load("EFOSC2")), RECIPE.parse({}))


@pytest.fixture(scope="module")
def products(frames: tuple[Frame, ...]) -> list[Product]:
    return reduce(*frames)


def qc(product: Product) -> dict:
    return {one.name: one.value for one in product.qc}


def test_stars_place_the_exposures_and_confirm_the_header(products: list[Product]) -> None:
    values = qc(products[0])
    cards = {one.keyword: one.value for one in products[0].cards}
    assert values["registration_pairs"] > 50
    assert values["registration_rms_px"] < 0.12
    # The header moved by (2.777e-3 cos(dec), 1.392e-3) deg: 41.51 px East and 20.81 px North, so stars move the other way.
    assert cards["ESO DRS EXP2 DX"] == pytest.approx(-41.51, abs=0.3)
    assert cards["ESO DRS EXP2 DY"] == pytest.approx(-20.81, abs=0.3)
    assert values["dither_scale"] == pytest.approx(1.0, abs=0.01)
    assert values["dither_rotation_deg"] == pytest.approx(0.0, abs=0.5)
    assert values["dither_parity"] == 1


def test_quality_figures_are_plausible(products: list[Product]) -> None:
    values = qc(products[0])
    assert 0.9 < values["image_quality_arcsec"] < 1.2  # the site's monitor said 0.99 to 1.19
    assert values["ellipticity"] < 0.1
    assert values["stars"] >= 10
    assert values["sky_adu_per_s"] == pytest.approx(387 / 180, rel=0.02)
    assert values["noise_ratio"] == pytest.approx(1.0, abs=0.1)
    assert values["zeropoint_mag"] is None


def test_the_stack_is_clean(products: list[Product]) -> None:
    table = products[1].content
    assert isinstance(table, Table)
    assert 120 < len(table) < 260
    sharp = (table["CLASS"] == -1) & (table["FLAGS"] == 0)
    assert sharp.sum() <= 3  # cosmic rays
    both = products[0].parts["EXPMAP"] > 359
    assert both.mean() > 0.85
    # A trail of some 75 px crosses the second image from (422, 819) to (494, 836) (raw pixels), at up to 1000 ADU.
    image = products[0].content
    x = np.linspace(425, 490, 60)
    y = 819 + (x - 422) * 17 / 72
    trail = image.data[np.rint(y + 20.7).astype(int), np.rint(x + 41.5).astype(int)]
    assert np.median(trail) < 0.15


def test_two_exposures_measure_the_same_fluxes(frames: tuple[Frame, ...]) -> None:
    first, second = (reduce(one, *frames[2:])[1].content for one in frames[:2])
    distance = np.hypot(first["RA"][:, None] - second["RA"], first["DEC"][:, None] - second["DEC"]) * 3600
    j = distance.argmin(axis=1)
    good = (distance.min(axis=1) < 0.3) & (first["FLAGS"] == 0) & (second["FLAGS"][j] == 0) & (first["SNR"] > 30)
    assert good.sum() > 15
    one, other = first["FLUX_APER3"][good], second["FLUX_APER3"][j[good]]
    pull = (one - other * np.median(one / other)) / np.hypot(
        first["FLUX_ERR_APER3"][good], second["FLUX_ERR_APER3"][j[good]]
    )
    assert np.median(one / other) == pytest.approx(1.0, abs=0.02)
    # Seeing and flat field leave a percent or so that photon noise does not explain.
    assert 1.4826 * np.median(np.abs(pull)) < 2.5


def test_the_file_has_coordinates_that_others_read(
    products: list[Product], frames: tuple[Frame, ...], tmp_path: Path
) -> None:
    sources = tuple(Source(one.name, one.tag, one.tag == "SCIENCE_IMG", one.header) for one in frames)
    provenance = Provenance("science_image", "1.0", {}, sources, datetime(2022, 1, 29, tzinfo=UTC))
    written = [write_product(one, tmp_path / f"{one.category}.fits", provenance) for one in products]
    header = fits.getheader(written[0].path)
    assert not any(key in header for key in ("CDELT1", "CDELT2", "PC1_1", "RADECSYS"))
    assert (header["CUNIT1"], header["RADESYS"], header["EQUINOX"]) == ("deg", "FK5", 2000.0)
    assert header["FILTER"] == "g#782"
    assert header["EXPTIME"] <= header["TEXPTIME"] + 0.01
    assert header["TEXPTIME"] <= (header["MJD-END"] - header["MJD-OBS"]) * 86400 + 0.01
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FITSFixedWarning)  # that it fills in DATE-END
        wcs = WCS(header)
    assert wcs.footprint_contains(wcs.pixel_to_world(500, 500))
    ra, dec = wcs.all_pix2world(516.0, 487.25, 0)
    assert (ra, dec) == pytest.approx(
        (152.565583, -1.010586), abs=2e-4
    )  # the grid begins at the first image's first pixel
    table = fits.getdata(written[1].path, 1)
    x, y = wcs.all_world2pix(table["RA"], table["DEC"], 1)
    assert np.abs(x - table["X"]).max() < 1e-3
    assert np.abs(y - table["Y"]).max() < 1e-3
