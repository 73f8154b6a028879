"""Exposure times of a block as one asks for them in a notebook."""

from __future__ import annotations

import pytest
from astropy import units as u

from dfs.errors import UsageError
from dfs.etc import Calculator


def test_brightness_and_exposure_times(run, ob):
    assert "brightness" in ob.exposure_times()[0].problem
    found = ob.brightness(22, "R", sed="blackbody:5800").exposure_times()
    assert found[0].result.snr > 3
    assert found[0].result.exposure_s == 2400
    assert "FORS2_lss_obs_off_fast: 2400 s, S/N" in repr(found)
    ob.brightness(23)
    assert ob.exposure_times()[0].result.snr < found[0].result.snr
    assert ob.document["obsDescription"]["userComments"] == "ETC: mag=23 band=R sed=blackbody:5800"
    ob.describe(comments=f"Slit along the bar.\n{ob.document['obsDescription']['userComments']}")
    run.push()
    assert run.ob("NGC 1365 300V").exposure_times()[0].result.snr == pytest.approx(ob.exposure_times()[0].result.snr)


def test_a_calculation_is_taken_over(run, ob):
    ob.brightness(22, "R")
    inputs = ob.etc_inputs()
    assert inputs["grism"] == "GRIS_300V"
    calculator = Calculator()
    result = calculator.of({name: one for name, one in inputs.items() if name != "exposure"} | {"snr": 15}, slit=0.7)
    told = ob.take_over(result, write=False)
    assert {one.path for one in told} >= {"templates[0].INS.SLIT.NAME", "templates[1].DET.WIN1.UIT1"}
    assert ob.get(0, "slit") == "lSlit1_0"
    ob.take_over(result)
    assert ob.get(0, "slit") == "lSlit0_7"
    assert ob.exposure_times()[0].result.snr == pytest.approx(15, rel=0.02)
    run.push()
    assert run.ob("NGC 1365 300V").get(0, "slit") == "lSlit0_7"


def test_what_is_of_something_else_is_refused(ob):
    result = Calculator()("HAWKI", filter="J", mag=18, dit=10 * u.s, ndit=3)
    with pytest.raises(UsageError, match="HAWKI"):
        ob.take_over(result)
    with pytest.raises(UsageError, match="knows nothing"):
        ob.etc_inputs("FORS2_lss_acq_slit")
    with pytest.raises(UsageError, match="bright"):
        ob.brightness("bright")
