"""FORS2: grisms as the manual prints them, arcs, zero points, the figures of ESO's calculator."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from dfs.instruments.optics import Choice, LightPath, light_path, optics
from dfs.sky.refraction import air_to_vacuum_nm

# FORS2 User Manual P107, table 2.4: order filter, centre (nm), range, nm a pixel, resolving power through 1 and 0.3 arcsec
GRISMS: dict[str, tuple[str, float, tuple[float, float], float, int, int | None]] = {
    "1200B": ("none", 436.0, (366, 511), 0.036, 1420, 5010),
    "1400V": ("none", 520.3, (456, 586), 0.031, 2100, 5660),
    "1200R": ("GG435", 653.0, (575, 731), 0.038, 2140, 5330),
    "1028z": ("OG590", 860.0, (773, 948), 0.042, 2560, 5150),
    "600B": ("none", 462.7, (330, 621), 0.075, 780, 1810),
    "600RI": ("GG435", 677.7, (512, 845), 0.083, 1000, 2880),
    "600z": ("OG590", 892.7, (737, 1070), 0.081, 1260, 2970),
    "300V": ("none", 584.9, (330, 660), 0.168, 440, 1270),
    "300I": ("OG590", 857.5, (600, 1100), 0.162, 660, 1700),
    "150I": ("OG590", 716.9, (600, 1100), 0.345, 260, 780),
    "1200g": ("none", 486.0, (417, 564), 0.036, 1605, None),
    "600V": ("GG435", 581.0, (443, 737), 0.074, 990, None),
    "600R": ("GG435", 627.7, (501, 769), 0.068, 1160, None),
    "600I": ("OG590", 793.5, (663, 939), 0.066, 1500, None),
    "200I": ("none", 743.2, (560, 1100), 0.243, 380, None),
}
ARCS = {"300V": "GG435", "300I": "OG590"}
# mirrors and optics asked for: ESO's calculator, or zero points (see docs/optics.md)
TOGETHER = {"v_HIGH": 0.400, "g_HIGH": 0.404, "R_SPECIAL": 0.39, "I_BESS": 0.372, "z_GUNN": 0.402}
# e-/s of a star of magnitude 0, in magnitudes; of a spectrum that is flat in wavelength, of ESO's zero flux in the band
ZERO_FLUX = {"B": 6.60085e-9, "V": 3.60994e-9, "R": 2.28665e-9, "I": 1.22603e-9, "z": 7.76068e-10}  # erg/s/cm2/A
ZERO_POINTS = {
    ("v_HIGH", "V"): (28.09, 0.1),  # 2011
    ("R_SPECIAL", "R"): (28.32, 0.1),  # 2011
    ("I_BESS", "I"): (27.67, 0.1),  # 2011
    ("V_BESS", "V"): (28.00, 0.1),  # 2001, as ESO calculated
    ("B_BESS", "B"): (27.60, 0.25),  # 2001
    ("z_GUNN", "z"): (27.15, 0.1),  # 2001
}


def spectrum(grism: str, passing: str | None = None, **others: object) -> LightPath:
    return light_path(Choice("FORS2", "lss", disperser=grism, filter=passing, **others))  # type: ignore[arg-type]


def power(light: LightPath, nm: float) -> float:
    assert light.resolution_fwhm_nm is not None
    return nm / float(np.interp(nm, light.wavelength_nm, light.resolution_fwhm_nm))


def image(name: str) -> LightPath:
    return light_path(Choice("FORS2", filter=name, binning=(1, 1)))


@pytest.mark.parametrize("grism", GRISMS)
def test_dispersion_and_range_are_those_printed(grism: str) -> None:
    passing, centre, (first, last), dispersion, *_ = GRISMS[grism]
    light = spectrum(grism, passing, binning=(1, 1))
    assert light.wavelength_nm[0] == pytest.approx(first, abs=dispersion)
    assert light.wavelength_nm[-1] == pytest.approx(last, abs=dispersion)
    assert np.all(np.diff(light.wavelength_nm) > 0)
    inside = min(max(centre, first), last)
    assert np.interp(inside, light.wavelength_nm, light.width_nm) == pytest.approx(dispersion, rel=0.02)


@pytest.mark.parametrize("grism", GRISMS)
def test_resolving_power_is_that_printed(grism: str) -> None:
    passing, centre, _, _, wide, narrow = GRISMS[grism]
    light = spectrum(grism, passing, slit_arcsec=1.0, binning=(1, 1))
    nm = min(max(centre, light.wavelength_nm[0]), light.wavelength_nm[-1])
    assert power(light, nm) * centre / nm == pytest.approx(wide, rel=0.02)
    if narrow is not None:  # printed for 0.3 arcsec, the slit has 0.28
        found = light_path(Choice("FORS2", "mos", disperser=grism, filter=passing, slit_arcsec=0.3, binning=(1, 1)))
        assert power(found, nm) * centre / nm == pytest.approx(narrow, rel=0.02)


def test_high_resolution_resolves_as_much_through_half_the_slit() -> None:
    standard = spectrum("300V", slit_arcsec=1.0, collimator="SR")
    high = spectrum("300V", slit_arcsec=0.51, collimator="HR")
    assert high.resolution_fwhm_nm is not None
    assert high.resolution_fwhm_nm == pytest.approx(standard.resolution_fwhm_nm, rel=0.025)


@pytest.mark.parametrize("grism", ARCS)
def test_wavelengths_are_those_of_arcs(grism: str, test_data: Path) -> None:
    with fits.open(test_data / "products" / "FORS2_arcs" / f"vlt_fors2_{grism}.fits") as file:
        vacuum_nm = np.asarray(file[1].data["wave"], dtype=float) / 10.0  # binned 2x2
    light = spectrum(grism, ARCS[grism], binning=(2, 2))
    seen = (light.vacuum_nm > vacuum_nm[0]) & (light.vacuum_nm < vacuum_nm[-1])
    pixel = np.interp(light.vacuum_nm[seen], vacuum_nm, np.arange(vacuum_nm.size))
    first = round(float(np.median(pixel - np.arange(pixel.size))))
    assert np.abs(pixel - first - np.arange(pixel.size)).max() * 2 < 0.5  # unbinned pixels


def test_vacuum_is_that_of_the_sky() -> None:
    light = spectrum("300V")
    assert light.medium == "air"
    np.testing.assert_allclose(light.vacuum_nm, air_to_vacuum_nm(light.wavelength_nm), rtol=1e-11)


@pytest.mark.parametrize("name", TOGETHER)
def test_mirrors_and_optics(name: str) -> None:
    light = image(name)
    seen = light.elements["filter"] * light.elements["detector"]
    weight = seen * light.width_nm * light.wavelength_nm
    assert np.sum(light.throughput * light.width_nm * light.wavelength_nm) / weight.sum() == pytest.approx(
        TOGETHER[name], rel=0.03
    )


@pytest.mark.parametrize(("name", "band"), ZERO_POINTS)
def test_zero_points(name: str, band: str) -> None:
    light = image(name)
    per_nm = ZERO_FLUX[band] * 1e-2 * light.vacuum_nm * 1e-9 / (6.62607015e-34 * 299792458.0)  # photons/s/m2
    found = 2.5 * np.log10(np.sum(per_nm * light.throughput * light.width_nm) * light.area_m2)
    expected, tolerance = ZERO_POINTS[name, band]
    assert found == pytest.approx(expected, abs=tolerance)


def test_figures_of_the_calculator() -> None:
    light = light_path(Choice("FORS2", read_mode="200kHz,1x1,low"))
    assert (light.readout.ron_e, light.readout.dark_e_per_s, light.readout.full_well_e) == (3.15, 0.000583, 80400)
    assert light.pixel_arcsec == (0.125, 0.125)
    assert light.area_m2 == pytest.approx(51.83, abs=0.01)
    assert light_path(Choice("FORS2")).pixel_arcsec == (0.25, 0.25)
    assert light_path(Choice("FORS2", collimator="HR", binning=(1, 1))).pixel_arcsec == (0.0625, 0.0625)


def test_a_binned_pixel() -> None:
    light = light_path(Choice("FORS2", binning=(2, 2)))
    assert light.readout.dark_e_per_s == pytest.approx(4 * 0.000583)
    assert light.readout.full_well_e == pytest.approx(65535 * 1.25)  # the converter ends first


def test_mirrors_can_be_cleaned() -> None:
    given, clean = (
        image("v_HIGH"),
        light_path(Choice("FORS2", filter="v_HIGH", binning=(1, 1), mirror_reflectivity=0.92)),
    )
    assert clean.elements["telescope"] == pytest.approx(0.92**2)
    np.testing.assert_array_equal(clean.elements["optics"], given.elements["optics"])


def test_polarimetry_halves_the_light() -> None:
    plain, beam = light_path(Choice("FORS2", "img")), light_path(Choice("FORS2", "ipol"))
    assert beam.choice.polarimetry == "linear"
    assert beam.throughput.max() == pytest.approx(0.45 * plain.throughput.max())
    assert any("polarimetry.linear" in text for text in beam.assumed)


def test_fifteen_grisms_and_nine_slits() -> None:
    mode = optics("FORS2").modes["lss"]
    assert {name.removeprefix("GRIS_") for name in mode.dispersers} == set(GRISMS)
    assert mode.slits_arcsec == (0.28, 0.4, 0.51, 0.7, 1.0, 1.31, 1.6, 2.0, 2.5)


def test_a_range_that_is_remembered_is_told_where_it_is_used() -> None:
    assert any("GG375" in text for text in spectrum("300V", "GG375").assumed)
    assert not any("GG375" in text for text in spectrum("300V", "none").assumed)
