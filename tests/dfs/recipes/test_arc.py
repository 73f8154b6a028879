from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from dfs import instruments
from dfs.errors import DataError, UsageError
from dfs.model import Frame, Image, Table
from dfs.products import read_frame
from dfs.recipes.arc import RECIPE, lamp_lines
from dfs.recipes.contract import FrameSet
from dfs.recipes.steps.calibrate import calibrate
from dfs.recipes.steps.flexure import sky_shift, stellar_shift
from dfs.recipes.steps.noise import NoiseModel
from dfs.recipes.steps.orient import orient
from dfs.recipes.steps.regions import detector_area
from dfs.recipes.steps.solve_arc import ArcSettings, guess_pixel, solve_arc
from dfs.recipes.steps.wavelength import WavelengthSolution
from dfs.sky.refraction import vacuum_to_air_nm

BIASES = ("2022-01-26T19:02:38.210", "2022-01-26T19:03:08.542", "2022-01-26T19:03:39.513")
ARC = "2022-01-26T19:37:39.560"
SCIENCE = "2022-01-27T04:46:29.093"
STANDARD = "2022-01-29T01:12:03.548"


def raw(folder: Path, stamp: str, tag: str) -> Frame:
    return read_frame(folder / f"EFOSC.{stamp}.fits.gz", tag)


@pytest.fixture(scope="module")
def efosc2():
    return instruments.load("EFOSC2")


@pytest.fixture(scope="module")
def master(real_frames, efosc2) -> Frame:
    """Plain mean of the bias frames: this test needs no more."""
    biases = [raw(real_frames, stamp, "BIAS") for stamp in BIASES]
    light = detector_area(biases[0].header, efosc2, biases[0].content.shape).light
    data = np.mean([frame.content[light].astype(np.float32) for frame in biases], axis=0, dtype=np.float32)
    image = Image(data, np.full(data.shape, 40.0, np.float32), np.zeros(data.shape, np.uint8))
    return Frame("MASTER_BIAS", "master", biases[0].header, image)


@pytest.fixture(scope="module")
def arc(real_frames) -> Frame:
    return raw(real_frames, ARC, "ARC")


@pytest.fixture(scope="module")
def product(arc, master, efosc2):
    (one,) = RECIPE.run(FrameSet((arc, master), efosc2), RECIPE.parse({}))
    return one


@pytest.fixture(scope="module")
def solution(product) -> WavelengthSolution:
    return WavelengthSolution.from_table(product.content)


def spectrum_image(folder, stamp, master, efosc2) -> Image:
    frame = raw(folder, stamp, "SCIENCE_LSS")
    noise = NoiseModel(1.25, 11.0, "test")
    return orient(calibrate(frame, efosc2, bias=master, flat=None, noise=noise), efosc2.grism(frame.header))


@pytest.mark.real
def test_the_real_arc_meets_the_requirements(product, solution):
    figures = {value.name: value.value for value in product.qc}
    assert figures["arc_order"] <= 4
    assert figures["arc_lines"] >= 10
    assert figures["arc_rms_px"] < 0.12
    assert figures["arc_rms_px"] < figures["arc_rms_loo_px"] < 0.2
    assert all(value.estimator for value in product.qc)
    assert 280 < figures["resolution"] < 380  # a slit of 1.2 arcsec; the manual gives about 400 at 1 arcsec
    assert figures["dispersion_nm_per_px"] == pytest.approx(0.303, abs=0.003)
    low, high = solution.range_nm
    first, last = solution.calibrated_nm
    assert product.extrapolated_nm == ((low, first), (last, high))
    assert first == pytest.approx(388.86, abs=0.01)
    assert 587.0 < last < 604.0


@pytest.mark.real
def test_the_real_arc_agrees_with_a_hand_made_table(real_frames, solution):
    """PyNOT's pixel table (MIT licence), six lines marked by hand on this very frame, order 4; unbinned pixels."""
    table = np.loadtxt(real_frames / "truth" / "ef-gr3_pixeltable.dat")
    pixel, wavelength = table[:, 0] / 2, table[:, 1] / 10
    # its row 515 is the binned column of the raw frame
    difference = solution.pixel(wavelength, 515.0) - pixel
    assert np.abs(difference - difference.mean()).max() < 0.15
    hand = np.polyfit(pixel, wavelength, 4)
    x = np.linspace(pixel[0], pixel[-1], 200)
    offset = solution.pixel(np.polyval(hand, x), 515.0) - x
    assert np.abs(offset - offset.mean()).max() < 0.5


