"""The exposure time calculator against ESO's for FORS2, the zero points of FORS2, and itself.

ESO's answers (ETC 2.0, version 118) are kept in github AlexLee24/CASTOR validation/eso_etc.py: a point source of flat flux, V Vega,
FORS2 imaging with the MIT detector and the standard resolution collimator, 200kHz,1x1,low, 100 s, turbulence 50 %, 30 mm of water, the Moon 30 deg
away or absent, and ``airglowEnabled`` false, which takes away the continuum of the airglow but not its lines.

What binds ours to theirs: the throughput of the optics was measured on the target's electrons in v_HIGH (*fitted*), so that these test the shape
of the rest: other filters, air masses, the Moon. The sky's tables are those of ESO's sky model (*same figures*). Apertures, encircled energy,
signal-to-noise and growth with air mass are not fitted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from dfs.etc.engine.calculation import calculate
from dfs.etc.request import Exposure, Request, Sky, Target
from dfs.etc.result import Result
from dfs.etc.spectra import Sed
from dfs.instruments.optics import Choice

pytestmark = pytest.mark.truth


@dataclass(frozen=True)
class Case:
    """What ESO's calculator was asked, and its answer."""

    name: str
    filter: str
    mag: float
    airmass: float
    fli: float
    target: float
    sky: float
    pixels: int
    arcsec2: float
    encircled: float
    snr: float


CASES = (
    Case("A1", "v_HIGH", 20, 1.0, 0, 152440.374, 286.4505, 95, 1.484893, 0.947115, 358.707),
    Case("A2", "v_HIGH", 18, 1.0, 0, 961833.737, 286.4505, 95, 1.484893, 0.947115, 966.682),
    Case("A3", "v_HIGH", 20, 1.5, 0, 145163.578, 337.0002, 177, 2.761165, 0.961683, 319.385),
    Case("A4", "v_HIGH", 20, 2.0, 0, 133895.051, 377.4390, 227, 3.546564, 0.945512, 284.279),
    Case("A5", "v_HIGH", 20, 1.0, 1, 152440.374, 20662.811, 95, 1.484893, 0.947115, 104.787),
    Case("A6", "g_HIGH", 20, 1.0, 0, 135785.696, 168.6406, 133, 2.073942, 0.976784, 339.951),
)
BY_NAME = {case.name: case for case in CASES}


def answer(case: Case) -> Result:
    choice = Choice("FORS2", "img", case.filter, collimator="SR", detector="MIT", read_mode="200kHz,1x1,low")
    sky = Sky(
        airmass=case.airmass,
        seeing_arcsec=0.8,
        illumination=case.fli or None,
        moon_distance_deg=30.0,
        airglow=False,
        pwv_mm=30.0,
    )
    return calculate(Request(choice, Target(Sed.of("flat_lambda"), case.mag), sky, Exposure(100.0)))


@pytest.mark.parametrize("name", BY_NAME)
def test_eso_fors2_imaging(name: str, table) -> None:
    case = BY_NAME[name]
    result = answer(case)
    label = f"ESO ETC, FORS2 {case.filter}, {name}"
    table(f"{label}: pixels of the aperture", round(result.aperture_pixels), case.pixels, 0)
    table(f"{label}: solid angle (arcsec2)", result.aperture_arcsec2, case.arcsec2, 1e-6)
    table(f"{label}: encircled energy", result.encircled_fraction, case.encircled, 1e-3 * case.encircled)
    bound = ", fitted" if name in {"A1", "A2"} else ""
    table(f"{label}: electrons of the target{bound}", result.target_e[0], case.target, 0.03 * case.target)
    tolerance = 0.3 if case.fli else 0.15
    table(f"{label}: electrons of the sky, same figures", result.sky_e[0], case.sky, tolerance * case.sky)
    noise = result.aperture_pixels * (case.sky + result.dark_e + result.ron_e**2)
    snr = case.target / np.sqrt(case.target + noise)
    table(f"{label}: S/N from their electrons", snr, case.snr, 5e-4 * case.snr)
    table(f"{label}: S/N", result.snr, case.snr, 0.02 * case.snr)


