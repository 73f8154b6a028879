"""Which frames are reduced together."""

from __future__ import annotations

import pytest

from dfs.frames import group, scan


def classes(groups):
    return [(one.frame_class, len(one.members)) for one in groups]


@pytest.mark.real
def test_real_frames(real_frames):
    groups = group(scan(real_frames))
    assert classes(groups) == [
        ("BIAS", 3),
        ("FLAT_LSS", 2),
        ("ARC", 1),
        ("SCIENCE_LSS", 1),
        ("FLAT_SKY_IMG", 1),
        ("SCIENCE_IMG", 2),
        ("STD_LSS", 1),
    ]
    assert [one.recipe for one in groups] == [
        "bias",
        "flat_spectrum",
        "arc",
        "science_spectrum",
        "flat_image",
        "science_image",
        "standard",
    ]
    assert groups[0].key == "2022-01-26T19:02:25"
    assert groups[0].name == "EFOSC.2022-01-26T19:02:38.210"


def test_templates_and_setups_part(night):
    for index in range(3):
        night("BIAS", 59605.8 + index * 1e-3)
    night("BIAS", 59606.8, **{"ESO TPL START": "2022-01-27T19:00:00"})
    night("BIAS", 59605.81, **{"ESO DET WIN1 BINX": 1})
    assert classes(group(scan(night.folder))) == [("BIAS", 3), ("BIAS", 1), ("BIAS", 1)]


def test_without_template_the_night_counts(night):
    for mjd in (59605.8, 59606.3, 59606.8):  # evening, morning, next evening
        night("BIAS", mjd, **{"ESO TPL START": None})
    assert classes(group(scan(night.folder))) == [("BIAS", 2), ("BIAS", 1)]


def test_standards_stand_alone_and_exposures_of_a_target_together(night):
    for index in range(2):
        night("STD_LSS", 59606 + index * 0.01)
        night("SCIENCE_LSS", 59606.1 + index * 0.01)
        night("SCIENCE_IMG", 59606.2 + index * 0.01)
    night("SCIENCE_IMG", 59606.3, OBJECT="OTHER")
    assert classes(group(scan(night.folder))) == [
        ("STD_LSS", 1),
        ("STD_LSS", 1),
        ("SCIENCE_LSS", 2),
        ("SCIENCE_IMG", 2),
        ("SCIENCE_IMG", 1),
    ]


def test_products_and_troubled_frames_are_in_no_group(night):
    night("BIAS", **{"ESO PRO CATG": "MASTER_BIAS"})
    night("BIAS", **{"ESO DPR TYPE": "FOCUS"})
    broken = night("BIAS")
    broken.write_bytes(b"")
    assert group(scan(night.folder)) == []


def test_completeness_and_mean_time(night):
    night("BIAS", 59605.8)
    [one] = group(scan(night.folder))
    assert not one.is_complete
    night("BIAS", 59605.9)
    [two] = group(scan(night.folder))
    assert two.is_complete
    assert two.mjd_obs == pytest.approx(59605.85)