@pytest.mark.real
def test_the_line_table_says_what_was_done(product):
    lines = product.parts["LINES"]
    assert isinstance(lines, Table)
    used = lines["used"]
    assert used.sum() == next(value.value for value in product.qc if value.name == "arc_lines")
    assert np.sqrt(np.mean(lines["residual_px"][used] ** 2)) == pytest.approx(
        next(value.value for value in product.qc if value.name == "arc_rms_px"), rel=1e-6
    )
    assert set(lines["verdict"][~used]) <= {"saturated", "faint", "blend", "misfit", "outlier", "edge"}
    # the strong helium lines are all there
    for wavelength in (388.8643, 447.15, 492.1931, 501.5678, 587.5657):
        assert used[np.argmin(np.abs(lines["wavelength_nm"] - wavelength))]


@pytest.mark.real
@pytest.mark.parametrize(("shift", "scale"), [(50.0, 1.0), (-60.0, 1.01), (20.0, 0.985)])
def test_a_worse_guess_gives_the_same_solution(arc, master, efosc2, solution, shift, scale):
    grism = efosc2.grism(arc.header)
    guess = tuple(c * scale**power for power, c in enumerate(grism.guess))
    moved = replace(grism, guess=guess, guess_pivot=grism.guess_pivot + shift)
    other = replace(efosc2, grisms={**efosc2.grisms, grism.name: moved})
    (one,) = RECIPE.run(FrameSet((arc, master), other), RECIPE.parse({}))
    found = WavelengthSolution.from_table(one.content)
    np.testing.assert_allclose(found.wavelength_map(), solution.wavelength_map(), atol=0.003)


@pytest.mark.real
def test_the_real_arc_without_bias_is_nearly_the_same(arc, efosc2, solution):
    (one,) = RECIPE.run(FrameSet((arc,), efosc2), RECIPE.parse({}))
    found = WavelengthSolution.from_table(one.content)
    low, high = solution.pixel(np.array(solution.calibrated_nm))
    x = np.linspace(low, high, 50)
    assert np.abs(found.wavelength_nm(x) - solution.wavelength_nm(x)).max() < 0.03


@pytest.mark.real
def test_a_saturated_arc_is_refused(arc, master, efosc2):
    bright = np.clip(200 * (arc.content.astype(np.int64) - 200), 200, 65535).astype(np.uint16)
    with pytest.raises(DataError, match="saturated") as caught:
        RECIPE.run(FrameSet((replace(arc, content=bright), master), efosc2), RECIPE.parse({}))
    assert caught.value.where == arc.name


@pytest.mark.real
def test_a_lamp_that_is_off_is_told(real_frames, arc, master, efosc2):
    dark = replace(arc, content=raw(real_frames, BIASES[0], "ARC").content)
    with pytest.raises(DataError, match="emission lines") as caught:
        RECIPE.run(FrameSet((dark, master), efosc2), RECIPE.parse({}))
    assert "lamp off" in caught.value.line()


@pytest.mark.real
def test_errors_name_what_is_wrong(arc, master, efosc2):
    with pytest.raises(DataError, match="no line list 'ThAr'") as caught:
        RECIPE.run(FrameSet((arc, master), efosc2), RECIPE.parse({"lamp": "ThAr"}))
    assert "HeAr" in caught.value.accepted
    other = replace(arc, name="other", header={**arc.header, "ESO INS SLIT1 NAME": "slit#5.0"})
    with pytest.raises(DataError, match="differs") as caught:
        RECIPE.run(FrameSet((arc, other, master), efosc2), RECIPE.parse({}))
    assert (caught.value.where, caught.value.keyword) == ("other", "ESO INS SLIT1 NAME")
    with pytest.raises(UsageError, match="order"):
        RECIPE.parse({"order": 9})


@pytest.mark.real
def test_several_arcs_are_added(arc, master, efosc2, solution):
    (one,) = RECIPE.run(FrameSet((arc, replace(arc, name="again"), master), efosc2), RECIPE.parse({}))
    found = WavelengthSolution.from_table(one.content)
    np.testing.assert_allclose(found.wavelength_nm([400.0, 800.0]), solution.wavelength_nm([400.0, 800.0]), atol=0.01)


