from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits
from numpy.typing import NDArray
from scipy.optimize import curve_fit

from dfs_sims.atmosphere import refraction_arcsec, transmission
from dfs_sims.geometry import wavelength_nm
from dfs_sims.photons import photons
from dfs_sims.spectrograph import SlitView, StarView, diffuse_electrons, fine_rows, star_electrons, star_trace
from dfs_sims.targets import standard
from dfs_sims.throughput import area_m2, grism_efficiency
from dfs_sims.truth import NightTruth

NARROW = SlitView("slit#1.2", 0.4)


def box(
    x: NDArray[np.float64], height: float, centre: float, half: float, edge: float, base: float
) -> NDArray[np.float64]:
    from scipy.special import erf

    return base + 0.5 * height * (erf((x - centre + half) / edge) - erf((x - centre - half) / edge))


@pytest.mark.parametrize("column", [100, 515, 950])
@pytest.mark.parametrize("line_nm", [388.865, 501.568, 587.562])
def test_arc_lines_fall_at_the_true_pixels(
    night: NightTruth, master_bias: NDArray[np.float64], column: int, line_nm: float
) -> None:
    arc = night.of("arc")[0]
    rows = np.arange(1030)
    expected = rows[np.argmin(np.abs(night.wavelength_nm(np.array(column), rows, arc.flexure_px or 0.0) - line_nm))]
    frame = (fits.getdata(arc.path) - master_bias)[:, column - 4 : column + 5].mean(axis=1)
    around = np.arange(expected - 6, expected + 7)
    fitted, _ = curve_fit(box, around, frame[around], [frame[around].max(), expected, 2.5, 1.0, frame[around].min()])
    assert night.wavelength_nm(np.array(column), fitted[1], arc.flexure_px or 0.0) == pytest.approx(line_nm, abs=0.02)


def test_sky_lines_are_boxes_as_wide_as_the_slit() -> None:
    light = diffuse_electrons(NARROW, np.zeros_like(fine_rows().row), np.array([557.734]), np.array([1000.0]))
    column = light[:, 500] - np.median(light[:, 500])
    wide = diffuse_electrons(
        SlitView("slit#5.0"), np.zeros_like(fine_rows().row), np.array([557.734]), np.array([1000.0])
    )
    assert np.sum(column > column.max() / 2) == 5  # 1.2 arcsec of 0.2408
    assert np.sum(wide[:, 500] > wide[:, 500].max() / 2) in (20, 21, 22)
    # All of the light, times what the jaws pass at this column.
    assert column.sum() == pytest.approx(1000.0, rel=0.02)


@pytest.mark.parametrize("slit", ["slit#1.2", "slit#5.0"])
def test_a_star_gives_flux_times_air_times_throughput_times_slit(slit: str) -> None:
    fine, view, star = fine_rows(), SlitView(slit, 1.3), StarView(545.0, 0.9, 1.3)
    flux = standard().flux(fine.wavelength_nm)
    light, passed = star_electrons(view, star, photons(flux, fine.wavelength_nm))
    rows = slice(600, 700)
    window = light[rows, 495:596] - np.median(light[rows, 200:400], axis=1)[:, np.newaxis]
    wavelength = np.linspace(
        wavelength_nm(np.array(545.0), np.array(599.5), 1.3),
        wavelength_nm(np.array(545.0), np.array(699.5), 1.3),
        20001,
    )
    rate = photons(standard().flux(wavelength), wavelength) * transmission(wavelength, 1.3) * area_m2()
    rate = rate * grism_efficiency(wavelength) * np.interp(wavelength, fine.wavelength_nm, passed)
    # 1 %: the slit's unevenness at this column, and light moved across the ends of the interval.
    assert window.sum() == pytest.approx(np.trapezoid(rate, wavelength), rel=0.012)


def test_a_star_is_sharper_than_a_wide_slit_and_moves_with_its_centring() -> None:
    fine = fine_rows()
    spectrum = np.exp(-0.5 * ((fine.wavelength_nm - 500.0) / 0.05) ** 2)
    middle, _ = star_electrons(SlitView("slit#5.0"), StarView(545.0, 0.9, 1.0), spectrum)
    shifted, _ = star_electrons(SlitView("slit#5.0"), StarView(545.0, 0.9, 1.0, centring_arcsec=0.4816), spectrum)
    rows = np.arange(1030)
    profile, moved = (image[:, 545] - image[:, 545].min() for image in (middle, shifted))
    assert np.sum(profile > profile.max() / 2) in (3, 4, 5)
    centres = [np.average(rows, weights=np.where(one > one.max() / 20, one, 0)) for one in (profile, moved)]
    assert centres[1] - centres[0] == pytest.approx(2.0, abs=0.05)


def test_the_slit_takes_more_of_a_worse_star() -> None:
    ones = np.ones_like(fine_rows().row)
    passed = [star_electrons(NARROW, StarView(545.0, seeing, 1.0), ones)[1].mean() for seeing in (0.6, 1.0, 1.5)]
    assert passed == sorted(passed, reverse=True)
    assert 0.5 < passed[1] < 0.85


def test_refraction_draws_the_spectrum_aside_as_in_the_real_standard() -> None:
    # EG21 at air mass 1.356: column 542.6 at y = 300 and 547.4 at y = 975 (frames of run 108.22F6.001).
    trace = star_trace(SlitView("slit#5.0", 7.6), StarView(545.0, 0.9, 1.356))
    assert trace[975] - trace[300] == pytest.approx(4.8, abs=0.5)
    assert refraction_arcsec(np.array([500.0]), 1.4)[0] == pytest.approx(0.0)
    # Filippenko 1982, table 1 (2 km, 7 C, 600 mm Hg): 1.27 arcsec from 400 to 500 nm... at air mass 2: 0.64 at 45 degrees.
    assert refraction_arcsec(np.array([400.0]), np.sqrt(2.0))[0] == pytest.approx(0.6, abs=0.1)
