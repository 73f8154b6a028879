"""What is asked: addresses, rivals, kinds of spectra."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from dfs_widgets.state.etc.question import FIRST, EtcQuestion
from dfs_widgets.state.etc.templates import template_options


def test_an_empty_address_is_the_first_question():
    assert EtcQuestion.of_address("").given == FIRST


def test_an_address_brings_the_same_question_back():
    asked = EtcQuestion().put({"seeing": "1.2", "extraction": "as-reduced", "side": "grid"})
    again = EtcQuestion.of_address("?" + asked.query())
    assert {name: str(value) for name, value in again.given.items()} == {
        name: str(value).removesuffix(".0") for name, value in asked.given.items()
    }
    assert again.page == {"side": "grid"}


def test_an_address_takes_nothing_it_does_not_know():
    found = EtcQuestion.of_address("instrument=FORS2&colour=red&mag=20&exposure=5&spectrum=%7B%7D&side=grid")
    assert dict(found.given) == {"instrument": "FORS2", "mag": "20", "exposure": "5"}


@pytest.mark.parametrize(
    ("address", "more"),
    [
        ("instrument=XSHOOTER", {"mag": 20.0, "exposure": 600.0}),
        ("instrument=HAWKI&dit=10", {"mag": 20.0}),
        ("instrument=MUSE&sed=line:656.3&snr=5", {"line_flux": 1e-16}),
        ("instrument=MUSE&sed=line:656.3:0:1e-17&snr=5", {}),
        ("slit=0.8", {"instrument": "FORS2", "mag": 20.0, "exposure": 600.0}),
    ],
    ids=["instrument", "dit", "line", "line with flux", "slit"],
)
def test_an_address_that_says_little_gets_what_shows_something(address, more):
    found = EtcQuestion.of_address(address)
    assert dict(found.given) == {**dict(parse_qsl(address)), **more}


@pytest.mark.parametrize(
    ("changes", "held", "gone"),
    [
        ({"asked": "snr"}, "snr", "exposure"),
        ({"turbulence": "image_quality"}, "image_quality", "seeing"),
        ({"moon": "fli"}, "fli", "days_from_new_moon"),
        ({"sed": "line"}, "line_flux", "mag"),
    ],
)
def test_rivals_give_way(changes, held, gone):
    found = EtcQuestion({**FIRST, "seeing": 0.8}).put(changes)
    assert held in found.given
    assert gone not in found.given


def test_no_moon_is_neither_days_nor_illumination():
    assert not {"fli", "days_from_new_moon"} & EtcQuestion().put({"moon": "none"}).given.keys()


def test_days_become_the_illumination_of_that_day():
    full = EtcQuestion({**FIRST, "days_from_new_moon": 14.765}).put({"moon": "fli"})
    assert full.given["fli"] == pytest.approx(1.0)
    assert full.put({"moon": "days"}).given["days_from_new_moon"] == pytest.approx(14.8, abs=0.1)


def test_the_parts_of_a_spectrum_make_its_text():
    line = EtcQuestion().put({"sed": "line"}).put({"line": "500.7"}).put({"line_width": "0.3"})
    assert line.given["sed"] == "line:500.7:0.3"
    assert line.given["line_flux"] == pytest.approx(1e-16)
    assert (line.part("line"), line.part("line_width")) == ("500.7", "0.3")
    assert EtcQuestion().put({"temperature": "4000"}).given["sed"] == "blackbody:4000"


@pytest.mark.parametrize("change", [{"line": "500.7"}, {"redshift": "0.2"}])
def test_another_line_is_asked_where_the_calculator_finds_it(change):
    line = EtcQuestion({**FIRST, "at": 640.0}).put({"sed": "line"})
    assert "at" not in line.given
    asked = line.put({"at": "656.3"})
    assert asked.put({"line_width": "1"}).given["at"] == "656.3"
    assert "at" not in asked.put(change).given
    assert EtcQuestion({**FIRST, "at": 640.0}).put({"redshift": "0.2"}).given["at"] == pytest.approx(640.0)


def test_an_emptied_control_is_open_again():
    assert "mag" not in EtcQuestion().put({"mag": ""}).given


def test_the_time_that_was_answered_is_asked_when_it_is_asked_for():
    found = EtcQuestion({"instrument": "FORS2", "snr": 10.0}).put({"asked": "exposure"}, {"answer_s": 1234.5})
    assert found.given["exposure"] == pytest.approx(1230.0)


def test_a_spectrum_with_units_needs_no_magnitude():
    absolute = EtcQuestion().with_spectrum(
        {"wavelength_nm": [300, 900], "flux": [1, 1], "unit": "erg s-1 cm-2 Angstrom-1"}, "a.txt"
    )
    assert "mag" not in absolute.given
    assert absolute.kind == "spectrum"
    assert "sed=" not in absolute.query()
    relative = EtcQuestion().with_spectrum({"wavelength_nm": [300, 900], "flux": [1, 1], "unit": "relative"}, "a.txt")
    assert relative.given["mag"] == FIRST["mag"]


def test_templates_are_grouped_and_told_in_words():
    found = {one["value"]: one for one in template_options()}
    assert found["G2V"] == {"value": "G2V", "label": "main-sequence star G2V, like the Sun", "group": "Main sequence"}
    assert found["quasar"]["group"] == "Galaxies"
    assert EtcQuestion().put({"sed": "template"}).given["sed"] == "template:G0V"
