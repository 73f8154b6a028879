"""Many changes in one transaction."""

from __future__ import annotations

import pytest

from dfs.errors import ConflictError, NotFoundError, UsageError
from dfs.phase2.api import Change
from dfs.phase2.documents import read_tree
from dfs.phase2.failures import StaleError, StateError
from tests.dfs.phase2.service.test_attachments import EPHEMERIS

WHOLE = {
    "userPriority": 3,
    "obsDescription": {"name": "deep", "userComments": "as long as possible"},
    "target": {"name": "NGC 1365", "ra": "03:33:36.400", "dec": "-36:08:25.000"},
    "constraints": {"name": "good", "seeing": 0.7},
    "templates": [
        {"templateName": "TINY_acq", "type": "acquisition", "parameters": [{"name": "INS.SLIT.WID", "value": "0.7"}]},
        {
            "templateName": "TINY_obs",
            "type": "science",
            "parameters": [
                {"name": "DET.WIN1.UIT1", "type": "number", "value": 10},
                {"name": "INS.MASK", "type": "file", "value": None},
            ],
        },
    ],
    "absolute": [{"from": "2022-12-01T00:00", "to": "2022-12-02T00:00"}],
    "sidereal": [{"from": "23:00", "to": "02:00"}],
    "schedule": {"groupContribution": 50},
    "ephemeris": EPHEMERIS.decode(),
}


def new(number, name, container, item_type="OB", **body):
    return Change("create-item", number, {"itemType": item_type, "name": name, "containerId": container, **body})


def test_whole_items(place, desk):
    root = place.root(place.service)
    changes = [
        new(-1, "epochs", root, "Group", userPriority=2),
        new(-2, "one", -1, **WHOLE),
        new(-3, "dark", root, "CB"),
    ]
    made = desk.apply(place.service, changes)
    assert set(made) == {-1, -2, -3}
    group, dark = desk.tree(place.service)["root"]["items"]
    assert (group["containerId"], group["userPriority"], dark["obId"]) == (made[-1], 2, made[-3])
    (ob,) = group["items"]
    assert ob["obId"] == made[-2]
    for key in ("userPriority", "absolute", "sidereal", "schedule", "ephemeris"):
        assert ob[key] == WHOLE[key]
    assert {**ob["target"], **WHOLE["target"]} == ob["target"]
    assert {**ob["constraints"], **WHOLE["constraints"]} == ob["constraints"]
    values = [{one["name"]: one["value"] for one in template["parameters"]} for template in ob["templates"]]
    assert values[0]["INS.SLIT.WID"] == "0.7"
    assert values[1]["DET.WIN1.UIT1"] == 10
    tree = read_tree(desk.tree(place.service))
    assert [(one.start_min, one.end_min) for one in next(tree.blocks()).sidereal] == [(0, 120), (1380, 1440)]


def test_what_is_read_can_be_made_again(place, desk):
    """A whole block, as `tree` tells it, makes its like."""
    root = place.root(place.service)
    desk.apply(place.service, [new(-1, "one", root, **WHOLE)])
    ob = desk.tree(place.service)["root"]["items"][0]
    made = desk.apply(place.service, [Change("create-item", -1, {**ob, "containerId": root})])
    copy = desk.tree(place.service)["root"]["items"][1]
    assert copy["obId"] == made[-1]
    own = {"obId", "versions", "templates"}
    assert {key: copy[key] for key in copy if key not in own} == {key: ob[key] for key in ob if key not in own}
    assert [one["parameters"] for one in copy["templates"]] == [one["parameters"] for one in ob["templates"]]


