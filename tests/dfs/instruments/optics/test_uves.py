"""UVES: settings, ranges, chips, resolving power, efficiency at the blaze."""

import numpy as np
import pytest

from dfs.errors import UsageError
from dfs.instruments.optics import Choice, LightPath, light_path, optics

BLUE = {"346": (303, 388), "390": (326, 454), "437": (373, 499)}
RED = {
    "520": (414, 621),
    "564": (458, 668),
    "580": (476, 684),
    "600": (500, 705),
    "760": (565, 946),
    "860": (660, 1060),
}


def path(disperser: str, **others: object) -> LightPath:
    return light_path(Choice("UVES", "ech", disperser=disperser, **others))  # type: ignore[arg-type]


def at(light: LightPath, nm: float) -> int:
    return int(np.argmin(np.abs(light.wavelength_nm - nm)))


def test_the_standard_settings_are_there() -> None:
    assert set(optics("uves").modes["ech"].dispersers) == {
        *("346", "437", "520", "580", "600", "860"),
        *("DIC1-346", "DIC1-390", "DIC1-564", "DIC1-580"),
        *("DIC2-346", "DIC2-390", "DIC2-437", "DIC2-760", "DIC2-860"),
    }


@pytest.mark.parametrize("name", optics("uves").modes["ech"].dispersers)
def test_each_covers_the_range_of_the_manual(name: str) -> None:
    light = path(name)
    number = name.rpartition("-")[2]
    first, last = (BLUE | RED)[number]
    assert light.wavelength_nm[0] == pytest.approx(first, abs=0.01)
    assert light.wavelength_nm[-1] == pytest.approx(last, abs=0.01)
    assert light.readout.detector == ("BLUE" if number in BLUE else "RED")
    assert np.all(light.throughput <= 0.17)


def test_the_chips_of_the_red_arm_leave_a_gap() -> None:
    light = path("580")
    assert light.throughput[at(light, 580.0)] == 0
    assert light.throughput[at(light, 577.8)] > 0.1
    assert light.throughput[at(light, 582.0)] > 0.1


def test_the_new_red_chip_is_better_in_the_far_red() -> None:
    light = path("860")
    assert light.throughput[at(light, 863.5)] > 1.5 * light.throughput[at(light, 854.0)]


@pytest.mark.parametrize(("name", "nm", "judge"), [("437", 400.0, 0.12), ("580", 600.0, 0.14), ("520", 500.0, 0.14)])
def test_throughput_at_the_blaze(name: str, nm: float, judge: float) -> None:
    light = path(name)
    assert light.throughput[at(light, nm)] == pytest.approx(judge, rel=0.1)


@pytest.mark.parametrize(
    ("name", "slit", "power"), [("437", 1.0, 41400), ("437", 0.4, 80000), ("580", 1.0, 38700), ("580", 0.3, 110000)]
)
def test_resolving_power(name: str, slit: float, power: float) -> None:
    light = path(name, slit_arcsec=slit)
    assert light.resolution_fwhm_nm is not None
    assert light.wavelength_nm / light.resolution_fwhm_nm == pytest.approx(power, rel=1e-6)


def test_pixels_follow_the_wavelength_and_the_binning() -> None:
    light = path("580", binning=(2, 2))
    assert light.wavelength_nm / light.width_nm == pytest.approx(125000, rel=1e-3)
    assert light.pixel_arcsec == pytest.approx((0.31, 0.36))
    assert light.readout.ron_e == pytest.approx(2.47)


def test_a_dichroic_takes_light() -> None:
    assert np.all(path("DIC1-346").throughput < path("346").throughput)


def test_the_medium_is_air() -> None:
    light = path("346")
    assert light.medium == "air"
    assert np.all(light.vacuum_nm > light.wavelength_nm)


def test_what_is_not_there_is_told() -> None:
    with pytest.raises(UsageError) as setting:
        path("433")
    assert "DIC1-346" in setting.value.accepted
    with pytest.raises(UsageError) as slit:
        path("580", slit_arcsec=0.1)
    assert slit.value.accepted == "0.3 to 10 arcsec"


def test_the_shape_of_the_curves_is_told_as_assumed() -> None:
    assert any("red_580" in text for text in path("580").assumed)
