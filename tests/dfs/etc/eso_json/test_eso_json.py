"""ESO's JSON: public samples read, requests written, answers in kind."""

from __future__ import annotations

import copy
import json

import pytest

from dfs import etc
from dfs.errors import NotFoundError, UsageError
from dfs.etc.documents.mapping import inputs, request_of, whole
from dfs.etc.eso_json import answer_eso, eso_name, instrument_of, is_eso, read_eso, write_eso
from dfs.instruments.optics import names

# Second generation: as github AlexLee24/CASTOR asks, validation/eso_etc.py.
FORS = {
    "target": {
        "morphology": {"morphologytype": "point"},
        "sed": {
            "sedtype": "spectrum",
            "extinctionav": 0,
            "spectrum": {"spectrumtype": "powerlaw", "params": {"exponent": 0}},
        },
        "brightness": {"brightnesstype": "mag", "mag": 20, "magband": "V", "magsys": "vega"},
    },
    "sky": {"airmass": 1.0, "fli": 0, "waterVapour": 30, "moonDistance": 180, "airglowEnabled": False},
    "seeing": {"turbulence_category": 50, "aperturepix": 0},
    "instrument": {
        "ins_configuration": "img_nopol",
        "DET.READ.CLKIND": "200kHz,1x1,low",
        "INS.FILT1.NAME": "v_HIGH+114",
        "SEQ.CCD": "R",
        "INS.COLL.NAID": "COLL_SR+6",
    },
    "timesnr": {"DET.WIN1.UIT1": 100, "SEQ.NEXPO": 1},
    "output": {"snr": {"snr": {"flag": True}}},
}
# First generation: github jonaszubindu/CRIRES-planning-tool, python/json_files/etc-form.json.
CRIRES = {
    "application": {"executiondate": "2020-06-15T11:58:05.345Z", "version": "1.0.8"},
    "observatory": {"site": "paranal"},
    "target": {
        "morphology": {"morphologytype": "point"},
        "sed": {
            "sedtype": "spectrum",
            "spectrum": {
                "spectrumtype": "template",
                "params": {"ctlg": "MARCS", "objtype": "star", "spectype": "p4000:g+4.0:m0.0:t02:st:z+0.00"},
            },
        },
        "brightness": {
            "brightnesstype": "mag",
            "extinctionav": 0,
            "params": {"magband": "J", "mag": 7.337, "magsys": "vega"},
        },
    },
    "sky": {
        "airmass": 1.0550884950572836,
        "moon_target_sep": 63.144975339884446,
        "moon_sun_sep": 177.30118006941473,
        "pwv": 2.5,
        "moon_alt": 35.068026461174824,
    },
    "seeingiqao": {"mode": "aongs", "params": {"seeing": 1, "gsmag": 9.3, "sptype": "A0V", "separation": 0}},
    "timesnr": {
        "inputtype": "snr",
        "dit": 10,
        "snr": {"snr": 100, "wavelengthmin": 2291, "wavelengthmax": 2349, "method": "median"},
    },
    "output": {"snr": {"snr": True, "plotindex": 0}},
    "instrument": {"name": "crires", "slit": 0.2, "settingkey": "K2217", "order": [], "polarimetry": None},
}


def changed(document, *path, value):
    found = copy.deepcopy(document)
    place = found
    for name in path[:-1]:
        place = place.setdefault(name, {})
    place[path[-1]] = value
    return found


def test_the_second_generation_is_read_without_loss():
    said, notes = read_eso(FORS, "Fors")
    assert notes == ()
    asked = whole(request_of(said))
    assert (asked.choice.filter, asked.choice.collimator, asked.choice.detector) == ("v_HIGH", "SR", "MIT")
    assert (asked.choice.read_mode, asked.choice.binning) == ("200kHz,1x1,low", (1, 1))
    assert (asked.sky.pwv_mm, asked.sky.airglow, asked.sky.seeing_arcsec) == (30.0, False, 0.8)
    assert (asked.exposure.time_s, asked.exposure.count) == (100.0, 1)


