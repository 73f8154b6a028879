"""Links and calibrations become lists of files one can go to."""

from __future__ import annotations

from astropy.table import Table

from dfs.archive.calibrations import Association, MainFile
from dfs_widgets.state.contents import calibration_lists, related_lists


def links(*rows):
    names = ("access_url", "semantics", "description", "error_message")
    return Table(rows=[dict(zip(names, row, strict=True)) for row in rows], names=names)


def test_links_are_grouped_by_what_they_mean():
    told = related_lists(
        links(
            ("http://h/files/A", "#this", "the file", ""),
            ("http://h/files/B", "#progenitor", "raw frame", ""),
            ("http://h/datalink/links?ID=ivo://eso.org/ID?C%3A1", "#derivation", "its spectrum", ""),
            ("http://h/x/nightlog", "http://archive.eso.org/rdf/datalink/eso#night_log", "night log", ""),
        ),
        "A",
    )
    found = {one["title"]: one["files"] for one in told["lists"]}
    assert found["Made from"] == [{"dp_id": "B", "text": "B", "note": ""}]
    assert found["Made of it"][0]["dp_id"] == "C:1"
    assert set(found) == {"Made from", "Made of it"}


def test_what_a_link_says_is_wrong_is_shown():
    told = related_lists(links(("", "#this", "", "AuthorizationFault: not yours")), "A")
    assert told["lists"][0]["files"][0]["text"] == "AuthorizationFault: not yours"


def test_no_links_say_so():
    assert related_lists(links(("http://h/files/A", "#this", "", "")), "A")["text"]


def test_calibrations_of_calibrations_stand_below_them():
    bias = Association(
        "BIAS", (MainFile("BIAS", "B.1"), MainFile("BIAS", "B.2")), certified=True, complete=True, match="calib_plan"
    )
    flat = Association(
        "FLAT",
        (MainFile("FLAT", "F.1"),),
        certified=False,
        complete=False,
        match="risky",
        messages=("no bias of that night",),
        associated=(bias,),
    )
    told = calibration_lists(
        Association(
            "OBJECT", (MainFile("OBJECT", "A"),), certified=False, complete=False, mode="raw2raw", associated=(flat,)
        )
    )
    assert [one["title"] for one in told["lists"]] == ["FLAT", "› BIAS"]
    assert told["lists"][0]["note"] == "risky, not certified, incomplete"
    assert [one["dp_id"] for one in told["lists"][0]["files"]] == ["F.1", ""]
    assert told["lists"][0]["files"][1]["text"] == "no bias of that night"
    assert "something is missing" in told["text"]


def test_a_file_without_calibrations_says_so():
    assert (
        calibration_lists(Association("BIAS", (), certified=True, complete=True))["text"]
        == "This file needs no calibrations."
    )
