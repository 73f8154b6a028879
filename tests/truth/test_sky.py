"""The sky against ESO's: brightness through bands, components by wavelength, transmission, image quality, what HAWK-I sees.

Not every judge is independent. Rows say what binds ours to theirs:

* *same figures*: the tables of airglow, starlight, zodiacal light and bands are those of ESO's sky model: only our geometry, extinction
  and sums are tried. The answers for half and full Moon are of other versions of that model, which differ by 0.15 mag among themselves,
  and where the half Moon stood is not recorded (assumed: 45 deg high, 45 deg away);
* *fitted*: a constant of ours was chosen on this very judge (O2 at 1270 nm, the heat of the air, the grey mirrors of
  HAWK-I): the row holds the fit, it does not test the model.

Without a mark: Patat's measurements, Krisciunas & Schaefer's moonlight, image quality.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from dfs.sky.emission import (
    VEGA_FLUX,
    Moon,
    SkyConditions,
    WarmSurface,
    native_grid,
    sky_emission,
    surface_brightness,
)
from dfs.sky.image_quality import encircled_energy, image_quality
from dfs.sky.transmission import transmission

pytestmark = pytest.mark.truth

GRID = native_grid()
FULL, QUARTER = (Moon(angle, 45.0, 45.0) for angle in (180.0, 90.0))

# ESO's sky model at the zenith through ESO's bands: answers that others kept (versions 1.4.3, and one not recorded for the half Moon)
DARK = dict(zip("UBVRIZYJHK", (22.09, 22.78, 21.83, 21.06, 19.74, 18.76, 17.61, 16.87, 14.42, 15.25), strict=True))
BRIGHT = dict(zip("UBVRIZYJHK", (17.84, 18.20, 18.01, 18.00, 17.95, 17.73, 17.17, 16.68, 14.40, 15.21), strict=True))
HALF = {"U": 20.59, "B": 20.96, "V": 20.51, "R": 20.20, "I": 19.40}
PATAT = {"U": 22.3, "B": 22.6, "V": 21.6, "R": 20.9, "I": 19.7}  # measured 2000-2001, A&A 400, 1183
GROWTH = {
    ("V", 1.2): 21.68,
    ("V", 1.5): 21.53,
    ("V", 2.0): 21.35,
    ("R", 1.2): 20.90,
    ("R", 1.5): 20.72,
    ("R", 2.0): 20.51,
}
SKYCALC = {
    "La Silla, air mass 1.1": ("656048ce1187", 1.1, 2.5),
    "Armazones, zenith": ("ff9f0faa8102", 1.0, 3.5),
}
COLUMNS = {
    "moonlight": "flux_sml",
    "zodiacal": "flux_zl",
    "starlight": "flux_ssl",
    "airglow_lines": "flux_ael",
    "airglow_continuum": "flux_arc",
    "air_heat": "flux_tme",
}
# nm; where the components matter, and how far apart they may be there (fraction)
RANGES = {
    "La Silla, air mass 1.1": ((320, 400), (400, 500), (500, 600), (600, 700), (700, 800), (800, 900), (900, 1000)),
    "Armazones, zenith": ((1000, 1100), (1170, 1330), (1490, 1800), (2000, 2080), (2100, 2400)),
}
TOLERANCE = {
    "moonlight": 0.15,
    "zodiacal": 0.05,
    "starlight": 0.05,
    "airglow_lines": 0.10,
    "airglow_continuum": 0.05,
    "air_heat": 0.25,
}
FITTED = ("air_heat",)
O2_BAND, CO2_BAND = ("airglow_lines", 1170), ("airglow_lines", 2000)
IN_CO2 = 0.15  # OH lines stand between the lines of CO2, where a band's mean takes too much: 10 % of them is lost
# ESO's HAWK-I calculator, electrons s-1 pixel-1 at the zenith
HAWKI = {"Y": 85.0, "J": 226.5, "H": 1624.5, "Ks": 2554.5, "BrGamma": 195.0, "CH4": 682.0}
VLT_HEAT = (WarmSurface(0.22, 290.0),)  # grey body that makes Ks and BrGamma agree


def band(folder: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    rows = np.loadtxt(folder / "instrument" / "eso-etc-bands" / f"phot_{name.lower()}.dat")
    rows = rows[np.argsort(rows[:, 0])]
    return rows[:, 0] * (1e3 if rows[0, 0] < 50 else 1.0), rows[:, 1]


def magnitudes(folder: Path, conditions: SkyConditions, names: str) -> dict[str, float]:
    total = sky_emission(GRID, conditions).total
    return {name: surface_brightness(GRID, total, *band(folder, name), VEGA_FLUX[name]) for name in names}


def test_dark_sky_through_bands(test_data: Path, table) -> None:
    ours = magnitudes(test_data, SkyConditions(), "UBVRIZYJHK")
    for name, judge in DARK.items():
        table(f"dark sky, {name} (mag arcsec-2), ESO sky model, same figures", ours[name], judge, 0.1)
    for name, judge in PATAT.items():
        table(f"dark sky, {name} (mag arcsec-2), measured by Patat", ours[name], judge, 0.3)


def test_moonlit_sky_through_bands(test_data: Path, table) -> None:
    full = magnitudes(test_data, SkyConditions(moon=FULL), "UBVRIZYJHK")
    for name, judge in BRIGHT.items():
        table(f"full Moon at 45 deg, {name} (mag arcsec-2), ESO sky model, same figures", full[name], judge, 0.2)
    half = magnitudes(test_data, SkyConditions(moon=QUARTER), "UBVRI")
    for name, judge in HALF.items():
        table(f"half Moon, {name} (mag arcsec-2), ESO sky model, same figures", half[name], judge, 0.2)


def krisciunas_schaefer(phase_deg: float, separation_deg: float, moon_zenith_deg: float, zenith_deg: float) -> float:
    """Return the moonlight at V (mag arcsec-2), Krisciunas & Schaefer 1991, PASP 103, 1033, with Paranal's k = 0.13 mag."""

    def airmass(zenith: float) -> float:
        return 1 / np.sqrt(1 - 0.96 * np.sin(np.radians(zenith)) ** 2)

    light = 10 ** (-0.4 * (3.84 + 0.026 * phase_deg + 4e-9 * phase_deg**4))
    scattering = 10**5.36 * (1.06 + np.cos(np.radians(separation_deg)) ** 2) + 10 ** (6.15 - separation_deg / 40)
    passed = 10 ** (-0.4 * 0.13 * airmass(moon_zenith_deg)) * (1 - 10 ** (-0.4 * 0.13 * airmass(zenith_deg)))
    return float((20.7233 - np.log(light * scattering * passed / 34.08)) / 0.92104)  # nanolamberts to magnitudes


