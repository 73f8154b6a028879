"""What the execution of blocks means for the containers they lie in."""

from __future__ import annotations

import pytest

from dfs.phase2.failures import StateError


@pytest.fixture
def operator(place):
    return place.desk("operator")


@pytest.fixture
def container(place, desk, new_ob):
    """Make an accepted container of blocks; `schedules` are theirs."""

    def make(kind, count=3, schedules=()):
        number = desk.create_item(place.root(place.service), kind, "c").body["containerId"]
        blocks = [new_ob(f"b{index}", number) for index in range(count)]
        for block, schedule in zip(blocks, schedules, strict=False):
            desk.save_schedule(block, schedule, "*")
        for block in blocks:
            desk.verify_ob(block, submit=True)
        desk.verify_container(number, submit=True)
        place.desk("support").review(number, "take")
        place.desk("support").review(number, "accept")
        return number, blocks

    return make


def letters(desk, number):
    items = desk.items(number).body
    return desk.container(number).body["containerStatus"], "".join(one["obStatus"] for one in items)


def execute(operator, block, grade="A"):
    operator.execute(block, "start")
    operator.execute(block, "end", {"grade": grade})


def test_a_container_must_be_accepted(place, desk, new_ob, operator):
    group = desk.create_item(place.root(place.service), "Group", "g").body["containerId"]
    block = new_ob(container=group)
    desk.verify_ob(block, submit=True)
    place.desk("support").review(block, "take")
    place.desk("support").review(block, "accept")
    with pytest.raises(StateError, match=r"Group 'g' .* is in status P"):
        operator.execute(block, "start")


def test_group_scores(desk, operator, container):
    group, blocks = container(
        "Group", 3, [{"groupContribution": 50}, {"groupContribution": 30}, {"groupContribution": 40}]
    )
    assert letters(desk, group) == ("+", "+++")
    operator.execute(blocks[1], "start")
    assert letters(desk, group) == ("S", "+S+")
    operator.execute(blocks[1], "end", {"grade": "B"})
    assert letters(desk, group) == ("+", "+C+")
    assert desk.container(group).body["groupScore"] == 30
    execute(operator, blocks[0], "C")
    assert letters(desk, group) == ("+", "MC+")
    assert desk.container(group).body["groupScore"] == 30
    execute(operator, blocks[0])
    execute(operator, blocks[2])
    assert letters(desk, group) == ("C", "CCC")
    assert desk.container(group).body["groupScore"] == 100


def test_a_concatenation_is_repeated_whole(desk, operator, container):
    number, blocks = container("Concatenation", 2)
    execute(operator, blocks[0])
    operator.execute(blocks[1], "start")
    operator.execute(blocks[1], "abort")
    assert letters(desk, number) == ("M", "MA")
    for block in blocks:
        execute(operator, block)
    assert letters(desk, number) == ("C", "CC")


def test_time_links_are_strictly_ordered(place, desk, operator, container):
    delays = [{}, {"earliestAfterPrevious": 86400, "latestAfterPrevious": 172800}, {"earliestAfterPrevious": 3600}]
    number, blocks = container("TimeLink", 3, delays)
    with pytest.raises(StateError, match=r"OB 'b0' .* comes before it in TimeLink 'c'"):
        operator.execute(blocks[1], "start")
    operator.execute(blocks[0], "start")
    place.clock.move(minutes=10, seconds=30)
    operator.execute(blocks[0], "end", {"grade": "C"})
    assert desk.absolute(blocks[1]).body == []
    operator.execute(blocks[0], "start")
    place.clock.move(minutes=10)
    operator.execute(blocks[0], "end", {"grade": "A"})
    assert desk.absolute(blocks[1]).body == [{"from": "2022-11-02T00:21", "to": "2022-11-03T00:20"}]
    place.clock.move(days=1.5)
    execute(operator, blocks[1])
    assert desk.absolute(blocks[2]).body == [{"from": "2022-11-02T13:21", "to": "2023-04-01T16:00"}]
    place.clock.move(days=1)
    execute(operator, blocks[2])
    assert letters(desk, number) == ("C", "CCC")


def test_windows_of_its_own_stay_where_they_fit(place, desk, operator, container):
    number, blocks = container("TimeLink", 2, [{}, {"earliestAfterPrevious": 86400, "latestAfterPrevious": 864000}])
    own = [
        {"from": "2022-11-01T00:00", "to": "2022-11-02T12:00"},
        {"from": "2022-11-05T00:00", "to": "2022-12-01T00:00"},
    ]
    desk.save_absolute(blocks[1], own, "*")
    execute(operator, blocks[0])
    assert desk.absolute(blocks[1]).body == [
        {"from": "2022-11-02T00:00", "to": "2022-11-02T12:00"},
        {"from": "2022-11-05T00:00", "to": "2022-11-11T00:00"},
    ]
    place.clock.move(days=11)
    assert operator.keep_time() == [blocks[1]]
    assert letters(desk, number) == ("+", "CF")


def test_a_concatenation_inside_a_time_link(place, desk, new_ob, operator):
    link = desk.create_item(place.root(place.service), "TimeLink", "t").body["containerId"]
    first = new_ob("first", link)
    inner = desk.create_item(link, "Concatenation", "c").body["containerId"]
    blocks = [new_ob(name, inner) for name in ("sci", "cal")]
    desk.save_container_schedule(inner, {"earliestAfterPrevious": 7200, "latestAfterPrevious": 10800}, "*")
    for block in (first, *blocks):
        desk.verify_ob(block, submit=True)
    desk.verify_container(inner, submit=True)
    desk.verify_container(link, submit=True)
    place.desk("support").review(link, "take")
    place.desk("support").review(link, "accept")
    with pytest.raises(StateError, match="comes before it"):
        operator.execute(blocks[0], "start")
    execute(operator, first)
    assert desk.absolute(blocks[0]).body == [{"from": "2022-11-01T02:00", "to": "2022-11-01T03:00"}]
    assert desk.absolute(blocks[1]).body == []
    for block in blocks:
        execute(operator, block)
    assert desk.container(inner).body["containerStatus"] == "C"
    revised = desk.container(link).body["containerStatus"]
    assert revised == "C"
