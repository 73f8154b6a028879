"""Which calibration a frame gets, and the reasons given."""

from __future__ import annotations

import pytest

from dfs.errors import DataError, UsageError
from dfs.frames import Frames, associate, candidates_from, group, needs_document, scan, why
from dfs.instruments import MatchRule, Need

MJD = 59606.0


def answer(night, subject, kind, rejected=None):
    records = scan(night.folder)
    candidates = candidates_from(group(records), records, rejected)
    [record] = scan(subject)
    from dfs.frames import frame_class_of

    [need] = [need for need in frame_class_of(record).needs if need.kind == kind]
    return associate(record, need, candidates)


def biases(night, mjd, number=3, template="a", **changes):
    return [night("BIAS", mjd + index * 1e-3, **{"ESO TPL START": template, **changes}) for index in range(number)]


@pytest.mark.real
def test_standard_through_another_slit(real_frames):
    """No flat and no arc was taken with the 5 arcsec slit: those of the 1.2 arcsec slit serve, at a worse level."""
    [standard] = [one for one in scan(real_frames) if one.frame_class == "STD_LSS"]
    needs = {one["kind"]: one for one in needs_document(Frames().why(standard.path))}
    assert list(needs) == ["MASTER_BIAS", "MASTER_FLAT_LSS", "WAVE_SOLUTION"]
    assert needs["MASTER_BIAS"]["level"] == 1  # 2.3 days away
    for kind, first in (("MASTER_FLAT_LSS", "19:18:58.464"), ("WAVE_SOLUTION", "19:37:39.560")):
        need = needs[kind]
        assert need["level"] == 2
        assert first in need["chosen"]
        assert all(one["accepted"] for one in need["candidates"])
        assert need["candidates"][0]["relaxed"] == [{"key": "slit", "wanted": "slit#5.0", "found": "slit#1.2"}]
    assert len(needs["MASTER_FLAT_LSS"]["candidates"]) == 2


@pytest.mark.real
def test_science_gets_its_own_slit(real_frames):
    [science] = [one for one in scan(real_frames) if one.frame_class == "SCIENCE_LSS"]
    levels = {one.kind: one.level for one in Frames().why(science.path)}
    assert levels == {"MASTER_BIAS": 0, "MASTER_FLAT_LSS": 0, "WAVE_SOLUTION": 0, "RESPONSE": 1}


def test_nearest_in_time_of_the_best_level(night):
    subject = night("ARC", MJD)
    biases(night, MJD - 1.2, template="before")
    near = biases(night, MJD + 0.5, template="after")
    biases(night, MJD - 3, template="long before")
    found = answer(night, subject, "MASTER_BIAS")
    assert found.level == 0
    assert found.chosen.paths == tuple(near)
    assert [verdict.level for verdict in found.verdicts] == [0, 0, 1]
    assert [verdict.chosen for verdict in found.verdicts] == [True, False, False]


def test_level_beats_time(night):
    """A master of enough frames a day away is better than a nearer one of too few."""
    subject = night("ARC", MJD)
    biases(night, MJD - 0.1, number=2, template="few")
    many = biases(night, MJD - 1, number=3, template="many")
    found = answer(night, subject, "MASTER_BIAS")
    assert (found.level, found.chosen.paths) == (0, tuple(many))
    other = found.verdicts[1]
    assert (other.level, other.relaxed[0].key, other.relaxed[0].found) == (1, "frames", 2)


@pytest.mark.parametrize(
    ("changes", "key", "wanted", "found"),
    [
        ({"ESO DET WIN1 BINX": 1}, "binning", "2x2", "1x2"),
        ({"ESO DET READ SPEED": "slow"}, "readout", "fastL", "slow"),
        ({"ESO DET WIN1 NX": 500}, "window", "1030x1030x?x?", "500x1030x?x?"),
    ],
)
def test_failed_key(night, changes, key, wanted, found):
    subject = night("ARC", MJD)
    biases(night, MJD, **changes)
    association = answer(night, subject, "MASTER_BIAS")
    assert association.chosen is None
    assert association.level is None
    [verdict] = association.verdicts
    assert verdict.failure.key == key
    assert (verdict.failure.wanted, verdict.failure.found) == (wanted, found)
    assert key in association.reason


