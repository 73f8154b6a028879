"""Links and calibrations become lists of files one can go to."""

from __future__ import annotations

from astropy.table import Table

from dfs_widgets.state.contents import related_lists


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
    assert found["Made from"] == [{"dp_id": "B", "text": "B", "note": "raw frame"}]
    assert found["Made of it"][0]["dp_id"] == "C:1"
    assert found["night log"] == [{"dp_id": "", "text": "night log", "note": ""}]
    assert len(found) == 3


def test_what_a_link_says_is_wrong_is_shown():
    told = related_lists(links(("", "#this", "", "AuthorizationFault: not yours")), "A")
    assert told["lists"][0]["files"][0]["text"] == "AuthorizationFault: not yours"


def test_no_links_say_so():
    assert related_lists(links(("http://h/files/A", "#this", "", "")), "A")["text"]
