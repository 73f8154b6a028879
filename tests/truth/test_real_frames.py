"""The eleven real frames: what issue and literature ask of them, each figure computed here from the products' pixels.

EFOSC2, run 108.22F6.001. Judges: the pixel table of Gr#3 that PyNOT's author measured on the same arc; EG21 of Hamuy et al. 1992;
plain numpy on the two-dimensional spectrum.
"""

import numpy as np
import pytest
from astropy.io import fits

from dfs.recipes.steps.standards import find_standard

pytestmark = [pytest.mark.truth, pytest.mark.real]


def test_arc(real_night, real_frames, solution_of, table) -> None:
    product = real_night.open("WAVE_SOLUTION")
    solution, lines = solution_of(product["WAVE_SOLUTION"]), product["LINES"].data
    used = lines[lines["used"]]
    used = used[np.isfinite(used["x"])]
    degree = int(product["WAVE_SOLUTION"].data["degree_x"].max())
    table("arc, order", degree, 4, 0, max(0, degree - 4))
    table("arc, lines used (at least)", len(used), 10, 0, max(0, 10 - len(used)))
    pixel = np.arange(1017.0)
    row = float(np.median(used["y"]))
    place = np.interp(used["wavelength_nm"], solution(pixel, row), pixel)
    table("arc, rms of the lines about the solution (px)", np.sqrt(np.mean((used["x"] - place) ** 2)), 0, 0.12)
    left_out = []
    for one in range(len(used)):
        rest = np.arange(len(used)) != one
        fit = np.polynomial.Polynomial.fit(used["x"][rest], used["wavelength_nm"][rest], degree)
        left_out.append((used["wavelength_nm"][one] - fit(used["x"][one])) / fit.deriv()(used["x"][one]))
    table("arc, leave-one-out rms, refitted here (px)", np.sqrt(np.mean(np.square(left_out))), 0, 0.2)
    # Pixels of the table are unbinned and count from 0 or 1: one constant is free. It was read near column 515.
    pixels, wavelength = np.loadtxt(real_frames / "truth" / "ef-gr3_pixeltable.dat").T
    off = np.interp(wavelength / 10, solution(pixel, 515.0), pixel) - pixels / 2
    table("arc beside PyNOT's pixel table, largest (px)", np.max(np.abs(off - off.mean())), 0, 0.5)
    parts = next(
        one["extrapolated_nm"] for one in real_night.document["products"] if one["pro_catg"] == "WAVE_SOLUTION"
    )
    ends = solution(np.array([-0.5, 1016.5]), 511.0)
    told = [parts[0][1], parts[-1][0]] if parts else [np.nan, np.nan]
    table("extrapolated range told, blue end (nm)", told[0], used["wavelength_nm"].min(), 0.01)
    table("extrapolated range told, red end (nm)", told[1], used["wavelength_nm"].max(), 0.01)
    table("  and to the detector's ends (nm)", parts[0][0], ends[0], 0.01)


def band_means(wavelength, flux, table_nm, width_nm):
    """Return the mean f_nu over each band, on a fine grid, in magnitudes of zero point 48.59 (Hamuy et al. 1992)."""
    inside = table_nm[:, np.newaxis] + width_nm[:, np.newaxis] * ((np.arange(50) + 0.5) / 50 - 0.5)
    f_nu = np.interp(inside, wavelength, flux) * (10 * inside) ** 2 / 2.99792458e18
    return -2.5 * np.log10(f_nu.mean(axis=1)) - 48.59


def test_standard_beside_its_table(real_night, test_data, table) -> None:
    angstrom, magnitude, width = np.loadtxt(test_data / "stds" / "ctiostan" / "eg21.dat").T
    ours = find_standard("EG21")
    common = np.isin(angstrom, np.round(10 * ours.wavelength_nm, 1))
    table(
        "EG21's table beside CTIO's file (mag)",
        "nodes",
        "nodes",
        1e-9,
        np.max(np.abs(ours.magnitude - magnitude[common])),
    )
    row = real_night.open("STD_SPECTRUM")["SPECTRUM"].data[0]
    use = (angstrom >= 3900) & (angstrom <= 5900)
    found = band_means(row["WAVE"], row["FLUX"], angstrom[use] / 10, width[use] / 10)
    percent = 100 * (10 ** (-0.4 * (found - magnitude[use])) - 1)
    # Each third of the nodes is left out in turn below; this one has used them all.
    table(f"EG21 beside its table, {use.sum()} nodes, rms (%)", np.sqrt(np.mean(percent**2)), 0, 1.5)
    table("  median (%)", np.median(percent), 0, 0.5)
    nodes = real_night.open("RESPONSE")["NODES"].data
    inside = (nodes["wavelength_nm"] >= 390) & (nodes["wavelength_nm"] <= 590)
    held_out = []
    for third in range(3):
        # An own fit: 12 free values at most, least squares spline through the nodes that are left.
        left = nodes["used"] & (np.arange(len(nodes)) % 3 != third)
        test = nodes["used"] & ~left & inside
        knots = np.linspace(nodes["wavelength_nm"][left][0], nodes["wavelength_nm"][left][-1], 8)
        fit = spline(nodes["wavelength_nm"][left], np.log(nodes["response"][left]), knots)
        held_out.append(nodes["response"][test] / np.exp(fit(nodes["wavelength_nm"][test])) - 1)
    table(
        "response, nodes held out, refitted here, rms (%)",
        100 * np.sqrt(np.mean(np.concatenate(held_out) ** 2)),
        0,
        1.5,
    )


