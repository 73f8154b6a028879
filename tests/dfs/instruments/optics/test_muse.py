"""MUSE: a cube of 0.2 arcsec and 0.125 nm, throughput of the page, what adaptive optics cuts out."""

import numpy as np
import pytest

from dfs.errors import UsageError
from dfs.instruments.optics import Choice, LightPath, light_path


def path(disperser: str | None = None, **others: object) -> LightPath:
    return light_path(Choice("MUSE", "ifu", disperser=disperser, **others))  # type: ignore[arg-type]


def test_a_cube_without_slit() -> None:
    light = path()
    assert light.kind == "cube"
    assert light.choice.disperser == "WFM-NOAO-N"
    assert light.slit_arcsec is None
    assert light.pixel_arcsec == (0.2, 0.2)
    assert light.width_nm == pytest.approx(0.125)
    assert (light.wavelength_nm[0], light.wavelength_nm[-1]) == pytest.approx((480, 930), abs=0.1)
    assert light.area_m2 == pytest.approx(48.325, abs=1e-3)


@pytest.mark.parametrize(("nm", "judge"), [(480, 0.14), (750, 0.35), (930, 0.14)])
def test_throughput_of_the_overview(nm: float, judge: float) -> None:
    light = path()
    assert np.interp(nm, light.wavelength_nm, light.throughput) == pytest.approx(judge, rel=0.05)


@pytest.mark.parametrize(("nm", "judge"), [(700, 0.3229), (800, 0.242)])
def test_throughput_of_the_calculator(nm: float, judge: float) -> None:
    light = path()
    assert np.interp(nm, light.wavelength_nm, light.throughput) == pytest.approx(judge, rel=0.09)


def test_resolving_power() -> None:
    light = path()
    assert light.resolution_fwhm_nm is not None
    power = light.wavelength_nm / light.resolution_fwhm_nm
    assert (power[0], power[-1]) == pytest.approx((1770, 3590), rel=1e-3)


def test_the_extended_range_goes_on_to_the_blue() -> None:
    light = path("WFM-NOAO-E")
    assert light.wavelength_nm[0] == pytest.approx(465, abs=0.1)
    assert np.all(light.throughput > 0.1)


@pytest.mark.parametrize(("name", "first", "last"), [("WFM-AO-N", 580.5, 596.6), ("WFM-AO-E", 575.5, 600.8)])
def test_the_laser_cuts_sodium_out(name: str, first: float, last: float) -> None:
    light = path(name)
    inside = (light.wavelength_nm > first) & (light.wavelength_nm < last)
    assert np.all(light.throughput[inside] == 0)
    assert np.all(light.throughput[~inside] > 0)


def test_no_slit_and_no_narrow_field() -> None:
    with pytest.raises(UsageError, match="no slit"):
        path(slit_arcsec=1.0)
    with pytest.raises(UsageError) as mode:
        path("NFM-AO-N")
    assert "WFM-NOAO-N" in mode.value.accepted
