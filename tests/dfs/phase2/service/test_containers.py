from __future__ import annotations

import itertools

import pytest

from dfs.errors import NotFoundError, UsageError
from dfs.phase2.failures import StateError

TYPES = ("OB", "CB", "Folder", "Group", "Concatenation", "TimeLink")
INSIDE = {
    "Folder": set(TYPES),
    "Group": {"OB", "CB", "Concatenation"},
    "TimeLink": {"OB", "CB", "Concatenation"},
    "Concatenation": {"OB", "CB"},
}


def test_new_container(place, desk):
    group = desk.create_item(place.root(place.service), "Group", "  epochs ")
    assert group.body == {
        "containerId": group.body["containerId"],
        "itemType": "Group",
        "name": "epochs",
        "runId": place.service,
        "parentContainerId": place.root(place.service),
        "itemCount": 0,
        "containerStatus": "P",
        "userPriority": 1,
        "groupScore": 0,
    }
    folder = desk.create_item(place.root(place.service), "Folder", "deep").body
    assert "containerStatus" not in folder


@pytest.mark.parametrize(("outer", "inner"), list(itertools.product(INSIDE, TYPES)))
def test_nesting(place, desk, outer, inner):
    root = place.root(place.service)
    container = desk.create_item(root, outer, "outer").body["containerId"]
    if inner in INSIDE[outer]:
        made = desk.create_item(container, inner, "inner").body
        assert made["parentContainerId"] == container
        return
    with pytest.raises(StateError, match=f"a {inner} does not go into a {outer}"):
        desk.create_item(container, inner, "inner")
    loose = desk.create_item(root, inner, "inner").body
    with pytest.raises(StateError, match=f"a {inner} does not go into a {outer}"):
        desk.move_item(container, inner, loose["containerId"])


@pytest.mark.parametrize("kind", TYPES[3:])
def test_visitors_have_folders_only(place, desk, kind):
    with pytest.raises(StateError, match="for service mode"):
        desk.create_item(place.root(place.visitor), kind, "x")


@pytest.mark.parametrize("name", ["", "  ", "x" * 69, "two\nlines", None])
def test_names_that_are_none(place, desk, name):
    with pytest.raises(UsageError, match="no name"):
        desk.create_item(place.root(place.service), "OB", name)


def test_item_types_that_are_none(place, desk):
    with pytest.raises(UsageError, match="no item type 'Set'"):
        desk.create_item(place.root(place.service), "Set", "x")


def test_saving_a_container(place, desk):
    group = desk.create_item(place.root(place.service), "Group", "a")
    saved = desk.save_container({**group.body, "name": "b", "userPriority": "4"}, group.version)
    assert (saved.body["name"], saved.body["userPriority"]) == ("b", 4)
    assert desk.items(place.root(place.service)).body == [saved.body]
    with pytest.raises(UsageError, match="no field 'colour'"):
        desk.save_container({**group.body, "colour": "red"}, saved.version)
    with pytest.raises(UsageError, match="no priority"):
        desk.save_container({**group.body, "userPriority": 0}, saved.version)


def test_deleting_a_container(place, desk, new_ob):
    folder = desk.create_item(place.root(place.service), "Folder", "a")
    number = new_ob(container=folder.body["containerId"])
    with pytest.raises(StateError, match="not empty"):
        desk.delete_container(folder.body["containerId"], folder.version)
    desk.delete_ob(number, "*")
    desk.delete_container(folder.body["containerId"], folder.version)
    with pytest.raises(NotFoundError, match="was deleted"):
        desk.container(folder.body["containerId"])
    with pytest.raises(StateError, match="root folder"):
        desk.delete_container(place.root(place.service), "*")


def test_kinds_are_not_mixed_up(place, desk, new_ob):
    number, root = new_ob(), place.root(place.service)
    with pytest.raises(NotFoundError, match="no container"):
        desk.container(number)
    with pytest.raises(NotFoundError, match="no block"):
        desk.ob(root)
    with pytest.raises(NotFoundError, match="no block"):
        desk.execution_time(root)  # ESO's client relies on it
    with pytest.raises(NotFoundError, match="no block or container 7"):
        desk.ob(7)


