"""Which gain and read-out noise a frame gets."""

from __future__ import annotations

import pytest

from dfs import instruments
from dfs.errors import DataError
from dfs.recipes.steps.noise import noise_model


def master(ccd, tag: str, **cards):
    return ccd.frame(tag, name=f"{tag}.fits", **cards)


def test_measured_values_win(ccd) -> None:
    bias = master(ccd, "MASTER_BIAS", **{"ESO QC RON_ADU": 10.0, "ESO QC RON_ADU ERR": 0.1})
    flat = master(ccd, "MASTER_FLAT_LSS", **{"ESO QC GAIN_E_PER_ADU": 1.25, "ESO QC GAIN_E_PER_ADU ERR": 0.02})
    model = noise_model(ccd.header(), ccd.instrument, flat, None, bias)
    assert (model.gain_e_per_adu, model.ron_e) == (1.25, 12.5)
    assert (model.gain_error, model.ron_error) == (0.02, pytest.approx(0.125))
    assert model.origin == "gain measured (MASTER_FLAT_LSS.fits); read-out noise measured (MASTER_BIAS.fits)"


def test_the_header_is_the_last_resort_and_conad_is_electrons_per_adu(ccd) -> None:
    model = noise_model(ccd.header(), ccd.instrument)
    assert (model.gain_e_per_adu, model.ron_e) == (1.1, 7.8)
    assert "claimed by header (ESO DET OUT1 CONAD)" in model.origin
    assert model.gain_error is None


def test_what_the_read_out_mode_has_shown_comes_before_the_header(ccd) -> None:
    whole = instruments.load("EFOSC2")
    header = ccd.header(**{"ESO DET READ SPEED": "fastL"})
    model = noise_model(header, whole)
    assert model.gain_e_per_adu == whole.detectors["default"].gains["fastL"] > header["ESO DET OUT1 CONAD"]
    assert "read-out mode" in model.origin
    measured = noise_model(header, whole, master(ccd, "MASTER_FLAT_LSS", **{"ESO QC GAIN_E_PER_ADU": 1.3}))
    assert measured.gain_e_per_adu == 1.3
    assert noise_model(ccd.header(**{"ESO DET READ SPEED": "slow"}), whole).gain_e_per_adu == 1.1


def test_measured_read_out_noise_with_claimed_gain(ccd) -> None:
    model = noise_model(ccd.header(), ccd.instrument, master(ccd, "MASTER_BIAS", **{"ESO QC RON_ADU": 10.0}))
    assert model.ron_e == pytest.approx(11.0)


@pytest.mark.parametrize("value", [None, 0.0, -1.0, "much"])
def test_no_or_impossible_gain_is_an_error(ccd, value) -> None:
    with pytest.raises(DataError) as caught:
        noise_model(ccd.header(**{"ESO DET OUT1 CONAD": value}), ccd.instrument, where="EFOSC.X")
    assert (caught.value.where, caught.value.keyword) == ("EFOSC.X", "ESO DET OUT1 CONAD")
