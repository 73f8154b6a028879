"""What is shown of a question and its answer: controls, plots, figures, grid, differences."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.etc.documents.mapping import inputs, request_of
from dfs.etc.engine.calculation import calculate
from dfs.instruments.optics import optics
from dfs_widgets.state.etc.figures import answer_of
from dfs_widgets.state.etc.fitting import fitted, is_infrared
from dfs_widgets.state.etc.forms import control_of_problem, form_spec, form_values
from dfs_widgets.state.etc.gridview import grid_view
from dfs_widgets.state.etc.numbers import Numbers
from dfs_widgets.state.etc.panels import panels, time_panel
from dfs_widgets.state.etc.question import FIRST, EtcQuestion
from dfs_widgets.state.etc.readable import readable
from dfs_widgets.state.etc.setups import Setup, differences, free_name

NAMES = {"FORS2": "FORS2", "HAWKI": "HAWK-I"}


@pytest.fixture(scope="module")
def answer():
    return calculate(request_of(FIRST))


def names_of(question: EtcQuestion) -> set[str]:
    spec = form_spec(question, optics(question.given["instrument"].lower()), NAMES, ("B", "V"))
    return {one["name"] for group in spec["groups"] for one in group["controls"]}


def test_only_controls_that_apply_are_shown():
    spectrum = names_of(EtcQuestion())
    image = names_of(EtcQuestion({**FIRST, "mode": "img", "grism": None, "slit": None}))
    assert {"grism", "slit", "at", "temperature", "days_from_new_moon"} <= spectrum
    assert not {"grism", "slit", "at"} & image
    assert {"filter", "collimator", "read_mode", "binning", "mirror_reflectivity"} <= image
    assert not {"diameter", "dit", "ndit", "fli", "image_quality", "snr", "template"} & spectrum


def test_an_extended_target_has_a_diameter_and_a_surface_brightness():
    question = EtcQuestion().put({"shape": "extended"})
    spec = form_spec(question, optics("fors2"), NAMES, ("V",))
    controls = {one["name"]: one for group in spec["groups"] for one in group["controls"]}
    assert "diameter" in controls
    assert controls["mag"]["unit"] == "mag/arcsec²"


def test_the_infrared_has_dit_and_ndit():
    given = fitted({**FIRST, "instrument": "HAWKI"}, optics("hawki"), "image")
    assert is_infrared(optics("hawki"), given)
    assert given["dit"] * given["ndit"] == pytest.approx(600.0)
    assert {"dit", "ndit"} <= names_of(EtcQuestion(given))
    assert fitted({**given, "instrument": "FORS2"}, optics("fors2"), "image")["exposure"] == pytest.approx(600.0)


def test_another_instrument_keeps_what_makes_sense():
    given = fitted({**FIRST, "instrument": "EFOSC2", "binning": "2x2"}, optics("efosc2"), "spectrum")
    assert given["mode"] == "lss"
    assert "grism" not in given
    assert (given["slit"], given["binning"], given["mag"]) == (1.0, "2x2", 20.0)


def test_values_are_what_was_given_else_what_the_answer_took(answer):
    question = EtcQuestion()
    spec = form_spec(question, optics("fors2"), NAMES, ("V",))
    values = form_values(question, spec, inputs(answer.request))
    assert values["grism"] == "GRIS_300V"
    assert values["slit"] == "1"
    assert values["mag"] == "20"
    assert values["read_mode"] == answer.request.choice.read_mode
    assert (values["sed"], values["temperature"], values["asked"], values["moon"]) == (
        "blackbody",
        "5800",
        "exposure",
        "days",
    )


@pytest.mark.parametrize(
    ("where", "control"),
    [("airmass", "airmass"), ("sed", "temperature"), ("spectrum", ""), ("nosuch", ""), ("diameter", "shape")],
)
def test_a_problem_stands_beside_its_control(where, control):
    question = EtcQuestion()
    assert control_of_problem(where, form_spec(question, optics("fors2"), NAMES, ("V",)), question) == control


def test_plots_hold_the_numbers_of_the_answer(answer):
    numbers = Numbers()
    found = {one["name"]: one for one in panels(answer, numbers)}
    found["time"] = time_panel(answer, numbers, 50)
    sent = np.frombuffer(numbers.bytes(), dtype="<f4")

    def row(panel, curve, axis="y"):
        start, length = found[panel]["curves"][curve][axis]
        return sent[start : start + length]

    assert set(found) == {"snr", "electrons", "input", "efficiency", "peak", "noise", "quality", "time"}
    assert np.allclose(row("snr", 0), answer.snr_per_pixel, rtol=1e-6)
    assert np.allclose(row("electrons", 1), answer.target_e, rtol=1e-6)
    assert row("peak", 0).max() == pytest.approx(answer.saturation.peak_e, rel=1e-5)
    assert np.interp(600.0, row("time", 0, "x"), row("time", 0)) == pytest.approx(answer.snr, rel=1e-5)
    assert all(panel["x"]["label"] and panel["y"]["label"] for panel in found.values())
    # each row travels once: seven plots share one row of wavelengths
    assert len({tuple(one["curves"][0]["x"]) for name, one in found.items() if name != "time"}) == 1


def test_what_saturates_is_marked_in_every_plot_of_wavelength():
    bright = calculate(request_of({**FIRST, "mag": 10.0}))
    low, high = bright.saturation.saturated_nm
    for panel in panels(bright, Numbers()):
        (span,) = [one for one in panel["spans"] if one["ink"] == "saturated"]
        assert (span["x0"], span["x1"]) == pytest.approx((low, high), abs=0.5)  # half a pixel further: to the edges
    assert "Longest safe exposure" in answer_of(bright)["saturation"]["text"]


def test_only_the_plot_that_is_looked_at_brings_its_numbers(answer):
    whole, part = Numbers(), Numbers()
    panels(answer, whole)
    found = {one["name"]: one for one in panels(answer, part, "noise")}
    assert found["noise"]["curves"]
    assert found["input"] == {"name": "input", "short": "Input", "curves": []}
    assert part.length < whole.length
    assert [one["name"] for one in panels(answer, Numbers(), "nosuch") if one["curves"]] == [
        "snr",
        "electrons",
        "input",
    ]


def test_gaps_between_detectors_are_marked_and_not_drawn_through():
    uves = calculate(request_of({"instrument": "UVES", "grism": "580", "mag": 15.0, "exposure": 600.0, "at": 620.0}))
    numbers = Numbers()
    snr = panels(uves, numbers, "input")[0]
    gap = next(one for one in snr["spans"] if one["ink"] == "gap")
    assert 570 < gap["x0"] < gap["x1"] < 590
    start, length = snr["curves"][0]["y"]
    values = np.frombuffer(numbers.bytes(), dtype="<f4")[start : start + length]
    assert np.isnan(values[(uves.wavelength_nm >= gap["x0"]) & (uves.wavelength_nm <= gap["x1"])]).all()


def test_an_image_has_its_band_and_its_time():
    image = calculate(request_of({"instrument": "FORS2", "mode": "img", "mag": 24.0, "exposure": 300.0}))
    found = panels(image, Numbers())
    assert [one["name"] for one in found] == ["input", "efficiency"]
    assert found[1]["curves"][0]["y"][1] > 20


def test_figures_say_value_unit_and_what_they_are(answer):
    found = answer_of(answer)
    rows = {one["name"]: one for group in found["groups"] for one in group["rows"]} | {
        one["name"]: one for one in found["head"]
    }
    assert {
        "snr",
        "exposure",
        "image_quality",
        "aperture_pixels",
        "aperture_arcsec2",
        "encircled_fraction",
        "peak_e",
        "longest_safe",
    } <= set(rows)
    assert all(one["help"] for one in rows.values())
    assert rows["snr"]["value"] == readable(answer.snr)
    assert sum(one["percent"] for one in found["noise"]) == pytest.approx(100, abs=0.3)
    assert dict(found["sky"])["V"] == f"{answer.sky_magnitudes['V']:.2f}"
    assert "calculator" in dict(found["versions"])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (32.0141, "32.01"),
        (15175.2, "15\u202f175"),
        (2.309e8, "2.309·10⁸"),
        (1e-16, "1·10⁻¹⁶"),
        (float("inf"), "∞"),
        (float("nan"), "–"),
        (None, "–"),
    ],
)
def test_numbers_are_written_for_people(value, text):
    assert readable(value) == text


def test_the_grid_holds_what_single_answers_say(answer):
    found = grid_view(calculate, answer, "slit", "mag")
    assert (found["across"]["name"], found["down"]["name"]) == ("slit", "mag")
    here = [one for row in found["cells"] for one in row if one["here"]]
    assert len(here) == 1
    assert here[0]["value"] == pytest.approx(answer.snr)
    assert found["cells"][0][0]["value"] > found["cells"][-1][0]["value"]


def test_set_ups_are_compared_in_what_differs(answer):
    other = calculate(request_of({**FIRST, "slit": 2.0, "mag": 21.0}))
    kept = Setup("wide", inputs(other.request), 1, other)
    table = differences(inputs(answer.request), answer, [kept])
    rows = {one["label"]: one["cells"] for one in table["rows"]}
    assert table["head"] == ["Now", "wide"]
    assert rows["Slit width (arcsec)"] == ["1", "2"]
    assert rows["Magnitude (mag)"] == ["20", "21"]
    assert "Band" not in rows
    assert free_name(answer, ["FORS2 300V"]) == "FORS2 300V (2)"
