"""Surveys as items of a run: what is tied to what, and that a desk makes all of it in one edit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord

from dfs.errors import UsageError
from dfs.model.phase2 import Container, ObservingRun
from dfs.phase2.documents import read_tree
from dfs.phase2.survey import Circle, Epochs, Pointing, plan_survey, survey_of

POINTINGS = [Pointing("1", 10.0, -30.0), Pointing("2", 10.2, -30.0), Pointing("3", 10.4, -30.0)]
PATTERN = {
    "obId": 99,
    "itemType": "OB",
    "name": "deep",
    "obStatus": "+",
    "executionTime": 1500,
    "userPriority": 3,
    "constraints": {"name": "grey", "airmass": 1.6, "fli": 0.5},
    "target": {"name": "middle", "ra": "00:40:00.000", "dec": "-30:00:00.000", "differentialRa": 0.1},
    "templates": [
        {"templateId": 5, "templateName": "TINY_acq", "type": "acquisition", "parameters": []},
        {
            "templateId": 6,
            "templateName": "TINY_obs",
            "type": "science",
            "parameters": [{"name": "DET.WIN1.UIT1", "type": "number", "value": 300.0}],
        },
    ],
    "sidereal": [{"from": "00:00", "to": "04:00"}],
    "absolute": [{"from": "2026-11-22T03:00", "to": "2026-11-22T04:00"}],
    "charts": ["chart.jpg"],
}


@pytest.fixture
def run() -> ObservingRun:
    span = (datetime(2026, 11, 1, 16, tzinfo=UTC), datetime(2027, 4, 1, 16, tzinfo=UTC))
    return ObservingRun(1, "118.23XY.001", "", "FORS2", "UT1", "118.0", 118, "SM", 1, *span)


def kinds(items) -> Counter:
    found = Counter(one["itemType"] for one in items)
    for one in items:
        found += kinds(one.get("items", ()))
    return found


def test_one_visit_is_a_group_whose_contributions_make_100(run) -> None:
    plan = plan_survey("deep", POINTINGS, [PATTERN], run)
    (group,) = plan.items
    assert kinds(plan.items) == {"Group": 1, "OB": 3}
    shares = [one["schedule"]["groupContribution"] for one in group["items"]]
    assert sum(shares) == pytest.approx(100.0, abs=1e-9)
    assert max(shares) - min(shares) <= 0.011


def test_several_visits_are_a_time_link_for_each_pointing(run) -> None:
    plan = plan_survey("deep", POINTINGS, [PATTERN], run, Epochs(4, 14 * 86400.0))
    assert kinds(plan.items) == {"TimeLink": 3, "OB": 12}
    first = plan.items[0]["items"]
    assert [one["name"] for one in first] == [f"deep_1_e{k}" for k in range(1, 5)]
    assert first[0]["schedule"] == {}
    tolerance = 14 * 86400 / 5
    assert {tuple(one["schedule"].values()) for one in first[1:]} == {
        (round(14 * 86400 - tolerance), round(14 * 86400 + tolerance))
    }


def test_several_set_ups_are_concatenated(run) -> None:
    plan = plan_survey("deep", POINTINGS, [PATTERN, PATTERN], run, Epochs(2, 86400.0, 3600.0))
    assert kinds(plan.items) == {"TimeLink": 3, "Concatenation": 6, "OB": 12}
    link = plan.items[0]
    assert [one["name"] for one in link["items"][1]["items"]] == ["deep_1_s1_e2", "deep_1_s2_e2"]
    assert link["items"][1]["schedule"] == {"earliestAfterPrevious": 82800, "latestAfterPrevious": 90000}


def test_the_whole_field_at_once_is_a_concatenation_each_visit(run) -> None:
    plan = plan_survey("deep", POINTINGS, [PATTERN], run, Epochs(3, 86400.0), together=True)
    assert kinds(plan.items) == {"TimeLink": 1, "Concatenation": 3, "OB": 9}
    assert any("75 min" in one for one in plan.warnings), "three blocks of 25 min"


def test_visitors_have_folders(run) -> None:
    plan = plan_survey("deep", POINTINGS, [PATTERN], replace(run, mode="VM"), Epochs(2, 86400.0))
    assert kinds(plan.items) == {"Folder": 2, "OB": 6}
    assert any("visitor" in one for one in plan.warnings)


def test_blocks_are_copies_at_their_own_place(run) -> None:
    (block, *_) = plan_survey("deep", POINTINGS, [PATTERN], run).blocks()
    assert block["target"]["ra"] == "00:40:00.000"
    assert block["target"]["dec"] == "-30:00:00.000"
    assert block["target"].get("differentialRa") is None
    assert block["constraints"] == PATTERN["constraints"]
    assert block["constraints"] is not PATTERN["constraints"]
    assert block["userPriority"] == 3
    assert [one["templateName"] for one in block["templates"]] == ["TINY_acq", "TINY_obs"]
    assert block["sidereal"] == PATTERN["sidereal"]
    for key in ("obId", "obStatus", "absolute", "charts", "executionTime"):
        assert key not in block
    assert "templateId" not in block["templates"][0]
    told = " ".join(plan_survey("deep", POINTINGS, [PATTERN], run).warnings)
    assert "finding charts" in told
    assert "absolute time windows" in told


def test_changes_name_containers_before_what_lies_in_them(run) -> None:
    changes = plan_survey("deep", POINTINGS, [PATTERN], run, Epochs(2, 86400.0)).changes(17, first=-100)
    known = {17}
    for change in changes:
        assert change.action == "create-item"
        assert change.body["containerId"] in known
        assert change.subject not in known
        assert "items" not in change.body
        known.add(change.subject)
    assert max(one.subject for one in changes) == -100


def test_a_desk_makes_all_of_it_in_one_edit(place, desk) -> None:
    tree = desk.tree(place.service)
    run = read_tree(tree).run
    patterns = [{**PATTERN, "constraints": {"airmass": 1.6}}] * 2
    plan = plan_survey("deep", POINTINGS, patterns, run, Epochs(3, 7 * 86400.0))
    made = desk.apply(place.service, plan.changes(run.container_id))
    root = read_tree(desk.tree(place.service)).root
    assert len(made) == 3 + 9 + 18
    links = [one for one in root.items if isinstance(one, Container)]
    assert [one.kind for one in links] == ["TimeLink"] * 3
    second = links[0].items[1]
    assert isinstance(second, Container)
    assert second.kind == "Concatenation"
    assert second.schedule["earliestAfterPrevious"] == round(7 * 86400 * 0.8)
    assert {one.target.ra for one in links[2].blocks()} == {"00:41:36.000"}
    assert next(iter(links[0].blocks())).templates[1].value("DET.WIN1.UIT1") == 300.0


ASKED = {
    "circle": {"ra": 10.0, "dec": -30.0, "radius": 0.2},
    "text": {"ra": "00:40:00", "dec": "-30:00:00", "radius": 12 * u.arcmin},
    "box": {"ra": 10.0, "dec": -30.0, "width": 0.3, "height": 0.2, "angle": 45},
    "band": {"ra_from": 9.8, "ra_to": 10.2, "dec_from": -30.2, "dec_to": -29.8},
    "SkyCoord": (SkyCoord(10 * u.deg, -30 * u.deg), 0.2 * u.deg),
    "corners": [(9.8, -30.2), (10.2, -30.2), SkyCoord(10 * u.deg, -29.8 * u.deg)],
    "field": Circle(10.0, -30.0, 0.2),
}


@pytest.mark.parametrize("case", ASKED)
def test_fields_are_asked_for_in_many_ways(run, case: str) -> None:
    plan = survey_of(ASKED[case], [PATTERN], run, every=14 * u.day, epochs=6)
    assert len(plan.pointings) > 3
    assert len(list(plan.blocks())) == 6 * len(plan.pointings)
    assert all(abs(one.ra_deg - 10) < 0.4 and abs(one.dec_deg + 30) < 0.4 for one in plan.pointings)


def test_tilings_are_asked_for_in_words(run) -> None:
    field = ASKED["circle"]
    usual = len(survey_of(field, [PATTERN], run).pointings)
    assert len(survey_of(field, [PATTERN], run, tiling={"overlap": 0.5}).pointings) > 2 * usual
    assert len(survey_of(field, [PATTERN], run, tiling={"width": 30 * u.arcmin, "height": 0.5 * u.deg}).pointings) == 1
    assert len(survey_of(field, [PATTERN], run, tiling={"dithers": 4, "dither": 15}).pointings) == 4 * usual
    assert len(survey_of(field, [PATTERN], run, tiling="hexagonal").pointings) > 12, "seven round fields cannot do"


WRONG = {
    "field": ({"field": "M 31"}, "survey.field"),
    "words": ({"field": {"ra": 1, "dec": 2}}, "survey.field"),
    "position": ({"field": {"ra": "25:00:00", "dec": 2, "radius": 1}}, "survey.field.ra"),
    "unit": ({"field": {"ra": 1, "dec": 2, "radius": 3 * u.s}}, "survey.radius"),
    "tiling": ({"tiling": {"size": 3}}, "survey.tiling"),
    "epochs": ({"epochs": 0}, "survey.epochs"),
    "every": ({"epochs": 2}, "survey.every"),
    "tolerance": ({"epochs": 2, "every": 10, "tolerance": 11}, "survey.tolerance"),
    "too long": ({"epochs": 30, "every": timedelta(days=14)}, "survey.epochs"),
    "name": ({"name": " "}, "survey.name"),
    "pattern": ({"patterns": []}, "survey"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_told(run, case: str) -> None:
    asked, where = WRONG[case]
    asked = {"field": ASKED["circle"], "patterns": [PATTERN]} | asked
    with pytest.raises(UsageError) as told:
        survey_of(asked.pop("field"), asked.pop("patterns"), run, **asked)
    assert told.value.where == where
    assert told.value.accepted
