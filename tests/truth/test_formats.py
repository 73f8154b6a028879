"""What others' programs say of the products: fitsverify, astropy, STILTS. Of the simulated night and of the real frames."""

import shutil
import subprocess
import warnings

import numpy as np
import pytest
from astropy import units
from astropy.io import fits
from astropy.wcs import WCS, FITSFixedWarning

pytestmark = pytest.mark.truth


@pytest.fixture(scope="module", params=["simulated", pytest.param("real", marks=pytest.mark.real)])
def reduced(request):
    return request.getfixturevalue("night" if request.param == "simulated" else "real_night"), request.param


def program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed: make system")
    return found


def test_fitsverify(reduced, table) -> None:
    night, kind = reduced
    verify = program("fitsverify")
    paths = [one["path"] for one in night.document["products"]]
    done = subprocess.run([verify, "-q", *paths], capture_output=True, text=True, timeout=300, check=False)
    good = [path for path in paths if f"verification OK: {path}" in done.stdout]
    table(f"fitsverify OK, products of the {kind} night", len(good), len(paths), 0)


def test_columns_of_the_spectrum(reduced, table) -> None:
    """UCDs and utypes as the ESO Science Data Product standard asks of every one-dimensional spectrum."""
    night, kind = reduced
    wanted = {
        "WAVE": ("em.wl", "Spectrum.Data.SpectralAxis.Value"),
        "FLUX": ("phot.flux.density;em.wl", "Spectrum.Data.FluxAxis.Value"),
        "ERR": ("stat.error;phot.flux.density", "Spectrum.Data.FluxAxis.Accuracy.StatError"),
    }
    right = 0
    for spectrum in night.spectra():
        hdu = spectrum[1]
        assert hdu.header["VOCLASS"].upper().startswith("SPECTRUM")
        assert hdu.header["NAXIS2"] == 1
        for name, (ucd, utype) in wanted.items():
            number = hdu.columns.names.index(name) + 1
            right += hdu.header[f"TUCD{number}"].startswith(ucd) and hdu.header[f"TUTYP{number}"] == utype
        row = hdu.data[0]
        flux = row["FLUX"] * units.Unit(hdu.columns["FLUX"].unit)
        wave = row["WAVE"] * units.Unit(hdu.columns["WAVE"].unit)
        assert flux.unit.is_equivalent(units.erg / units.s / units.cm**2 / units.AA)
        assert np.all(np.diff(wave) > 0)
        assert np.all(np.isfinite(row["FLUX"]))
        header = spectrum[0].header
        ends = np.abs([header["WAVELMIN"] - wave[0].to_value("nm"), header["WAVELMAX"] - wave[-1].to_value("nm")])
        table(f"WAVELMIN, WAVELMAX of {header['OBJECT']} ({kind}, nm)", ends.max(), 0, 1e-3)
    table(f"  UCD and utype of its columns ({kind})", right, len(wanted) * len(night.spectra()), 0)


def test_celestial_coordinates(reduced, table) -> None:
    night, kind = reduced
    image, sources = night.open("SCIENCE_IMAGE")[0], night.open("SOURCE_TABLE")["SOURCE_TABLE"].data
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FITSFixedWarning)
        wcs = WCS(image.header)
    # X and Y count from 1, as FITS does: tried both ways, so that the row says which it is.
    off = {}
    for origin in (0, 1):
        ra, dec = wcs.all_pix2world(sources["X"], sources["Y"], origin)
        east = (ra - sources["RA"]) * np.cos(np.radians(dec))
        off[origin] = 3.6e6 * np.max(np.hypot(east, dec - sources["DEC"]))
    table(f"SOURCE_TABLE beside astropy.wcs, largest ({kind}, mas)", min(off.values()), 0, 0.01)
    height, width = image.data.shape
    inside = (sources["X"] > 0) & (sources["X"] < width + 1) & (sources["Y"] > 0) & (sources["Y"] < height + 1)
    table("  sources inside the image", int(inside.sum()), len(sources), 0)


def test_stilts_reads_the_source_table(reduced, tmp_path, table) -> None:
    night, kind = reduced
    stilts = program("stilts")
    path = night.paths("SOURCE_TABLE")[0]
    data = fits.getdata(path, "SOURCE_TABLE")
    counted = subprocess.run(
        [stilts, "tpipe", f"in={path}#1", "omode=count"], capture_output=True, text=True, timeout=120, check=True
    )
    words = counted.stdout.replace(":", " ").split()
    rows, columns = int(words[words.index("rows") + 1]), int(words[words.index("columns") + 1])
    table(f"STILTS: rows of SOURCE_TABLE ({kind})", rows, len(data), 0)
    table("  columns", columns, len(data.names), 0)
    votable = tmp_path / "sources.vot"
    subprocess.run(
        [stilts, "tpipe", f"in={path}#1", f"out={votable}", "ofmt=votable"],
        capture_output=True,
        timeout=120,
        check=True,
    )
    # UCDs and units go through STILTS into a VOTable, whose lint then judges them.
    lint = subprocess.run(
        [stilts, "votlint", f"votable={votable}", "ucd=true", "unit=true"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    complaints = [line for line in (lint.stdout + lint.stderr).splitlines() if line.startswith(("ERROR", "WARNING"))]
    table("  votlint: errors", sum(line.startswith("ERROR") for line in complaints), 0, 0)
