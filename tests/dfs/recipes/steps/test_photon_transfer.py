"""Read-out noise and gain of drawn frames, and of real ones."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.recipes.steps.photon_transfer import (
    RUN,
    fit_gain,
    pair_boxes,
    raw_pair_boxes,
    read_out_noise,
    single_noise,
)

SHAPE = (192, 256)
GAIN, RON = 1.3, 6.0


def bias(rng: np.random.Generator, correlation: float = 0.0) -> np.ndarray:
    white = rng.standard_normal((SHAPE[0], SHAPE[1] + 1))
    if correlation:
        b = (1 - np.sqrt(1 - 4 * correlation**2)) / (2 * correlation)
        return (RON * (white[:, 1:] + b * white[:, :-1]) / np.sqrt(1 + b * b)).astype(np.float32)
    return np.rint(300 + RON * white[:, 1:]).astype(np.float32)


def flat(rng: np.random.Generator, level: np.ndarray | float, response: np.ndarray | float = 1.0) -> np.ndarray:
    electrons = rng.poisson(np.broadcast_to(level * GAIN * response, SHAPE))
    return np.rint(electrons / GAIN + rng.normal(0, RON, SHAPE)).astype(np.float32)


def measured_gain(one, other, *, run=RUN, ron=RON):
    return fit_gain(
        pair_boxes(one, other, run=run, scaled=True),
        np.hypot(ron, 1 / np.sqrt(12)),
        0.02,
        highest_adu=5e4,
        lowest_adu=100,
    )


def test_read_out_noise_is_recovered_within_its_error() -> None:
    truth = np.hypot(RON, 1 / np.sqrt(12))  # digitisation adds 1/12 ADU^2
    pulls = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        found = read_out_noise(pair_boxes(bias(rng), bias(rng)))
        pulls.append((found.ron_adu - truth) / found.error_adu)
    assert abs(np.mean(pulls)) < 4 / np.sqrt(60)
    assert 0.7 < np.std(pulls) < 1.35


def test_gain_is_recovered_within_its_error() -> None:
    pulls, changes = [], []
    level = np.geomspace(300, 20000, SHAPE[0])[:, None]
    response = 1 + 0.02 * np.random.default_rng(0).standard_normal(
        SHAPE
    )  # fixed pattern of 2 %, ten times what photons show
    for seed in range(60):
        rng = np.random.default_rng(seed)
        found = measured_gain(flat(rng, level, response), flat(rng, level * 1.03, response))
        pulls.append((found.gain_e_per_adu - GAIN) / found.error)
        changes.append(found.change / found.change_error)
    assert abs(np.mean(pulls)) < 4 / np.sqrt(60)
    assert 0.7 < np.std(pulls) < 1.35
    assert abs(np.mean(changes)) < 5 / np.sqrt(60)
    assert 0.7 < np.std(changes) < 1.4


def test_cosmic_rays_and_hot_columns_do_not_move_the_noise() -> None:
    rng = np.random.default_rng(5)
    one, other = bias(rng), bias(rng)
    clean = read_out_noise(pair_boxes(one, other)).ron_adu
    other.ravel()[rng.integers(0, other.size, 150)] += 2000
    one[:, 40] += rng.normal(0, 300, SHAPE[0])
    found = read_out_noise(pair_boxes(one, other))
    assert found.ron_adu == pytest.approx(clean, abs=0.05)
    assert np.std(other - one) / np.sqrt(2) > 2 * clean  # what the plain figure makes of it


def test_fixed_pattern_is_in_the_single_frame_and_not_in_the_pair() -> None:
    rng = np.random.default_rng(6)
    pattern = rng.normal(0, 5.0, SHAPE).astype(np.float32)
    one, other = bias(rng) + pattern, bias(rng) + pattern
    assert read_out_noise(pair_boxes(one, other)).ron_adu == pytest.approx(RON, rel=0.02)
    assert single_noise(one).ron_adu == pytest.approx(np.hypot(RON, 5.0), rel=0.03)


def test_sums_see_the_correlation_of_neighbours() -> None:
    rng = np.random.default_rng(7)
    rho = -0.2
    one, other = bias(rng, rho), bias(rng, rho)
    assert read_out_noise(pair_boxes(one, other)).ron_adu == pytest.approx(RON, rel=0.01)
    # Variance of a sum of 4 over 4: 1 + 2 (3/4) rho.
    assert read_out_noise(pair_boxes(one, other, run=4)).ron_adu == pytest.approx(
        RON * np.sqrt(1 + 1.5 * rho), rel=0.015
    )


def test_shared_charge_biases_the_gain_of_single_pixels_only() -> None:
    rng = np.random.default_rng(8)
    share = 0.05

    def smeared(seed: int) -> np.ndarray:
        electrons = np.random.default_rng(seed).poisson(8000 * GAIN, (SHAPE[0], SHAPE[1] + 1)).astype(float)
        moved = (1 - share) * electrons[:, 1:] + share * electrons[:, :-1]
        return (moved / GAIN + rng.normal(0, RON, SHAPE)).astype(np.float32)

    one, other = smeared(1), smeared(2)
    assert measured_gain(one, other, run=1).gain_e_per_adu > 1.07 * GAIN
    assert measured_gain(one, other, run=4).gain_e_per_adu == pytest.approx(GAIN, rel=0.04)


def test_unequal_levels_are_scaled() -> None:
    rng = np.random.default_rng(9)
    found = measured_gain(flat(rng, 6000.0), flat(rng, 5000.0))
    assert abs(found.gain_e_per_adu - GAIN) < 4 * found.error
    assert np.isnan(found.change)  # one level tells no change


def test_too_faint_or_saturated_flats_give_no_gain() -> None:
    rng = np.random.default_rng(10)
    assert measured_gain(flat(rng, 5.0), flat(rng, 5.0)) is None
    assert measured_gain(flat(rng, 6e4), flat(rng, 6e4)) is None
    zero = np.zeros(SHAPE, np.float32)
    assert measured_gain(zero, zero) is None
    nothing = np.full(SHAPE, np.nan, np.float32)
    assert measured_gain(nothing, nothing) is None
    assert read_out_noise(pair_boxes(nothing, nothing)) is None


def test_boxes_on_an_edge_of_the_slit_are_left_out() -> None:
    """Half a box of light mixes two noises: the clip takes off the wings of the brighter, and the gain comes out high."""
    pulls = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        slit = np.full(SHAPE, 8000.0)
        slit[:, :20] = 0.0
        slit[:, 100:108] = 500.0
        found = measured_gain(flat(rng, slit), flat(rng, slit))
        pulls.append((found.gain_e_per_adu - GAIN) / found.error)
    assert abs(np.mean(pulls)) < 4 / np.sqrt(20)


def test_raw_frames_in_bands_give_the_boxes_of_the_whole() -> None:
    rng = np.random.default_rng(11)
    one, other = bias(rng), bias(rng)
    whole = pair_boxes(one, other)
    area = (slice(0, SHAPE[0]), slice(0, SHAPE[1]))
    bands = raw_pair_boxes(one.astype(">u2"), other.astype(">u2"), area)
    np.testing.assert_allclose(np.sort(bands.variance), np.sort(whole.variance), rtol=1e-6)


@pytest.mark.real
def test_real_frames_show_the_noise_of_their_differences(real_frames) -> None:
    """Against a region's plain numbers: 4-sigma clipped difference of two bias frames, read without any of our steps."""
    from astropy.io import fits
    from astropy.stats import sigma_clip

    one, other = (
        fits.getdata(real_frames / f"EFOSC.2022-01-26T19:0{time}.fits.gz")[0:992, 0:992].astype(np.float32)
        for time in ("3:08.542", "3:39.513")
    )
    found = read_out_noise(pair_boxes(one, other))
    difference = sigma_clip(other - one, sigma=4, maxiters=20, masked=False)
    assert found.ron_adu == pytest.approx(np.std(difference) / np.sqrt(2), rel=0.01)
    assert 9.9 < found.ron_adu < 10.6  # the header claims 7.1 ADU