@pytest.mark.real
def test_the_science_frame_lies_displaced(real_frames, master, efosc2, solution):
    found = sky_shift(spectrum_image(real_frames, SCIENCE, master, efosc2), solution)
    assert found is not None
    # by eye: [O I] 557.7 and Na D lie 1.5 to 2 px towards the blue
    assert -2.1 < found.px < -1.2
    assert found.error_px < 0.15
    assert {line.name for line in found.used} == {"[O I]", "Na I"}


@pytest.mark.real
def test_the_standard_lies_displaced_most(real_frames, master, efosc2, solution):
    image = spectrum_image(real_frames, STANDARD, master, efosc2)
    sky = sky_shift(image, solution, slit_ratio=5.0 / 1.2)
    assert sky is not None
    # by eye: the sky's box in [O I] 557.7 reaches from pixel 872 to 891 where the arc puts its middle at 871.9
    assert sky.px == pytest.approx(9.7, abs=0.8)
    row = int(np.argmax(np.median(image.data, axis=1)))
    ground = 0.5 * (
        np.median(image.data[row - 45 : row - 20], axis=0) + np.median(image.data[row + 20 : row + 45], axis=0)
    )
    star = (image.data[row - 12 : row + 13] - ground).sum(axis=0).astype(float)
    variance = image.variance[row - 12 : row + 13].sum(axis=0).astype(float)
    found = stellar_shift(star, variance, solution, float(row))
    assert found is not None
    # by eye: the darkest pixels of H beta, gamma and delta lie 9.5 to 10.5 px above their places in the arc
    assert found.px == pytest.approx(10.2, abs=0.6)
    assert found.error_px < 0.25
    assert len(found.used) >= 3


def test_the_line_list_is_in_order(efosc2):
    lamp = lamp_lines(efosc2.lines["HeAr"])
    assert np.all(np.diff(lamp.wavelength_nm) > 0)
    assert {"He I", "Ar I", "Ar II"} == set(lamp.ion.tolist())


@pytest.mark.real
def test_the_line_list_agrees_with_others(test_data, efosc2):
    """CTIO's list of helium and argon lines (air, angstrom), as IRAF carries it."""
    lamp = lamp_lines(efosc2.lines["HeAr"])
    other = np.loadtxt(test_data / "arcs" / "iraf" / "ctiohear.dat", comments="#", usecols=0) / 10
    other = other[(other > 390) & (other < 800)]
    distance = np.array([np.min(np.abs(lamp.wavelength_nm - one)) for one in other])
    assert np.mean(distance < 0.005) > 0.9


@pytest.mark.real
@pytest.mark.parametrize(("name", "lines", "loo"), [("300V", 25, 0.2), ("300I", 15, 0.05)])
def test_arcs_of_another_instrument(test_data, name, lines, loo):
    """Arcs of FORS2 with wavelengths by PypeIt (BSD-3 licence, in vacuum): one row each, drawn here on 60 rows with noise."""
    table = fits.getdata(test_data / "products" / "FORS2_arcs" / f"vlt_fors2_{name}.fits", 1)
    flux = np.asarray(table["flux"], dtype=float)
    truth = vacuum_to_air_nm(np.asarray(table["wave"], dtype=float) / 10)
    variance = np.tile(np.clip(flux, 0, None) + 25.0, (60, 1))
    data = np.tile(flux, (60, 1)) + np.random.default_rng(1).normal(0, np.sqrt(variance))
    image = Image(data.astype(np.float32), variance.astype(np.float32), np.zeros(data.shape, np.uint8))
    fors2 = instruments.load("FORS2")
    grism = fors2.grisms[f"GRIS_{name}"]
    off = replace(grism, guess_pivot=grism.guess_pivot + 45.0)
    solved = solve_arc(image, lamp_lines(fors2.lines["HgCdHeNeAr"]), guess_pixel(off, 2, len(flux)), ArcSettings())
    solution = solved.solution
    assert solution.lines >= lines
    assert solution.rms_loo_px < loo
    x = np.linspace(*solution.pixel(np.array(solution.calibrated_nm)), 200)
    error = (solution.wavelength_nm(x) - np.interp(x, np.arange(len(flux)), truth)) / solution.dispersion_nm(x)
    assert np.abs(error).max() < 0.5
    assert np.sqrt(np.mean(error**2)) < 0.15
