"""UVES, X-SHOOTER and MUSE against what ESO prints of them and what ESO's calculators answered.

Where the numbers are kept: UVES User Manual P110.1, table 1.1; www.eso.org/sci/facilities/paranal/instruments/muse/overview.html; answers of
the MUSE calculator told in github RolandBacon/pyetc tests/test_comp.py; signal-to-noise of the MUSE and X-SHOOTER calculators in github
NathanSandford/Chem-I-Calc notebooks/Sandford_2020/etc_files, some of it carried over here.

Not every judge is independent:

* *fitted*: UVES's curves are scaled to the throughputs of its manual, MUSE's stands between its page and its calculator, X-SHOOTER's follows
  the calculator's answers halfway;
* *set-up assumed*: the answers in Chem-I-Calc come without the question. They fit the defaults of its own program (K2V star, air mass 1.1, seeing
  0.8, slits 0.8, 0.7, 0.9 arcsec, MUSE 3 x 3 pixels), V = 19.5, and one hour (MUSE) or six (X-SHOOTER).

Limits are the magnitude that gives a signal-to-noise of 10 in a binned pixel along the dispersion (nobody says otherwise): UVES binned to two
pixels, the seeing as printed, MUSE between the lines of the airglow.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import erf

from dfs.etc.engine.calculation import calculate
from dfs.etc.request import Exposure, Request, Sky, Target
from dfs.etc.result import Result
from dfs.etc.spectra import Sed
from dfs.instruments.optics import Choice, light_path

pytestmark = pytest.mark.truth

SIGMA = 1.0 / np.sqrt(8.0 * np.log(2.0))
MUSE = Choice("MUSE", "ifu", disperser="WFM-NOAO-N")
HOUR = 3600.0
STAR = Target(Sed.of("template:K2V"), 19.5, "V", "vega")
NIGHT = Sky(airmass=1.1, seeing_arcsec=0.8)
# nm -> signal-to-noise of a pixel along the dispersion, median of 2 nm (MUSE), centre of an order (X-SHOOTER)
MUSE_STAR = {500: 39.56, 550: 50.65, 600: 58.72, 650: 65.07, 700: 69.72, 750: 69.63, 800: 61.71, 850: 53.53, 920: 47.45}
XSHOOTER_STAR = {
    ("UVB", 0.8): {356.1: 6.76, 414.5: 23.54, 438.8: 30.69, 466.4: 44.09, 496.8: 51.20, 531.0: 55.17},
    ("VIS", 0.7): {568.0: 41.13, 607.7: 48.82, 653.8: 59.43, 711.2: 67.09, 777.6: 71.69, 860.2: 68.19, 904.3: 68.31},
    ("NIR", 0.9): {1046.0: 83.66, 1188.64: 93.49, 1245.24: 93.44, 1307.5: 94.17, 1634.38: 112.96, 1743.33: 104.53},
}


def answer(choice: Choice, target: Target, sky: Sky, exposure: Exposure) -> Result:
    return calculate(Request(choice, target, sky, exposure, extrapolate=True))


def place(result: Result, nm: float) -> int:
    return int(np.argmin(np.abs(result.wavelength_nm - nm)))


def near(result: Result, values: np.ndarray, nm: float, half_nm: float) -> np.ndarray:
    return values[np.abs(result.wavelength_nm - nm) < half_nm]


def in_a_square(result: Result, pixels: int) -> tuple[np.ndarray, np.ndarray]:
    """Return target and signal-to-noise in a square of `pixels` x `pixels` of a cube, instead of the circle."""
    sigma = result.image_quality_nm * SIGMA
    radius = np.sqrt(result.aperture_arcsec2 / np.pi)
    circle = 1.0 - np.exp(-(radius**2) / (2.0 * sigma**2))
    square = erf(0.5 * pixels * result.light.pixel_arcsec[0] / (np.sqrt(2.0) * sigma)) ** 2
    target = result.target_e * square / circle
    return target, target / np.sqrt(target + pixels**2 * (result.sky_e + result.dark_e + result.ron_e**2))


@pytest.mark.parametrize(("setting", "nm", "judge"), [("437", 400.0, 0.12), ("580", 600.0, 0.14), ("520", 600.0, 0.14)])
def test_uves_throughput(setting: str, nm: float, judge: float, table) -> None:
    light = light_path(Choice("UVES", "ech", disperser=setting))
    ours = float(np.interp(nm, light.wavelength_nm, light.throughput))
    table(f"UVES {setting}: throughput at {nm:.0f} nm, fitted", ours, judge, 0.1 * judge)


@pytest.mark.parametrize(("setting", "nm", "judge"), [("346", 360.0, 58000.0), ("580", 600.0, 62000.0)])
def test_uves_resolving_power(setting: str, nm: float, judge: float, table) -> None:
    light = light_path(Choice("UVES", "ech", disperser=setting, slit_arcsec=0.7))
    assert light.resolution_fwhm_nm is not None
    ours = float(np.interp(nm, light.wavelength_nm, light.wavelength_nm / light.resolution_fwhm_nm))
    table(f"UVES {setting}: resolving power, slit 0.7 arcsec", ours, judge, 0.15 * judge)


@pytest.mark.parametrize(("setting", "nm", "band", "judge"), [("346", 360.0, "U", 18.0), ("580", 600.0, "V", 19.5)])
def test_uves_limit(setting: str, nm: float, band: str, judge: float, table) -> None:
    """The magnitude (Vega, U or V, of a point of even flux per wavelength) whose signal-to-noise is 10 after one exposure of 90 min.

    Of one pixel binned along the dispersion (two of the chip), summed over the rows of the aperture: read mode 225kHz,1x2,low, slit
    0.7 arcsec, image quality 0.7 arcsec, air mass 1, no Moon. The manual names magnitudes, time, seeing and S/N 10, not the binning.
    """
    choice = Choice("UVES", "ech", disperser=setting, slit_arcsec=0.7, read_mode="225kHz,1x2,low")
    sky = Sky(airmass=1.0, seeing_arcsec=None, image_quality_arcsec=0.7)

    def excess(magnitude: float) -> float:
        target = Target(Sed.of("flat_lambda"), magnitude, band, "vega")
        return answer(choice, target, sky, Exposure(time_s=1.5 * HOUR, at_nm=nm)).snr - 10.0

    table(
        f"UVES {setting}: {band} (Vega) for S/N 10 in 2 x 1 pixels, 90 min, {nm:.0f} nm",
        brentq(excess, 14.0, 24.0, xtol=1e-3),
        judge,
        0.4,
    )


@pytest.mark.parametrize(("nm", "judge"), [(480.0, 0.14), (750.0, 0.35), (930.0, 0.14)])
def test_muse_throughput(nm: float, judge: float, table) -> None:
    light = light_path(MUSE)
    ours = float(np.interp(nm, light.wavelength_nm, light.throughput))
    table(f"MUSE: throughput at {nm:.0f} nm, ESO's page, fitted", ours, judge, 0.05 * judge)


@pytest.mark.parametrize(("nm", "judge"), [(700.0, 0.3229), (800.0, 0.242)])
def test_muse_throughput_of_the_calculator(nm: float, judge: float, table) -> None:
    light = light_path(MUSE)
    ours = float(np.interp(nm, light.wavelength_nm, light.throughput))
    table(f"MUSE: throughput at {nm:.0f} nm, ESO's calculator, fitted", ours, judge, 0.1 * judge)


@pytest.mark.parametrize(("nm", "band", "judge"), [(550.0, "V", 22.64), (650.0, "R", 22.70), (784.9, "I", 22.28)])
def test_muse_limit(nm: float, band: str, judge: float, table) -> None:
    def excess(magnitude: float) -> float:
        target = Target(Sed.of("flat_nu"), magnitude, band, "ab")
        result = answer(MUSE, target, Sky(airmass=1.0, seeing_arcsec=0.8), Exposure(time_s=HOUR))
        return float(near(result, result.snr_per_pixel, nm, 1.0).max()) - 10.0

    table(f"MUSE: limit {band} AB in 1 h at {nm:.1f} nm", brentq(excess, 18.0, 26.0, xtol=1e-3), judge, 0.3)


def test_muse_surface_brightness(table) -> None:
    target = Target(Sed.of("flat_lambda"), 23.0, "R", "ab", extended=True)
    result = answer(MUSE, target, Sky(airmass=1.2, seeing_arcsec=0.8), Exposure(time_s=HOUR))
    here = place(result, 800.0)
    source = result.target_e[here] / result.aperture_arcsec2
    sky = 25.0 * result.sky_e[here]
    snr = source / np.sqrt(source + sky + 25.0 * (result.dark_e + result.ron_e**2))
    table("MUSE: R AB 23 arcsec-2, 1 h, 800 nm, 25 pixels: target (e-), ESO's calculator", source, 340.0, 34.0)
    table("MUSE: the sky there (e-)", sky, 2170.0, 0.15 * 2170.0)
    table("MUSE: signal-to-noise there", snr, 6.41, 0.641)
    theirs = 340.0 / np.sqrt(340.0 + 2170.0 + 25.0 * (result.dark_e + result.ron_e**2))
    table("MUSE: signal-to-noise from their electrons, our dark and read-out", theirs, 6.41, 0.02 * 6.41)


def test_muse_emission_line(table) -> None:
    target = Target(Sed.of("line:700:0.5:5e-18"))
    sky = Sky(airmass=1.0, seeing_arcsec=None, image_quality_arcsec=0.7, pwv_mm=10.0)
    result = answer(MUSE, target, sky, Exposure(time_s=HOUR, at_nm=700.0, count=2))
    peak = int(np.argmax(result.target_e))  # lines are given in vacuum, the cube is in air
    five = slice(peak - 2, peak + 3)
    source = float(
        in_a_square(result, 5)[0].sum()
    )  # theirs is all the light of the line: 5 pixels of it would be 0.8 of that
    dark = 125.0 * (3.0 + 2.0 * 3.0**2)
    table("MUSE: line 5e-18 at 700 nm, 2 x 30 min, 5 x 5 pixels: target (e-)", source, 753.0, 0.1 * 753.0)
    table(
        "MUSE: the sky there in 5 pixels along the dispersion (e-)",
        25.0 * float(result.sky_e[five].sum()),
        6226.0,
        0.15 * 6226.0,
    )
    table("MUSE: signal-to-noise from their electrons", 753.0 / np.sqrt(753.0 + 6226.0 + dark), 7.69, 0.02 * 7.69)


def test_muse_star(table) -> None:
    result = answer(MUSE, STAR, NIGHT, Exposure(time_s=HOUR))
    snr = in_a_square(result, 3)[1]
    ratios = {nm: float(np.median(near(result, snr, nm, 1.0))) / judge for nm, judge in MUSE_STAR.items()}
    mean = float(np.mean(list(ratios.values())))
    table("MUSE: star, mean signal-to-noise over theirs, set-up assumed", mean, 1.0, 0.2)
    for nm, ratio in ratios.items():
        table(f"MUSE: star, signal-to-noise at {nm} nm over its mean, set-up assumed", ratio / mean, 1.0, 0.12)


@pytest.mark.parametrize("arm", XSHOOTER_STAR, ids=lambda one: one[0])
def test_xshooter_star(arm: tuple[str, float], table) -> None:
    name, slit = arm
    divided = Exposure(dit_s=900.0, ndit=1, count=24) if name == "NIR" else Exposure(time_s=6 * HOUR, count=6)
    result = answer(Choice("XSHOOTER", "ech", disperser=name, slit_arcsec=slit), STAR, NIGHT, divided)
    for nm, judge in XSHOOTER_STAR[arm].items():
        ours = float(np.quantile(near(result, result.snr_per_pixel, nm, 1.0), 0.7))
        what = f"X-SHOOTER {name}: star, signal-to-noise at {nm:.0f} nm, half fitted, set-up assumed"
        table(what, ours, judge, 0.3 * judge)
