"""Closed loop, spectra: efficiency, fluxes and emission lines against what was drawn.

Tolerances are four standard errors, made of those the products themselves claim: what is tested is that the claims are honest.
"""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d
from scipy.optimize import curve_fit

from dfs_sims.figures import curve, figures
from dfs_sims.throughput import grism_efficiency

pytestmark = pytest.mark.truth
SIGMAS = 4.0
COVERED = (392.0, 592.0)  # nm: inside the range of the arc's lines and of the standard's bands


def passed(exposures, wavelength):
    """Return the part of a star's light that the slit passed, mean of the exposures."""
    parts = [one["slit_transmission"] for one in exposures]
    return np.mean([np.interp(wavelength, [float(at) for at in one], list(one.values())) for one in parts], axis=0)


def test_efficiency(night, table) -> None:
    response = night.open("RESPONSE")
    rows = response["RESPONSE"].data
    use = (rows["wavelength_nm"] > COVERED[0]) & (rows["wavelength_nm"] < COVERED[1])
    wavelength = rows["wavelength_nm"][use]
    # The light is lost that the wide slit stops; and a flat of mean 1 makes this the efficiency at the slit's mean illumination.
    jaws, x = figures()["slit_illumination"], np.arange(70.0, 995.0)
    even = curve(jaws["x_px"], jaws["wide"], np.array([545.0]))[0]
    even /= (curve(jaws["x_px"], jaws["narrow"], np.array([545.0])) / curve(jaws["x_px"], jaws["narrow"], x).mean())[0]
    drawn = grism_efficiency(wavelength) * passed(night.of("standard"), wavelength) * even
    ratio = rows["efficiency"][use] / drawn - 1
    claimed = np.median(rows["response_error"][use] / rows["response"][use])
    flat = night.open("MASTER_FLAT_LSS")[0].header
    gain = flat["ESO QC GAIN_E_PER_ADU ERR"] / flat["ESO QC GAIN_E_PER_ADU"]
    # 0.3 %: mean or median of the slit as "1"; 0.2 %: light beyond 2 FWHM of a Moffat profile.
    error = np.sqrt(claimed**2 + gain**2 + 0.003**2 + 0.002**2)
    table("efficiency, mean over 392-592 nm (%)", 100 * ratio.mean(), 0, 100 * SIGMAS * error)
    # Shape: the bands of the table lie 5 nm apart, Balmer lines fill some: the fit's own rms says how well one value is known.
    shape = response[0].header["ESO QC RESPONSE_RMS_PERCENT"]
    table("  its shape, rms (%)", 100 * ratio.std(), 0, shape)
    table("  largest deviation of shape (%)", 100 * np.max(np.abs(ratio - ratio.mean())), 0, 3 * shape)
    header, at = response[0].header, response[0].header["ESO QC EFFICIENCY_NM"]
    quoted = np.interp(at, wavelength, drawn)
    table(f"QC efficiency at {at:.0f} nm", header["ESO QC EFFICIENCY"], quoted, SIGMAS * error * quoted)


def quiet(wavelength, lines, reach):
    """Return where no line of the target lies within `reach` nm."""
    inside = (wavelength > COVERED[0]) & (wavelength < COVERED[1])
    return inside & np.all([np.abs(wavelength - line["wavelength_nm"]) > reach for line in lines], axis=0)


def scale_error(night, spectrum):
    """Return the relative error all pixels share: of the profile's sum over the aperture, and of the response."""
    header = spectrum[0].header
    half, names = header["ESO DRS EXTRACT HALF"], {one["dp_id"] for one in night.exposures(header)}
    sums = []
    for number in range(len(night.paths("SCIENCE_SPECTRUM_2D"))):
        image = night.open("SCIENCE_SPECTRUM_2D", number)
        if image[0].header["ESO PRO REC1 RAW1 NAME"].removesuffix(".fits") in names:
            row = round(image[0].header["ESO DRS TRACE ROW"])
            part = np.s_[row - round(half) : row + round(half) + 1, 300:980]
            sums.append(np.sqrt(image["VARIANCE"].data[part].sum()) / image[0].data[part].sum())
    response = night.open("RESPONSE")["RESPONSE"].data
    fitted = np.median((response["response_error"] / response["response"])[~response["extrapolated"]])
    return float(np.hypot(np.sqrt(np.sum(np.square(sums))) / len(sums), fitted))