def test_the_first_generation_is_read_and_its_losses_are_told():
    said, notes = read_eso(CRIRES)
    assert said["instrument"] == "crires"
    assert (said["sed"], said["mag"], said["band"]) == ("blackbody:4000", 7.337, "J")
    assert (said["snr"], said["at"], said["dit"]) == (100, 2320.0, 10)
    assert said["fli"] == pytest.approx(0.99945, abs=1e-5)
    assert (said["moon_altitude"], said["moon_distance"], said["pwv"]) == (35.068026461174824, 63.144975339884446, 2.5)
    told = "\n".join(notes)
    for word in ("MARCS", "adaptive optics", "gsmag = 9.3", "sptype = A0V", "median"):
        assert word in told
    with pytest.raises(UsageError, match="no exposure times for 'crires'"):
        request_of(said)


@pytest.mark.parametrize(
    ("path", "value", "control", "read"),
    [
        (("timesnr",), {"DET.WIN1.UIT1": 100, "SEQ.NEXPO": 3}, "exposure", 300.0),
        (("timesnr",), {"DET.DIT": 10, "DET.NDIT": 6}, "ndit", 6),
        (("timesnr",), {"inputtype": "ndit", "dit": 60, "ndit": {"ndit": 360}}, "ndit", 360),
        (("timesnr",), {"mode": "nexp", "DET1.WIN1.UIT1": 1440, "SEQ.NEXPO": 1}, "exposure", 1440.0),
        (("timesnr",), {"snr": 18}, "snr", 18),
        (("sky", "moon_fli"), 0.5, "fli", 0),
        (
            ("target", "sed", "spectrum"),
            {"spectrumtype": "blackbody", "params": {"temperature": 3000}},
            "sed",
            "blackbody:3000",
        ),
        (("target", "sed", "spectrum"), {"spectrumtype": "upload"}, "sed", "table"),
        (("target", "sed", "redshift"), {"redshift": 0.5, "baryvelcor": 0}, "redshift", 0.5),
        (("target", "morphology"), {"morphologytype": "extended", "extendedtype": "infinite"}, "extended", True),
        (("target", "brightness", "magsys"), "AB", "system", "ab"),
        (("instrument", "ins_configuration"), "mos_linpol", "mode", "pmos"),
        (("instrument", "SEQ.CCD"), "B", "detector", "E2V"),
    ],
)
def test_each_part_is_read(path, value, control, read):
    assert read_eso(changed(FORS, *path, value=value), "fors")[0][control] == read


@pytest.mark.parametrize(
    ("path", "value", "word"),
    [
        (("target", "sed", "extinctionav"), 0.3, "extinctionav = 0.3"),
        (("seeing", "aperturepix"), 9, "aperturepix = 9"),
        (("target", "morphology"), {"morphologytype": "extended", "extendedtype": "sersic", "index": 4}, "sersic"),
        (("instrument", "ins_configuration"), "hit_lgs", "hit_lgs"),
        (("instrument", "ins_configuration"), "img_lgs", "lgs is not computed"),
        (("instrument", "INS.NEW.THING"), "x", "INS.NEW.THING = x"),
        (("timesnr", "snr"), 18, "timesnr.snr = 18"),
        (("target", "sed", "spectrum", "spectrumtype"), "spiral", "spiral"),
        (("target", "morphology", "morphologytype"), "moving", "moving"),
    ],
)
def test_nothing_is_dropped_in_silence(path, value, word):
    assert word in "\n".join(read_eso(changed(FORS, *path, value=value), "fors")[1])


def test_what_is_no_document_of_theirs():
    with pytest.raises(UsageError, match="which instrument"):
        read_eso(FORS)
    with pytest.raises(UsageError, match="sky is no object"):
        read_eso({**FORS, "sky": 3}, "fors")
    template = {"spectrumtype": "template", "params": {"catalog": "SWIRE", "id": "Spiral a"}}
    said, _ = read_eso(changed(FORS, "target", "sed", "spectrum", value=template), "fors")
    with pytest.raises(NotFoundError):
        request_of(said)
    with pytest.raises(UsageError):
        read_eso(changed(FORS, "seeing", "turbulence_category", value=[50]), "fors")
    with pytest.raises(UsageError) as found:
        request_of(read_eso(changed(FORS, "timesnr", "DET.WIN1.UIT1", value="long"), "fors")[0])
    assert found.value.where == "exposure"


def test_it_is_recognised():
    assert is_eso(FORS)
    assert is_eso({"input": FORS, "data": {}})
    assert not is_eso({"instrument": "FORS2", "mag": 3})
    assert not is_eso({"inputs": {"instrument": "FORS2"}})


