"""History and undo: whatever was done is told, and comes back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dfs.errors import ConflictError, DfsError, NotFoundError
from dfs.phase2.api import Change, Upload
from dfs.phase2.failures import StateError
from tests.dfs.phase2.service.test_attachments import EPHEMERIS, JPEG


def last(desk, run):
    """Number of the last operation."""
    return desk.history(run, limit=1)[0]["operation"]


def contents(desk, run):
    """The tree without versions, which only grow, and what is worked out."""

    def plain(item):
        return {
            key: [plain(one) for one in value] if key == "items" else value
            for key, value in item.items()
            if key not in {"versions", "exposureTime", "executionTime"}
        }

    tree = desk.tree(run)
    return plain(tree["root"]), tree["readme"]


def test_what_was_saved(place, desk, new_ob):
    number = new_ob()
    revision = desk.revision(place.service)
    place.clock.move(minutes=1)
    place.desk("delegate").save_ob({"obId": number, "constraints": {"seeing": 0.6}, "userPriority": 2}, "*")
    (change,) = desk.changes_since(place.service, revision)
    version = int(desk.ob(number).version.rpartition("/")[2])
    expected = {
        "run_id": place.service,
        "subject": f"item:{number}",
        "aspect": "self",
        "version": version,
        "action": "save",
        "at": "2022-11-01T00:01:00.000",
        "who": "delegate",
    }
    assert {key: change[key] for key in expected} == expected
    assert desk.revision(place.service) == change["sequence"]
    entry = desk.history(place.service)[0]
    assert (entry["before"]["userPriority"], entry["after"]["userPriority"]) == (1, 2)
    assert entry["differences"] == [
        {"path": "userPriority", "before": 1, "after": 2},
        {"path": "constraints.seeing", "before": 0.8, "after": 0.6},
    ]


def test_history_of_a_block_has_its_templates(place, desk, new_ob):
    number, other = new_ob("a"), new_ob("b")
    template = desk.templates(number).body[0]["templateId"]
    desk.delete_template(number, template, "*")
    subjects = {one["subject"] for one in desk.history(place.service, f"item:{number}", 1000)}
    assert f"item:{number}" in subjects
    assert f"template:{template}" in subjects
    assert f"item:{other}" not in subjects
    assert len(desk.history(place.service, limit=3)) == 3


def changes(desk, place, number):
    """Each way to change a block, its place, its templates, its files; name -> call."""
    root = place.root(place.service)
    acquisition, science = (one["templateId"] for one in desk.templates(number).body)
    windows = [{"from": "2022-12-01T00:00", "to": "2022-12-02T00:00"}]
    folder = next(one["containerId"] for one in desk.items(root).body if one["itemType"] == "Folder")
    return {
        "save": lambda: desk.save_ob({"obId": number, "name": "new", "target": {"name": "M 1"}}, "*"),
        "delete": lambda: desk.delete_ob(number, "*"),
        "move": lambda: desk.move_item(folder, "OB", number),
        "duplicate": lambda: desk.duplicate_ob(number),
        "create": lambda: desk.create_item(folder, "CB", "dark"),
        "group": lambda: desk.create_item(root, "Group", "g"),
        "absolute": lambda: desk.save_absolute(number, windows, "*"),
        "sidereal": lambda: desk.save_sidereal(number, [{"from": "23:00", "to": "01:00"}], "*"),
        "schedule": lambda: desk.save_schedule(number, {"groupContribution": 10}, "*"),
        "ephemeris": lambda: desk.save_ephemeris(number, Upload("e", EPHEMERIS), "*"),
        "chart": lambda: desk.add_chart(number, Upload("fc.jpg", JPEG)),
        "create template": lambda: desk.create_template(number, "TINY_cal"),
        "delete template": lambda: desk.delete_template(number, acquisition, "*"),
        "save template": lambda: desk.save_template(
            number, {"templateId": science, "parameters": {"SEQ.NEXPO": 3}}, "*"
        ),
        "file": lambda: desk.save_file_parameter(number, science, "INS.MASK", Upload("m", b"mask"), "*"),
        "duplicate template": lambda: desk.duplicate_template(number, science),
        "reorder": lambda: desk.reorder_items(root, desk.items(root).body[::-1], "*"),
        "rename folder": lambda: desk.save_container({"containerId": folder, "name": "renamed"}, "*"),
        "readme": lambda: desk.save_readme(place.service, {"summary": "deep"}, "*"),
        "apply": lambda: desk.apply(
            place.service,
            [
                Change("create-item", -1, {"itemType": "Folder", "name": "x", "containerId": root}),
                Change("create-item", -2, {"itemType": "OB", "name": "y", "containerId": -1, "absolute": windows}),
                Change("create-template", -2, {"templateName": "TINY_acq"}),
                Change("move", number, {"containerId": -1, "position": 0}),
                Change("save-ob", number, {"userPriority": 7}),
            ],
        ),
    }


NAMES = [
    "save",
    "delete",
    "move",
    "duplicate",
    "create",
    "group",
    "absolute",
    "sidereal",
    "schedule",
    "ephemeris",
    "chart",
    "create template",
    "delete template",
    "save template",
    "file",
    "duplicate template",
    "reorder",
    "rename folder",
    "readme",
    "apply",
]


@pytest.mark.parametrize("name", NAMES)
def test_undo_and_redo(place, desk, new_ob, name):
    number = new_ob()
    desk.create_item(place.root(place.service), "Folder", "f")
    new_ob("after")
    before = contents(desk, place.service)
    changes(desk, place, number)[name]()
    after = contents(desk, place.service)
    assert after != before
    entries = desk.undo(place.service, last(desk, place.service))
    assert entries
    assert {one["action"] for one in entries} == {"undo"}
    assert contents(desk, place.service) == before
    desk.undo(place.service, last(desk, place.service))
    assert contents(desk, place.service) == after
    desk.undo(place.service, last(desk, place.service))
    assert contents(desk, place.service) == before
    place.observatory.audit.verify()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.sampled_from([one for one in NAMES if one != "readme"]), max_size=6))
def test_a_whole_session_is_taken_back(place, desk, new_ob, names):
    """Whatever was done one after the other is taken back from the last to the first, and done again."""
    root = place.root(place.service)
    container = desk.create_item(root, "Folder", "session").body["containerId"]
    number = new_ob("one", root)
    states, operations = [contents(desk, place.service)], []
    for name in names:
        try:
            changes(desk, place, number)[name]()
        except (DfsError, ValueError):  # the block is gone, or has no acquisition any more
            continue
        if contents(desk, place.service) == states[-1]:
            continue  # the same again changed nothing
        operations.append(last(desk, place.service))
        states.append(contents(desk, place.service))
    for operation, state in zip(reversed(operations), reversed(states[:-1]), strict=True):
        desk.undo(place.service, operation)
        assert contents(desk, place.service) == state
    assert container


def test_undo_restores_files(place, desk, new_ob):
    number = new_ob()
    desk.add_chart(number, Upload("fc.jpg", JPEG))
    desk.delete_chart(number, 1)
    desk.undo(place.service, last(desk, place.service))
    assert desk.chart(number, 1) == Upload("fc.jpg", JPEG)


def test_what_others_changed_in_other_fields_stays(place, desk, new_ob):
    number = new_ob()
    desk.save_ob({"obId": number, "userPriority": 2}, "*")
    mine = last(desk, place.service)
    place.desk("delegate").save_ob({"obId": number, "constraints": {"seeing": 0.6}}, "*")
    desk.undo(place.service, mine)
    ob = desk.ob(number).body
    assert (ob["userPriority"], ob["constraints"]["seeing"]) == (1, 0.6)


def test_what_others_changed_too_is_a_conflict(place, desk, new_ob):
    number = new_ob()
    desk.save_ob({"obId": number, "userPriority": 2}, "*")
    mine = last(desk, place.service)
    place.clock.move(minutes=1)
    place.desk("delegate").save_ob({"obId": number, "userPriority": 3}, "*")
    with pytest.raises(
        ConflictError, match=r"userPriority of item:\d+ was changed since by delegate at 2022-11-01T00:01"
    ):
        desk.undo(place.service, mine)
    assert desk.ob(number).body["userPriority"] == 3


def test_an_item_that_is_used_stays(place, desk, new_ob):
    root = place.root(place.service)
    folder = desk.create_item(root, "Folder", "f").body["containerId"]
    made = last(desk, place.service)
    block = desk.create_item(folder, "OB", "one").body["obId"]
    block_made = last(desk, place.service)
    with pytest.raises(ConflictError, match="is not as it was then: one"):
        desk.undo(place.service, made)
    desk.save_absolute(block, [{"from": "2022-12-01T00:00", "to": "2022-12-02T00:00"}], "*")
    with pytest.raises(ConflictError, match="is not as it was then: absolute"):
        desk.undo(place.service, block_made)
    desk.undo(place.service, last(desk, place.service))
    desk.undo(place.service, block_made)
    desk.undo(place.service, made)
    assert desk.items(root).body == []


def test_a_block_comes_back_with_its_container_only(place, desk, new_ob):
    folder = desk.create_item(place.root(place.service), "Folder", "f").body["containerId"]
    number = new_ob(container=folder)
    desk.delete_ob(number, "*")
    deleted = last(desk, place.service)
    desk.delete_container(folder, "*")
    with pytest.raises(ConflictError, match="cannot go back"):
        desk.undo(place.service, deleted)
    desk.undo(place.service, last(desk, place.service))
    desk.undo(place.service, deleted)
    assert desk.ob(number).body["parentContainerId"] == folder
    assert len(desk.templates(number).body) == 2


def test_what_is_not_undone(place, desk, new_ob):
    number = new_ob()
    desk.verify_ob(number, submit=True)
    with pytest.raises(StateError, match="submit changed the status"):
        desk.undo(place.service, last(desk, place.service))
    desk.comment(place.service, "hello")
    with pytest.raises(StateError, match="comment is not undone"):
        desk.undo(place.service, last(desk, place.service))
    place.desk("operator").set_run(place.service, {"title": "x"})
    with pytest.raises(StateError, match="done to the run itself"):
        desk.undo(place.service, last(desk, place.service))
    with pytest.raises(NotFoundError, match="no operation"):
        desk.undo(place.service, "nonsense")


def test_a_submitted_block_is_not_undone(place, desk, new_ob):
    number = new_ob()
    desk.save_ob({"obId": number, "userPriority": 2}, "*")
    saved = last(desk, place.service)
    desk.verify_ob(number, submit=True)
    with pytest.raises(StateError, match="cannot be changed in status D"):
        desk.undo(place.service, saved)
    desk.revise_ob(number)
    desk.undo(place.service, saved)
    assert desk.ob(number).body["userPriority"] == 1


def test_an_acquisition_comes_back_to_its_place(place, desk, new_ob):
    number = new_ob()
    acquisition, science = desk.templates(number).body
    desk.delete_template(number, acquisition["templateId"], "*")
    deleted = last(desk, place.service)
    calibration = desk.create_template(number, "TINY_cal").body
    desk.reorder_templates(number, [calibration, science], "*")
    desk.undo(place.service, deleted)
    assert [one["type"] for one in desk.templates(number).body] == ["acquisition", "calib", "science"]
    desk.delete_template(number, acquisition["templateId"], "*")
    deleted = last(desk, place.service)
    desk.create_template(number, "TINY_acq_fast")
    with pytest.raises(StateError, match="an acquisition template already"):
        desk.undo(place.service, deleted)


def test_what_was_accepted_since_does_not_go_back_into_a_group(place, desk, new_ob):
    """An undo moves no block that a move would not."""
    group = desk.create_item(place.root(place.service), "Group", "group").body["containerId"]
    number = new_ob(container=group)
    desk.move_item(place.root(place.service), "OB", number)
    moved = last(desk, place.service)
    desk.verify_ob(number, submit=True)
    support = place.desk("support")
    support.review(number, "take")
    support.review(number, "accept")
    with pytest.raises(StateError, match="cannot be moved in status"):
        desk.undo(place.service, moved)


def test_a_member_of_a_submitted_container_is_not_undone(place, desk):
    group = desk.create_item(place.root(place.service), "Group", "group").body["containerId"]
    templates = [{"templateName": "TINY_acq"}, {"templateName": "TINY_obs"}]
    body = {"containerId": group, "itemType": "OB", "name": "one", "templates": templates}
    number = desk.apply(place.service, [Change("create-item", -1, body)])[-1]
    made = last(desk, place.service)
    desk.verify_ob(number, submit=True)
    desk.verify_container(group, submit=True)
    with pytest.raises(StateError, match="members of the container"):
        desk.undo(place.service, made)
    assert len(desk.items(group).body) == 1
