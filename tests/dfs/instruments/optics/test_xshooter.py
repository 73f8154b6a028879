"""X-SHOOTER: three arms, their slits, resolving powers, detectors."""

import numpy as np
import pytest

from dfs.errors import UsageError
from dfs.instruments.optics import Choice, LightPath, light_path, optics

RANGE = {"UVB": (300, 559.5), "VIS": (559.5, 1024), "NIR": (1024, 2480)}
SLITS = {"UVB": (0.5, 0.8, 1.0, 1.3, 1.6, 5.0), "VIS": (0.4, 0.7, 0.9, 1.2, 1.5, 5.0), "NIR": (0.4, 0.6, 0.9, 1.2, 5.0)}


def path(arm: str, **others: object) -> LightPath:
    return light_path(Choice("XSHOOTER", "ech", disperser=arm, **others))  # type: ignore[arg-type]


@pytest.mark.parametrize("arm", RANGE)
def test_each_arm_has_its_range_slits_and_detector(arm: str) -> None:
    light = path(arm)
    assert (light.wavelength_nm[0], light.wavelength_nm[-1]) == pytest.approx(RANGE[arm], abs=0.1)
    assert optics("xshooter").dispersers[arm].slits_arcsec == SLITS[arm]
    assert light.readout.detector == arm
    assert light.slit_length_arcsec == 11
    assert 0.2 < light.throughput.max() < 0.36


@pytest.mark.parametrize(("arm", "slit", "power"), [("UVB", 1.0, 5400), ("VIS", 0.9, 8900), ("NIR", 0.9, 5600)])
def test_resolving_power(arm: str, slit: float, power: float) -> None:
    light = path(arm, slit_arcsec=slit)
    assert light.resolution_fwhm_nm is not None
    assert light.wavelength_nm / light.resolution_fwhm_nm == pytest.approx(power, rel=0.01)


def test_the_arms_meet() -> None:
    assert path("UVB").throughput[-1] == pytest.approx(path("VIS").throughput[0], abs=0.05)


def test_only_the_near_infrared_arm_integrates_and_is_warm() -> None:
    near = path("NIR")
    assert near.readout.infrared
    assert {one.name for one in near.surfaces} == {"telescope", "entrance optics"}
    assert near.readout.noise_e(300.0) < near.readout.noise_e(5.0)
    assert not path("VIS").readout.infrared


def test_binning_along_the_dispersion() -> None:
    binned = path("VIS", read_mode="400k/1pt/lg/1x2")
    assert binned.choice.binning == (2, 1)
    assert np.median(binned.width_nm) == pytest.approx(2 * np.median(path("VIS").width_nm), rel=1e-3)


def test_a_slit_of_another_arm_is_refused() -> None:
    with pytest.raises(UsageError) as slit:
        path("UVB", slit_arcsec=0.9)
    assert slit.value.accepted == "0.5, 0.8, 1, 1.3, 1.6, 5"


def test_what_was_remembered_is_told() -> None:
    for arm in RANGE:
        assert any(f"total_{arm}" in text for text in path(arm).assumed)
