"""How faint: what the limit says, the calculator confirms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dfs import etc
from dfs.errors import UsageError
from dfs.etc.engine.calculation import calculate
from dfs.etc.engine.limit import limit
from dfs.etc.request import Exposure, Request, Sky, Target
from dfs.etc.spectra.sed import Sed
from dfs.instruments.optics import Choice

CASES = {
    "image": Request(Choice("FORS2", "img", filter="v_HIGH"), Target(Sed.of("flat_nu"), 20.0), Sky(), Exposure(600.0)),
    "spectrum": Request(
        Choice("FORS2", "lss", disperser="300V"), Target(Sed.of("flat_nu"), 20.0), Sky(), Exposure(1800.0, at_nm=600.0)
    ),
    "line": Request(Choice("FORS2", "lss", disperser="600RI"), Target(Sed.of("line:656.3")), Sky(), Exposure(1800.0)),
    "infrared": Request(Choice("HAWKI", "img", filter="Ks"), Target(Sed.of("flat_nu"), 20.0), Sky(), Exposure(3600.0)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_faintest_target_has_the_signal_to_noise(case):
    found = limit(CASES[case], 5.0)
    assert found.snr == pytest.approx(5.0, rel=1e-6)
    assert calculate(found.request).snr == found.snr
    assert found.exposure_s == pytest.approx(calculate(found.request).exposure_s)


def test_ten_times_fainter_takes_a_hundred_times_as_long_where_the_sky_is_the_noise():
    asked = CASES["image"]
    short, long = (
        limit(replace(asked, exposure=Exposure(time, count=count)), 5.0).request.target.magnitude
        for time, count in ((600.0, 1), (60_000.0, 100))
    )
    assert long - short == pytest.approx(2.5, abs=0.05)


def test_what_has_no_limit_is_told():
    with pytest.raises(UsageError, match="exposure time"):
        limit(replace(CASES["image"], exposure=Exposure(snr=5.0)), 5.0)
    with pytest.raises(UsageError, match="no target"):
        limit(CASES["image"], 1e12)
    with pytest.raises(UsageError, match="signal-to-noise of -1"):
        limit(CASES["image"], -1.0)


def test_a_calculator_needs_no_magnitude_for_it():
    found = etc.Calculator().limit("FORS2", 5, filter="v_HIGH", exposure=3600, sky=etc.Sky(airmass=1.0))
    assert 26.0 < found.request.target.magnitude < 28.0  # 5 sigma in an hour; FORS1's page has 27.3
    assert found.request.target.band == "V"