def test_continuum(night, table) -> None:
    (standard,) = night.of("standard")
    for spectrum in night.spectra():
        header, row = spectrum[0].header, spectrum["SPECTRUM"].data[0]
        exposures = night.exposures(header)
        (target,) = [one for one in night.truth["spectra"] if one["name"] == exposures[0]["object"]]
        wavelength, flux, error = row["WAVE"], row["FLUX"], row["ERR"]
        sigma = (
            1.7 / 2.3548 / 0.1
        )  # samples of 0.1 nm: resolution of the slit; continua are smooth, so a tenth of it does not matter
        drawn = np.interp(wavelength, target["wavelength_nm"], gaussian_filter1d(target["flux"], sigma))
        # What the narrow slit stops is lost, what the standard's wide one stopped is in the response.
        drawn *= passed(exposures, wavelength) / passed([standard], wavelength)
        use = quiet(wavelength, target["lines"], 4.0) & (row["QUAL"] == 0)
        weight = drawn[use] ** 2 / error[use] ** 2
        scale = np.sum(weight * flux[use] / drawn[use]) / weight.sum()
        common = np.hypot(scale_error(night, spectrum), 1 / np.sqrt(weight.sum()))
        name = target["name"]
        table(
            f"flux of {name}, {use.sum()} px (% off, +-{100 * common:.2f})", 100 * (scale - 1), 0, 100 * SIGMAS * common
        )
        pulls = ((flux - scale * drawn) / error)[use]
        # Neighbouring pixels of exposures that were resampled share noise: fewer independent ones than pixels, at most by half.
        table("  pull rms per pixel, scale taken off", np.sqrt(np.mean(pulls**2)), 1, SIGMAS / np.sqrt(use.sum()))
        bins = [use & (np.abs(wavelength - at) < 5.0) for at in np.arange(397.0, 592.0, 10.0)]
        bins = [one for one in bins if one.sum() >= 8]
        off = [np.average((flux / drawn)[one] / scale - 1, weights=(drawn[one] / error[one]) ** 2) for one in bins]
        expected = [1 / np.sqrt(np.sum((drawn[one] / error[one]) ** 2)) for one in bins]
        shape = night.open("RESPONSE")[0].header["ESO QC RESPONSE_RMS_PERCENT"] / 100
        chi2 = np.mean(np.square(off) / (np.square(expected) + shape**2))
        table(f"  chi2 in {len(bins)} bins of 10 nm, response's rms included", chi2, 1, SIGMAS * np.sqrt(2 / len(bins)))


def gaussian(x, area, centre, sigma, level, slope):
    return (
        area * np.exp(-0.5 * ((x - centre) / sigma) ** 2) / (np.sqrt(2 * np.pi) * sigma) + level + slope * (x - centre)
    )


def test_emission_lines(night, table) -> None:
    (standard,) = night.of("standard")
    (spectrum,) = [
        one for one in night.spectra() if night.exposures(one[0].header)[0]["object"].startswith("SIM-J0610")
    ]
    header, row = spectrum[0].header, spectrum["SPECTRUM"].data[0]
    exposures = night.exposures(header)
    (target,) = [one for one in night.truth["spectra"] if one["name"] == exposures[0]["object"]]
    common = scale_error(night, spectrum)
    step = header["SPEC_BIN"]
    for line in target["lines"]:
        if line["name"] not in ("Hbeta", "[OIII]") or not 520 < line["wavelength_nm"] < 560:
            continue  # the rest blend with each other or are faint
        near = (np.abs(row["WAVE"] - line["wavelength_nm"]) < 2.5) & (row["QUAL"] == 0)
        x, y, error = row["WAVE"][near], row["FLUX"][near] * 1e16, row["ERR"][near] * 1e16
        first = [line["flux"] * 1e15, line["wavelength_nm"], 0.7, np.median(y), 0.0]
        fit, covariance = curve_fit(gaussian, x, y, first, error, absolute_sigma=True)
        # A star off the middle of the slit displaces its lines, and no line of the sky tells: the drawn place has it.
        drawn = line["wavelength_nm"] + step * np.mean([one["centring_px"] for one in exposures])
        place = np.hypot(np.sqrt(covariance[1, 1]), header["SPEC_ERR"])
        what = f"{line['name']} {line['wavelength_nm']:.2f} nm"
        table(f"{what}: place (nm, +-{place:.3f})", fit[1], drawn, SIGMAS * place)
        through = (passed(exposures, drawn) / passed([standard], drawn)).item()
        # The flux without a profile's shape: sum above a straight line through what is quiet on both sides.
        around = quiet(row["WAVE"], target["lines"], 2.5) & (np.abs(row["WAVE"] - drawn) < 14.0) & (row["QUAL"] == 0)
        level = np.polyfit(row["WAVE"][around] - drawn, row["FLUX"][around] * 1e16, 1)
        width = np.gradient(x) * 10  # angstrom; a pixel left out is its neighbours'
        summed = np.sum((y - np.polyval(level, x - drawn)) * width)
        own = np.sqrt(np.sum((error * width) ** 2) + (np.median(error) * width.sum()) ** 2 / around.sum())
        # 0.3 %: the ends of the window hold that of a Moffat profile's wings.
        area = np.sqrt(own**2 + ((common**2 + 0.003**2) * summed**2))
        table("  flux (1e-16 erg/s/cm2)", summed, line["flux"] * 1e16 * through, SIGMAS * area)