@pytest.mark.parametrize("phase", [10.0, 30.0, 60.0, 90.0, 120.0])
@pytest.mark.parametrize("separation", [20.0, 45.0, 70.0])
def test_moonlight_of_krisciunas_and_schaefer(phase: float, separation: float, test_data: Path, table) -> None:
    conditions = SkyConditions(
        moon=Moon(180.0 - phase, separation, 90.0 - separation), airglow=False, zodiacal=False, starlight=False
    )
    ours = magnitudes(test_data, conditions, "V")["V"]
    judge = krisciunas_schaefer(phase, separation, separation, 0.0)
    table(f"moonlight, phase {phase:g}, {separation:g} deg away, V (mag arcsec-2), K & S 1991", ours, judge, 0.3)


def test_growth_with_air_mass(test_data: Path, table) -> None:
    for (name, airmass), judge in GROWTH.items():
        ours = magnitudes(test_data, SkyConditions(airmass=airmass), name)[name]
        table(f"dark sky at air mass {airmass}, {name} (mag arcsec-2), same figures", ours, judge, 0.05)


def test_fors2_cases_of_esos_calculator(test_data: Path, table) -> None:
    """Its switch of the airglow takes away the continuum, not the lines; 30 mm of water."""
    asked = {"airglow_continuum": False, "pwv_mm": 30.0}
    dark = magnitudes(test_data, SkyConditions(**asked), "V")["V"]
    table("ESO ETC, FORS2, no Moon, lines of airglow only, V (mag arcsec-2), same figures", dark, 22.36, 0.15)
    bright = magnitudes(test_data, SkyConditions(moon=Moon(180.0, 30.0), **asked), "V")["V"]
    table("ESO ETC, FORS2, full Moon at 30 deg, V (mag arcsec-2), same figures", bright, 17.71, 0.3)
    quality = image_quality(0.8, 1.0, 555.0)
    table("ESO ETC, FORS2, encircled energy in 11 pixels", encircled_energy(11 * 0.125 / 2, quality), 0.947115, 1e-3)
    table("seeing 0.8 arcsec through 8.2 m at 550 nm (arcsec)", image_quality(0.8, 1.0, 550.0), 0.655, 0.02)


@pytest.mark.parametrize("place", SKYCALC)
def test_components_by_wavelength(place: str, test_data: Path, table) -> None:
    name, airmass, pwv = SKYCALC[place]
    file = next((test_data / "site" / "skycalc").glob(f"skymodel_{name}*"))
    theirs = fits.getdata(file, 1)
    wavelength = theirs["lam"] * 1e3
    ours = sky_emission(wavelength, SkyConditions(airmass=airmass, moon=QUARTER, pwv_mm=pwv)).components
    passed = transmission(wavelength, airmass, pwv)
    for low, high in RANGES[place]:
        inside = (wavelength >= low) & (wavelength < high)
        label = f"{low}-{high} nm, {place}"
        table(f"transmission, {label}, same figures", passed[inside].mean(), theirs["trans"][inside].mean(), 0.02)
        for component, column in COLUMNS.items():
            judge = float(theirs[column][inside].mean())
            if judge > 0.01 * float(theirs["flux"][inside].mean()):  # what is less does not count
                ratio = float(ours[component][inside].mean()) / judge
                bound = "fitted" if component in FITTED or (component, low) == O2_BAND else "same figures"
                tolerance = IN_CO2 if (component, low) == CO2_BAND else TOLERANCE[component]
                table(f"{component}, {label}, {bound}", ratio, 1.0, tolerance)


@pytest.mark.parametrize("name", HAWKI)
def test_background_of_hawki(name: str, test_data: Path, table) -> None:
    file = test_data / "instrument" / "irdb" / "test_hawki" / "hawki_eso_etc" / f"TER_system_{name}.dat"
    lines = [line for line in file.read_text().splitlines() if line and line[0].isdigit()]
    nm, through = np.array([line.split()[:2] for line in lines], dtype=float).T
    nm, through = nm * (1e3 if nm[0] < 50 else 1.0), through / (100.0 if through.max() > 1 else 1.0)
    total = sky_emission(GRID, SkyConditions(surfaces=VLT_HEAT)).total
    rate = np.trapezoid(total * np.interp(GRID, nm, through, left=0, right=0), GRID) / 1e3
    ours = rate * 52.02 * 0.106**2  # m2 of the VLT, arcsec of a pixel
    bound = "fitted" if name in {"Ks", "BrGamma"} else "same figures"
    table(f"HAWK-I background, {name} (e- s-1 pixel-1), ESO ETC, {bound}", ours, HAWKI[name], 0.1 * HAWKI[name])
