"""HAWK-I against ESO's exposure time calculator: what it sees of the sky, by band and by wavelength, its zero points, Vega.

Their answers, at the zenith and 2.5 mm of water, are kept in github AstarVienna/irdb test_hawki. Not all is independent: the throughput
of the six filters is their curve, so that zero points try our photons and sums only (*same figures*); what shines in the infrared
besides the sky was fitted to their backgrounds in Ks and BrGamma (*fitted*).

The list of Vega's photons there (J 3505e6, H 2416e6, Ks 1211e6 a second and square metre) does not say through which filters; it goes on
to Lp and Mp, which HAWK-I lacks. Through HAWK-I's J, 140 nm wide, Vega gives 2530e6: only Ks can be compared.

Independent of all this is the depth of a survey: HUGS (Fontana et al. 2014, A&A 570, A11) gives, after 80 hours in K, one sigma in a
square arcsecond at about AB 28.0. Its air mass is not told (assumed: 1.1), and what subtracting the sky costs is in it, so that ours
comes out deeper: the sky in K differs by 0.2 mag from night to night, subtraction costs 0.1 to 0.4 mag (a running mean of a few to one
frame), and the figure itself is rounded. Together 0.4 mag; a coarse check of the whole way.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dfs.etc.engine.calculation import calculate
from dfs.etc.request import Exposure, Request, Sky, Target
from dfs.etc.result import Result
from dfs.etc.spectra import Sed, photon_rate
from dfs.instruments.optics import Choice, light_path
from dfs.sky.emission import SkyConditions, WarmSurface, native_grid, sky_emission

pytestmark = pytest.mark.truth

BACKGROUND = {"Y": 85.0, "J": 226.5, "H": 1624.5, "Ks": 2554.5, "BrG": 195.0, "CH4": 682.0}  # e- s-1 pixel-1
FITTED = {"Ks", "BrG"}
ZERO_POINT = {"Y": ("Y", 27.25), "J": ("J", 27.27), "H": ("H", 27.26), "Ks": ("K", 26.36)}  # 1 e- s-1, Vega
CURVES = {  # nm; where the calculator's curve of the background is compared
    "J": ("J", ((1180, 1250), (1250, 1340))),
    "Ks": ("Ks", ((2000, 2100), (2100, 2200), (2200, 2320))),
    "BrG": ("BrGamma", ((2150, 2165), (2165, 2180))),
}
DIT_S = 2.0


def answer(name: str, band: str) -> Result:
    target = Target(Sed.of("flat_lambda"), 20.0, band, "vega")
    exposure = Exposure(dit_s=DIT_S, ndit=10)
    return calculate(Request(Choice("HAWKI", filter=name), target, Sky(airmass=1.0, pwv_mm=2.5), exposure))


def their_curve(folder: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return wavelength (nm) and electrons per pixel in one DIT of 2 s, sample by sample."""
    file = folder / "instrument" / "irdb" / "test_hawki" / "hawki_eso_etc" / f"BG_total_{name}.dat"
    rows = [line.split() for line in file.read_text().splitlines() if line and line[0].isdigit()]
    nm, electrons = np.array(rows, dtype=float).T
    return nm, electrons


@pytest.mark.parametrize("name", BACKGROUND)
def test_background(name: str, table) -> None:
    result = answer(name, "K" if name in FITTED else "J")
    ours = result.sky_e[0] / result.exposure_s
    bound = ", fitted" if name in FITTED else ""
    judge = BACKGROUND[name]
    table(f"HAWK-I background, {name} (e- s-1 pixel-1), ESO ETC{bound}", ours, judge, 0.1 * judge)


@pytest.mark.parametrize("name", CURVES)
def test_background_by_wavelength(name: str, test_data: Path, table) -> None:
    theirs, ranges = CURVES[name]
    nm, electrons = their_curve(test_data, theirs)
    light = light_path(Choice("HAWKI", filter=name))
    warm = tuple(WarmSurface(one.emissivity, one.temperature_k) for one in light.surfaces)
    grid = native_grid(1100.0, 2400.0)
    through = np.interp(grid, light.vacuum_nm, light.throughput, left=0.0, right=0.0)
    seen = sky_emission(grid, SkyConditions(surfaces=warm)).total * through * 1e-3
    pixel = light.area_m2 * light.pixel_arcsec[0] * light.pixel_arcsec[1]
    bound = "fitted" if name in FITTED else "same figures"
    for low, high in ((nm[0], nm[-1]), *ranges):
        inside = (grid >= low) & (grid <= high)
        ours = float(np.trapezoid(seen[inside], grid[inside])) * pixel
        judge = float(electrons[(nm >= low) & (nm <= high)].sum()) / DIT_S
        what = f"HAWK-I background, {name}, {low:.0f}-{high:.0f} nm (e- s-1 pixel-1), ESO ETC, {bound}"
        table(what, ours, judge, 0.1 * judge)


@pytest.mark.parametrize("name", ZERO_POINT)
def test_zero_point(name: str, table) -> None:
    band, judge = ZERO_POINT[name]
    result = answer(name, band)
    above = result.target_e[0] / result.exposure_s / result.encircled_fraction / result.atmosphere[0]
    what = f"HAWK-I zero point, {name} (mag, 1 e- s-1), ESO ETC, same figures"
    table(what, 20.0 + 2.5 * np.log10(above), judge, 0.05)


def test_photons_of_vega(test_data: Path, table) -> None:
    file = test_data / "instrument" / "irdb" / "HAWKI" / "filters" / "TC_filter_Ks.dat"
    rows = [line.split() for line in file.read_text().splitlines() if line and line[0].isdigit()]
    micron, passed = np.array(rows, dtype=float).T
    nm = np.arange(micron[0] * 1e3, micron[-1] * 1e3, 0.5)
    rate = photon_rate(Target(Sed.of("template:Vega"), 0.0, "V", "vega"), nm, np.full(nm.size, 0.5))
    ours = float(np.sum(rate * np.interp(nm, micron * 1e3, passed)) * 0.5) / 1e6
    table("Vega through HAWK-I's Ks filter (10^6 photons s-1 m-2), ScopeSim", ours, 1211.0, 0.05 * 1211.0)


def test_depth_of_a_survey(table) -> None:
    target = Target(Sed.of("flat_nu"), 28.0, "K", "ab", extended=True, diameter_arcsec=3.0)
    exposure = Exposure(time_s=80 * 3600.0, dit_s=10.0, count=2400)
    result = calculate(Request(Choice("HAWKI", filter="Ks"), target, Sky(airmass=1.1), exposure))
    in_arcsec2 = result.snr / np.sqrt(result.aperture_arcsec2)  # of sky nearly all the noise
    table("HAWK-I, 1 sigma arcsec-2 after 80 h in K (AB mag), HUGS", 28.0 + 2.5 * np.log10(in_arcsec2), 28.0, 0.4)