def spline(x, y, knots):
    from scipy.interpolate import make_lsq_spline

    return make_lsq_spline(x, y, np.concatenate([[knots[0]] * 3, knots, [knots[-1]] * 3]), k=3)


def test_errors_of_the_science_spectrum(real_night, table) -> None:
    """Sums over boxes of the sky-subtracted frame, laid out by rule: every 24 rows and 32 columns, the target's surroundings left out."""
    image = real_night.open("SCIENCE_SPECTRUM_2D")
    data, variance, mask = image[0].data.astype(float), image["VARIANCE"].data.astype(float), image["MASK"].data
    header = image[0].header
    row, half = header["ESO DRS TRACE ROW"], header["ESO DRS EXTRACT HALF"]
    height, scores, pixels = 2 * round(half) + 1, [], []
    for y in range(80, 980 - height, height + 3):
        if abs(y + height / 2 - row) < 3 * height:
            continue
        for x in range(300, 940, 32):
            box = np.s_[y : y + height, x : x + 32]
            good = mask[box] == 0
            if good.mean() < 0.7:
                continue
            # Read noise of neighbours along the slit, read one after the other, is correlated: its cards say how much.
            predicted = np.where(good, variance[box], 0).sum(axis=0)
            for apart in (1, 2, 3):
                together = (good[apart:] & good[:-apart]).sum(axis=0)
                predicted += 2 * header[f"ESO DRS NOISE CORR{apart}"] * header["ESO DRS NOISE RON"] ** 2 * together
            scores.append(np.where(good, data[box], 0).sum(axis=0) / np.sqrt(predicted))
            pixels.append(np.std(data[box][good] / np.sqrt(variance[box][good])))
    scores, pixels = np.array(scores), np.array(pixels)
    # Other sources lie along the slit: boxes whose mean is significant in sum of many columns are no sky.
    sky = np.abs(scores.mean(axis=1)) * np.sqrt(32) < 4
    ratio = np.sqrt(np.mean(scores[sky] ** 2))
    table("science, sky-only apertures (at least)", int(sky.sum()), 200, 0, max(0, 200 - int(sky.sum())))
    table("science, scatter over predicted error, plain sums", ratio, 1.0, 0.1)
    table("  pixel by pixel", np.sqrt(np.mean(pixels[sky] ** 2)), 1.0, 0.1)
    table("  apertures with something in them", int((~sky).sum()), 0, 0.05 * len(scores))
    apertures = image["SKY_APERTURES"].data
    score = apertures["FLUX"] / apertures["ERR"]
    table(f"science, {len(score)} apertures with the target's weights", np.sqrt(np.mean(score**2)), 1.0, 0.1)


def test_images(real_night, table) -> None:
    header, sources = real_night.open("SCIENCE_IMAGE")[0].header, real_night.open("SOURCE_TABLE")["SOURCE_TABLE"].data
    table("images stacked", header["ESO PRO DATANCOM"], 2, 0)
    table("sources found (at least)", len(sources), 50, 0, max(0, 50 - len(sources)))
    # The dither found on stars beside the one the telescope was told: CRVAL of the raw frames, 0.2408 arcsec a pixel.
    raw = {one["path"].split("/")[-1]: one["path"] for one in real_night.document["inputs"]}
    names = [header[f"ESO PRO REC1 RAW{n} NAME"].removesuffix(".fits") for n in (1, 2)]
    first, second = (fits.getheader(next(path for name, path in raw.items() if name.startswith(one))) for one in names)
    east = (second["CRVAL1"] - first["CRVAL1"]) * np.cos(np.radians(first["CRVAL2"])) * 3600
    told = np.array([-east, -(second["CRVAL2"] - first["CRVAL2"]) * 3600]) / 0.2408
    found = np.array([header["ESO DRS EXP2 DX"], header["ESO DRS EXP2 DY"]])
    # 0.1 arcsec: how well the telescope offsets
    apart = min(np.hypot(*(found - told)), np.hypot(*(found + told)))
    table(f"dither of {np.hypot(*told):.1f} px, stars beside telescope (px)", apart, 0, 0.5)
