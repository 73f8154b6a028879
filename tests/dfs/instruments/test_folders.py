"""The instrument folders that come with the package: every figure has a source, and the figures are right."""

from __future__ import annotations

import numpy as np
import pytest

from dfs import instruments
from dfs.instruments import Instrument

NAMES = instruments.names()


def figures_of(instrument: Instrument) -> list[str]:
    """Return the place of every number in the hardware of `instrument`, found without the reader's help."""
    import tomllib
    from importlib.resources import files

    text = (files("dfs.instruments") / instrument.name.lower() / "instrument.toml").read_text()
    found = []

    def walk(value, place):
        match value:
            case dict():
                for key, below in value.items():
                    walk(below, [*place, key])
            case bool():
                pass
            case int() | float():
                found.append(".".join(place))
            case list() if value and all(isinstance(one, int | float) for one in value):
                found.append(".".join(place))

    walk(tomllib.loads(text), [])
    return found


def test_both_are_there():
    assert {"EFOSC2", "FORS2"} <= set(NAMES)
    assert instruments.load("efosc2") is instruments.load("EFOSC2")
    assert instruments.of({"INSTRUME": "EFOSC"}).name == "EFOSC2"
    assert instruments.of({"INSTRUME": "FORS2"}).name == "FORS2"
    assert instruments.of({}) is None


@pytest.mark.parametrize("name", ["EFOSC2", "FORS2"])
def test_every_figure_has_a_source(name):
    instrument = instruments.load(name)
    figures = figures_of(instrument)
    assert len(figures) > 50
    for figure in figures:
        assert len(instrument.sources[figure]) > 4, figure


@pytest.mark.parametrize("name", ["EFOSC2", "FORS2"])
def test_grisms_make_sense(name):
    for grism in instruments.load(name).grisms.values():
        low, high = grism.range_nm
        assert 300 <= low < high <= 1110
        if not grism.guess:
            continue
        pixel = np.arange(4096 if grism.dispersion_axis == "x" else 2048)
        wavelength = np.polynomial.polynomial.polyval(pixel - grism.guess_pivot, grism.guess)
        assert np.all(np.diff(wavelength) > 0), grism.name
        step = np.median(np.diff(wavelength))
        assert step == pytest.approx(grism.dispersion_nm, rel=0.06), grism.name
        inside = (wavelength > low) & (wavelength < high)
        assert inside.mean() > 0.3, grism.name


@pytest.mark.real
@pytest.mark.parametrize(("grism", "tolerance_nm"), [("Gr#1", 0.5), ("Gr#3", 0.05), ("Gr#13", 0.15), ("Gr#14", 0.15)])
def test_guess_follows_the_pixel_table(real_frames, grism, tolerance_nm):
    """Unbinned pixel and wavelength (angstrom) as PyNOT measured them on EFOSC2 arcs."""
    table = real_frames / "truth" / f"ef-{grism.lower().replace('#', '')}_pixeltable.dat"
    pixel, wavelength = np.loadtxt(table).T
    one = instruments.load("EFOSC2").grisms[grism]
    guess = np.polynomial.polynomial.polyval(pixel - one.guess_pivot, one.guess)
    assert np.abs(guess - wavelength / 10).max() < tolerance_nm


@pytest.mark.real
@pytest.mark.parametrize("name", ["300V", "300I"])
def test_fors2_guess_against_an_arc(test_data, name):
    """In the FORS2 arcs that PypeIt carries, the strong lines of our list stand where our guess puts them."""
    from astropy.io import fits

    path = test_data / "products" / "FORS2_arcs" / f"vlt_fors2_{name}.fits"
    if not path.is_file():
        pytest.skip(f"no {path}")
    flux = fits.getdata(path)["flux"]
    instrument = instruments.load("FORS2")
    grism = instrument.grisms[f"GRIS_{name}"]
    pixel = 2 * np.arange(len(flux)) + 0.5
    wavelength = np.polynomial.polynomial.polyval(pixel - grism.guess_pivot, grism.guess)
    lines = instrument.lines["HgCdHeNeAr"]
    strong = (lines["intensity"] > 5000) & ~lines["blend"] & (lines["ion"] != "Ne I")
    tested = 0
    for line in lines["wavelength_nm"][strong]:
        near = np.flatnonzero(np.abs(wavelength - line) < 1.2)
        if len(near) < 6:
            continue
        peak = near[np.argmax(flux[near])]
        tested += abs(wavelength[peak] - line) < 0.5
    assert tested >= 10


@pytest.mark.parametrize("name", ["EFOSC2", "FORS2"])
def test_line_lists(name):
    lists = instruments.load(name).lines
    assert len(lists) >= 1
    with pytest.raises(KeyError, match="there are"):
        lists["XeXeXe"]
    for lines in lists.values():
        wavelength = lines["wavelength_nm"]
        assert np.all(np.diff(wavelength) > 0)
        assert wavelength.min() > 300
        assert wavelength.max() < 1110
        assert np.all(lines["intensity"] > 0)
        # air, not vacuum: the helium line D3, 0.163 nm shorter in air (NIST; mean of its fine structure)
        assert np.abs(wavelength - 587.5650).min() < 0.005


@pytest.mark.parametrize("name", ["EFOSC2", "FORS2"])
def test_quality_parameters_have_an_estimator(name):
    instrument = instruments.load(name)
    contract = {
        "bias_level_adu",
        "ron_adu",
        "ron_e",
        "gain_e_per_adu",
        "dark_e_per_h",
        "flat_level_adu",
        "arc_rms_px",
        "arc_rms_loo_px",
        "arc_lines",
        "zeropoint_mag",
        "efficiency",
    }
    assert contract <= set(instrument.qc)
    for parameter in instrument.qc.values():
        assert len(parameter.estimator) > 30, parameter.name
        assert parameter.description


@pytest.mark.parametrize("name", ["EFOSC2", "FORS2"])
def test_rules_hang_together(name):
    """Levels increase, ranges widen, recipes and products are there, and nothing needs itself in a circle."""
    rules = instruments.load(name).rules
    made_from = {need.kind: need.made_from for one in rules.classes for need in one.needs}
    for one in rules.classes:
        for need in one.needs:
            levels = [rule.level for rule in need.rules]
            assert levels == sorted(levels)
            widths = [rule.days[1] - rule.days[0] for rule in need.rules]
            assert widths == sorted(widths)
            minima = [rule.minimum for rule in need.rules]
            assert minima == sorted(minima, reverse=True)
            assert all(rules.find(source).recipe for source in need.made_from)

    def below(name, seen):
        assert name not in seen
        for need in rules.find(name).needs:
            for source in made_from[need.kind]:
                below(source, {*seen, name})

    for one in rules.classes:
        below(one.name, set())


def test_detector_and_grism_of_a_header():
    efosc2 = instruments.load("EFOSC2")
    assert efosc2.detector({"ESO DET CHIP1 ID": "ccd40"}).nx == 2048
    assert efosc2.detector({}).name == "default"
    assert efosc2.grism({"ESO INS GRIS1 NAME": "Gr#3"}).dispersion_axis == "y"
    from dfs.errors import DataError

    with pytest.raises(DataError, match=r"Gr#99.*") as caught:
        efosc2.grism({"ESO INS GRIS1 NAME": "Gr#99"}, "a.fits")
    assert "Gr#3" in caught.value.accepted
