from __future__ import annotations

import itertools

import numpy as np
import pytest
from astropy.io import fits
from numpy.typing import NDArray

from dfs_sims.detector import BiasState, read_out, ron_adu
from dfs_sims.truth import NightTruth

INNER = (slice(30, 980), slice(80, 980))


def test_mean_and_variance_of_flats_give_the_gain(night: NightTruth, master_bias: NDArray[np.float64]) -> None:
    first, second = (fits.getdata(one.path)[INNER].astype(float) - master_bias[INNER] for one in night.of("flat")[:2])
    second = second * np.median(first / second)
    level = 0.5 * (first + second)
    bins = np.quantile(level, np.linspace(0, 1, 21))
    means, variances = [], []
    for low, high in itertools.pairwise(bins):
        chosen = (level >= low) & (level < high)
        difference = (first - second)[chosen]
        good = np.abs(difference) < 5 * np.std(difference)
        means.append(level[chosen].mean())
        variances.append(np.var(difference[good]) / 2)
    slope, offset = np.polyfit(means, variances, 1)
    # 855000 pixels in 20 bins determine the slope to 0.3 %; flexure between the two adds a little.
    assert 1 / slope == pytest.approx(night.detector.gain_e_per_adu, rel=0.01)
    assert abs(offset) < 0.02 * max(variances)


def test_bias_pairs_give_the_read_out_noise_and_the_level(night: NightTruth) -> None:
    frames = [fits.getdata(one.path).astype(float) for one in night.of("bias")]
    found = []
    for first, second in itertools.pairwise(frames):
        difference = (first - second)[INNER]
        low, high = np.percentile(difference, [15.8655, 84.1345])
        found.append((high - low) / 2 / np.sqrt(2))
    # Neighbouring pairs share frames; the percentiles of integers are good to 0.5 %.
    assert np.mean(found) == pytest.approx(night.detector.ron_adu, rel=0.015)
    assert night.detector.ron_e == pytest.approx(night.detector.ron_adu * night.detector.gain_e_per_adu)
    for frame, one in zip(frames, night.of("bias"), strict=True):
        overscan = frame[1024:1030, 20:1000]
        assert overscan.mean() == pytest.approx(one.bias_level_adu, abs=6 * ron_adu() / np.sqrt(overscan.size) + 0.7)


def test_header_claims_differ_from_the_truth(night: NightTruth) -> None:
    header = fits.getheader(night.of("bias")[0].path)
    assert abs(header["ESO DET OUT1 CONAD"] / night.detector.gain_e_per_adu - 1) > 0.05
    assert abs(header["ESO DET OUT1 RON"] / night.detector.ron_e - 1) > 0.2


def test_prescan_and_overscan_are_dark_where_the_real_frames_are() -> None:
    random = np.random.default_rng(5)
    frame = read_out(np.full((1030, 1030), 40000.0), 10.0, BiasState(220.0, 7.0), random).astype(float)
    assert np.median(frame[100:900, 1023:1029]) < 300
    assert np.median(frame[1024:1030, 100:900]) < 260
    assert np.median(frame[100:900, 0:6]) > 30000  # the headers' prescan, which in truth is lit


def test_bright_light_saturates_at_the_converter() -> None:
    frame = read_out(np.full((1030, 1030), 2e5), 10.0, BiasState(220.0, 7.0), np.random.default_rng(5))
    assert frame.max() == 65535
    assert np.median(frame[100:900, 200:400]) == 65535


@pytest.mark.parametrize("level", [20.0, 900.0, 1100.0, 30000.0])
def test_photons_are_counted_with_poisson_noise(level: float) -> None:
    random = np.random.default_rng(3)
    frame = read_out(np.full((1030, 1030), level), 0.0, BiasState(220.0, 0.0), random).astype(float)[INNER]
    gain = 1.20
    low, high = np.percentile(frame, [15.8655, 84.1345])
    expected = np.sqrt(ron_adu() ** 2 + level / gain**2 + (0.0039 * level / gain) ** 2)
    assert (high - low) / 2 == pytest.approx(expected, rel=0.02)


@pytest.mark.real
def test_noise_is_that_of_the_real_bias_frames(real_frames: object) -> None:
    from pathlib import Path

    paths = sorted(Path(str(real_frames)).glob("EFOSC.2022-01-26T19:0*"))[:2]
    first, second = (fits.getdata(path).astype(float)[INNER] for path in paths)
    low, high = np.percentile(first - second, [15.8655, 84.1345])
    assert ron_adu() == pytest.approx((high - low) / 2 / np.sqrt(2), rel=0.02)
