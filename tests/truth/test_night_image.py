"""Closed loop, images: positions, fluxes and zero point against the field that was drawn."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.table import Table

from dfs_sims.camera import field_illumination
from dfs_sims.detector import shaded_edges

pytestmark = pytest.mark.truth
SIGMAS = 4.0


def matched(sources, truth):
    """Return the sources and the drawn stars that are each other's nearest within 1.5 arcsec and alone within 6 arcsec."""
    drawn = SkyCoord([one["ra_deg"] for one in truth], [one["dec_deg"] for one in truth], unit="deg")
    found = SkyCoord(sources["RA"], sources["DEC"], unit="deg")
    index, distance, _ = found.match_to_catalog_sky(drawn)
    _, next_one, _ = drawn.match_to_catalog_sky(drawn, nthneighbor=2)
    star = np.array([one["size_arcsec"] == 0 for one in truth])
    good = (distance.arcsec < 1.5) & star[index] & (next_one[index].arcsec > 6.0) & (sources["FLAGS"] == 0)
    return sources[good], [truth[number] for number in index[good]]


def sky_offsets(sources, drawn):
    """Return source less truth, East and North (mas)."""
    ra, dec = (np.array([one[key] for one in drawn]) for key in ("ra_deg", "dec_deg"))
    east = (sources["RA"] - ra) * np.cos(np.radians(dec))
    return 3.6e6 * np.array([east, sources["DEC"] - dec])


def drawn_zero_point(night):
    """Return the zero point of the reduced image: of the drawn ones, for a flat of mean 1 over the lit area."""
    light = (field_illumination() * shaded_edges(imaging=True))[:1017, :1023]
    return np.mean([one["zero_point_ab"] for one in night.of("image")]) + 2.5 * np.log10(light.mean())


def test_positions(night, table) -> None:
    sources, drawn = matched(night.open("SOURCE_TABLE")["SOURCE_TABLE"].data, night.truth["sources"])
    bright = sources["SNR"] > 30
    off = sky_offsets(sources, drawn)[:, bright]
    claimed = 1000 * 0.2408 * sources["XY_ERR"][bright]
    constant = np.median(off, axis=1)
    # The header's pointing is off by 0.05 arcsec rms an axis, drawn; the first exposure's is the stack's.
    first = night.of("image")[0]
    pointing = 3.6e6 * np.subtract(first["header_pointing_deg"], first["pointing_deg"])
    for axis, name in enumerate(("East", "North")):
        error = np.median(claimed) / np.sqrt(bright.sum()) * 1.25
        # 0.02 px: the registration of five exposures and the distortion-free map, beside the stars' own errors
        table(f"pointing constant, {name} (mas)", constant[axis], pointing[axis], SIGMAS * np.hypot(error, 5.0))
    rest = off - constant[:, np.newaxis]
    what = f"positions of {bright.sum()} stars, rms an axis (mas)"
    # A few stars with a faint galaxy beneath them may lie further off than noise puts them: twice the claim is the limit.
    table(what, np.sqrt(np.mean(rest**2)), 0, 2 * np.sqrt(np.mean(claimed**2)))
    pulls = rest / claimed
    table("  robust pull", 1.4826 * np.median(np.abs(pulls)), 1.0, SIGMAS * 1.17 / np.sqrt(pulls.size))


def test_fluxes(night, table) -> None:
    sources, drawn = matched(night.open("SOURCE_TABLE")["SOURCE_TABLE"].data, night.truth["sources"])
    zero = drawn_zero_point(night)
    truth = 10 ** (-0.4 * (np.array([one["g_ab"] for one in drawn]) - zero))
    use = (sources["SNR"] > 10) & (np.abs(sources["FLUX"] / truth - 1) < 0.5)
    ratio, error = (sources["FLUX"] / truth)[use], (sources["FLUX_ERR"] / truth)[use]
    weight = 1 / (error**2 + 0.003**2)  # 0.3 %: flat field, drawn with a noise of 0.25 %
    scale = np.sum(weight * ratio) / weight.sum()
    flat = night.open("MASTER_FLAT_IMG")[0].header
    gain = flat["ESO QC GAIN_E_PER_ADU ERR"] / flat["ESO QC GAIN_E_PER_ADU"]
    common = np.sqrt(1 / weight.sum() + gain**2 + 0.003**2)  # 0.3 %: mean or median of the flat as "1"
    table(f"fluxes of {use.sum()} stars (% off, +-{100 * common:.2f})", 100 * (scale - 1), 0, 100 * SIGMAS * common)
    pulls = (ratio - scale) * np.sqrt(weight)
    table("  robust pull", 1.4826 * np.median(np.abs(pulls)), 1.0, SIGMAS * 1.17 / np.sqrt(use.sum()))


def test_zero_point_from_drawn_stars(night, door, tmp_path, table) -> None:
    """The recipe by itself, through the door, with the drawn stars as a catalogue: a list of RA, Dec, magnitude."""
    stars = [one for one in night.truth["sources"] if one["size_arcsec"] == 0]
    catalogue = Table(
        {"RA": [s["ra_deg"] for s in stars], "DEC": [s["dec_deg"] for s in stars], "MAG": [s["g_ab"] for s in stars]}
    )
    catalogue.write(tmp_path / "stars.fits")
    lines = [f"{one['path']} SCIENCE_IMG" for one in night.of("image")]
    lines += [f"{night.paths(name)[0]} {name}" for name in ("MASTER_BIAS", "MASTER_FLAT_IMG")]
    (tmp_path / "image.sof").write_text("\n".join([*lines, f"{tmp_path / 'stars.fits'} PHOT_STANDARDS", ""]))
    document = door("recipe", "run", "science_image", tmp_path / "image.sof", "--output-dir", tmp_path / "out")
    qc = {row["name"]: row for one in document["products"] for row in one["qc"]}
    flat = night.open("MASTER_FLAT_IMG")[0].header
    gain = 1.0857 * flat["ESO QC GAIN_E_PER_ADU ERR"] / flat["ESO QC GAIN_E_PER_ADU"]
    error = np.sqrt(qc["zeropoint_mag"]["error"] ** 2 + gain**2 + 0.003**2)
    number = qc["zeropoint_stars"]["value"]
    table(
        f"zero point of {number:.0f} stars (mag, +-{error:.4f})",
        qc["zeropoint_mag"]["value"],
        drawn_zero_point(night),
        SIGMAS * error,
    )
    above = (
        night.truth["zero_point_ab"]
        + drawn_zero_point(night)
        - np.mean([one["zero_point_ab"] for one in night.of("image")])
    )
    # 0.01 mag: extinction over the filter instead of at its centre
    table("  above the atmosphere", qc["zeropoint_airmass0_mag"]["value"], above, SIGMAS * np.hypot(error, 0.0025))
    products = {one["pro_catg"]: one["path"] for one in document["products"]}
    sources, drawn = matched(fits.getdata(products["SOURCE_TABLE"], "SOURCE_TABLE"), night.truth["sources"])
    bright = sources["SNR"] > 30
    off = sky_offsets(sources, drawn)[:, bright]
    claimed = 1000 * 0.2408 * np.median(sources["XY_ERR"][bright]) / np.sqrt(bright.sum())
    for axis, name in enumerate(("East", "North")):
        table(f"  tied to the stars, {name} (mas)", np.median(off[axis]), 0, SIGMAS * np.hypot(1.25 * claimed, 1.0))