def test_too_far_in_time_and_too_few(night):
    subject = night("ARC", MJD)
    biases(night, MJD - 400, template="old")
    biases(night, MJD, number=1, template="single")
    association = answer(night, subject, "MASTER_BIAS")
    assert association.chosen is None
    reasons = {verdict.candidate.frames: verdict.failure for verdict in association.verdicts}
    assert reasons[3].key == "MJD-OBS"
    assert "-400" in reasons[3].found
    assert reasons[1].key == "rejected"
    assert "needs 2" in reasons[1].found


def test_rejected_are_never_chosen(night):
    """One damaged frame takes its whole group out; a rejected master, too."""
    subject = night("ARC", MJD)
    bad = biases(night, MJD, template="bad")
    good = biases(night, MJD - 5, template="good")
    master = night("BIAS", MJD, **{"ESO PRO CATG": "MASTER_BIAS", "ESO PRO DATANCOM": 9})
    rejected = {bad[1].name: "light leak", master.name: "quality control said no"}
    found = answer(night, subject, "MASTER_BIAS", rejected)
    assert found.chosen.paths == tuple(good)
    failures = [verdict.failure for verdict in found.verdicts if not verdict.accepted]
    assert {failure.found for failure in failures} == {"light leak", "quality control said no"}


def test_raw_frames_before_masters_of_the_same_level(night):
    subject = night("ARC", MJD)
    raw = biases(night, MJD - 1)
    master = night("BIAS", MJD, **{"ESO PRO CATG": "MASTER_BIAS", "ESO PRO DATANCOM": 9})
    assert answer(night, subject, "MASTER_BIAS").chosen.paths == tuple(raw)
    for path in raw:
        path.unlink()
    assert answer(night, subject, "MASTER_BIAS").chosen.paths == (master,)


def test_sky_flats_before_dome_flats(night):
    subject = night("SCIENCE_IMG", MJD)
    dome = [night("FLAT_DOME_IMG", MJD - 0.1) for _ in range(3)]
    assert answer(night, subject, "MASTER_FLAT_IMG").level == 2
    sky = [night("FLAT_SKY_IMG", MJD - 20) for _ in range(3)]
    found = answer(night, subject, "MASTER_FLAT_IMG")
    assert (found.level, found.chosen.paths) == (1, tuple(sky))
    assert {verdict.candidate.paths for verdict in found.verdicts} == {tuple(dome), tuple(sky)}


def test_without_time_nothing_fits(night):
    subject = night("ARC", MJD)
    night("BIAS", None)
    night("BIAS", None)
    [verdict] = answer(night, subject, "MASTER_BIAS").verdicts
    assert verdict.failure.key == "MJD-OBS"


def test_time_range_is_relative_and_closed(night):
    """A range reaches from days before to days after the frame, its ends included."""
    subject = night("ARC", MJD)
    biases(night, MJD - 2, number=1)
    records = scan(night.folder)
    [record] = scan(subject)
    candidates = [one for one in candidates_from(group(records)) if one.kind == "MASTER_BIAS"]
    candidates = [
        type(one)(**{name: getattr(one, name) for name in one.__slots__} | {"rejected": None}) for one in candidates
    ]
    for days, level in (((-2.0, 0.0), 0), ((-1.99, 9.0), None), ((0.0, 2.0), None), ((-9.0, -2.0), 0)):
        need = Need("MASTER_BIAS", ("BIAS",), 1, (MatchRule(0, (), days),))
        assert associate(record, need, candidates).level == level


def test_kinds_and_errors(night):
    subject = night("ARC", MJD)
    [record] = scan(subject)
    assert [one.kind for one in why(record, [], "bias")] == ["MASTER_BIAS"]
    assert why(record, [])[0].reason == "MASTER_BIAS: there is no candidate"
    with pytest.raises(UsageError, match="does not need RESPONSE") as caught:
        why(record, [], "RESPONSE")
    assert caught.value.accepted == "MASTER_BIAS"
    [unknown] = scan(night("ARC", **{"ESO DPR TYPE": "FOCUS"}))
    with pytest.raises(DataError, match="not classified"):
        why(unknown, [])


def test_json_rows_have_a_failed_key_unless_accepted(night):
    subject = night("ARC", MJD)
    biases(night, MJD)
    biases(night, MJD, template="other", **{"ESO DET READ SPEED": "slow"})
    [need] = needs_document(Frames().why(subject))
    assert len(need["candidates"]) == 6
    for row in need["candidates"]:
        assert (row["failed_key"] is None) == row["accepted"]
        if not row["accepted"]:
            assert (row["failed_key"], row["wanted"], row["found"]) == ("readout", "fastL", "slow")
    assert need["chosen"] in [row["path"] for row in need["candidates"] if row["accepted"]]
