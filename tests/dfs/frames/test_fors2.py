"""FORS2 against the calibrations that ESO's CalSelector gave a frame, and its classes."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import pytest

from dfs import instruments
from dfs.frames import associate, candidates_from, frame_class_of, group
from dfs.frames.classify import classify
from dfs.frames.records import RecordMaker, mjd_of

# CalSelector's categories: (our class, DPR CATG, TYPE, template)
CATEGORIES = {
    "SCIENCE_IMG": ("SCIENCE_IMG", "SCIENCE", "OBJECT"),
    "SKY_FLAT_IMG": ("FLAT_SKY_IMG", "CALIB", "FLAT,SKY"),
    "STANDARD_IMG": ("STD_IMG", "CALIB", "STD"),
    "BIAS": ("BIAS", "CALIB", "BIAS"),
}


def header_of(name, category, start):
    _, catg, dpr_type = CATEGORIES[category]
    return {
        "INSTRUME": "FORS2",
        "ARCFILE": f"{name}.fits",
        "DATE-OBS": name.split(".", 1)[1],
        "EXPTIME": 0.0 if category == "BIAS" else 10.0,
        "OBJECT": category,
        "ESO DPR CATG": catg,
        "ESO DPR TYPE": dpr_type,
        "ESO DPR TECH": "IMAGE",
        "ESO DET CHIP1 ID": "CCID20-14-5-3",
        "ESO DET WIN1 BINX": 2,
        "ESO DET WIN1 BINY": 2,
        "ESO DET READ CLOCK": "200Kps/2ports/low_gain",
        "ESO INS COLL NAME": "COLL_SR",
        "ESO INS FILT1 NAME": "R_SPECIAL" if category != "BIAS" else "FREE",
        "ESO TPL START": start,
    }


@pytest.fixture(scope="module")
def tree(request):
    test_data = request.getfixturevalue("test_data")
    path = test_data / "archive" / "astroquery_eso" / "FORS2.2021-01-02T00_59_12.533_raw2raw.xml"
    return ET.parse(path).getroot()  # noqa: S314 - a file of our own test data


def main_files(association):
    return [(one.get("name"), one.get("category")) for one in association.find("mainFiles")]


def associated(association, category):
    return [one for one in association.find("associatedFiles") if one.get("category") == category]


@pytest.fixture(scope="module")
def records(tree):
    """Every raw frame that the tree names, as a record; main files of one association share a template."""
    maker, found = RecordMaker(), {}
    from pathlib import Path

    for association in tree.iter("association"):
        names = [(name, category) for name, category in main_files(association) if category in CATEGORIES]
        for name, category in names:
            found[name] = maker.make(Path(f"/night/{name}.fits"), header_of(name, category, names[0][0]))
    return found


@pytest.mark.real
def test_times_and_classes(records):
    for name, record in records.items():
        start = datetime.fromisoformat(name.split(".", 1)[1]).replace(tzinfo=UTC)
        assert record.mjd_obs == pytest.approx(40587 + start.timestamp() / 86400, abs=1e-8)
        assert record.problem is None
        assert record.frame_class in {one[0] for one in CATEGORIES.values()}
    assert len(records) == 1 + 5 + 3 + 20 + 20


@pytest.mark.real
def test_same_calibrations_as_calselector(tree, records):
    """For each frame of the tree, the flats and biases that ESO certified are those we choose, within the calibration plan."""
    groups = group(records.values())
    candidates = candidates_from(groups)
    compared = 0
    for association in tree.iter("association"):
        subject, category = main_files(association)[0]
        if category not in CATEGORIES:
            continue
        record = records[subject]
        for need in frame_class_of(record).needs:
            theirs = associated(association, {"MASTER_BIAS": "BIAS", "MASTER_FLAT_IMG": "FLAT_SKY"}[need.kind])
            ours = associate(record, need, candidates)
            expected = {name for name, _ in main_files(theirs[0])}
            assert {path.name.removesuffix(".fits") for path in ours.chosen.paths} == expected, (subject, need.kind)
            assert (theirs[0].get("match") == "calib_plan") == (ours.level <= 0)
            compared += 1
    assert compared >= 8


@pytest.mark.real
def test_the_other_chip_is_no_calibration(records):
    """Chip 2 of the same exposure has files of its own; a master of chip 1 is none for it."""
    [science] = [one for one in records.values() if one.frame_class == "SCIENCE_IMG"]
    other = RecordMaker().make(science.path, {**science.header, "ESO DET CHIP1 ID": "CCID20-14-5-6"})
    need = frame_class_of(other).needs[0]
    found = associate(other, need, candidates_from(group(records.values())))
    assert found.chosen is None
    assert {verdict.failure.key for verdict in found.verdicts} == {"chip"}


@pytest.mark.parametrize(
    ("category", "dpr_type", "technique", "expected"),
    [
        ("CALIB", "BIAS", "IMAGE", "BIAS"),
        ("CALIB", "FLAT,LAMP", "IMAGE", "FLAT_DOME_IMG"),
        ("CALIB", "FLAT,LAMP", "SPECTRUM", "FLAT_LSS"),
        ("CALIB", "WAVE,LAMP", "SPECTRUM", "ARC"),
        ("CALIB", "STD", "SPECTRUM", "STD_LSS"),
        ("SCIENCE", "OBJECT", "SPECTRUM", "SCIENCE_LSS"),
        ("SCIENCE", "OBJECT", "MOS", None),
        ("SCIENCE", "OBJECT", "IMAGE", "SCIENCE_IMG"),
        ("ACQUISITION", "OBJECT", "IMAGE", "ACQUISITION"),
    ],
)
def test_classes(category, dpr_type, technique, expected):
    header = {"ESO DPR CATG": category, "ESO DPR TYPE": dpr_type, "ESO DPR TECH": technique, "EXPTIME": 1.0}
    found = classify(header, instruments.load("FORS2").rules)
    assert (found.name if found else None) == expected


def test_mjd_of_a_wrong_date():
    assert mjd_of({"DATE-OBS": "yesterday"}) is None
