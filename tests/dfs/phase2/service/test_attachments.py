"""Finding charts and ephemerides, time windows, scheduling information."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.errors import NotFoundError, UsageError
from dfs.phase2.api import Upload
from dfs.phase2.failures import FileKindError, FileTooLargeError, StateError
from dfs.phase2.service.windows import absolute_windows, sidereal_windows

JPEG = b"\xff\xd8\xff\xe0 a picture "
RECORD = 'INS.EPHEM.RECORD "2022-11-0{0}T00:00:00, 2459884.5, 19 58 40.6, +23 27 10.9, 0.01, 0.02, 14.1, 0.0, *"\n'
EPHEMERIS = (RECORD.format(1) + RECORD.format(2)).encode()


@pytest.fixture
def ob(place, desk):
    return desk.create_item(place.root(place.service), "OB", "one").body["obId"]


def test_charts_slide_down(desk, ob):
    for number in range(1, 6):
        desk.add_chart(ob, Upload(f"fc{number}.jpg", JPEG + bytes([number])))
    assert desk.charts(ob) == [f"fc{number}.jpg" for number in range(1, 6)]
    with pytest.raises(StateError, match="has 5 finding charts"):
        desk.add_chart(ob, Upload("six.jpg", JPEG))
    desk.delete_chart(ob, 2)
    assert desk.charts(ob) == ["fc1.jpg", "fc3.jpg", "fc4.jpg", "fc5.jpg"]
    assert desk.chart(ob, 2) == Upload("fc3.jpg", JPEG + bytes([3]))


@pytest.mark.parametrize("index", [0, 6, -1])
def test_chart_numbers_that_are_none(desk, ob, index):
    with pytest.raises(UsageError, match="no number of a finding chart"):
        desk.chart(ob, index)


def test_a_chart_that_is_not_there(desk, ob):
    with pytest.raises(NotFoundError, match="0 finding charts"):
        desk.chart(ob, 1)


def test_charts_that_are_none(desk, ob):
    with pytest.raises(FileTooLargeError, match="has 5000000 bytes") as large:
        desk.add_chart(ob, Upload("fc.jpg", JPEG.ljust(5_000_000)))
    with pytest.raises(FileKindError, match="is a PNG, whatever its name says") as png:
        desk.add_chart(ob, Upload("fc.jpg", b"\x89PNG\r\n"))
    assert (large.value.status, png.value.status) == (413, 415)
    desk.add_chart(ob, Upload("fc.jpg", JPEG.ljust(2**20)))


def test_a_chart_for_another_block(place, desk, ob):
    other = desk.create_item(place.root(place.visitor), "OB", "two").body["obId"]
    desk.add_chart(ob, Upload('C:\\charts\\"f"c.jpg', JPEG))
    desk.duplicate_chart(ob, 1, other)
    assert desk.chart(other, 1) == desk.chart(ob, 1) == Upload("fc.jpg", JPEG)


def test_ephemeris(desk, ob):
    empty = desk.ephemeris(ob)
    assert empty.body == Upload("", b"")
    version = desk.save_ephemeris(ob, Upload("comet.txt", EPHEMERIS), empty.version)
    kept = desk.ephemeris(ob)
    assert kept.body == Upload("comet.txt", EPHEMERIS)
    assert kept.version == version
    desk.delete_ephemeris(ob, version)
    assert desk.ephemeris(ob).body == Upload("", b"")


def test_ephemerides_that_are_none(place, desk, ob):
    with pytest.raises(UsageError, match="Ephemeris file must have at least two records"):
        desk.save_ephemeris(ob, Upload("e", RECORD.format(1).encode()), "*")
    cb = desk.create_item(place.root(place.service), "CB", "dark").body["obId"]
    with pytest.raises(UsageError, match="calibration block has no ephemeris"):
        desk.save_ephemeris(cb, Upload("e", EPHEMERIS), "*")


def test_absolute_windows(desk, ob):
    windows = [
        {"from": "2022-11-05T00:00:59.5Z", "to": "2022-11-06T01:30:00+01:00"},
        {"from": "2022-11-01T00:00", "to": "2022-11-05T00:00"},
    ]
    saved = desk.save_absolute(ob, windows, desk.absolute(ob).version)
    expected = [
        {"from": "2022-11-01T00:00", "to": "2022-11-05T00:00"},
        {"from": "2022-11-05T00:00", "to": "2022-11-06T00:30"},
    ]
    assert saved.body == expected
    assert desk.absolute(ob) == saved


@pytest.mark.parametrize(
    ("windows", "message"),
    [
        ([{"from": "2022-11-02", "to": "2022-11-01"}], "accepted: from < to"),
        ([{"from": "2022-11-02T00:00:01", "to": "2022-11-02T00:00:59"}], "accepted: from < to"),
        ([{"from": "soon", "to": "2022-11-01"}], r"absolute\[0\].from: 'soon' is no time; accepted: YYYY-MM-DDTHH:MM"),
        ([{"from": "2022-11-01"}], r"absolute\[0\].to: None is no time"),
        (
            [{"from": "2022-11-01", "to": "2022-11-03"}, {"from": "2022-11-02", "to": "2022-11-04"}],
            "windows overlap at 2022-11-02T00:00",
        ),
        ({"from": "2022-11-01"}, "windows are a list"),
        (["x"], "windows are a list"),
    ],
)
def test_absolute_windows_that_are_none(windows, message):
    import re

    with pytest.raises(UsageError) as caught:
        absolute_windows(windows)
    assert re.search(message, caught.value.line()), caught.value.line()


@pytest.mark.parametrize(
    ("windows", "kept"),
    [
        ([("03:00", "05:00"), ("00:00", "01:00")], [("00:00", "01:00"), ("03:00", "05:00")]),
        ([("3:00:00", "05:00:30")], [("03:00", "05:00")]),
        ([("22:00", "24:00"), ("00:00", "02:00")], [("22:00", "02:00")]),
        ([("22:00", "02:00")], [("22:00", "02:00")]),
        ([("22:00", "02:00"), ("05:00", "06:00")], [("05:00", "06:00"), ("22:00", "02:00")]),
        ([("00:00", "24:00")], [("00:00", "24:00")]),
        ([("22:00", "24:00")], [("22:00", "24:00")]),
    ],
)
def test_sidereal_windows(windows, kept):
    read = sidereal_windows([{"from": begin, "to": end} for begin, end in windows])
    assert [(one["from"], one["to"]) for one in read] == kept
    assert sidereal_windows(read) == read


@pytest.mark.parametrize(
    ("windows", "message"),
    [
        ([("24:00", "02:00")], "24:00 is an end"),
        ([("02:00", "00:00")], "00:00 a beginning"),
        ([("25:00", "26:00")], "no sidereal time"),
        ([("02:60", "03:00")], "no sidereal time"),
        ([("x", "03:00")], "no sidereal time"),
        ([("01:00", "03:00"), ("03:00", "04:00")], "overlap or touch at 03:00"),
        ([("22:00", "03:00"), ("02:00", "04:00")], "overlap or touch"),
        ([("02:00", "02:00")], "overlap or touch|ends"),
    ],
)
def test_sidereal_windows_that_are_none(windows, message):
    with pytest.raises(UsageError, match=message):
        sidereal_windows([{"from": begin, "to": end} for begin, end in windows])


@given(st.lists(st.integers(0, 1439), min_size=2, max_size=8, unique=True).filter(lambda one: len(one) % 2 == 0))
def test_sidereal_windows_are_read_as_written(minutes):
    text = [f"{one // 60:02d}:{one % 60:02d}" for one in sorted(minutes)]
    windows = [{"from": begin, "to": end} for begin, end in zip(text[::2], text[1::2], strict=True)]
    assert sidereal_windows(windows) == windows
    assert sidereal_windows(windows[::-1]) == windows


def test_a_calibration_block_has_no_windows(place, desk):
    cb = desk.create_item(place.root(place.service), "CB", "dark").body["obId"]
    assert desk.absolute(cb).body == desk.sidereal(cb).body == []
    for save in (desk.save_absolute, desk.save_sidereal):
        save(cb, [], "*")
        with pytest.raises(UsageError, match="has no time windows"):
            save(
                cb,
                [{"from": "2022-11-01", "to": "2022-11-02"}]
                if save == desk.save_absolute
                else [{"from": "01:00", "to": "02:00"}],
                "*",
            )


def test_schedules(place, desk, ob):
    root = place.root(place.service)
    assert desk.schedule(ob).body == {"obId": ob, "itemType": "OB", "name": "one"}
    group = desk.create_item(root, "Group", "g").body["containerId"]
    member = desk.create_item(group, "OB", "m").body["obId"]
    info = desk.schedule(member)
    assert info.body["groupContribution"] == 0
    saved = desk.save_schedule(member, {**info.body, "groupContribution": "50", "targetName": "M 1"}, info.version)
    assert saved.body["groupContribution"] == 50
    assert desk.items_schedule(group) == [saved.body]
    link = desk.create_item(root, "TimeLink", "t").body["containerId"]
    concatenation = desk.create_item(link, "Concatenation", "c").body["containerId"]
    info = desk.container_schedule(concatenation)
    assert info.body == {
        "containerId": concatenation,
        "itemType": "Concatenation",
        "name": "c",
        "earliestAfterPrevious": 0,
        "latestAfterPrevious": None,
    }
    saved = desk.save_container_schedule(concatenation, {"earliestAfterPrevious": 3600.5}, info.version)
    assert saved.body["earliestAfterPrevious"] == 3600.5
    assert desk.items_schedule(link) == [saved.body]


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ({"groupContribution": 101}, "accepted"),
        ({"groupContribution": "many"}, "accepted"),
        ({"earliestAfterPrevious": -1}, "accepted"),
        ({"earliestAfterPrevious": 10, "latestAfterPrevious": 5}, "latest 5 s is before earliest 10 s"),
        ({"waiver": True}, "no field 'waiver'"),
        ({"priority": 1}, "no field 'priority'"),
        ([], "is an object"),
    ],
)
def test_schedules_that_cannot_be(desk, ob, schedule, message):
    with pytest.raises(UsageError, match=message):
        desk.save_schedule(ob, schedule, "*")
