"""VIMOS: images and masks, the first CCDs and the red-sensitive ones."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.errors import UsageError
from dfs.instruments.optics import Choice, LightPath, light_path, optics

# Flux of magnitude 0 in ESO's bands (W m-2 nm-1), and the zero points (1 e- s-1) that Mieske et al. 2007 give with it, mean of quadrants
ZERO_FLUX = {"U": 4.18023e-11, "B": 6.60085e-11, "V": 3.60994e-11, "R": 2.28665e-11, "I": 1.22603e-11, "z": 7.76068e-12}
ZERO_POINT = {"U": 26.23, "B": 28.07, "V": 27.74, "R": 27.75, "I": 27.04}
GRISMS = {  # shortest, longest wavelength (nm), resolving power with 1 arcsec, nm per pixel
    "LR_blue": (370, 670, 180, 0.53),
    "LR_red": (550, 950, 210, 0.73),
    "MR": (480, 1000, 580, 0.25),
    "HR_blue": (410, 630, 2050, 0.051),
    "HR_orange": (515, 760, 2150, 0.06),
    "HR_red": (650, 875, 2500, 0.06),
}


def zero_point(light: LightPath, flux: float) -> float:
    photons = flux / (1.98645e-16 / light.vacuum_nm)  # h c in J nm
    return float(2.5 * np.log10(np.sum(photons * light.throughput * light.width_nm) * light.area_m2))


@pytest.mark.parametrize("name", ZERO_POINT)
def test_zero_points_of_the_first_ccds(name: str) -> None:
    light = light_path(Choice("VIMOS", filter=name, detector="EEV"))
    assert zero_point(light, ZERO_FLUX[name]) == pytest.approx(ZERO_POINT[name], abs=0.03)


@pytest.mark.parametrize(
    ("name", "least", "most"), [("B", -0.1, 0.1), ("R", -0.1, 0.1), ("I", 0.2, 0.5), ("z", 0.4, 0.8)]
)
def test_the_later_ccds_gain_in_the_red(name: str, least: float, most: float) -> None:
    first, later = (light_path(Choice("VIMOS", filter=name, detector=one)) for one in ("EEV", "e2v"))
    assert least < zero_point(later, ZERO_FLUX[name]) - zero_point(first, ZERO_FLUX[name]) < most
    assert any("qe_e2v" in text for text in later.assumed)


@pytest.mark.parametrize("name", [*ZERO_POINT, "z"])
def test_every_part_passes_a_fraction(name: str) -> None:
    for part, passed in light_path(Choice("VIMOS", filter=name)).elements.items():
        assert passed.min() >= 0.0, part
        assert passed.max() <= 1.0, part


@pytest.mark.parametrize("name", GRISMS)
def test_grisms(name: str) -> None:
    first, last, power, step = GRISMS[name]
    light = light_path(Choice("VIMOS", mode="mos", disperser=name, slit_arcsec=1.0))
    nm = light.wavelength_nm
    assert nm[0] == pytest.approx(first, abs=1.0)
    assert nm[-1] == pytest.approx(last, abs=2.0)
    assert np.allclose(light.width_nm, step)
    assert light.resolution_fwhm_nm is not None
    middle = optics("VIMOS").dispersers[name].resolution_at_nm
    assert middle is not None
    assert middle / np.interp(middle, nm, light.resolution_fwhm_nm) == pytest.approx(power, rel=1e-3)
    assert 0.1 < light.throughput.max() < 0.3
    assert any("grism" in text for text in light.assumed)


def test_a_wider_slit_resolves_less() -> None:
    narrow, wide = (
        light_path(Choice("VIMOS", mode="mos", disperser="MR", slit_arcsec=one)).resolution_fwhm_nm
        for one in (1.0, 2.0)
    )
    assert narrow is not None
    assert wide is not None
    assert np.allclose(wide, 2.0 * narrow)


def test_order_filters_cut() -> None:
    light = light_path(Choice("VIMOS", mode="mos", disperser="MR", filter="OS_red"))
    assert light.wavelength_nm[0] > 549.0
    assert light.choice.filter == "OS_red"


def test_slits_and_modes_that_are_not_there() -> None:
    with pytest.raises(UsageError, match=r"0\.2 arcsec"):
        light_path(Choice("VIMOS", mode="mos", slit_arcsec=0.2))
    with pytest.raises(UsageError):
        light_path(Choice("VIMOS", mode="ifu"))
