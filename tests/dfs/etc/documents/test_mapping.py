"""The flat mapping: there and back, and what it refuses."""

from __future__ import annotations

import json
import math

import pytest
from astropy import units as u
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs import etc
from dfs.errors import UsageError
from dfs.etc.controls.control import CONTROLS, RIVALS
from dfs.etc.documents.mapping import inputs, merged, request_of, whole
from dfs.etc.engine.plan import LONGEST_S
from dfs.etc.request import Request
from dfs.instruments.optics import Choice, light_path

SPECTRUM = {"instrument": "FORS2", "mode": "lss", "grism": "300V", "mag": 22, "exposure": 1800}


def refused(**changes):
    with pytest.raises(UsageError) as found:
        request_of({**SPECTRUM, **changes})
    return found.value


def test_there_and_back():
    asked = request_of(
        {
            **SPECTRUM,
            "slit": "0.7 arcsec",
            "exposure": "30min",
            "at": "6000 Angstrom",
            "binning": "2x2",
            "sed": "blackbody:5800",
            "extended": True,
            "mag": "21.5 mag/arcsec2",
            "diameter": 3 * u.arcsec,
            "airglow": "off",
            "days_from_new_moon": 3,
            "extraction": "as-reduced",
        }
    )
    assert (asked.choice.slit_arcsec, asked.choice.binning) == (0.7, (2, 2))
    assert (asked.exposure.time_s, asked.exposure.at_nm) == (1800.0, pytest.approx(600.0))
    assert (asked.target.magnitude, asked.target.diameter_arcsec) == (21.5, 3.0)
    assert not asked.sky.airglow
    document = json.loads(json.dumps(inputs(asked)))
    assert request_of(document) == asked
    assert set(document) <= set(CONTROLS)


def test_every_control_can_be_said():
    said = inputs(whole(request_of({**SPECTRUM, "days_from_new_moon": 3, "count": 2})))
    rivals = {name for some in RIVALS for name in some}
    given = set(said) | rivals | {"diameter", "moon_altitude", "at", "dit", "ndit", "mirror_reflectivity"}
    assert given == set(CONTROLS)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(1.0, 3.0),
    st.floats(0.1, 10.0),
    st.floats(-30.0, 50.0),
    st.floats(1e-3, 1e6),
    st.none() | st.floats(0.0, 1.0),
)
def test_every_number_comes_back_to_the_last_digit(airmass, seeing, mag, exposure, fli):
    said = {**SPECTRUM, "airmass": airmass, "seeing": seeing, "mag": mag, "exposure": exposure, "fli": fli}
    asked = request_of(said)
    assert request_of(json.loads(json.dumps(inputs(asked)))) == asked
    assert (asked.sky.airmass, asked.sky.seeing_arcsec) == (airmass, seeing)
    assert (asked.target.magnitude, asked.exposure.time_s) == (mag, exposure)


def test_an_own_spectrum_is_in_the_document():
    target = etc.Point(([400.0, 500.0, 900.0] * u.nm, [1.0, 2.0, 0.5] * u.Unit("1e-17 erg s-1 cm-2 AA-1")))
    asked = Request(request_of(SPECTRUM).choice, target, exposure=etc.Exposure(600.0))
    document = json.loads(json.dumps(inputs(asked)))
    assert document["sed"] == "table"
    assert request_of(document, files=False) == asked


def test_a_flux_in_other_units_is_turned():
    spectrum = {"wavelength_nm": [400, 900], "flux": [1.0, 2.0], "unit": "W m-2 micron-1"}
    asked = request_of({"instrument": "FORS2", "exposure": 60, "sed": "table", "spectrum": spectrum})
    assert asked.target.sed.samples.flux.tolist() == pytest.approx([0.1, 0.2])
    assert asked.target.sed.is_absolute


@pytest.mark.parametrize(
    ("spectrum", "where"),
    [
        (3, "spectrum"),
        ({"wavelength_nm": [400, 500], "flux": [1, 2], "units": ""}, "spectrum"),
        ({"wavelength_nm": [400, 500]}, "spectrum.flux"),
        ({"wavelength_nm": [400, "x"], "flux": [1, 2]}, "spectrum.wavelength_nm"),
        ({"wavelength_nm": [400, 500], "flux": [1, 2], "unit": "arcsec"}, "spectrum.unit"),
        ({"wavelength_nm": [400, 500], "flux": [1, 2], "unit": 7}, "spectrum.unit"),
    ],
)
def test_an_own_spectrum_that_is_none(spectrum, where):
    assert refused(sed="table", spectrum=spectrum).where == where


