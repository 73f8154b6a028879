"""What the calculator promises for the recipes' extraction, against the steps of the recipe on frames drawn from the calculator's own electrons."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erf

from dfs.etc.engine.calculation import calculate
from dfs.etc.request import Exposure, Request, Sky, Target
from dfs.etc.result import Result
from dfs.etc.spectra import Sed
from dfs.instruments.optics import Choice
from dfs.model import Image
from dfs.recipes.steps.extract import extract
from dfs.recipes.steps.pixel_noise import PixelNoise
from dfs.recipes.steps.slit_sky import fit_slit_sky
from dfs.recipes.steps.trace import Trace

pytestmark = pytest.mark.truth

FWHM = np.sqrt(8.0 * np.log(2.0))
GRISM = Choice("FORS2", "lss", disperser="300V", slit_arcsec=1.0)


def promised(magnitude: float, seconds: float) -> Result:
    target = Target(Sed.of("flat_lambda"), magnitude)
    return calculate(Request(GRISM, target, Sky(seeing_arcsec=0.9), Exposure(seconds), "as-reduced"))


def extracted(result: Result, columns: slice, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return flux and predicted error of one frame drawn from a result, by the steps of the recipe science_spectrum."""
    rng = np.random.default_rng(seed)
    light = result.light
    ny = int(light.slit_length_arcsec / light.pixel_arcsec[1])
    target, sky = result.target_e[columns], result.sky_e[columns]
    sigma = result.image_quality_nm[columns] / FWHM / light.pixel_arcsec[1]
    row = 0.5 * (ny - 1) + 0.3
    edges = (np.arange(ny + 1) - 0.5 - row)[:, np.newaxis] / (np.sqrt(2.0) * sigma)
    expected = target * 0.5 * np.diff(erf(edges), axis=0) + sky + result.dark_e
    drawn = rng.poisson(expected) + rng.normal(0.0, result.ron_e, expected.shape)
    gain = light.readout.gain_e_per_adu
    frame = np.rint(drawn / gain) * gain
    noise = PixelNoise(
        np.full(frame.shape, result.ron_e**2 + gain**2 / 12.0), np.ones_like(frame), np.zeros_like(frame)
    )
    variance = noise.variance(frame)
    width = float(np.median(np.hypot(sigma, np.sqrt(1.0 / 12.0)))) * FWHM
    rows = np.arange(ny)
    free = (np.abs(rows - row) > 2.0 * width + 5.0) & (rows >= 4) & (rows < ny - 4)
    use = np.broadcast_to(free[:, np.newaxis], frame.shape)
    u = np.broadcast_to(np.arange(frame.shape[1], dtype=np.float64), frame.shape)
    model = fit_slit_sky(frame, np.broadcast_to(np.mean(variance, axis=0), frame.shape), use, u)
    image = Image(frame.astype(np.float32), variance.astype(np.float32), np.zeros(frame.shape, np.uint8), "electron")
    n = frame.shape[1]
    snr = float(np.sqrt(np.sum(result.snr_per_pixel[columns] ** 2)))
    trace = Trace(np.full(n, row), np.full(n, width), 0, 0.0, n, snr)
    found = extract(image, model, noise, trace, half_width=2.0 * width)
    return found.flux, np.sqrt(found.variance)


@pytest.mark.parametrize(("magnitude", "seconds"), [(23.0, 1800.0), (20.0, 600.0), (17.0, 100.0)])
def test_recipe_keeps_the_promise(magnitude: float, seconds: float, table) -> None:
    result = promised(magnitude, seconds)
    place = int(np.argmin(np.abs(result.wavelength_nm - 520.0)))
    columns = slice(place - 100, place + 100)
    snr, residuals = [], []
    for seed in range(12):
        flux, error = extracted(result, columns, seed)
        snr.append(result.target_e[columns] / error)
        residuals.append((flux - result.target_e[columns]) / result.target_e[columns] * result.snr_per_pixel[columns])
    label = f"FORS2 300V, V = {magnitude:g}, {seconds:g} s: recipe"
    ratio = float(np.median(np.array(snr) / result.snr_per_pixel[columns]))
    table(f"{label}, S/N by its own errors over the calculator's", ratio, 1.0, 0.01)
    scatter = float(np.std(np.array(residuals)[:, 5:-5]))
    table(
        f"{label}, scatter of its flux over the calculator's noise",
        scatter,
        1.0,
        3.0 / np.sqrt(2.0 * np.size(residuals)),
    )