def test_every_kind_of_change(place, desk, new_ob):
    root, number = place.root(place.service), new_ob()
    acquisition, science = (one["templateId"] for one in desk.templates(number).body)
    group = desk.create_item(root, "Group", "g").body["containerId"]
    gone = new_ob("gone")
    versions = {one["obId"]: one["versions"] for one in desk.tree(place.service)["root"]["items"] if "obId" in one}
    desk.apply(
        place.service,
        [
            Change("save-ob", number, {"obId": number, "userPriority": 9}, versions[number]["self"]),
            Change("save-ob", number, {"name": "renamed"}, versions[number]["self"]),  # the version from before holds
            Change("save-container", group, {"name": "epochs"}),
            Change("save-absolute", number, WHOLE["absolute"]),
            Change("save-sidereal", number, WHOLE["sidereal"]),
            Change("save-ephemeris", number, WHOLE["ephemeris"]),
            Change("move", number, {"containerId": group}),
            Change("save-schedule", number, {"groupContribution": 25}),
            Change("delete-template", acquisition, {}, versions[number][f"template:{acquisition}"]),
            Change("create-template", number, {"templateName": "TINY_acq_fast"}),
            Change("save-template", science, {"parameters": {"SEQ.NEXPO": 4}}),
            Change("create-template", number, {"templateName": "TINY_cal", "number": -7}),
            Change("save-template", -7, {"parameters": [{"name": "SEQ.NEXPO", "value": 2}]}),
            Change("delete", gone),
        ],
    )
    (epochs,) = desk.tree(place.service)["root"]["items"]
    (ob,) = epochs["items"]
    assert (epochs["name"], ob["name"], ob["userPriority"]) == ("epochs", "renamed", 9)
    assert (ob["absolute"], ob["sidereal"], ob["ephemeris"]) == tuple(
        WHOLE[key] for key in ("absolute", "sidereal", "ephemeris")
    )
    assert ob["schedule"] == {"groupContribution": 25}
    assert [one["templateName"] for one in ob["templates"]] == ["TINY_acq_fast", "TINY_obs", "TINY_cal"]
    assert [
        one["parameters"][-1 if index == 2 else 1]["value"] for index, one in enumerate(ob["templates"]) if index
    ] == [4, 2]
    number_of = int(ob["versions"]["self"].rpartition("/")[2])
    assert number_of == int(versions[number]["self"].rpartition("/")[2]) + 1  # one operation, one version
    history = desk.history(place.service)
    assert len([one for one in history if one["operation"] == history[0]["operation"]]) == 14


def test_places(place, desk):
    root = place.root(place.service)
    made = desk.apply(place.service, [new(-index, name, root) for index, name in enumerate("abcd", 1)])
    desk.apply(
        place.service,
        [
            Change("move", made[-4], {"containerId": root, "position": 0}),
            Change("move", made[-1], {"containerId": root, "position": 2}),
            Change("move", made[-2], {"containerId": root, "position": 99}),
        ],
    )
    assert [one["name"] for one in desk.items(root).body] == ["d", "a", "c", "b"]


@pytest.mark.parametrize(
    ("action", "body", "where"),
    [
        ("create-item", {"templates": True}, "templates"),
        ("create-item", {"templates": [None]}, "templates"),
        ("create-item", {"templates": [{"templateName": []}]}, "templateName"),
        ("create-item", {"templates": [{"templateName": "TINY_obs", "parameters": True}]}, "TINY_obs"),
        (
            "create-item",
            {"templates": [{"templateName": "TINY_obs", "parameters": [{"name": [], "value": 1}]}]},
            "TINY_obs",
        ),
        ("create-item", {"absolute": [{"from": "0001-01-01T00:00+23:00", "to": "2022-12-01T00:00"}]}, "absolute[0]"),
        ("create-template", {"templateName": {}}, "templateName"),
        ("create-template", {"templateName": "TINY_obs", "number": 3}, "number"),
        ("create-template", {"templateName": "TINY_obs", "number": True}, "number"),
        ("move", {"position": 1.5}, "position"),
        ("move", {"position": True}, "position"),
        ("move", {"position": "first"}, "position"),
    ],
    ids=str,
)
def test_bodies_of_another_shape(place, desk, new_ob, action, body, where):
    number = -1 if action == "create-item" else new_ob()
    common = {"itemType": "OB", "name": "x", "containerId": place.root(place.service)}
    with pytest.raises(UsageError) as caught:
        desk.apply(place.service, [Change(action, number, {**common, **body})])
    assert f"change 1 ({action} {number}): {where}" in caught.value.where


