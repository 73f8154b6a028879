"""Reading ``optics.toml`` strictly; filters drawn from figures; system curves parted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dfs.errors import DataError
from dfs.instruments.optics.choice import Choice
from dfs.instruments.optics.nouns import Optics
from dfs.instruments.optics.parts import parts, passed
from dfs.instruments.optics.read import read_optics

GOOD = """
[optics]
name = "TOY"
label = "a toy"
version = "1"
telescope = "VLT"
focus = "cassegrain"
medium = "air"

[[element]]
name = "optics"
value = 0.8
source = "a manual"

[[element]]
name = "window"
value = 0.9
modes = ["lss"]
temperature_k = 280.0
emissivity = 0.1
source = "a manual"

[mode.img]
label = "Imaging"
kind = "image"
filters = ["whole", "bell", "edge"]
detectors = ["CCD"]

[mode.lss]
label = "Spectra"
kind = "spectrum"
dispersers = ["GR"]
detectors = ["CCD"]
slits_arcsec = [0.5, 1.0]
source = "a manual"

[detector.CCD]
label = "a CCD"
nx = 2048
ny = 2048
efficiency = "qe"
dark_e_per_s = 0.001
full_well_e = 100000
pixel_arcsec = [0.2, 0.1]
source = "a manual"
[detector.CCD.readout.slow]
ron_e = 3
gain_e_per_adu = 1
source = "assumed"

[filter.none]
label = "none"
[filter.whole]
curve = "whole"
includes = ["telescope", "optics", "detector"]
[filter.bell]
centre_nm = 500
fwhm_nm = 10
peak = 0.8
source = "a manual"
[filter.edge]
edge_nm = 435
rise_nm = 20
peak = 0.9
source = "a manual"

[disperser.GR]
value = 0.5
range_nm = [400.0, 800.0]
dispersion_nm = 0.2
resolution = [1.0, 500]
source = "a manual"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    curves = tmp_path / "curves"
    curves.mkdir()
    for name, quantity, rows in (
        ("qe", "qe", "300 0.5\n1000 0.5"),
        ("whole", "transmission", "399 0\n400 0.2\n600 0.2\n601 0"),
    ):
        head = f'# meta:\n#   source: "a manual"\nwavelength_nm {quantity}\n'
        (curves / f"{name}.ecsv").write_text(head + rows + "\n", encoding="utf-8")
    return tmp_path


def read(folder: Path, text: str = GOOD) -> Optics:
    path = folder / "optics.toml"
    path.write_text(text, encoding="utf-8")
    return read_optics(path)


def test_all_of_it(folder: Path) -> None:
    toy = read(folder)
    assert toy.telescope.mirrors == 2
    assert toy.modes["lss"].slits_arcsec == (0.5, 1.0)
    assert toy.detectors["CCD"].pixel_arcsec == (0.2, 0.1)
    assert toy.detectors["CCD"].read_modes["slow"].binnings == ((1, 1),)
    assert toy.detectors["CCD"].read_modes["slow"].assumed
    assert toy.sources["detector.CCD.nx"] == "a manual"


@pytest.mark.parametrize(
    ("old", "new", "told", "where"),
    [
        ('medium = "air"', 'medium = "water"', "'water' is not accepted", "optics.medium"),
        ('telescope = "VLT"', 'telescope = "ELT"', "no telescope 'ELT'", "telescopes.toml"),
        ('focus = "cassegrain"', 'focus = "prime"', "no focus 'prime'", "telescopes.toml"),
        ('kind = "image"', 'kind = "picture"', "'picture' is not accepted", "mode.img.kind"),
        ("value = 0.8", "value = 1.8", "is no fraction", "element.optics.value"),
        ("value = 0.8", "value = 0.8\nvalu = 1", "not known", "element.optics.valu"),
        ('"bell", "edge"', '"bell", "wedge"', "'wedge' has no table", "mode.img.filters"),
        ('dispersers = ["GR"]', 'dispersers = ["GRI"]', "'GRI' has no table", "mode.lss.dispersers"),
        ('efficiency = "qe"', 'efficiency = "qf"', "curve is missing", "qf.ecsv"),
        ("dispersion_nm = 0.2\n", "", "no wavelength scale", "disperser.GR"),
        ("fwhm_nm = 10\n", "", "draw no curve", "filter.bell"),
        ("peak = 0.9", "peak = 90", "draw no curve", "filter.edge"),
        ("[1.0, 500]", "[1.0, 500, 0.5]", "is not accepted", "disperser.GR.resolution"),
        ("ron_e = 3\n", 'ron_e = 3\nbinnings = ["2by2"]\n', "'2by2' is not accepted", "slow.binnings"),
        ("pixel_arcsec = [0.2, 0.1]", "pixel_arcsec = [0.2]", "is not accepted", "CCD.pixel_arcsec"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, old: str, new: str, told: str, where: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    with pytest.raises(DataError) as caught:
        read(folder, text)
    assert told in caught.value.message
    assert where in caught.value.where


def test_filters_drawn_from_figures(folder: Path) -> None:
    toy = read(folder)
    bell, edge = toy.filters["bell"].curve, toy.filters["edge"].curve
    assert bell is not None
    assert edge is not None
    np.testing.assert_allclose(bell.at([495, 500, 505]), [0.4, 0.8, 0.4], rtol=0.01)
    np.testing.assert_allclose(edge.at([300, 425, 435, 445, 900]), [0, 0.09, 0.45, 0.81, 0.9], atol=0.005)


def test_what_a_curve_includes_is_divided_out(folder: Path) -> None:
    toy = read(folder)
    wavelength = np.array([450.0, 500.0, 550.0])
    choice = Choice("TOY", "img", filter="whole", detector="CCD", read_mode="slow")
    given = passed(toy, parts(toy, choice), wavelength)
    np.testing.assert_allclose(np.prod(list(given.values()), axis=0), 0.2)
    np.testing.assert_allclose(given["filter"], 0.2 / 0.8 / 0.5 / given["telescope"])
    cleaner = Choice("TOY", "img", filter="whole", detector="CCD", read_mode="slow", mirror_reflectivity=0.95)
    clean = passed(toy, parts(toy, cleaner), wavelength)
    np.testing.assert_allclose(clean["filter"], given["filter"])
    np.testing.assert_allclose(clean["telescope"], 0.95**2)


def test_an_element_stands_where_it_says(folder: Path) -> None:
    toy = read(folder)
    names = [one.name for one in parts(toy, Choice("TOY", "img", filter="bell", detector="CCD", read_mode="slow"))]
    assert names == ["telescope", "optics", "filter", "detector"]
    spectrum = parts(toy, Choice("TOY", "lss", filter="none", disperser="GR", detector="CCD", read_mode="slow"))
    assert [one.name for one in spectrum] == ["telescope", "optics", "window", "filter", "disperser", "detector"]
    warm = [one.surface for one in spectrum if one.surface is not None]
    assert [(one.name, one.temperature_k) for one in warm] == [("telescope", 282.15), ("window", 280.0)]
