"""EFOSC2: zero points measured at the NTT, grisms, slits, polarimetry."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.errors import UsageError
from dfs.instruments.optics import Choice, light_path, optics

# ESO's page of zero points, June to November 2008, in ADU (1.18 e-), of a spectrum that is that of Vega as ESO's zero fluxes give it
ZERO_POINTS = {"U#640": 24.101, "B#639": 26.023, "V#641": 26.089, "R#642": 26.188, "i#705": 25.353}
PIVOT_NM = (357.9, 421.0, 547.8, 658.4, 797.6, 906.0, 1020.0)
ZERO_FLUX = (4.18023e-9, 6.60085e-9, 3.60994e-9, 2.28665e-9, 1.22603e-9, 7.76068e-10, 5.973e-10)  # erg/s/cm2/A


@pytest.mark.parametrize("name", ZERO_POINTS)
def test_zero_points(name: str) -> None:
    light = light_path(Choice("EFOSC2", filter=name))
    flux = np.exp(np.interp(light.vacuum_nm, PIVOT_NM, np.log(ZERO_FLUX)))
    per_nm = flux * 1e-2 * light.vacuum_nm * 1e-9 / (6.62607015e-34 * 299792458.0)
    found = 2.5 * np.log10(np.sum(per_nm * light.throughput * light.width_nm) * light.area_m2 / 1.18)
    assert found == pytest.approx(ZERO_POINTS[name], abs=0.1)


def test_every_grism_of_the_instrument() -> None:
    there = optics("EFOSC2")
    assert set(there.modes["lss"].dispersers) == set(there.dispersers)
    assert len(there.dispersers) == 13


@pytest.mark.parametrize("grism", ["Gr#11", "Gr#13", "Gr#16"])
def test_a_line_is_as_wide_as_on_arcs(grism: str) -> None:
    light = light_path(Choice("EFOSC2", "lss", disperser=grism, slit_arcsec=1.0, binning=(1, 1)))
    assert light.resolution_fwhm_nm is not None
    assert np.median(light.resolution_fwhm_nm / light.width_nm) == pytest.approx(6.7, abs=0.2)


def test_wavelengths_of_a_measured_grism() -> None:
    light = light_path(Choice("EFOSC2", "lss", disperser="13", binning=(1, 1)))
    assert light.width_nm[light.wavelength_nm.searchsorted(634.9)] == pytest.approx(0.2826, abs=2e-4)
    assert light.medium == "air"


def test_it_looks_through_the_ntt() -> None:
    light = light_path(Choice("efosc2"))
    assert (light.site, light.diameter_m) == ("lasilla", 3.58)
    assert light.area_m2 == pytest.approx(9.009, abs=0.001)
    assert light.pixel_arcsec == (0.24, 0.24)
    assert light_path(Choice("EFOSC2", binning=(1, 1), read_mode="fast")).pixel_arcsec == (0.12, 0.12)


def test_system_of_grism_11() -> None:
    """PESSTO's sensitivity through 5 arcsec: 0.203 of what reaches the telescope at 420 nm."""
    light = light_path(Choice("EFOSC2", "lss", disperser="11", slit_arcsec=5.0))
    assert np.interp(420.0, light.wavelength_nm, light.throughput) == pytest.approx(0.203, rel=0.03)


def test_a_filter_that_is_assumed_says_so() -> None:
    assert any("filter_V641" in text for text in light_path(Choice("EFOSC2", filter="V")).assumed)
    assert not any("filter_" in text for text in light_path(Choice("EFOSC2", filter="i")).assumed)


def test_a_slit_that_is_not_there() -> None:
    with pytest.raises(UsageError, match=r"no slit of 1.3") as caught:
        light_path(Choice("EFOSC2", "lss", slit_arcsec=1.3))
    assert "1.2, 1.5" in caught.value.accepted
