"""Spread over the nights: it is what the distributions say, the same every time, and the answer lies in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dfs.errors import UsageError
from dfs.etc.documents.mapping import request_of
from dfs.etc.engine.calculation import calculate
from dfs.etc.nights.site_statistics import chance_of_moon, chance_of_seeing, seeing_quantile, transparency_quantile
from dfs.etc.nights.uncertainty import uncertainty
from dfs.etc.result import Result
from dfs.sky.image_quality import TURBULENCE_ARCSEC

IMAGE = request_of(
    {"instrument": "FORS2", "mode": "img", "filter": "v_HIGH", "mag": 24, "exposure": 300, "seeing": 0.8}
)
SPECTRUM = request_of({"instrument": "FORS2", "mode": "lss", "grism": "300V", "slit": 1.0, "mag": 21, "exposure": 900})


@pytest.mark.parametrize(("percent", "arcsec"), TURBULENCE_ARCSEC.items())
def test_the_seeing_goes_through_the_turbulence_categories(percent, arcsec):
    assert seeing_quantile(percent / 100) == pytest.approx(arcsec)
    assert chance_of_seeing(arcsec) == pytest.approx(percent / 100)


def test_seeing_and_its_chance_are_inverse_everywhere():
    some = np.array([0.01, 0.1, 0.33, 0.5, 0.77, 0.95, 0.99])
    for site in ("paranal", "lasilla"):
        seeing = seeing_quantile(some, site)
        assert np.all(np.diff(seeing) > 0)
        assert [chance_of_seeing(float(one), site) for one in seeing] == pytest.approx(some.tolist())
    assert seeing_quantile(0.5, "lasilla") == pytest.approx(0.87)


def test_moon_and_clouds():
    assert chance_of_moon(1.0) == pytest.approx(1.0)
    assert chance_of_moon(0.0) == pytest.approx(0.5)
    assert transparency_quantile(np.array([0.0, 1.0]), "thin").tolist() == pytest.approx([1.0, 0.8])


@pytest.mark.parametrize("request_", [IMAGE, SPECTRUM])
def test_the_answer_lies_in_its_band(request_):
    spread = uncertainty(request_)
    low, middle, high = spread.snr_at
    assert low < spread.result.snr < high
    assert middle == pytest.approx(spread.result.snr, rel=0.06)  # the seeing asked is the median
    assert spread.snr.shape == (3, spread.result.wavelength_nm.size)
    lit = spread.result.throughput > 0
    assert np.all(np.diff(spread.snr[:, lit], axis=0) >= 0)


def test_the_same_seed_draws_the_same_nights_and_another_nearly():
    one, again, other = uncertainty(IMAGE), uncertainty(IMAGE), uncertainty(IMAGE, seed=7)
    assert np.array_equal(one.draws, again.draws)
    assert not np.array_equal(one.draws, other.draws)
    assert other.snr_at == pytest.approx(one.snr_at, rel=0.05)


def test_every_seed_draws_other_nights():
    drawn = [uncertainty(IMAGE, seed=one).draws for one in range(1, 6)]
    assert all(not np.array_equal(one, other) for n, one in enumerate(drawn) for other in drawn[:n])


def night_by_night(result: Result) -> np.ndarray:
    """Return the signal-to-noise in 500 seeings as often one as another, the sky that of the question."""
    exposure = replace(result.request.exposure, snr=None, ndit=None, time_s=result.exposure_s)
    seeings = seeing_quantile((np.arange(500) + 0.5) / 500, result.light.site)
    skies = [replace(result.request.sky, seeing_arcsec=float(one)) for one in seeings]
    return np.array([calculate(replace(result.request, exposure=exposure, sky=sky)).snr for sky in skies])


def test_good_and_bad_nights_are_those_of_the_calculator(monkeypatch):
    """Clouds take 1 % in the mean, and the airglow is held."""
    monkeypatch.setattr(
        "dfs.etc.nights.uncertainty._brighter", lambda deviates, width: np.ones((deviates.size, width.size))
    )
    asked = replace(SPECTRUM, extraction="as-reduced")
    spread = uncertainty(asked, draws=5000, percent=(5, 16, 50, 84, 95))
    judge = 0.99 * np.percentile(night_by_night(spread.result), (5, 16, 50, 84, 95))
    assert spread.snr_at == pytest.approx(judge, rel=0.01)


def test_many_draws_agree_with_few():
    assert uncertainty(IMAGE, draws=20_000).snr_at == pytest.approx(uncertainty(IMAGE).snr_at, rel=0.03)


def test_a_constraint_leaves_out_the_bad_nights():
    all_nights, good = uncertainty(IMAGE), uncertainty(IMAGE, within=True)
    assert good.chance == pytest.approx(0.5)
    assert good.seeing_arcsec.max() < 0.8
    assert good.probability(IMAGE_SNR * 0.9) > all_nights.probability(IMAGE_SNR * 0.9)


def test_clouds_cost_light():
    assert np.all(uncertainty(IMAGE, transparency="thin").snr_at < uncertainty(IMAGE).snr_at)


@pytest.mark.parametrize("request_", [IMAGE, SPECTRUM])
def test_the_time_of_a_night_gives_the_signal_to_noise(request_):
    """A night's time, asked of the engine in that night's seeing, gives what was wanted: to what airglow changes."""
    spread = uncertainty(request_)
    night = int(np.argsort(spread.exposure_draws_s)[200])
    sky = replace(request_.sky, seeing_arcsec=float(spread.seeing_arcsec[night]))
    exposure = replace(request_.exposure, time_s=float(spread.exposure_draws_s[night]))
    again = calculate(replace(request_, sky=sky, exposure=exposure))
    here = calculate(replace(request_, sky=sky))
    assert again.snr == pytest.approx(spread.result.snr * here.snr / spread.draws[night], rel=0.08)


def test_asked_for_a_signal_to_noise_half_the_nights_reach_it():
    asked = request_of({"instrument": "HAWKI", "filter": "Ks", "mag": 23, "dit": 10, "snr": 10, "seeing": 0.8})
    spread = uncertainty(asked)
    assert spread.probability(10) == pytest.approx(np.mean(night_by_night(spread.result) > 10), abs=0.03)
    assert spread.exposure_s[1] == pytest.approx(spread.result.exposure_s, rel=0.15)


@pytest.mark.parametrize("wrong", [{"draws": 1}, {"transparency": "rain"}])
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(UsageError):
        uncertainty(IMAGE, **wrong)


IMAGE_SNR = calculate(IMAGE).snr
