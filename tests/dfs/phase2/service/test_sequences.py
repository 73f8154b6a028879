"""Execution sequences, copies, migration."""

from __future__ import annotations

import pytest

from dfs.access import EmbeddedUser
from dfs.errors import AccessError, UsageError
from dfs.phase2.api import Upload
from dfs.phase2.failures import StaleError, StateError
from dfs.phase2.service.duplicates import next_name
from dfs.phase2.service.records import subject_of
from tests.dfs.phase2.service.test_attachments import EPHEMERIS, JPEG


@pytest.fixture
def visits(place, desk, new_ob):
    """Two accepted blocks of the visitor run."""
    numbers = [new_ob(name, place.root(place.visitor)) for name in ("one", "two")]
    for number in numbers:
        desk.verify_ob(number, submit=True)
    return numbers


def test_sequence(place, desk, visits):
    empty = desk.sequence("TINY")
    assert empty.body == []
    saved = desk.save_sequence("tiny", [{"obId": number} for number in visits[::-1]], empty.version)
    assert [one["obId"] for one in saved.body] == visits[::-1]
    assert {"obStatus", "executionTime", "target", "constraints"} <= set(saved.body[0])
    assert desk.sequence("TINY") == saved
    assert place.desk("owner").sequence("TINY").body == []
    again = desk.save_sequence("TINY", saved.body, saved.version)
    assert again.version == saved.version
    with pytest.raises(StaleError):
        desk.save_sequence("TINY", [], empty.version)


def test_revising_leaves_every_sequence(place, desk, visits):
    mine = desk.save_sequence("TINY", [{"obId": number} for number in visits], "*")
    others = place.desk("owner").save_sequence("TINY", [{"obId": visits[0]}], "*")
    desk.revise_ob(visits[0])
    assert [one["obId"] for one in desk.sequence("TINY").body] == [visits[1]]
    assert desk.sequence("TINY").version != mine.version
    assert place.desk("owner").sequence("TINY").body == []
    assert place.desk("owner").sequence("TINY").version != others.version


def test_what_does_not_belong_into_a_sequence(place, desk, visits, new_ob):
    service, fresh = new_ob(), new_ob("new", place.root(place.visitor))
    for number in (service, fresh):
        with pytest.raises(StateError, match=r"accepted: blocks|has status P"):
            desk.save_sequence("TINY", [{"obId": number}], "*")
    with pytest.raises(UsageError, match="twice"):
        desk.save_sequence("TINY", [{"obId": visits[0]}] * 2, "*")
    with pytest.raises(UsageError, match="obId is missing"):
        desk.save_sequence("TINY", [{"name": "x"}], "*")
    with pytest.raises(StateError, match="is for TINY"):
        desk.save_sequence("OTHER", [{"obId": visits[0]}], "*")
    with pytest.raises(AccessError):
        place.desk("other").save_sequence("TINY", [{"obId": visits[0]}], "*")


def test_long_names_have_sequences_of_their_own():
    names = ["n" * 79 + end for end in "ab"]
    subjects = {subject_of(one, "FORS2") for one in [*names, EmbeddedUser("short").name]}
    assert len(subjects) == 3
    assert all(len(one) <= 60 and one.startswith("sequence:FORS2:") for one in subjects)


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("a", ["a"], "a_2"),
        ("a", ["a", "a_2", "a_7", "b_9"], "a_8"),
        ("a_2", ["a", "a_2"], "a_3"),
        ("a_b", ["a_b"], "a_b_2"),
        ("x" * 68, [], "x" * 62 + "_2"),
        ("x" * 68, ["x" * 62 + "_99998"], "x" * 62 + "_99999"),
    ],
)
def test_names_of_copies(name, taken, expected):
    assert next_name(name, taken) == expected
    assert len(expected) <= 68


def test_a_copy_has_everything(place, desk, new_ob):
    number = new_ob()
    desk.save_absolute(number, [{"from": "2022-12-01T00:00", "to": "2022-12-02T00:00"}], "*")
    desk.save_sidereal(number, [{"from": "01:00", "to": "02:00"}], "*")
    desk.save_ephemeris(number, Upload("e.txt", EPHEMERIS), "*")
    desk.add_chart(number, Upload("fc.jpg", JPEG))
    science = desk.templates(number).body[1]["templateId"]
    desk.save_file_parameter(number, science, "INS.MASK", Upload("m", b"mask"), "*")
    desk.verify_ob(number, submit=True)
    copy = desk.duplicate_ob(number).body
    assert (copy["name"], copy["obStatus"], copy["executionTime"]) == ("one_2", "P", 0)
    assert copy["parentContainerId"] == place.root(place.service)
    assert desk.duplicate_ob(number).body["name"] == "one_3"
    other = desk.duplicate_ob(number, place.root(place.visitor)).body
    assert (other["runId"], other["name"]) == (place.visitor, "one_2")
    whole = {one["obId"]: one for one in desk.tree(place.service)["root"]["items"]}
    own = ("obId", "name", "obStatus", "executionTime", "exposureTime", "versions", "templates")
    assert {key: value for key, value in whole[copy["obId"]].items() if key not in own} == {
        key: value for key, value in whole[number].items() if key not in own
    }
    assert [one["parameters"] for one in whole[copy["obId"]]["templates"]] == [
        one["parameters"] for one in whole[number]["templates"]
    ]
    copied = desk.templates(copy["obId"]).body[1]["templateId"]
    assert desk.file_parameter(copy["obId"], copied, "INS.MASK").body == Upload("m", b"mask")
    assert desk.chart(copy["obId"], 1).content == JPEG


def test_migration(place, desk):
    place.packages.newest = "110.01"
    number = desk.create_item(place.root(place.service), "OB", "old").body["obId"]
    desk.create_template(number, "TINY_acq")
    science = desk.create_template(number, "TINY_obs")
    values = [{"name": "DET.WIN1.UIT1", "value": 5}]
    desk.save_template(number, {"templateId": science.body["templateId"], "parameters": values}, science.version)
    place.packages.newest = "110.02"
    ob = desk.ob(number)
    assert (ob.body["migrate"], ob.body["ipVersion"], desk.run(place.service)["ipVersion"]) == (True, 110.01, 110.02)
    for call in (
        lambda: desk.save_ob(ob.body | {"userPriority": 2}, ob.version),
        lambda: desk.create_template(number, "TINY_cal"),
        lambda: desk.add_chart(number, Upload("fc.jpg", JPEG)),
    ):
        with pytest.raises(StateError, match=r"was made with package 110.01") as caught:
            call()
        assert caught.value.hint == "migrate it first"
    with pytest.raises(StateError) as caught:
        desk.verify_ob(number)
    assert "TINY_obs.SEQ.NOFF is new: 2" in caught.value.hint
    told = desk.migrate_ob(number)
    assert told == {
        "obId": number,
        "ipVersion": 110.02,
        "migrated": False,
        "messages": ["instrument package 110.01 -> 110.02", "TINY_obs.SEQ.NOFF is new: 2"],
    }
    assert desk.ob(number) == ob
    assert desk.migrate_ob(number, dry_run=False) == {**told, "migrated": True}
    assert (desk.ob(number).body["migrate"], desk.ob(number).body["ipVersion"]) == (False, 110.02)
    parameters = {one["name"]: one["value"] for one in desk.templates(number).body[1]["parameters"]}
    assert (parameters["DET.WIN1.UIT1"], parameters["SEQ.NOFF"]) == (5, 2)
    assert desk.migrate_ob(number)["messages"] == []
