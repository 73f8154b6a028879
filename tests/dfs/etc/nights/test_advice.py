"""What pays: better conditions gain signal and cost nights, and each row is what the calculator answers."""

from __future__ import annotations

import pytest

from dfs.etc.documents.mapping import inputs, merged, request_of
from dfs.etc.engine.calculation import calculate
from dfs.etc.nights.advice import advice
from dfs.etc.nights.even import even_snr

QUESTION = {
    "instrument": "FORS2",
    "mode": "lss",
    "grism": "300V",
    "slit": 1.0,
    "mag": 22,
    "exposure": 1800,
    "fli": 0.4,
    "count": 2,
}


@pytest.fixture(scope="module")
def rows():
    return advice(request_of(QUESTION))


def row(rows, control, value):
    return next(one for one in rows if one.control == control and one.value == value)


def test_what_pays_most_comes_first(rows):
    assert [one.worth for one in rows] == sorted((one.worth for one in rows), reverse=True)
    assert {one.control for one in rows} >= {"seeing", "airmass", "fli", "slit", "read_mode", "count", "extraction"}


def test_better_conditions_gain_signal_and_cost_nights(rows):
    for control, value in (("seeing", 0.6), ("fli", 0.0)):
        found = row(rows, control, value)
        assert found.snr_ratio > 1.1
        assert found.time_ratio < 0.9
        assert found.chance_ratio < 1.0
    assert row(rows, "airmass", 1.6).snr_ratio < 1.0
    assert row(rows, "slit", 1.31).chance_ratio == 1.0


def test_a_row_is_what_the_calculator_answers(rows):
    base = calculate(request_of(QUESTION))
    for found in rows:
        if found.control != "read_mode":  # which takes the binning along
            again = calculate(request_of(merged(inputs(base.request), found.changes)))
            assert again.snr == pytest.approx(found.snr)
            assert found.snr_ratio == pytest.approx(even_snr(again) / even_snr(base))


def test_a_step_of_the_aperture_is_told_and_not_counted():
    question = {"instrument": "FORS2", "filter": "v_HIGH", "mag": 24, "exposure": 300, "airmass": 1.2, "seeing": 0.68}
    base = calculate(request_of(question))
    found = row(advice(request_of(question)), "airmass", 1.1)
    assert found.snr / base.snr > 1.3  # 5 pixels become 3
    assert found.snr_ratio == pytest.approx(1.09, abs=0.03)
    assert found.time_ratio > 0.8
    assert "step of the aperture" in found.sentence


def test_a_sentence_says_it(rows):
    told = row(rows, "fli", 0.0).sentence
    assert told.startswith("No Moon: ")
    assert "more signal-to-noise" in told
    assert "of the time instead of" in told


def test_a_signal_to_noise_that_is_asked_is_kept():
    asked = {**{name: one for name, one in QUESTION.items() if name != "exposure"}, "snr": 10}
    found = row(advice(request_of(asked)), "seeing", 0.6)
    assert found.exposure_s < calculate(request_of(asked)).exposure_s
    assert found.snr > 10


def test_saturation_is_told():
    question = {"instrument": "HAWKI", "filter": "Ks", "mag": 11, "dit": 10, "ndit": 6}
    found = advice(request_of(question))
    assert found
    assert row(found, "seeing", 0.5).sentence.endswith("; saturated")
