"""Requests as their list shows them."""

from __future__ import annotations

from dfs.archive.deliveries import Delivery, Item
from dfs_widgets.state.deliveries import files_of, shown_delivery

MADE = Delivery(
    id="e1",
    title="two files",
    owner="52052",
    programme="108.22F6.001",
    created="2022-02-01T10:11:12.345",
    asked=("A",),
    calibrations="raw",
    night_logs=True,
    items=(
        Item("A", "requested", "A.fits", 1500, "0" * 64, "OBJECT", "EG 21"),
        Item("B", "calibration", "B.fits", 500, "0" * 64, "BIAS", is_permitted=False),
        Item("A", "night log", "A.NL.txt"),
    ),
    messages=("A: no flat of that night",),
)


def test_a_request_tells_what_it_holds():
    shown = shown_delivery(MADE)
    assert (
        shown["summary"] == "1 requested · 1 calibration · 1 night log · 1 not yours yet · shared within 108.22F6.001"
    )
    assert shown["state"] == "2.0 kB"
    assert shown["created"] == "2022-02-01 10:11:12"
    assert [one["dp_id"] for one in shown["items"]] == ["A", "B"]
    assert shown["messages"] == ["A: no flat of that night"]


def test_night_logs_are_no_files_to_mark():
    assert files_of(MADE) == {"A": 1500, "B": 500}