@pytest.mark.parametrize("name", ["A3", "A4"])
def test_growth_with_air_mass(name: str, table) -> None:
    first, case = BY_NAME["A1"], BY_NAME[name]
    here, there = answer(case), answer(first)
    ours = here.target_e[0] / here.encircled_fraction / (there.target_e[0] / there.encircled_fraction)
    theirs = case.target / case.encircled / (first.target / first.encircled)
    table(f"ESO ETC, FORS2 v_HIGH: light at air mass {case.airmass:g} over the zenith", ours, theirs, 3e-3)
    ours, theirs = here.sky_e[0] / there.sky_e[0], case.sky / first.sky
    table(f"ESO ETC, FORS2 v_HIGH: sky at air mass {case.airmass:g} over the zenith", ours, theirs, 0.05)


def test_binned_aperture(table) -> None:
    """A case of which only the answer was kept: 60 s through GG435, 2x2 low; 123000 electrons of the target, 36000 of the sky in the aperture."""
    choice = Choice("FORS2", "img", "v_HIGH", collimator="SR", read_mode="200kHz,2x2,low")
    result = calculate(Request(choice, Target(Sed.of("flat_lambda"), 20.0), Sky(airmass=1.0), Exposure(60.0)))
    table("ESO ETC, FORS2 2x2: pixels of the aperture", round(result.aperture_pixels), 38, 0)
    table("ESO ETC, FORS2 2x2: solid angle (arcsec2)", result.aperture_arcsec2, 2.41, 5e-3)
    snr = 123000.0 / np.sqrt(123000.0 + 36000.0 + result.aperture_pixels * 3.15**2)
    table("ESO ETC, FORS2 2x2: S/N from their electrons", snr, 308.0, 0.5)


# Filter, band -> zero point (mag of 1 e- s-1 outside the air), tolerance: as measured in 2011 (X-SHOOTER User Manual P95); as ESO
# calculated it for the MIT detector in 2001 (eso.org, FORS2 CCD upgrade), then with Bessell's B and V. The optics stand between the two.
ZERO_POINTS = {
    ("measured 2011", "b_HIGH", "B"): (27.68, 0.25),
    ("measured 2011", "v_HIGH", "V"): (28.09, 0.1),
    ("measured 2011", "R_SPECIAL", "R"): (28.32, 0.1),
    ("measured 2011", "I_BESS", "I"): (27.67, 0.1),
    ("ESO's calculation of 2001", "B_BESS", "B"): (27.60, 0.25),
    ("ESO's calculation of 2001", "V_BESS", "V"): (28.00, 0.1),
    ("ESO's calculation of 2001", "R_SPECIAL", "R"): (28.20, 0.1),
    ("ESO's calculation of 2001", "I_BESS", "I"): (27.63, 0.1),
    ("ESO's calculation of 2001", "z_GUNN", "Z"): (27.15, 0.1),
}


def zero_point(name: str, band: str) -> float:
    """Return the magnitude of a star of Vega's colours that gives an electron a second outside the air."""
    target = Target(Sed.of("template:Vega"), 20.0, band)
    choice = Choice("FORS2", "img", name, collimator="SR", read_mode="200kHz,1x1,low")
    result = calculate(Request(choice, target, Sky(airmass=1.0), Exposure(100.0), extrapolate=True))
    rate = result.target_e[0] / result.exposure_s / result.encircled_fraction / result.atmosphere[0]
    return 20.0 + 2.5 * float(np.log10(rate))


@pytest.mark.parametrize("key", ZERO_POINTS, ids=" ".join)
def test_zero_point(key: tuple[str, str, str], table) -> None:
    what, name, band = key
    judge, tolerance = ZERO_POINTS[key]
    table(f"FORS2 zero point, {name} in {band} (mag), {what}, fitted", zero_point(name, band), judge, tolerance)
