"""Classification against rules written by others, and the cases that go wrong in practice."""

from __future__ import annotations

import re

import pytest

from dfs import instruments
from dfs.frames import scan
from dfs.frames.classify import classify, holds, key_value
from dfs.instruments import Condition

# PyNOT's names for the classes of EFOSC2 frames (pynot/data/efosc.rules) and ours
NAMES = {
    "BIAS": "BIAS",
    "DARK": "DARK",
    "ARC_HeAr": "ARC",
    "SPEC_FLAT": "FLAT_LSS",
    "SPEC_DOME_FLAT": "FLAT_LSS",
    "SPEC_OBJECT": "SCIENCE_LSS",
    "SPEC_FLUX-STD": "STD_LSS",
    "ACQ_IMG": "ACQUISITION",
    "SLIT_IMG": "ACQUISITION",
    "IMG_OBJECT": "SCIENCE_IMG",
    "FLAT_TEST": "FLAT_TEST",
    "IMG_FLAT": "FLAT_SKY_IMG",
}


def read_rules(text):
    """Return (class, tests) of a PyNOT rule file, written from its format alone."""
    rules = []
    for line in text.splitlines():
        if ":" not in line or line.startswith("#"):
            continue
        name, tests = (part.strip() for part in line.split(":", 1))
        rules.append((name, [re.split(r"\s+(==|!=|<|>)\s+", test.strip()) for test in tests.split(" and ")]))
    return rules


def pynot_class(header, rules):
    def keyword(word):
        return word if "." not in word else "ESO " + word.replace(".", " ")

    def test(word, sign, wanted):
        found = header.get(keyword(word))
        if found is None:
            return False
        return {
            "==": lambda: str(found) == wanted,
            "!=": lambda: str(found) != wanted,
            "<": lambda: float(found) < float(wanted),
            ">": lambda: float(found) > float(wanted),
        }[sign]()

    return {name for name, tests in rules if all(test(*one) for one in tests)}


@pytest.mark.real
def test_real_frames_as_others_class_them(real_frames):
    rules = read_rules((real_frames / "truth" / "efosc.rules").read_text())
    records = scan(real_frames)
    assert len(records) == 11
    for record in records:
        header = {**record.header, "EXPTIME": record.exposure_s}
        assert {NAMES[name] for name in pynot_class(header, rules)} == {record.frame_class}
        assert record.problem is None


def every_header():
    """Yield headers with every combination of what the rules look at."""
    for category in ("CALIB", "SCIENCE", "ACQUISITION", "TEST"):
        for dpr_type in ("BIAS", "DARK", "WAVE", "FLAT", "DOME", "OBJECT", "STD", "SKY,FLAT", "OTHER"):
            for technique in ("IMAGE", "SPECTRUM"):
                for grism in ("Free", "Gr#3"):
                    for slit in ("Free", "slit#1.2"):
                        for exposure in (0.0, 30.0):
                            for image_name in ("EFOSC_SkyFlat", "SkyFFtest", "EFOSC_Spectrum"):
                                yield {
                                    "INSTRUME": "EFOSC",
                                    "EXPTIME": exposure,
                                    "ESO DPR CATG": category,
                                    "ESO DPR TYPE": dpr_type,
                                    "ESO DPR TECH": technique,
                                    "ESO INS GRIS1 NAME": grism,
                                    "ESO INS SLIT1 NAME": slit,
                                    "ESO OCS DET1 IMGNAME": image_name,
                                }


@pytest.mark.real
def test_all_headers_as_others_class_them(real_frames):
    """Wherever PyNOT's rules give a class, ours give the same, but for cases that are named."""
    rules = read_rules((real_frames / "truth" / "efosc.rules").read_text())
    own = instruments.load("EFOSC2").rules
    for header in every_header():
        theirs = {NAMES[name] for name in pynot_class(header, rules)}
        ours = classify(header, own)
        name = ours.name if ours else None
        if (
            header["ESO DPR TYPE"] == "STD"
            and header["ESO DPR TECH"] == "SPECTRUM"
            and header["ESO INS GRIS1 NAME"] == "Free"
        ):
            continue  # a standard "spectrum" without grism is none
        if theirs == {"FLAT_SKY_IMG"} and header["ESO DPR TECH"] == "SPECTRUM":
            continue  # their rule for sky flats does not look at the technique
        if theirs:
            assert {name} == theirs, header


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        ("BIAS", {}, "BIAS"),
        ("BIAS", {"ESO DPR TYPE": "BIAS"}, "BIAS"),
        ("BIAS", {"EXPTIME": 0}, "BIAS"),
        ("BIAS", {"EXPTIME": 900.0}, "DARK"),
        ("BIAS", {"EXPTIME": None}, None),
        ("FLAT_LSS", {"ESO INS SLIT1 NAME": "Free"}, None),
        ("FLAT_LSS", {"ESO INS GRIS1 NAME": None}, None),
        ("SCIENCE_IMG", {"ESO DPR CATG": "ACQUISITION"}, "ACQUISITION"),
        ("SCIENCE_IMG", {"ESO PRO CATG": "MASTER_BIAS"}, "MASTER_BIAS"),
        ("SCIENCE_LSS", {"ESO DPR TECH": "MOS"}, None),
        ("FLAT_DOME_IMG", {}, "FLAT_DOME_IMG"),
    ],
)
def test_cases(night, kind, changes, expected):
    [record] = scan(night(kind, **changes))
    assert record.frame_class == expected
    assert (record.problem is None) == (expected is not None)


def test_bias_knows_no_grism(night):
    """Optics left in the beam are no part of a bias' setup, of a spectrum's they are."""
    [bias] = scan(night("BIAS"))
    assert set(bias.setup) == {"binning", "window", "readout"}
    [flat] = scan(night("FLAT_LSS"))
    assert flat.setup["grism"] == "Gr#3"
    assert flat.setup["binning"] == "2x2"


def test_why_unclassified(night):
    [missing] = scan(night("BIAS", **{"ESO DPR TYPE": None}))
    assert missing.problem == "not classified: keyword ESO DPR TYPE is missing"
    [strange] = scan(night("BIAS", **{"ESO DPR TYPE": "FOCUS"}))
    assert "DPR TYPE = FOCUS" in strange.problem
    [other] = scan(night("BIAS", INSTRUME="WFPC2"))
    assert "WFPC2" in other.problem
    assert other.category == "CALIB"


@pytest.mark.parametrize(
    ("test", "values", "found", "expected"),
    [
        ("equals", ("a", "b"), "b", True),
        ("equals", ("a",), None, False),
        ("equals", (1,), 1.0, True),
        ("not", ("Free",), "Gr#3", True),
        ("not", ("Free",), None, True),
        ("present", (True,), None, False),
        ("present", (False,), None, True),
        ("contains", ("FLAT",), "SKY,FLAT", True),
        ("contains", ("FLAT",), 3, False),
        ("below", (0.01,), 0.0, True),
        ("below", (0.01,), "0.0", False),
        ("below", (0.01,), None, False),
        ("above", (0.0,), 0.5, True),
        ("above", (0.0,), True, False),
    ],
)
def test_conditions(test, values, found, expected):
    assert holds(Condition("KEY", test, values), {} if found is None else {"KEY": found}) is expected


def test_key_values():
    header = {"A": 2, "B": 2.0, "C": "x"}
    assert key_value(header, ("A", "B")) == "2x2"
    assert key_value(header, ("C",)) == "x"
    assert key_value(header, ("A", "missing")) == "2x?"
    assert key_value(header, ("missing",)) is None
    assert key_value(header, ("missing", "absent")) is None