@pytest.mark.parametrize(
    ("wrong", "error", "where"),
    [
        (Change("create-item", 5, {"itemType": "OB", "name": "x"}), UsageError, "change 2 (create-item 5)"),
        (Change("create-item", -1, {"itemType": "OB", "name": "x"}), UsageError, "change 2 (create-item -1)"),
        (Change("create-item", -2, {"itemType": "OB", "name": "x", "containerId": -9}), UsageError, "change 2"),
        (Change("create-item", -2, {"itemType": "Set", "name": "x", "containerId": -1}), StateError, "change 2"),
        (Change("paint", 1), UsageError, "change 2 (paint 1)"),
        (Change("save-ob", 99, {}), NotFoundError, "change 2 (save-ob 99)"),
        (Change("save-ob", -1, {"target": {"ra": "x"}}), NotFoundError, "change 2"),
        (Change("save-ob", -1, []), UsageError, "change 2"),
        (Change("save-template", 99, {}), NotFoundError, "change 2"),
    ],
    ids=lambda one: str(one.action) if isinstance(one, Change) else None,
)
def test_one_wrong_change_spoils_all(place, desk, wrong, error, where):
    revision = desk.revision(place.service)
    with pytest.raises((error, UsageError, NotFoundError, StateError)) as caught:
        desk.apply(place.service, [new(-1, "f", place.root(place.service), "Folder"), wrong])
    assert caught.value.where.startswith(where)
    assert desk.revision(place.service) == revision
    assert desk.items(place.root(place.service)).body == []


def test_a_wrong_value_names_its_change_and_field(place, desk):
    bad = {**WHOLE, "target": {**WHOLE["target"], "dec": "+95:00:00"}}
    root = place.root(place.service)
    with pytest.raises(UsageError) as caught:
        desk.apply(place.service, [new(-1, "good", root, **WHOLE), new(-2, "bad", root, **bad)])
    assert caught.value.line().startswith(
        "change 2 (create-item -2): target.dec: '+95:00:00' is no coordinate; accepted: [+|-]DD"
    )


def test_a_stale_version_spoils_all(place, desk, new_ob):
    first, second = new_ob("a"), new_ob("b")
    version = desk.ob(second).version
    place.desk("delegate").save_ob({"obId": second, "userPriority": 5}, version)
    with pytest.raises(StaleError, match="delegate saved it"):
        desk.apply(
            place.service,
            [Change("save-ob", first, {"userPriority": 2}), Change("save-ob", second, {"userPriority": 2}, version)],
        )
    assert desk.ob(first).body["userPriority"] == 1


def test_items_of_another_run(place, desk, new_ob):
    other = new_ob(container=place.root(place.visitor))
    with pytest.raises(NotFoundError, match="is in another run"):
        desk.apply(place.service, [Change("save-ob", other, {"userPriority": 2})])


def test_nothing_is_lost_between_two_bulk_edits(place, desk):
    root = place.root(place.service)
    for round_ in range(3):
        desk.apply(place.service, [new(-index, f"r{round_}-{index}", root) for index in range(1, 31)])
    names = [one["name"] for one in desk.items(root).body]
    assert names == [f"r{round_}-{index}" for round_ in range(3) for index in range(1, 31)]
    undone = desk.history(place.service)[0]["operation"]
    desk.undo(place.service, undone)
    assert [one["name"] for one in desk.items(root).body] == names[:60]
    with pytest.raises(ConflictError, match="was changed since"):
        desk.undo(place.service, undone)
    desk.undo(place.service, desk.history(place.service)[0]["operation"])
    assert [one["name"] for one in desk.items(root).body] == names