def test_order(place, desk):
    root = place.root(place.service)
    numbers = [desk.create_item(root, "OB", name).body["obId"] for name in "abc"]
    items = desk.items(root)
    assert [one["obId"] for one in items.body] == numbers
    turned = desk.reorder_items(root, list(reversed(items.body)), items.version)
    assert [one["obId"] for one in turned.body] == numbers[::-1]
    assert desk.items(root) == turned
    with pytest.raises(UsageError, match="does not hold the same items"):
        desk.reorder_items(root, turned.body[1:], turned.version)
    with pytest.raises(UsageError, match="obId or containerId is missing"):
        desk.reorder_items(root, [{"name": "a"}], turned.version)
    later = desk.create_item(root, "OB", "d").body["obId"]
    assert [one["obId"] for one in desk.items(root).body] == [*numbers[::-1], later]


def test_moving(place, desk, new_ob):
    root = place.root(place.service)
    number = new_ob()
    folder = desk.create_item(root, "Folder", "f").body["containerId"]
    inner = desk.create_item(folder, "Folder", "g").body["containerId"]
    versions = desk.items(root).version, desk.items(inner).version, desk.ob(number).version
    desk.move_item(inner, "OB", number)
    assert desk.ob(number).body["parentContainerId"] == inner
    assert desk.items(root).version != versions[0]
    assert desk.items(inner).version != versions[1]
    assert desk.ob(number).version == versions[2]
    with pytest.raises(StateError, match="into itself"):
        desk.move_item(inner, "Folder", folder)
    with pytest.raises(StateError, match="into itself"):
        desk.move_item(folder, "Folder", folder)
    with pytest.raises(StateError, match="another run"):
        desk.move_item(place.root(place.visitor), "OB", number)
    with pytest.raises(StateError, match="root folder"):
        desk.move_item(folder, "Folder", root)
    with pytest.raises(UsageError, match="is no CB"):
        desk.move_item(folder, "CB", number)


def test_a_submitted_container_keeps_its_members(place, desk, new_ob):
    root = place.root(place.service)
    group = desk.create_item(root, "Group", "g").body["containerId"]
    number, other = new_ob(container=group), new_ob("two")
    desk.verify_ob(number, submit=True)
    desk.verify_container(group, submit=True)
    items = desk.items(group)
    for call in (
        lambda: desk.create_item(group, "OB", "x"),
        lambda: desk.move_item(group, "OB", other),
        lambda: desk.move_item(root, "OB", number),
        lambda: desk.delete_ob(number, "*"),
        lambda: desk.reorder_items(group, items.body, items.version),
        lambda: desk.save_container({"containerId": group, "name": "x"}, "*"),
    ):
        with pytest.raises(StateError, match="cannot be changed in status D"):
            call()
    desk.revise_container(group)
    desk.move_item(root, "OB", number)


def test_executed_blocks_move_between_folders_only(place, desk, new_ob):
    number, root = new_ob(), place.root(place.service)
    accept(place, desk, number)
    place.desk("operator").execute(number, "start")
    folder = desk.create_item(root, "Folder", "done").body["containerId"]
    group = desk.create_item(root, "Group", "g").body["containerId"]
    desk.move_item(folder, "OB", number)
    with pytest.raises(StateError, match="cannot be moved in status S"):
        desk.move_item(group, "OB", number)


def test_summary(place, desk, new_ob):
    number = new_ob()
    desk.create_item(place.root(place.service), "Folder", "f")
    (line,) = desk.summary(place.root(place.service))
    assert line["obId"] == number
    assert line["acquisition"] == "TINY_acq"
    assert line["findingCharts"] == []


def test_positions_of_a_large_folder(place, desk):
    """The order in memory is that of the database, also after moves to and fro."""
    root = place.root(place.service)
    folder = desk.create_item(root, "Folder", "f").body["containerId"]
    numbers = [desk.create_item(root, "OB", f"{index}").body["obId"] for index in range(6)]
    for number in numbers[1:4]:
        desk.move_item(folder, "OB", number)
        desk.move_item(root, "OB", number)
    expected = [numbers[0], *numbers[4:], *numbers[1:4]]
    assert [one["obId"] for one in desk.items(root).body if "obId" in one] == expected
    whole = desk.tree(place.service)["root"]["items"]
    assert [one["obId"] for one in whole if "obId" in one] == expected


def accept(place, desk, number):
    """Bring a block of the service run to +."""
    desk.verify_ob(number, submit=True)
    support = place.desk("support")
    support.review(number, "take")
    support.review(number, "accept")