def test_names_of_instruments_go_both_ways():
    assert [instrument_of(eso_name(name)) for name in names()] == list(names())
    assert instrument_of("fors") == instrument_of("FORS2") == "FORS2"
    assert instrument_of("nope") == "nope"


@pytest.mark.parametrize("generation", [1, 2])
@pytest.mark.parametrize(
    "said",
    [
        {"mag": 22, "exposure": 600, "count": 3, "fli": 0.25},
        {"mag": 22, "snr": 10, "fli": 0.25, "mode": "lss", "grism": "300V", "at": 600},
        {
            "mag": 21,
            "extended": True,
            "exposure": 60,
            "sed": "blackbody:5800",
            "system": "ab",
            "fli": 1,
            "redshift": 0.1,
        },
        {"mag": 21, "exposure": 60, "sed": "powerlaw:-1.5", "airglow": False, "airmass": 1.7, "fli": 0, "pwv": 1.5},
    ],
)
def test_what_is_written_is_read_again(said, generation):
    asked = whole(request_of({"instrument": "FORS2", **said}))
    document, notes = write_eso(asked, generation)
    assert notes == ()
    again, lost = read_eso(json.loads(json.dumps(document)))
    assert [one for one in lost if "middle" not in one] == []
    assert inputs(whole(request_of(again))) == pytest.approx(inputs(asked))


def test_what_has_no_place_in_it_is_told():
    said = {"instrument": "FORS2", "mag": 22, "exposure": 60, "seeing": 0.93, "extraction": "as-reduced"}
    said |= {"sky_model": "classic", "days_from_new_moon": 3, "moon_altitude": 30, "mirror_reflectivity": 0.9}
    told = "\n".join(write_eso(request_of(said))[1])
    for word in ("0.93", "as-reduced", "classic", "moon_altitude", "mirror_reflectivity"):
        assert word in told
    quality = request_of({"instrument": "FORS2", "mag": 22, "exposure": 60, "image_quality": 0.6})
    assert "image_quality" in write_eso(quality)[1][0]
    with pytest.raises(UsageError, match="generation"):
        write_eso(quality, 3)
    spectrum = {"wavelength_nm": [300, 1200], "flux": [1, 1], "unit": "erg s-1 cm-2 Angstrom-1"}
    own = request_of({"instrument": "FORS2", "exposure": 60, "sed": "table", "spectrum": spectrum})
    with pytest.raises(UsageError, match="no place"):
        write_eso(own)


def test_an_image_is_answered_under_the_names_of_the_record():
    result = etc.Calculator().of({**FORS, "instrumentName": "fors"})
    document = json.loads(json.dumps(answer_eso(result, FORS, "2026-01-01T00:00:00"), allow_nan=False))
    found = document["data"]["plots"]["imaging"]
    # As ESO's calculator answered, in the record of CASTOR.
    assert found["omega"] == pytest.approx(1.484893, rel=1e-4)
    assert found["encircled"] == pytest.approx(0.947115, rel=1e-3)
    assert found["snr"] == pytest.approx(358.707, rel=0.03)
    assert found["detectorparameters"]["ron"] == 3.15
    assert document["input"] == FORS
    assert document["success"]
    assert etc.Calculator().of(document["input"] | {"instrumentName": "fors"}).snr == found["snr"]


def test_a_spectrum_is_answered_by_order_and_detector():
    result = etc.Calculator()("FORS2", "lss", grism="300V", mag=20, exposure=600)
    document, _ = write_eso(result.request)
    answer = json.loads(json.dumps(answer_eso(result, document, "now"), allow_nan=False))
    ((detector,),) = [one["detectors"] for one in answer["data"]["orders"]]
    series = detector["data"]
    assert series["wavelength"]["wavelength"]["data"][0] == pytest.approx(result.light.vacuum_nm[0] * 1e-9)
    assert series["snr"]["snr"]["arraylength"] == len(result.snr_per_pixel)
    total = series["throughput"]["totalinclsky"]["data"]
    parts = ("atmosphere", "telescope", "instrument", "detector", "enslittedenergy")
    product = [1.0] * len(total)
    for part in parts:
        product = [one * two for one, two in zip(product, series["throughput"][part]["data"], strict=True)]
    assert product == pytest.approx(total, abs=1e-9)
    assert is_eso(answer)
    assert read_eso(answer)[0]["grism"] == "GRIS_300V"
