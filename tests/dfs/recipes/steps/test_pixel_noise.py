"""Noise of pixels and sums, correlated read noise included."""

import numpy as np
import pytest

from dfs import instruments
from dfs.model import Frame
from dfs.recipes.steps.noise import NoiseModel
from dfs.recipes.steps.pixel_noise import PixelNoise, overscan_noise, with_read_noise
from dfs.recipes.steps.regions import Regions

REGIONS = Regions(
    light=(slice(0, 100), slice(0, 1000)),
    dark_columns=None,
    dark_rows=(slice(100, 106), slice(0, 1000)),
    binning=(1, 1),
    shape=(106, 1000),
)


def raw(noise: np.ndarray) -> Frame:
    level = 220.0 + np.linspace(-3, 3, noise.shape[1]) + np.arange(noise.shape[0])[:, None]
    return Frame("SCIENCE_LSS", "raw.fits", {}, np.rint(level + noise).astype(np.uint16))


def test_overscan_gives_noise_and_correlation() -> None:
    rng = np.random.default_rng(4)
    white = rng.normal(0, 1, (106, 1001))
    noise = 10.0 * (white[:, 1:] - 0.2 * white[:, :-1]) / np.sqrt(1.04)
    noise[101, 50:60] += 4000.0  # a cosmic ray
    measured = overscan_noise(raw(noise), REGIONS)
    assert measured is not None
    # 1/sqrt(12): digitisation.
    assert measured.ron_adu == pytest.approx(np.hypot(10.0, 0.2887), abs=4 * measured.error_adu)
    assert measured.correlation[0] == pytest.approx(-0.2 / 1.04, abs=0.05)
    assert measured.correlation[1] == pytest.approx(0.0, abs=0.05)


def test_too_few_dark_pixels_measure_nothing() -> None:
    frame = raw(np.zeros((106, 1000)))
    narrow = Regions(REGIONS.light, None, (slice(100, 101), slice(0, 500)), (1, 1), REGIONS.shape)
    assert overscan_noise(frame, narrow) is None
    assert overscan_noise(frame, Regions(REGIONS.light, None, None, (1, 1), REGIONS.shape)) is None


def test_measured_noise_wins_over_the_claim() -> None:
    claim = NoiseModel(1.1, 7.8, "gain from header (CONAD); read-out noise from header (RON)")
    assert with_read_noise(claim, None) is claim
    measured = overscan_noise(raw(np.random.default_rng(1).normal(0, 10, (106, 1000))), REGIONS)
    noise = with_read_noise(claim, measured)
    assert noise.ron_e == pytest.approx(11.0, rel=0.03)
    assert "measured" in noise.origin
    assert "gain from header" in noise.origin
    assert "RON" not in noise.origin


def test_variance_of_a_pixel() -> None:
    shape = (1, 1)
    noise = PixelNoise(np.full(shape, 100.0), np.full(shape, 0.5), np.full(shape, 0.01**2))
    # 40 flat-fielded electrons are 20 detected: (20 + 100) / 0.25 + (40 * 0.01 / 0.5)^2
    assert noise.variance(np.full(shape, 40.0))[0, 0] == pytest.approx(480.0 + 0.64)
    assert noise.variance(np.full(shape, -40.0))[0, 0] == pytest.approx(400.0)


@pytest.mark.parametrize("correlation", [-0.2, 0.0, 0.3])
def test_scatter_of_sums_is_the_predicted(scene_class, correlation: float) -> None:
    scene = scene_class(ny=12, nx=20000, correlation=correlation, ron_e=10.0)
    drawn = scene.read_noise(np.random.default_rng(5))
    weights = np.repeat(np.exp(-0.5 * ((np.arange(12) - 5.7) / 2.0) ** 2)[:, None], scene.nx, axis=1)
    shape = (12, scene.nx)
    noise = PixelNoise(np.full(shape, 100.0), np.ones(shape), np.zeros(shape), (correlation, 0.0))
    predicted = np.sqrt(noise.sum_variance(weights, noise.variance(np.zeros(shape))))
    assert np.std(np.sum(weights * drawn, axis=0)) / predicted[0] == pytest.approx(1.0, abs=0.02)


def test_dark_columns_help_unless_light_has_spilt_into_them() -> None:
    rng = np.random.default_rng(9)
    frame = raw(rng.normal(0, 10, (106, 1000)))
    both = Regions(REGIONS.light, (slice(0, 100), slice(990, 1000)), REGIONS.dark_rows, (1, 1), REGIONS.shape)
    alone, together = overscan_noise(frame, REGIONS), overscan_noise(frame, both)
    assert together.pixels > alone.pixels + 900
    frame.content[:100, 990:] += rng.poisson(900, (100, 10)).astype(np.uint16)
    spilt = overscan_noise(frame, both)
    assert spilt.pixels == alone.pixels
    assert spilt.ron_adu == alone.ron_adu


@pytest.mark.real
def test_noise_of_the_real_science_frame_is_not_what_its_header_claims(real_frames) -> None:
    from dfs.products import read_frame
    from dfs.recipes.steps.regions import detector_area

    frame = read_frame(real_frames / "EFOSC.2022-01-27T04:46:29.093.fits.gz", "SCIENCE_LSS")
    area = detector_area(frame.header, instruments.load("EFOSC2"), frame.content.shape, frame.name)
    measured = overscan_noise(frame, area)
    assert measured is not None
    assert measured.ron_adu == pytest.approx(10.85, abs=0.25)  # unlit columns 2..50 of the same frame give 11.0
    assert measured.correlation[0] == pytest.approx(-0.14, abs=0.03)  # bias pairs: -0.136 to -0.145


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0])
def test_lost_pixels_do_not_widen_the_noise(value: float) -> None:
    frame = raw(np.random.default_rng(6).normal(0, 8, (106, 1000)))
    pixels = frame.content.astype(np.float64)
    pixels[:, 300:500] = value
    measured = overscan_noise(Frame(frame.tag, frame.name, {}, pixels), REGIONS)
    assert measured is not None
    assert measured.ron_adu == pytest.approx(8.0, abs=5 * measured.error_adu)
    pixels[:] = np.nan
    assert overscan_noise(Frame(frame.tag, frame.name, {}, pixels), REGIONS) is None
