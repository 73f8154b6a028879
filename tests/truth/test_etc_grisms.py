"""Grisms of FORS2: wavelengths against arcs, and what the manual prints of each.

The scales of 300V and 300I were fitted to the wavelengths that PypeIt found on these arcs (*fitted*: the row holds the fit). The peaks of the
same arcs against wavelengths of NIST judge both. All other scales are the centre and the dispersion that the manual prints;
their ranges and resolving powers are its own figures and tried without a row in tests/dfs/instruments/optics.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from scipy.signal import find_peaks

from dfs.instruments import load
from dfs.instruments.optics import Choice, LightPath, light_path

pytestmark = pytest.mark.truth

ARCS = {"300V": "GG435", "300I": "OG590"}
CLEAR = 0.02  # of the brightest peak
NEAR = 1.0  # binned pixels: farther away it is another line


@pytest.fixture(params=ARCS)
def arc(request: pytest.FixtureRequest, test_data: Path) -> tuple[str, np.ndarray, np.ndarray]:
    """Return a grism, the wavelengths in vacuum (nm) that PypeIt found for pixels binned 2x2, and the counts there."""
    with fits.open(test_data / "products" / "FORS2_arcs" / f"vlt_fors2_{request.param}.fits") as file:
        table = file[1].data
        return request.param, np.asarray(table["wave"], dtype=float) / 10.0, np.asarray(table["flux"], dtype=float)


def spectrum(grism: str) -> LightPath:
    return light_path(Choice("FORS2", "lss", disperser=grism, filter=ARCS[grism], binning=(2, 2)))


def first_pixel(light: LightPath, vacuum_nm: np.ndarray) -> int:
    return round(float(np.interp(light.vacuum_nm[0], vacuum_nm, np.arange(vacuum_nm.size))))


def test_wavelengths_of_arcs(arc: tuple[str, np.ndarray, np.ndarray], table) -> None:
    grism, vacuum_nm, _ = arc
    light = spectrum(grism)
    count = light.vacuum_nm.size
    pixel = np.interp(light.vacuum_nm, vacuum_nm, np.arange(vacuum_nm.size)) - first_pixel(light, vacuum_nm)
    worst = 2.0 * float(np.abs(pixel - np.arange(count)).max())
    table(f"FORS2 {grism}: wavelengths of an arc, largest deviation (pixel), fitted", worst, 0.0, 0.5)


def test_peaks_of_arcs(arc: tuple[str, np.ndarray, np.ndarray], table) -> None:
    grism, vacuum_nm, counts = arc
    light = spectrum(grism)
    first, size = first_pixel(light, vacuum_nm), light.wavelength_nm.size
    seen = counts[first : first + size]
    peaks, _ = find_peaks(seen, height=CLEAR * seen.max(), distance=4)
    before, top, after = seen[peaks - 1], seen[peaks], seen[peaks + 1]
    curved = before - 2.0 * top + after < 0  # a saturated line is flat
    centres = peaks[curved] + 0.5 * ((before - after)[curved] / (before - 2.0 * top + after)[curved])
    found = np.interp(centres, np.arange(size), light.wavelength_nm)
    lines = np.asarray(load("FORS2").lines["HgCdHeNeAr"]["wavelength_nm"], dtype=float)
    pixels = np.array([nm - lines[np.abs(lines - nm).argmin()] for nm in found])
    pixels /= np.interp(found, light.wavelength_nm, light.width_nm)
    same = np.abs(pixels) < NEAR
    assert same.sum() >= 15
    label = f"FORS2 {grism}: {same.sum()} lines of NIST on that arc"
    table(f"{label}, median (pixel)", 2.0 * float(np.median(pixels[same])), 0.0, 0.5)
    table(f"{label}, median distance (pixel)", 2.0 * float(np.median(np.abs(pixels[same]))), 0.0, 0.5)