def test_strangers_name_no_files():
    with pytest.raises(UsageError, match="a file cannot be named here"):
        request_of({**SPECTRUM, "sed": "file:/etc/hostname"}, files=False)
    assert refused(sed="table").where == "spectrum"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"slit": "1,5"}, "slit"),
        ({"slit": math.nan}, "slit"),
        ({"slit": "1 s"}, "slit"),
        ({"slit": [1, 2] * u.arcsec}, "slit"),
        ({"slit": -1}, "slit"),
        ({"exposure": 0}, "exposure"),
        ({"exposure": math.inf}, "exposure"),
        ({"mag": True}, "mag"),
        ({"mag": {}}, "mag"),
        ({"mag": "22 mag/arcsec2"}, "mag"),
        ({"mag": "22 mag/s", "extended": True}, "mag"),
        ({"mag": None}, "mag"),
        ({"exposure": None}, "exposure"),
        ({"airmass": 4}, "airmass"),
        ({"airglow": "maybe"}, "airglow"),
        ({"binning": "2"}, "binning"),
        ({"binning": "0x2"}, "binning"),
        ({"ndit": 1.5}, "ndit"),
        ({"count": 0}, "count"),
        ({"diameter": 3}, "diameter"),
        ({"polarimetry": "linar"}, "polarimetry"),
        ({"sed": "flat\nlambda"}, "sed"),
        ({"sed": "nothing:3"}, "sed"),
        ({"line_flux": 1e-16, "mag": None}, "line_flux"),
        ({"sed": "line:656.3"}, "mag"),
        ({"snr": 10}, "snr"),
        ({"fli": 0.5, "days_from_new_moon": 3}, "days_from_new_moon"),
        ({"seeing": 0.8, "image_quality": 0.6}, "image_quality"),
        ({"instrument": "FORS3"}, "instrument"),
        ({"instrument": None}, "instrument"),
    ],
)
def test_what_cannot_be_names_its_control(changes, where):
    assert refused(**changes).where == where


def test_the_nearest_name_is_told():
    assert refused(slti=1).hint == "did you mean slit?"
    assert refused(polarimetry="linar").hint == "did you mean linear?"
    assert refused(instrument="FORS3").hint == "did you mean FORS2?"
    assert "erg" in refused(sed="line:656.3").hint


def test_a_line_has_a_flux():
    asked = request_of({"instrument": "FORS2", "exposure": 60, "sed": "line:656.3:0.5", "line_flux": 1e-16})
    assert asked.target.sed.text == "line:656.3:0.5:1e-16"
    assert request_of(inputs(asked)) == asked


def test_the_mode_is_meant_by_what_is_named():
    assert request_of({"instrument": "fors2", "mag": 20, "exposure": 1}).choice.mode == "img"
    assert request_of({"instrument": "FORS2", "grism": "300V", "mag": 20, "exposure": 1}).choice.mode == "lss"
    assert request_of({"instrument": "FORS2", "grism": "300X", "mag": 20, "exposure": 1}).choice.mode == "lss"
    assert request_of({"instrument": "X-shooter", "mag": 20, "exposure": 1}).choice.instrument == "XSHOOTER"


def test_a_change_takes_its_rivals_back():
    base = {**SPECTRUM, "seeing": 0.8, "fli": 0.2, "dit": 3.0, "ndit": 2}
    assert "exposure" not in merged(base, {"snr": 10})
    assert "seeing" not in merged(base, {"image_quality": 0.6})
    assert "fli" not in merged(base, {"days_from_new_moon": 3})
    assert "ndit" not in merged(base, {"exposure": 60})
    assert merged(base, {"exposure": 60})["dit"] == 3.0
    assert "exposure" not in merged(base, {"ndit": 5})
    assert "fli" not in merged(base, {"fli": None})
    assert "spectrum" not in merged({**base, "sed": "table", "spectrum": {}}, {"sed": "flat_nu"})


def test_a_time_that_cannot_be_is_told_the_shortest_of_the_detector():
    said = {"instrument": "FORS2", "mag": 22}
    for exposure in (0, 1e8):
        with pytest.raises(UsageError) as found:
            request_of({**said, "exposure": exposure})
        assert found.value.accepted == "a number in s, 0.25 to 1e+07"
    with pytest.raises(UsageError) as found:
        request_of({**said, "instrument": "HAWKI", "dit": 0, "ndit": 1})
    assert float(found.value.accepted.split()[4]) == light_path(Choice("HAWKI", "img")).readout.shortest_s
    with pytest.raises(UsageError) as found:
        request_of({**said, "instrument": "NOPE", "exposure": 0})
    assert found.value.where == "exposure"


def test_the_longest_time_is_that_of_the_engine():
    assert CONTROLS["exposure"].high == LONGEST_S
